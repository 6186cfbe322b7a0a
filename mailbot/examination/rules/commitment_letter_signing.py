"""Is the 承诺保证书 signed by the hands that its form names, and sealed with the 企业法人章?

The forms' 注 (A14, A29, D38); a picture of a signature known from another case goes to a person (E39).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.rules.letters_judged import judged_letters, letters_followed
from mailbot.examination.rules.wordings import stands
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.commitment_letter_signing import PASTED
from parsers.documents.document import Presence
from parsers.documents.marks_signature import distance

#: Bits of 63 in which two pictures of one signature may differ after another scan.
_SAME_PICTURE: Final = 4


@dataclass(frozen=True, kw_only=True)
class LetterSignatureMissing(Finding):
    code = "letter_signature_missing"
    labels: tuple[str, ...]  #: whose, as the form prints it


@dataclass(frozen=True, kw_only=True)
class LetterSealMissing(Finding):
    code = "letter_seal_missing"


@dataclass(frozen=True, kw_only=True)
class LetterSignatureUnclear(Finding):
    code = "letter_signature_unclear"
    default = Severity.DOUBT
    label: str
    why: str  #: stable word: typed, stamp, traces, greyscale, no_picture, no_place


@dataclass(frozen=True, kw_only=True)
class LetterSealUnclear(Finding):
    code = "letter_seal_unclear"
    default = Severity.DOUBT
    why: str  #: stable word: greyscale, no_colour, faint, half_cut, square, red_mark, no_picture, no_place


@dataclass(frozen=True, kw_only=True)
class LetterSignatureRepeated(Finding):
    """E39: the very same picture in another case. A hand never writes twice alike."""

    code = "letter_signature_repeated"
    default = Severity.DOUBT
    label: str
    case_number: str


@dataclass(frozen=True, kw_only=True)
class LetterSignaturePasted(Finding):
    """A29: on a page that never was paper no pen can have signed. The reviewer sees it; the office may ask for more."""

    code = "letter_signature_pasted"
    default = Severity.NOTE
    labels: tuple[str, ...]


def letter_is_signed(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A29, D38: by the hands of those whom the form names."""
    for letter in letters_followed(submission):
        missing = [one for one in letter.signatures if one.mark.presence is Presence.ABSENT]
        if missing:
            nobody = len(missing) == len(letter.signatures)
            yield LetterSignatureMissing(
                labels=tuple(one.label for one in missing),
                certain=nobody or not letter.reconstructed,
                **stands(letter, missing[0].mark.page),
            )
        for one in letter.signatures:
            if one.mark.presence is Presence.UNCLEAR:
                yield LetterSignatureUnclear(label=one.label, why=one.mark.why, **stands(letter, one.mark.page))


def letter_is_sealed(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A14: 企业法人章. Its absence shows on paper, whatever form it is (contract 3, rule 2)."""
    for letter in letters_followed(submission):
        if letter.seal is None or letter.seal.presence is Presence.PRESENT:
            continue
        if letter.seal.presence is Presence.ABSENT:
            yield LetterSealMissing(**stands(letter, letter.seal.page))
        else:
            yield LetterSealUnclear(why=letter.seal.why, **stands(letter, letter.seal.page))


def signature_is_new(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """E39. Cases of this very mail are not among those on file."""
    for letter in judged_letters(submission):
        for one in letter.signatures:
            near = (
                (apart, case)
                for known, case in on_file.known_signatures.items()
                if (apart := distance(one.mark.fingerprint, known)) is not None and apart <= _SAME_PICTURE
            )
            found = min(near, default=None)
            if found:
                yield LetterSignatureRepeated(label=one.label, case_number=found[1], **stands(letter, one.mark.page))


def signature_is_by_pen(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    for letter in letters_followed(submission):
        pasted = [one for one in letter.signatures if one.mark.presence is Presence.PRESENT and one.mark.why == PASTED]
        if pasted:
            yield LetterSignaturePasted(
                labels=tuple(one.label for one in pasted), **stands(letter, pasted[0].mark.page)
            )


RULES: Final = (
    letter_is_signed,
    letter_is_sealed,
    signature_is_new,
    signature_is_by_pen,
)
