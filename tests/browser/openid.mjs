//! Who logs people in when the board asks an OpenID provider? One of another make, oidc-provider, as a process of its own.
//
// Its argument is JSON: {"client_id", "client_secret" (else a public client), "redirect_uris", "accounts": {"ada": {"email",
// "name", "groups"}}}. It prints {"issuer": "http://127.0.0.1:PORT"} once it listens. People log in at its own form with
// the name of an account and any password. POST /control takes {"rotate": true}, which replaces the signing key, or
// {"forge": {"claims": {...}, "key": "own" | "foreign" | "none"}}, which spoils every ID token from then on, or
// {"forge": null}; its answer tells the authorization requests so far. tests/it/support_openid.rs starts it.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const tools = createRequire(path.join(path.dirname(fileURLToPath(import.meta.url)), "../../.tools/browser/package.json"));
const load = (name) => import(pathToFileURL(tools.resolve(name)).href);
const { Provider } = await load("oidc-provider");
const { exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader } = await load("jose");

const site = JSON.parse(process.argv[2]);
const asked = [];
let forge = null;
let generation = 0;
let key;
let provider;
let answer;

async function newKey() {
  generation += 1;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `key-${generation}`, alg: "RS256", use: "sig" };
}

// What the provider rightly says of a person, spoilt as an attacker or a broken provider would.
async function forged(token) {
  const claims = { ...decodeJwt(token), ...forge.claims };
  if (forge.key === "none") return new UnsecuredJWT(claims).encode();
  // A foreign key pretends to be the known one.
  const secret = await importJWK(forge.key === "foreign" ? await newKey() : key, "RS256");
  return new SignJWT(claims).setProtectedHeader(decodeProtectedHeader(token)).sign(secret);
}

// What the provider remembers, for as long as the process runs.
const remembered = new Map();
class Memory {
  constructor(model) {
    this.model = model;
  }
  key(id) {
    return `${this.model} ${id}`;
  }
  async upsert(id, payload) {
    remembered.set(this.key(id), payload);
  }
  async find(id) {
    return remembered.get(this.key(id));
  }
  async findByUid(uid) {
    return [...remembered.entries()].find(([key, { uid: own }]) => key.startsWith(`${this.model} `) && own === uid)?.[1];
  }
  async findByUserCode() {}
  async consume(id) {
    (await this.find(id)).consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    remembered.delete(this.key(id));
  }
  async revokeByGrantId(grant) {
    for (const [key, { grantId }] of remembered) if (grantId === grant) remembered.delete(key);
  }
}

// The store is the process's, so a new provider with a new key knows the old one's sessions.
async function start(issuer) {
  key = await newKey();
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: site.client_id,
        redirect_uris: site.redirect_uris,
        response_types: ["code"],
        grant_types: ["authorization_code"],
        ...(site.client_secret ? { client_secret: site.client_secret } : { token_endpoint_auth_method: "none" }),
      },
    ],
    adapter: Memory,
    jwks: { keys: [key] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    scopes: ["openid", "profile", "email", "groups"],
    claims: { openid: ["sub", "groups"], groups: ["groups"], profile: ["name"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
    findAccount: (_, id) => {
      const account = site.accounts[id];
      return account && { accountId: id, claims: () => ({ sub: id, email_verified: true, ...account }) };
    },
    // Everybody consents: the desk's own provider does not ask either.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid profile email groups");
      await grant.save();
      return grant;
    },
    ttl: { Interaction: 3600, Session: 3600, Grant: 3600, AccessToken: 3600, IdToken: 3600 },
  });
  provider.use(async (context, next) => {
    await next();
    const route = context.oidc?.route;
    if (route === "authorization") asked.push({ ...context.oidc.params });
    if (route === "token" && forge && context.body?.id_token) {
      context.body = { ...context.body, id_token: await forged(context.body.id_token) };
    }
  });
  answer = provider.callback();
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

async function login(request, response) {
  const { prompt } = await provider.interactionDetails(request, response);
  let told = "";
  if (request.method === "POST") {
    const form = new URLSearchParams(await body(request));
    if (form.has("refuse")) {
      const refused = { error: "access_denied", error_description: "the person refused" };
      return provider.interactionFinished(request, response, refused, { mergeWithLastSubmission: false });
    }
    const name = form.get("name");
    if (Object.hasOwn(site.accounts, name)) {
      return provider.interactionFinished(request, response, { login: { accountId: name } }, { mergeWithLastSubmission: false });
    }
    told = `<p role="alert">Nobody is called ${escape(name ?? "")}</p>`;
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(`<!doctype html><html lang="en"><title>University login</title><link rel="icon" href="data:,">
<h1>University login</h1>${told}<form method="post"><p><label>Account <input name="name" autofocus></label></p>
<p><label>Password <input name="password" type="password"></label></p>
<p><button>Log in</button> <button name="refuse">Refuse</button></p></form><p hidden>${escape(prompt.name)}</p></html>`);
}

async function control(request, response, issuer) {
  const order = JSON.parse(await body(request));
  if (order.rotate) await start(issuer);
  if ("forge" in order) forge = order.forge;
  response.setHeader("Content-Type", "application/json");
  response.setHeader("Connection", "close");
  response.end(JSON.stringify({ asked, key: key.kid }));
}

const server = createServer(async (request, response) => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  try {
    if (request.url === "/control") await control(request, response, issuer);
    else if (request.url.startsWith("/login/")) await login(request, response);
    else await answer(request, response);
  } catch (error) {
    response.statusCode = 400;
    response.end(`${error.name}: ${error.message}`);
  }
});
server.listen(0, "127.0.0.1", async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  await start(issuer);
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
