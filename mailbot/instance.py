"""Which installation is this? A secret of its own, made once.

It makes Message-IDs unguessable and turns ID numbers into keys: the ledger compares people without keeping numbers.
"""

import contextlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from mailbot.errors import ConfigurationError

_LENGTH = 64


class Instance:
    """One installation."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    @property
    def mark(self) -> str:
        """Tells two installations apart and gives nothing away."""
        return self.key("installation")[:16]

    def key(self, *parts: str) -> str:
        """The same for the same words here, and meaningless elsewhere (HMAC-SHA-256, hex)."""
        return hmac.digest(self._secret, "\x1f".join(parts).encode(), "sha256").hex()


def instance_in(folder: Path, *, make: bool = True) -> Instance:
    """The installation whose data lie in this folder; its secret is made at the first call, unless `make` forbids it:
    a further worker belongs to an installation that is there already.

    Raises ConfigurationError when the file is missing or damaged: with another secret nobody would be recognised again.
    """
    file = folder / "instance.secret"
    if not file.exists():
        if not make:
            raise ConfigurationError(
                f"{file}: missing; start the daemon once, or bring its instance.secret here from its own data folder"
            )
        _make(file)
    secret = file.read_text(encoding="ascii", errors="replace").strip()
    if len(secret) != _LENGTH or not secret.isascii():
        raise ConfigurationError(f"{file}: damaged; restore it from the backup")
    return Instance(secret)


def _make(file: Path) -> None:
    """Complete or not at all, and never over an existing one: two processes may start at once, or die here."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".instance-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(_LENGTH // 2) + "\n")
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        os.unlink(draft)
