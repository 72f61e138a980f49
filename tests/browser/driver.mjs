//! How does a test use the board as a person does? Plays commands, one JSON object a line, in a real Chromium.
//
// Input:  {"id": 1, "tab": 1, "do": "open", "with": {...}}. Output: {"id": 1, "is": value} or {"id": 1, "error": "text"}.
// Tab 1 is there from the start. Ends, and ends Chromium, when its input ends. tests/it/support_browser.rs speaks to it.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const tools = createRequire(path.join(path.dirname(fileURLToPath(import.meta.url)), "../../.tools/browser/package.json"));
const { chromium } = tools("playwright-core");

const base = process.argv[2];
// Longer than any page here takes on a busy machine: only a fault meets it. Somebody who writes a test may shorten it.
const PATIENCE = 1000 * Number(process.env.BROWSER_PATIENCE_S ?? 120);
// The board has its own clock and zone; the browser's must not matter, so it is not the desk's.
const PERSON = { baseURL: base, ignoreHTTPSErrors: true, locale: "en-US", timezoneId: "Asia/Kathmandu" };
const LAUNCH = { executablePath: findChromium(), chromiumSandbox: process.getuid() !== 0, timeout: PATIENCE };

function findChromium() {
  const file = (process.env.PATH ?? "").split(":").map((folder) => path.join(folder, "chromium")).find(existsSync);
  if (file) return file;
  throw new Error("there is no chromium: run .ci/tools first");
}

const browser = await chromium.launch(LAUNCH);
const tabs = new Map();
let last = 0;

// A person has cookies of their own; a tab belongs to one person.
async function newPerson(options) {
  const context = await browser.newContext({ ...PERSON, ...options });
  context.setDefaultTimeout(PATIENCE);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  return newTab(context);
}

async function newTab(context) {
  const page = await context.newPage();
  const inspector = await context.newCDPSession(page);
  const tab = { page, inspector, context, complaints: [], requests: [], status: null, scripts: true, size: page.viewportSize() };
  // A refusal by the content security policy is told here also where no script runs, and where the page hides it.
  inspector.on("Audits.issueAdded", ({ issue }) => {
    const told = issue.details.contentSecurityPolicyIssueDetails;
    if (told) tab.complaints.push(`content security policy: ${told.violatedDirective} refused ${told.blockedURL || told.contentSecurityPolicyViolationType}`);
  });
  await inspector.send("Audits.enable");
  page.on("console", (message) => {
    if (message.type() === "error") tab.complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => tab.complaints.push(`script: ${error.message}`));
  page.on("response", (response) => {
    if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) tab.status = response.status();
  });
  // Without scripts the content of `noscript` is plain content to a person, but the driver's own search passes over it.
  page.on("domcontentloaded", async () => {
    if (tab.scripts) return;
    try {
      await page.evaluate("document.querySelectorAll('noscript').forEach((hidden) => hidden.replaceWith(...hidden.childNodes))");
    } catch {
      // The page is gone already; the next one gets the same.
    }
  });
  page.on("request", (request) => tab.requests.push(`${request.method()} ${request.url()}`));
  last += 1;
  tabs.set(last, tab);
  return last;
}

// Names are whole and exact: what a person, or a screen reader, would call the thing.
const named = ({ page }, { role, name }) => page.getByRole(role, name === null ? {} : { name, exact: true }).filter({ visible: true });
const labelled = ({ page }, { label }) => page.getByLabel(label, { exact: true }).filter({ visible: true });
const worded = ({ page }, { text }) => page.getByText(text).filter({ visible: true });

const commands = {
  open: (tab, { path }) => loaded(tab, () => tab.page.goto(path)),
  reload: (tab) => loaded(tab, () => tab.page.reload()),
  back: async ({ page }) => void (await page.goBack()),
  path: ({ page }) => (page.url().startsWith(base) ? page.url().slice(base.length) : page.url()),
  until_path: ({ page }, { path }) => page.waitForURL((url) => url.href === path || url.href === base + path),
  title: ({ page }) => page.title(),

  press: ({ page }, { key }) => page.keyboard.press(key),
  type: ({ page }, { text }) => page.keyboard.type(text),
  click: (tab, what) => named(tab, what).click(),
  click_text: (tab, what) => worded(tab, what).first().click(),
  fill: async (tab, { label, text }) => {
    await labelled(tab, { label }).fill("");
    await labelled(tab, { label }).pressSequentially(text);
  },
  choose: async (tab, { label, option }) => void (await labelled(tab, { label }).selectOption({ label: option })),
  check: (tab, what) => labelled(tab, what).check(),

  see: (tab, what) => worded(tab, what).first().waitFor(),
  gone: async (tab, what) => worded(tab, what).first().waitFor({ state: "hidden" }),
  see_role: (tab, what) => named(tab, what).first().waitFor(),
  sees: async (tab, what) => (await worded(tab, what).count()) > 0,
  text: ({ page }) => page.locator("body").innerText(),
  text_of: (tab, what) => named(tab, what).innerText(),
  count: (tab, what) => named(tab, what).count(),
  headings: async ({ page }) => (await page.getByRole("heading").filter({ visible: true }).allInnerTexts()).map((text) => text.trim()),
  aria: ({ page }) => page.locator("body").ariaSnapshot(),
  value: (tab, what) => labelled(tab, what).inputValue(),
  is_checked: (tab, what) => labelled(tab, what).isChecked(),
  attribute: (tab, what) => named(tab, what).getAttribute(what.attribute),
  focused: (tab) => focused(tab),
  evaluate: ({ page }, { script }) => page.evaluate(script),
  clipboard: ({ page }) => page.evaluate("navigator.clipboard.readText()"),

  size: async (tab, { width, height }) => {
    tab.size = { width, height };
    await tab.page.setViewportSize(tab.size);
  },
  // What zoom does to the layout: fewer of the page's own pixels in the same window.
  zoom: ({ page, size }, { factor }) =>
    page.setViewportSize({ width: Math.round(size.width / factor), height: Math.round(size.height / factor) }),
  media: ({ page }, media) => page.emulateMedia(media),
  javascript: async (tab, { on }) => {
    tab.scripts = on;
    await tab.inspector.send("Emulation.setScriptExecutionDisabled", { value: !on });
  },
  offline: ({ context }, { on }) => context.setOffline(on),
  headers: ({ context }, { headers }) => context.setExtraHTTPHeaders(headers),
  cookies: ({ context }) => context.cookies(),
  set_cookie: ({ context }, { name, value }) => context.addCookies([{ name, value, url: base }]),
  clear_cookies: ({ context }) => context.clearCookies(),

  screenshot: async ({ page }, { file, whole }) => void (await page.screenshot({ path: file, fullPage: whole, timeout: PATIENCE })),
  overflow: ({ page }) => page.evaluate(overflow),
  axe: (tab) => axe(tab),
  lighthouse: (tab, what) => lighthouse(tab, what),
  complaints: async ({ page, inspector, complaints }) => {
    // What the browser tells comes in order: after these answers everything of before is here.
    await page.evaluate("0");
    await inspector.send("Runtime.evaluate", { expression: "0" });
    return complaints.splice(0);
  },
  requests: ({ requests }) => requests.splice(0),

  another_person: () => newPerson({}),
  another_tab: ({ context }) => newTab(context),
};

// The status of the page; where an answer has no body, Chromium shows a page of its own and calls it a failure.
async function loaded(tab, load) {
  try {
    return (await load())?.status() ?? null;
  } catch (error) {
    if (!error.message.includes("ERR_HTTP_RESPONSE_CODE_FAILURE")) throw error;
    await tab.page.waitForFunction("location.protocol === 'chrome-error:'");
    return tab.status;
  }
}

// Role and name of what has the focus, from the browser's own accessibility tree; nothing is the page itself.
async function focused({ page, inspector }) {
  const handle = await inspector.send("Runtime.evaluate", { expression: "document.activeElement" });
  const { nodes } = await inspector.send("Accessibility.getPartialAXTree", {
    objectId: handle.result.objectId,
    fetchRelatives: false,
  });
  const [node] = nodes;
  if (await page.evaluate("document.activeElement === document.body")) return "";
  return `${node?.role?.value ?? "nothing"} ${node?.name?.value ?? ""}`.trim();
}

// How far the page can be pushed sideways, and the elements that reach out of it.
function overflow() {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const reach = (element) => Math.ceil(element.getBoundingClientRect().left + Math.max(element.offsetWidth ?? 0, element.scrollWidth));
  const out = [...document.querySelectorAll("body *")].filter((element) => reach(element) > page.clientWidth);
  const names = out.map((element) => `${element.outerHTML.slice(0, 100)} reaches ${reach(element)} px`);
  return [`the page is ${page.scrollWidth} px wide in a window of ${page.clientWidth} px`, ...names.slice(0, 10)];
}

async function axe({ page }) {
  // Run by the inspector, so that the page's own policy does not refuse it.
  if (!(await page.evaluate("typeof window.axe === 'object'"))) {
    await page.evaluate(readFileSync(tools.resolve("axe-core/axe.min.js"), "utf8"));
  }
  const { violations } = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  return violations.map(({ id, impact, help, nodes }) => {
    const where = nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`);
    return `${id} (${impact}): ${help}\n    ${where.join("\n    ")}`;
  });
}

// Lighthouse wants a Chromium of its own: nothing cached, and a port to speak to. It takes over the person's cookies.
async function lighthouse({ context }, { path: where, categories, desktop }) {
  const module = (name) => import(pathToFileURL(tools.resolve(name)).href);
  const { default: run } = await module("lighthouse");
  const config = desktop ? (await module("lighthouse/core/config/desktop-config.js")).default : undefined;
  const profile = mkdtempSync(path.join(tmpdir(), "lighthouse-"));
  const own = await chromium.launchPersistentContext(profile, { ...LAUNCH, args: ["--remote-debugging-port=0"] });
  try {
    await own.addCookies(await context.cookies());
    const [port] = readFileSync(path.join(profile, "DevToolsActivePort"), "utf8").split("\n");
    const flags = { port: Number(port), onlyCategories: categories, disableStorageReset: true, logLevel: "error" };
    flags.maxWaitForLoad = PATIENCE;
    const { lhr } = await run(new URL(where, base).href, flags, config);
    if (lhr.runtimeError) throw new Error(`Lighthouse: ${lhr.runtimeError.message}`);
    const scores = {};
    const failing = [];
    for (const category of Object.values(lhr.categories)) {
      scores[category.id] = category.score === null ? null : Math.round(category.score * 100);
      for (const { id, weight } of category.auditRefs) {
        const audit = lhr.audits[id];
        if (weight > 0 && audit.score !== null && audit.score < 0.9) {
          const items = (audit.details?.items ?? []).slice(0, 5).map((item) => item.node?.snippet ?? item.url ?? item.description ?? "");
          failing.push(`${category.id}: ${id} (${Math.round(audit.score * 100)}): ${audit.title} ${audit.displayValue ?? ""} ${items.join(" | ")}`);
        }
      }
    }
    return { scores, failing };
  } finally {
    await own.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

// What the page showed when a command failed is most of what its reader needs.
async function explained(tab, error) {
  let shown = "";
  try {
    shown = `\nat ${tab.page.url()} the page shows:\n${await tab.page.locator("body").ariaSnapshot({ timeout: 5000 })}`;
  } catch {
    // The page is gone; the error itself is all there is.
  }
  return `${error.message.replace(/\u001b\[\d+m/g, "")}${shown}\ncomplaints: ${JSON.stringify(tab?.complaints ?? [])}`;
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function play(line) {
  const { id, tab: number, do: name, with: what } = JSON.parse(line);
  const tab = tabs.get(number);
  try {
    answer({ id, is: (await commands[name](tab, what ?? {})) ?? null });
  } catch (error) {
    answer({ id, error: `${name} ${JSON.stringify(what ?? {})}: ${await explained(tab, error)}` });
  }
}

await newPerson({});
answer({ id: 0, is: browser.version() });
// Commands of several tabs run beside each other; those of one tab come one after the other, since each is waited for.
createInterface({ input: process.stdin })
  .on("line", play)
  .on("close", async () => {
    await browser.close();
    process.exit(0);
  });
