#!/usr/bin/env bash
# smtplib sends a mail in eight bits to a server that did not say that it takes them.
#
# One would expect: an EmailMessage with an umlaut in its text, sent with send_message(), reaches any server: eight-bit text
#   goes only to a server that answered EHLO with 8BITMIME, is announced with BODY=8BITMIME (RFC 6152), and is turned into
#   quoted-printable or base64 for others, as mail programs and servers do.
# What happens (Python 3.11.7, 3.12.1, 3.13.0; aiosmtpd 1.4.6): set_content() chooses "Content-Transfer-Encoding: 8bit" for text with umlauts
#   in lines of usual length, under the policies `default` and `SMTP` alike, and send_message() hands the bytes over whatever
#   the server offers, without BODY=8BITMIME. This server answers 500. The same mail without umlauts arrives, so tests in
#   English do not see it.
# Whom it hurts: whoever sends mails in other languages through an old or strict server. Say
#   set_content(text, cte="quoted-printable"), or make mails with policy.SMTP.clone(cte_type="7bit").
# Guess before running: smtplib looks at what the server offers, as it does for SMTPUTF8. It does not.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check aiosmtpd==1.4.6 atpublic==5.1 attrs==25.3.0
cat > try.py <<'PY'
import asyncio
import email.policy
import smtplib
import threading
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP

got = []


class Keep:
    async def handle_DATA(self, server, session, envelope):
        got.append(envelope.content)
        return "250 taken"


ready, loop, at = threading.Event(), asyncio.new_event_loop(), []


def run():
    # decode_data: a server of seven bits; it does not offer 8BITMIME
    asyncio.set_event_loop(loop)
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(Keep(), decode_data=True), "127.0.0.1", 0))
    at.append(server.sockets[0].getsockname()[1])
    ready.set()
    loop.run_forever()


threading.Thread(target=run, daemon=True).start()
ready.wait()


def send(policy, said, **how):
    mail = EmailMessage(policy=policy)
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "x"
    mail.set_content(said, **how)
    with smtplib.SMTP("127.0.0.1", at[0]) as client:
        client.ehlo()
        offered = client.has_extn("8bitmime")
        try:
            client.send_message(mail)
            return offered, mail["Content-Transfer-Encoding"], "arrived"
        except smtplib.SMTPResponseException as error:
            return offered, mail["Content-Transfer-Encoding"], f"{error.smtp_code} {error.smtp_error.decode()}"


seven = email.policy.SMTP.clone(cte_type="7bit")
results = {
    "default policy, English": send(email.policy.default, "Regards"),
    "default policy, German": send(email.policy.default, "Grüße"),
    "policy SMTP, German": send(email.policy.SMTP, "Grüße"),
    "quoted-printable, German": send(email.policy.SMTP, "Grüße", cte="quoted-printable"),
    "cte_type 7bit, German": send(seven, "Grüße"),
}
for name, (offered, encoding, became) in results.items():
    print(f"{name:26} server offers 8BITMIME: {offered}; encoding {encoding}: {became}")
lost = [name for name, (_, _, became) in results.items() if became != "arrived"]
raise SystemExit(lost != ["default policy, German", "policy SMTP, German"] or any(one for one, _, _ in results.values()))
PY
env/bin/python try.py || { echo "smtplib minds what the server offers now"; exit 1; }
