#!/usr/bin/env bash
# smtplib raises the very same error for a mail that surely did not arrive and for one that did.
#
# One would expect: where the connection breaks, the exception tells whether the mail may have been delivered: before its end
#   (the line with the full stop) was sent, a server must not deliver it (RFC 5321, 4.1.1.4) and sending it again is right;
#   after that it may have arrived, and sending it again makes two.
# What happens (Python 3.11.7, 3.12.1, 3.13.0): sendmail() and send_message() raise SMTPServerDisconnected("Connection unexpectedly
#   closed") in both cases, with the same arguments and no other attribute; the steps of the mail are not told. The obvious
#   "on SMTPServerDisconnected connect anew and send again" delivers twice in the second case; giving up loses the mail in
#   the first.
# Whom it hurts: whoever sends invoices, pay slips or reports in a loop with a retry. Take the steps one by one (mail, rcpt,
#   docmd("DATA"), send, getreply), and note on the disk that a mail's end is going to be sent before it is.
# Guess before running: some attribute or subclass tells the two apart. None does.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check aiosmtpd==1.4.6 atpublic==5.1 attrs==25.3.0
cat > try.py <<'PY'
import asyncio
import smtplib
import threading

from aiosmtpd.smtp import SMTP

got, breaks = [], []


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        if breaks.pop(0) == "before":
            server.transport.close()  # the client has yet to send the mail
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        got.append(envelope.content)  # it is delivered
        server.transport.close()  # and the answer is lost
        return "250 OK"


ready, loop, at = threading.Event(), asyncio.new_event_loop(), []


def run():
    asyncio.set_event_loop(loop)
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(Keep()), "127.0.0.1", 0))
    at.append(server.sockets[0].getsockname()[1])
    ready.set()
    loop.run_forever()


threading.Thread(target=run, daemon=True).start()
ready.wait()


def told(when):
    breaks.append(when)
    before = len(got)
    client = smtplib.SMTP("127.0.0.1", at[0])
    try:
        client.sendmail("a@example.com", ["b@example.com"], b"Subject: pay slip\r\n\r\nx\r\n")
    except smtplib.SMTPException as error:
        return (type(error).__name__, error.args, sorted(vars(error))), len(got) - before
    return None, len(got) - before


before, arrived_before = told("before")
after, arrived_after = told("after")
print(f"broken before the mail's end: {before}; mails that arrived: {arrived_before}")
print(f"broken after the mail's end:  {after}; mails that arrived: {arrived_after}")
raise SystemExit(not (before is not None and before == after and (arrived_before, arrived_after) == (0, 1)))
PY
env/bin/python try.py || { echo "the two can be told apart now"; exit 1; }
