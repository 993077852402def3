"""How mails are sent: a YAML file for what may be read by others, the environment for user and password."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from salesreport.brand import Brand
from salesreport.config import Settings, TextError, load, no_such, read_yaml
from salesreport.deliver.identity import READERS
from salesreport.errors import ConfigError
from salesreport.language import text
from salesreport.pack.packfile import validate

FILE = "deliver.yml"
"""The file of settings that is looked for where none is named."""

NOBODY = "nobody@example.invalid"
"""The sender of mails that are only looked at, where there are no settings."""

USER, PASSWORD = "SALESREPORT_SMTP_USER", "SALESREPORT_SMTP_PASSWORD"
"""The environment variables with which to log in; without both, nobody logs in."""

PORTS = {"starttls": 587, "ssl": 465, "none": 25}
"""The usual port of each kind of security."""

ADDRESS = re.compile(
    r"(?=.{3,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
"""A mail address that every server takes: plain letters, no comments, a domain of at least two parts."""


class MailSettings(Settings):
    """How mails are sent; see docs/deliver.md.

    Attributes:
        host: the mail server. port: default 587, with `ssl` 465. security: `starttls`, `ssl`, or `none`, which
            only a server on this computer may have. ca_file: certificates (PEM) to trust beside the system's.
        sender: whom mails come from. reply_to: where answers go. subject_prefix: stands before each subject.
        pause: seconds between two mails. per_connection: mails after which the connection is made anew.
        timeout: seconds a server may take to answer; ten times as long for a mail's last answer.
        retries: how often a mail that is put off, or a lost connection, is tried again. retry_pause: seconds until
            then.
        managers_see_pay: whether manager's editions have the variable pay of each rep.
        attach: what reps get attached: `html`, or `pdf` where the pack has it; bundles hold pages.
        brand: of the mails: a file such as brand.yml, or its settings (see brand.md).
    """

    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:-]+$")
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "ssl", "none"] = "starttls"
    ca_file: str | None = None
    sender: str
    reply_to: str | None = None
    subject_prefix: str = Field(default="", max_length=60)
    pause: float = Field(default=0.0, ge=0, le=3600)
    per_connection: int = Field(default=50, ge=1)
    timeout: float = Field(default=60.0, gt=0, le=3600)
    retries: int = Field(default=3, ge=0, le=20)
    retry_pause: float = Field(default=120.0, ge=0, le=86_400)
    managers_see_pay: bool = False
    attach: str = "html"
    brand: Brand | None = None

    @field_validator("sender", "reply_to")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and ADDRESS.fullmatch(value) is None:
            raise TextError(
                text("This is not a mail address."), text("the form {form}", form="reports@example.com")
            )
        return value

    @field_validator("attach")
    @classmethod
    def _can_be_opened(cls, value: str) -> str:
        if value not in READERS:
            raise no_such(text("A report cannot be attached as “{name}”.", name=value), value, READERS)
        return value

    @model_validator(mode="after")
    def _plain_only_here(self) -> "MailSettings":
        if self.security == "none" and not is_here(self.host):
            raise TextError(
                text("Without encryption mails go to a server on this computer only."),
                text("`starttls` or `ssl`"),
                place=("security",),
                found="none",
            )
        return self

    @property
    def at(self) -> int:
        """The port."""
        return self.port or PORTS[self.security]


@dataclass(frozen=True)
class Login:
    """User and password; neither is ever shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)


def load_settings(path: Path) -> MailSettings:
    """Read the settings; relative paths start at the file that names them.

    Raises:
        ConfigError: no such file, not YAML, a setting that does not exist or does not fit.
    """
    data, lines = read_yaml(path)
    if isinstance(data, dict) and isinstance(data.get("brand"), str):
        file = path.absolute().parent / Path(data["brand"]).expanduser()
        data = {**data, "brand": load(file, Brand).model_dump()}
    settings = validate(data, MailSettings, path, lines)
    if settings.ca_file is None:
        return settings
    file = path.absolute().parent / Path(settings.ca_file).expanduser()
    return settings.model_copy(update={"ca_file": str(file)})


def login(environment: Mapping[str, str] = os.environ) -> Login | None:
    """User and password from the environment; None where there are none.

    Raises:
        ConfigError: one of them is missing.
    """
    user, password = environment.get(USER, ""), environment.get(PASSWORD, "")
    if bool(user) != bool(password):
        raise ConfigError(
            text("The environment has one of user and password, and both or neither are wanted."),
            key=PASSWORD if user else USER,
        )
    return Login(user, password) if user else None


def is_here(host: str) -> bool:
    """Whether a host is this computer by its very name.

    Examples:
        >>> is_here("localhost"), is_here("127.0.0.1"), is_here("::1"), is_here("mail.example.com")
        (True, True, True, False)
    """
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
