"""Does a commitment letter lie in several files, or in one out of order, because its pages were taken one by one?

A half alone is no whole letter: what stands on another page is not left out. Loose pages are read again together.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import FileRead, Leaf

_WHOLE: Final = 0.85  #: share of the form's text from which on a letter lacks no page
_MOST: Final = 12  #: loose pages that are read together


def loose_pages(files: Sequence[FileRead]) -> tuple[Leaf, ...]:
    """Pages of unfinished letters, and others that may be a letter's, as their kind could not be told.

    Besides those of a letter of several pages that wants something: one of them may have been sent again, signed.
    Empty where nothing can be joined: no letter is unfinished, or no page lies beside it.
    """
    halves = [letter for file in files for letter in _unfinished(file)]
    wanting = [one for file in files for one in _letters(file) if one not in halves and one.wanting and one.pages[1:]]
    parts = [leaf for letter in (*halves, *wanting) for leaf in letter.places]
    others = [Leaf(file.position, file.name, page) for file in files for page in _untold(file)]
    if not parts or (len(halves) + len(wanting) == 1 and not others):
        return ()
    order = [file.position for file in files]
    return tuple(sorted([*parts, *others][:_MOST], key=lambda leaf: (order.index(leaf.position), leaf.page)))


def rejoined(files: Sequence[FileRead], loose: Sequence[Leaf], pile: FileRead) -> tuple[FileRead, ...]:
    """What each file holds once `pile`, the loose pages read as one and counted from 1, has shown letters.

    A joined letter stands in the file where it begins. A page that only repeats another is told no more.
    """
    letters = [_placed(one, loose) for one in _letters(pile)]
    if not letters or not all(_is_better(letter, files) for letter in letters):
        return tuple(files)
    left = {loose[number - 1] for number in pile.unknown_pages}
    settled = [leaf for leaf in loose if leaf not in left]
    return tuple(_told_anew(file, settled, letters) for file in files)


def _letters(file: FileRead) -> list[CommitmentLetter]:
    return [one for one in file.documents if isinstance(one, CommitmentLetter)]


def _unfinished(file: FileRead) -> list[CommitmentLetter]:
    return [letter for letter in _letters(file) if _is_part(letter)]


def _is_part(letter: CommitmentLetter) -> bool:
    return letter.found < _WHOLE or not letter.ends


def _untold(file: FileRead) -> Iterator[int]:
    """Pages that were read and belong to no paper."""
    told = {page for document in file.documents for page in document.pages}
    read = {*file.unknown_pages, *file.illegible_pages} - {*file.unread_pages}
    yield from sorted(read - told)


def _placed(letter: CommitmentLetter, loose: Sequence[Leaf]) -> CommitmentLetter:
    leaves = tuple(loose[number - 1] for number in letter.pages)
    return replace(letter, file=leaves[0].file, position=leaves[0].position, leaves=leaves)


def _is_better(joined: CommitmentLetter, files: Sequence[FileRead]) -> bool:
    """More of the form is found than on any letter whose pages it takes; of a whole one, less is wanting."""
    own = {(leaf.position, leaf.page) for leaf in joined.leaves}
    letters = [one for file in files for one in _letters(file)]
    taken = [one for one in letters if own & {(leaf.position, leaf.page) for leaf in one.places}]
    return all(joined.found > one.found if _is_part(one) else joined.wanting < one.wanting for one in taken)


def _told_anew(file: FileRead, settled: Collection[Leaf], letters: Sequence[CommitmentLetter]) -> FileRead:
    gone = {leaf.page for leaf in settled if leaf.position == file.position}
    if not gone:
        return file
    broken = [one for one in file.documents if gone & set(one.pages)]
    own = [letter for letter in letters if letter.position == file.position]
    at = min((file.documents.index(one) for one in broken), default=len(file.documents))
    kept = [one for one in file.documents if one not in broken]
    rest = {page for one in broken for page in one.pages} - gone
    used = {leaf.page for letter in letters for leaf in letter.leaves if leaf.position == file.position}
    return replace(
        file,
        documents=(*kept[:at], *own, *kept[at:]),
        unknown_pages=tuple(sorted({*file.unknown_pages, *rest} - gone)),
        illegible_pages=tuple(page for page in file.illegible_pages if page not in gone or page in used),
    )
