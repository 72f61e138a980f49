"""A real mail server for tests/it/mail.rs: STARTTLS or TLS, a login, and trouble on demand.

Says `READY port` when it listens, then one JSON line for each mail it takes. The recipient's name chooses the trouble.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

# The tests cause what it would complain of.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

REPLIES = {
    "greylisted": "451 4.7.1 <greylisted@example.edu> greylisted, try again",
    "nobody": "550 5.1.1 <nobody@example.edu> no such user",
    "full": "452 4.2.2 mailbox full",
}


def parts(content):
    """The leaves of a mail, decoded as a mail reader does."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    leaves = (part for part in mail.walk() if not part.is_multipart())
    return [
        {
            "type": part.get_content_type(),
            "name": part.get_filename(),
            "text": part.get_payload(decode=True).decode("utf-8"),
        }
        for part in leaves
    ]


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "slow-recipient":
            await asyncio.Event().wait()
        if name == "cut-recipient":
            server.transport.abort()
            await asyncio.Event().wait()
        reply = REPLIES.get(name, "250 2.1.5 ok")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "hanging":
            await asyncio.Event().wait()
        if name == "dropped":
            server.transport.abort()
            await asyncio.Event().wait()
        print(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "content": envelope.content.decode("utf-8"),
                    "parts": parts(envelope.content),
                    "tls": server.transport.get_extra_info("ssl_object") is not None,
                    "login": session.authenticated,
                    "hello": session.host_name,
                }
            ),
            flush=True,
        )
        if name == "rejected":
            return "554 5.7.1 looks like spam"
        if name == "postponed":
            return "450 4.3.2 later"
        return "250 2.0.0 Ok: queued as C25CDA520C1"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", choices=["none", "starttls", "implicit"], required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--mechanism", default="PLAIN")
    return parser.parse_args()


async def main():
    chosen = arguments()
    context = None
    if chosen.tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.certificate, chosen.key)

    def check(server, session, envelope, mechanism, given):
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            chosen.user.encode(),
            chosen.password.encode(),
        )
        return AuthResult(success=right, handled=False)

    def protocol():
        return SMTP(
            Handler(),
            hostname="localhost",
            tls_context=context if chosen.tls == "starttls" else None,
            require_starttls=chosen.tls == "starttls",
            authenticator=check if chosen.user else None,
            auth_required=bool(chosen.user),
            auth_require_tls=chosen.tls == "starttls",
            auth_exclude_mechanism={"PLAIN", "LOGIN"} - ({chosen.mechanism} if chosen.user else set()),
        )

    loop = asyncio.get_running_loop()
    wrapped = context if chosen.tls == "implicit" else None
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=wrapped)
    print("READY", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
