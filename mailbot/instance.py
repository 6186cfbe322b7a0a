"""Which installation is this? A secret of its own, made once.

It makes Message-IDs unguessable and turns ID numbers into keys: the ledger compares people without keeping numbers.
"""

import hmac
import os
import secrets
from pathlib import Path

from mailbot.errors import ConfigurationError

_LENGTH = 64


class Instance:
    """One installation."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def key(self, *parts: str) -> str:
        """The same for the same words here, and meaningless elsewhere (HMAC-SHA-256, hex)."""
        return hmac.digest(self._secret, "\x1f".join(parts).encode(), "sha256").hex()


def instance_in(folder: Path) -> Instance:
    """The installation whose data lie in this folder; its secret is made at the first call.

    Raises ConfigurationError when the file is damaged: with another secret nobody would be recognised again.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "instance.secret"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = file.read_text(encoding="ascii", errors="replace").strip()
        if len(secret) != _LENGTH:
            raise ConfigurationError(f"{file}: damaged; restore it from the backup") from None
        return Instance(secret)
    secret = secrets.token_hex(_LENGTH // 2)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())
    return Instance(secret)
