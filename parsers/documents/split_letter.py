"""Does one commitment letter lie in two files, because its pages were photographed or scanned one by one?

A half alone is no whole letter: what stands on the other page is not left out. Both are read again as one paper.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import Document, FileRead

_WHOLE: Final = 0.85  #: share of the form's text from which on a letter lacks no page


def halves(files: Sequence[FileRead]) -> list[tuple[int, int]]:
    """Indexes of files that may hold the beginning and the rest of one letter; each file at most once."""
    found: list[tuple[int, int]] = []
    taken: set[int] = set()
    for first, file in enumerate(files):
        if not any(letter.titled for letter in _unfinished(file)):
            continue
        rests = [at for at, other in enumerate(files) if at != first and _may_be_rest(other)]
        after = [at for at in rests if at == first + 1]
        chosen = after or (rests if len(rests) == 1 else [])
        if chosen and not {first, *chosen} & taken:
            found.append((first, chosen[0]))
            taken |= {first, chosen[0]}
    return found


def joined(first: FileRead, rest: FileRead, both: FileRead) -> tuple[FileRead, FileRead] | None:
    """What either file holds once `both`, read as one, has shown a letter that goes over from one to the other.

    Pages of the rest are counted on from the first file's. None: the files do not belong together.
    """
    for half in _unfinished(first):
        whole = next((one for one in _letters(both) if one.pages[: len(half.pages)] == half.pages), None)
        if whole is None or len(whole.pages) == len(half.pages) or whole.found <= half.found:
            continue
        moved = range(1, len(whole.pages) - len(half.pages) + 1)
        letter = replace(whole, file=first.name, position=first.position)
        own: tuple[Document, ...] = tuple(letter if one is half else one for one in first.documents)
        others = tuple(one for one in rest.documents if not set(one.pages) & set(moved))
        unknown = tuple(page for page in rest.unknown_pages if page not in moved)
        return replace(first, documents=own), replace(rest, documents=others, unknown_pages=unknown)
    return None


def _letters(file: FileRead) -> list[CommitmentLetter]:
    return [one for one in file.documents if isinstance(one, CommitmentLetter)]


def _unfinished(file: FileRead) -> list[CommitmentLetter]:
    return [letter for letter in _letters(file) if letter.found < _WHOLE]


def _may_be_rest(file: FileRead) -> bool:
    """Its first page is a letter without a title, or of a kind that could not be told: places to sign alone."""
    return 1 in file.unknown_pages or any(not one.titled and one.pages[0] == 1 for one in _unfinished(file))
