"""The key: a secret from which every pseudonym, the factor and the shift of days follow, and its file."""

import hmac
import json
import math
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from salesreport.errors import ConfigError
from salesreport.language import text

_MARK = "salesreport_key"
_BYTES = 32
_LEAST, _MOST, _NEAR = 0.2, 5.0, 1.25
"""Amounts are multiplied by something between the first two that is not within the third of 1."""


@dataclass(frozen=True)
class Key:
    """A secret of 32 bytes.

    Examples:
        >>> key = Key(bytes(32))
        >>> ann = key.digest("rep", "Ann")
        >>> ann == key.digest("rep", "Ann"), ann == key.digest("deal", "Ann")
        (True, False)
        >>> 0.2 <= key.factor <= 0.8 or 1.25 <= key.factor <= 5
        True
    """

    secret: bytes

    @classmethod
    def new(cls) -> "Key":
        """A secret that nobody has had before."""
        return cls(secrets.token_bytes(_BYTES))

    @classmethod
    def read(cls, file: Path | str) -> "Key | None":
        """The key in a file; None where there is no file.

        Raises:
            ConfigError: it cannot be read, or is no key.
        """
        file = Path(file)
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            secret = bytes.fromhex(found["secret"])
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigError(text("The file cannot be read: {reason}.", reason=reason), file=file) from None
        except (ValueError, KeyError, TypeError):
            raise _no_key(file) from None
        if found.get(_MARK) != 1 or len(secret) != _BYTES:
            raise _no_key(file)
        return cls(secret)

    def write(self, file: Path) -> None:
        """Write it to a new file that only its owner can read.

        Raises:
            ConfigError: there is a file already, or it cannot be written.
        """
        content = json.dumps({_MARK: 1, "secret": self.secret.hex()}) + "\n"
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise ConfigError(text("The file is there already; no key is written over."), file=file) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigError(text("The key cannot be written: {reason}.", reason=reason), file=file) from None
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            with suppress(OSError):
                file.unlink()
            reason = error.strerror or str(error)
            raise ConfigError(text("The key cannot be written: {reason}.", reason=reason), file=file) from None

    def digest(self, purpose: str, value: str, attempt: int = 0) -> bytes:
        """HMAC-SHA-256 of a value for a purpose: 32 bytes that nobody can work out without the key."""
        message = f"{purpose}\0{attempt}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.secret, message, "sha256")

    def number(self, purpose: str, value: str = "", attempt: int = 0) -> int:
        """The same as a whole number."""
        return int.from_bytes(self.digest(purpose, value, attempt), "big")

    @property
    def factor(self) -> float:
        """What amounts are multiplied with: evenly spread on the scale of logarithms, never near 1."""
        share = self.number("factor") / 2 ** (8 * _BYTES)
        below, above = math.log(1 / _NEAR) - math.log(_LEAST), math.log(_MOST) - math.log(_NEAR)
        at = share * (below + above)
        return math.exp(math.log(_LEAST) + at if at < below else math.log(_NEAR) + at - below)


def _no_key(file: Path) -> ConfigError:
    return ConfigError(
        text("This is no key."),
        file=file,
        hint=text("Name a file that is not there yet: a new key is written to it."),
    )
