"""How do raw mails lie in an object store, for workers on several machines?

Through fsspec, S3 and what speaks as S3 does. An object is there whole or not at all once its PUT is answered, so there
are no temporary files and nothing to sweep. Two who put the same mail at once put the same bytes. Credentials and what
else the store needs are botocore's own: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SHARED_CREDENTIALS_FILE,
AWS_CONFIG_FILE (region, addressing style, checksums); they never stand in our configuration.
"""

import contextlib
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Any, Final

import fsspec

from ledger.errors import ArchiveError, NotArchived
from ledger.shelf import HASH, Lying, Stored

_SUFFIX: Final = ".eml"
#: A mail is one PUT whatever its size: parts of a broken upload would lie in the store unseen, and be paid for.
_ONE_PUT: Final = 1 << 30
_S3: Final[dict[str, Any]] = {"config_kwargs": {"connect_timeout": 10, "read_timeout": 60}}


class StoreShelf:
    """Objects below one URL, private to whoever holds the store's credentials."""

    def __init__(self, url: str, *, local: Path, endpoint: str | None = None) -> None:
        """`local`: a folder of this machine, whose disk is what can still run full. Raises ArchiveError."""
        self._is_s3 = url.startswith("s3://")
        options = _S3 | ({"endpoint_url": endpoint} if endpoint else {}) if self._is_s3 else {}
        with _translated(url):
            # Another machine's mails must be seen at once: neither listings nor the file system itself are cached.
            self._store, root = fsspec.url_to_fs(url, use_listings_cache=False, skip_instance_cache=True, **options)
        self._root = root.rstrip("/")
        self._local = local

    def put(self, mails: Sequence[Iterable[bytes]]) -> list[Stored]:
        """All of a batch side by side. What is there already is left, unless its bytes have changed."""
        wanted: dict[str, bytes] = {}
        kept = []
        for chunks in mails:
            raw = b"".join(chunks)
            sha256 = hashlib.sha256(raw).hexdigest()
            wanted[sha256] = raw
            kept.append(Stored(sha256, len(raw)))
        absent = {self._path(sha256): raw for sha256, raw in wanted.items() if not self._holds(sha256)}
        with _translated(self._root, missing=ArchiveError):  # then it is the bucket that is not there
            if absent:
                self._store.pipe(absent, **({"chunksize": _ONE_PUT} if self._is_s3 else {}))
        return kept

    def open(self, sha256: str) -> BufferedIOBase:
        """All of it at once, so that nobody meets the store's errors while reading."""
        with _translated(sha256):
            return BytesIO(self._store.cat_file(self._path(sha256)))

    def look(self, sha256: str) -> Lying | None:
        with contextlib.suppress(NotArchived), _translated(sha256):
            told = self._store.info(self._path(sha256))
            since = told.get("LastModified") or told.get("created") or told.get("mtime")
            if not isinstance(since, datetime):
                since = datetime.fromtimestamp(float(since or 0), UTC)
            return Lying(told["size"], since)
        return None

    def hashes(self) -> Iterator[str]:
        """Folder by folder, so that a million names are never in memory together."""
        for number in range(256):
            yield from self._hashes_in(f"{self._root}/{number:02x}")

    def _hashes_in(self, folder: str) -> list[str]:
        with contextlib.suppress(NotArchived), _translated(folder):
            names = (path.rpartition("/")[2] for path in self._store.ls(folder, detail=False))
            stems = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
            return sorted(stem for stem in stems if HASH.fullmatch(stem))
        return []

    def remove(self, sha256: str) -> bool:
        """A store that keeps versions keeps this one too: docs/reliability.md says how to switch that off."""
        if self.look(sha256) is None:
            return False
        with _translated(sha256):
            self._store.rm_file(self._path(sha256))
        return True

    def sweep(self, older_than: float) -> int:
        return 0

    def free_bytes(self) -> int:
        """A store has no end that could be asked for; this machine's disk has."""
        self._local.mkdir(parents=True, exist_ok=True, mode=0o700)
        return shutil.disk_usage(self._local).free

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256}{_SUFFIX}"

    def _holds(self, sha256: str) -> bool:
        if self.look(sha256) is None:
            return False
        with self.open(sha256) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256


@contextlib.contextmanager
def _translated(what: str, missing: type[ArchiveError] = NotArchived) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise missing(f"{what}: {error}") from error
    except ImportError as error:
        raise ArchiveError(f"{what}: {error}; install it: make server") from error
    except Exception as error:  # every protocol of fsspec has errors of its own
        raise ArchiveError(f"the store does not do it ({type(error).__name__}): {what}") from error
