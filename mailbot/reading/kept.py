"""What is already known of a content, by this very version of the readers?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mailbot.reading.cache import ReadingCache
from mailbot.reading.wire import NotBelieved, PagesRecord, file_read_adapter, pack, unpack
from parsers.documents.document import FileRead
from parsers.files.page import Page
from parsers.files.straighten import Pose

#: What a document that died is remembered for: the machine may have been to blame.
_STRIKE_SECONDS: Final = 86_400.0


class Kept:
    """Pages and papers by content, in the cache under the names of what they depend on; empty without a cache."""

    def __init__(self, cache: ReadingCache | None, versions: tuple[str, str]) -> None:
        self._cache = cache
        self._pages_version, self._papers_version = versions

    def papers(self, content: str) -> FileRead | None:
        body = self._cache.get(self._papers_key(content)) if self._cache else None
        if body is None:
            return None
        try:
            return file_read_adapter().load(body)
        except NotBelieved:
            return None  # damaged, or written by another version in spite of the key: read anew

    def keep_papers(self, content: str, read: FileRead, *, lasting: bool) -> None:
        if self._cache:
            seconds = None if lasting else _STRIKE_SECONDS
            self._cache.put(self._papers_key(content), file_read_adapter().dump(read), seconds=seconds)

    def pages_of(self, contents: Sequence[str], picked: Sequence[tuple[int, ...] | None]) -> PagesRecord | None:
        """Of one content; of several the picked pages one after the other, counted on. None unless all are kept."""
        total, pages, poses = 0, list[Page](), list[Pose]()
        for content, wanted in zip(contents, picked, strict=True):
            record = self.pages(content)
            if record is None or wanted is None:
                return record
            for page, pose in zip(record.pages, record.poses, strict=True):
                if page.number in wanted:
                    pages.append(replace(page, number=total + wanted.index(page.number) + 1))
                    poses.append(pose)
            total += len(wanted)
        return PagesRecord(total, tuple(pages), tuple(poses))

    def pages(self, content: str) -> PagesRecord | None:
        body = self._cache.get(self._pages_key(content)) if self._cache else None
        if body is None:
            return None
        try:
            record: PagesRecord = unpack(PagesRecord, body)
        except NotBelieved:
            return None
        return record

    def keep_pages(self, content: str, record: PagesRecord) -> None:
        if self._cache:
            self._cache.put(self._pages_key(content), pack(record))

    def _pages_key(self, content: str) -> str:
        return f"pages/{self._pages_version}/{content}"

    def _papers_key(self, content: str) -> str:
        return f"papers/{self._papers_version}/{content}"
