"""One connection to the mail server, and one mail over it: what is known of the mail afterwards, however it ends.

`smtplib.SMTP.sendmail` raises the same error whether a connection breaks before a mail was complete or after, so
the steps of a mail are taken one by one here. Only between the full stop that ends a mail and the server's answer
nobody knows what becomes of it.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Literal, NamedTuple

from salesreport.deliver.settings import PASSWORD, USER, Login, MailSettings
from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.pack.plain import one_line

TEMPORARY = range(400, 500)
"""Replies that say: later."""

SERVICE_ENDS = 421
"""The reply of a server that is going to close the connection."""

TOO_LARGE = 552
"""The reply to a mail that is larger than the server takes."""

LONGEST_REPLY = 300


class Outcome(NamedTuple):
    """What is known of a mail.

    Attributes:
        state: `sent` (the server took it), `refused`, `deferred` (the server said: later), `lost` (the connection
            broke before the mail was complete: it did not arrive), `unknown` (it broke after that).
        reply: what the server said, or what happened.
    """

    state: Literal["sent", "refused", "deferred", "lost", "unknown"]
    reply: str


class NoServer(Exception):
    """The server cannot be reached, or does not want to talk now; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Post:
    """A connection that is made when a mail is sent, and made anew when it is lost or has had its mails.

    Args:
        settings: of the server. login: user and password; None: nobody logs in.
    """

    def __init__(self, settings: MailSettings, login: Login | None) -> None:
        self.settings, self.login = settings, login
        self.client: smtplib.SMTP | None = None
        self.mails = 0

    @property
    def server(self) -> str:
        """The server's name and port."""
        return f"{self.settings.host}:{self.settings.at}"

    def send(self, address: str, mail: bytes, before_end: Callable[[], None]) -> Outcome:
        """Send one mail to one address.

        Args:
            address: where to. mail: its bytes, lines ended by CR LF.
            before_end: is called when all but the end of the mail was sent: from now on it may arrive.

        Raises:
            NoServer: no connection can be made. ConfigError: the server does not take user, certificate or sender.
        """
        client = self._connected()
        try:
            early = self._envelope(client, address, len(mail))
            if early is not None:
                return early
            client.send(_stuffed(mail))
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            return Outcome("lost", _words(error))
        before_end()
        try:
            if client.sock is not None:
                client.sock.settimeout(10 * self.settings.timeout)  # RFC 5321 4.5.3.2.6: ten minutes
            client.send(b".\r\n")
            code, reply = client.getreply()
            if client.sock is not None:
                client.sock.settimeout(self.settings.timeout)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Outcome("unknown", _words(error))
        self.mails += 1
        return self._judged(client, code, reply)

    def close(self) -> None:
        """End the connection without another word."""
        if self.client is not None:
            self.client.close()
            self.client = None

    def quit(self) -> None:
        """End the connection as is good manners."""
        if self.client is not None:
            try:
                self.client.quit()
            except (smtplib.SMTPException, OSError):
                self.client.close()
            self.client = None

    def _envelope(self, client: smtplib.SMTP, address: str, size: int) -> Outcome | None:
        """Sender, recipient and the server's leave to go on; what became of the mail where it does not give it."""
        options = [f"SIZE={size}"] if client.has_extn("size") else []
        code, reply = client.mail(self.settings.sender, options)
        if code in range(500, 600) and code != TOO_LARGE:
            self.quit()
            raise ConfigError(
                text("The mail server does not take mails from this sender: {reply}", reply=_said(code, reply)),
                key="sender", found=self.settings.sender,
            )  # fmt: skip
        if code != 250:
            return self._judged(client, code, reply)
        code, reply = client.rcpt(address)
        if code not in (250, 251):
            return self._judged(client, code, reply)
        code, reply = client.docmd("DATA")
        return None if code == 354 else self._judged(client, code, reply)

    def _judged(self, client: smtplib.SMTP, code: int, reply: bytes) -> Outcome:
        """A mail after the server's reply; the connection is ready for the next one, or closed."""
        said = _said(code, reply)
        if code == 250:
            return Outcome("sent", said)
        try:
            if code == SERVICE_ENDS or client.rset()[0] != 250:
                self.close()
        except (smtplib.SMTPException, OSError):
            self.close()
        if code == -1:  # no reply that one could read
            return Outcome("lost", said)
        return Outcome("deferred" if code in TEMPORARY else "refused", said)

    def _connected(self) -> smtplib.SMTP:
        if self.client is not None and self.mails >= self.settings.per_connection:
            self.quit()
        if self.client is None:
            self.client, self.mails = self._connect(), 0
        return self.client

    def _connect(self) -> smtplib.SMTP:
        try:
            client = self._secured()
        except ssl.SSLCertVerificationError as error:
            raise ConfigError(
                text("The mail server’s certificate is not trusted: {reason}.", reason=error.verify_message),
                key="host", found=self.server,
                hint=text("Where it is your own, name the file of the certificate as “{name}”.", name="ca_file"),
            ) from None  # fmt: skip
        except (smtplib.SMTPException, OSError) as error:
            raise NoServer(_words(error)) from None
        if (
            client.sock is not None
        ):  # a mail's end is sent alone: Nagle would keep it back until the rest is confirmed
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.login is not None:
            try:
                client.login(self.login.user, self.login.password)
            except smtplib.SMTPAuthenticationError as error:
                client.close()
                if error.smtp_code in TEMPORARY:
                    raise NoServer(_said(error.smtp_code, error.smtp_error)) from None
                raise ConfigError(
                    text(
                        "The mail server does not take user and password: {reply}",
                        reply=_said(error.smtp_code, error.smtp_error),
                    ),
                    key=f"{USER}, {PASSWORD}",
                ) from None
            except smtplib.SMTPNotSupportedError:
                client.close()
                raise ConfigError(
                    text("The mail server lets nobody log in, and user and password are given."),
                    key=f"{USER}, {PASSWORD}", found=self.server,
                ) from None  # fmt: skip
            except (smtplib.SMTPException, OSError) as error:
                client.close()
                raise NoServer(_words(error)) from None
        return client

    def _secured(self) -> smtplib.SMTP:
        """A connection that is as safe as the settings say, or an error."""
        settings = self.settings
        if settings.security == "ssl":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.at, timeout=settings.timeout, context=self._trust()
            )
            client.ehlo_or_helo_if_needed()
            return client
        client = smtplib.SMTP(settings.host, settings.at, timeout=settings.timeout)
        try:
            client.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                # a context of our own: smtplib's default one trusts any certificate
                client.starttls(context=self._trust())
                client.ehlo_or_helo_if_needed()
        except smtplib.SMTPNotSupportedError:
            client.close()
            raise ConfigError(
                text("The mail server offers no encryption (STARTTLS); nothing is sent without."),
                key="security", found=settings.security, expected=text("`ssl`, or another port"),
            ) from None  # fmt: skip
        except BaseException:
            client.close()
            raise
        return client

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.settings.ca_file is not None:
            try:
                context.load_verify_locations(self.settings.ca_file)
            except OSError as error:  # ssl's own errors are some, too
                raise ConfigError(
                    text("The file cannot be read: {reason}.", reason=error.strerror or str(error)),
                    key="ca_file", found=self.settings.ca_file,
                ) from None  # fmt: skip
        return context


def _stuffed(mail: bytes) -> bytes:
    """A mail as it goes over the line but for its end: lines that begin with a full stop have one more."""
    return re.sub(rb"(?m)^\.", b"..", mail if mail.endswith(b"\r\n") else mail + b"\r\n")


def _said(code: int, reply: bytes | str) -> str:
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return one_line(f"{code} {said}", LONGEST_REPLY)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError | socket.timeout):
        return "timed out"
    return one_line(str(error) or type(error).__name__, LONGEST_REPLY)
