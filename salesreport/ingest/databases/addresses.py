"""Database addresses: secrets come from the environment; only scheme, host and database are ever shown."""

import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import yaml

from salesreport.errors import ConfigError, nearest
from salesreport.ingest.spec.spec import SourceSpec
from salesreport.language import text

HIDDEN = "***"
"""What stands where a secret was."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_SHORTEST = 3
"""Shorter texts are not looked for in messages: they are everywhere."""


def with_environment(address: str, key: str) -> str:
    """An address with `${NAME}` replaced by environment variables.

    Args:
        address: as in the source spec. key: where it stands there, for the error.

    Raises:
        ConfigError: there is no such variable.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in os.environ:
            raise ConfigError(
                text("There is no such environment variable."),
                key=key,
                found=name,
                nearest=nearest(name, os.environ),
            )
        return os.environ[name]

    return _VARIABLE.sub(value, address)


def shown(address: str) -> str:
    """An address without user, password, port and options.

    Examples:
        >>> shown("postgresql+psycopg://ann:s3cr/e t@host:5432/crm?password=s3cret")
        'postgresql+psycopg://host/crm'
        >>> shown("postgresql://ann:s3cr@t@host/crm")  # an @ has to be written %40
        'postgresql://***'
        >>> shown("sqlite:///crm.db?key=s3cret"), shown("mssql+pyodbc:///?odbc_connect=UID=ann;PWD=s3cret")
        ('sqlite:///crm.db', 'mssql+pyodbc://')
        >>> shown("no address, s3cret"), shown("${CRM_DATABASE}")
        ('***', '${CRM_DATABASE}')
    """
    if _VARIABLE.fullmatch(address):
        return address
    url = _parsed(address)
    if url is None:
        return HIDDEN
    database = re.split(r"[?;&]", url.database or "")[0]
    if "@" in f"{url.host}{database}":  # of a password with an @, which ends at the last one
        return f"{url.drivername}://{HIDDEN}"
    return f"{url.drivername}://{url.host or ''}{'/' + database if database else ''}"


def without_secrets(message: str, address: str) -> str:
    """A driver's message with nothing of an address in it that is not shown.

    Examples:
        >>> without_secrets("no route to ann:s3cret@host", "postgresql://ann:s3cret@host/crm")
        'no route to ***:***@host'
    """
    if _parsed(address) is None:
        return HIDDEN  # what is wrong with it may be that a secret stands in a wrong place
    found = message.replace(address, shown(address))
    for secret in sorted(set(_secrets(address)), key=len, reverse=True):
        for form in (secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]):
            found = found.replace(form, HIDDEN)
    return found


def kept(spec: SourceSpec, written: str) -> str:
    """A source spec's text as a dataset keeps it: with databases, only its settings, addresses shown, no queries.

    A comment may hold an old password as well as an address may.
    """
    if not any(table.sql is not None for table in spec.tables.values()):
        return written
    plain = spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for table in plain["tables"].values():
        if table.get("sql") is not None:
            table.update(sql=shown(table["sql"]), query=HIDDEN)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)


def _parsed(address: str) -> Any:
    try:
        import sqlalchemy
    except ImportError:  # then nothing can be read from it either
        return None
    try:
        return sqlalchemy.make_url(address)
    except Exception:  # whatever is wrong with it, it may hold a secret
        return None


def _secrets(address: str) -> Iterator[str]:
    """The parts of an address that are not shown."""
    url = _parsed(address)
    if url is None:
        yield address
        return
    parts = [url.username, None if url.password is None else str(url.password)]
    if HIDDEN in shown(address):
        parts += re.split("[:@]", address.partition("://")[2])
    for values in url.query.values():
        for value in [values] if isinstance(values, str) else values:
            parts.append(value)
            parts += [piece.partition("=")[2].strip("{}' ") for piece in re.split(r"[;&]", value)]
    parts += re.split(r"[?;&]", url.database or "")[1:]
    for part in parts:
        if part is not None:
            for form in (part, unquote(part), unquote_plus(part)):
                if len(form) >= _SHORTEST:
                    yield form
