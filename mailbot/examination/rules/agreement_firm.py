"""Do subject, letter, certificate, screenshots and directory name the same firm, its code and its representative?

附件4 3.5, 附件1-1; levels of domain.md 4.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Levenshtein

from mailbot.examination.rules.agreement import Disagreement, NumberDisagreement, both, in_subject, same
from mailbot.examination.rules.wordings import (
    Voice,
    Wording,
    misread,
    odd_voices,
    surely_different,
    wordings,
)
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import DocumentKind
from parsers.identifiers import check_credit_identifier, differing_positions
from parsers.names import FirmLikeness, Likeness, compare_firms, compare_persons, fold_firm

_LETTER: Final = DocumentKind.COMMITMENT_LETTER.value
_NO_BRACKETS: Final = str.maketrans("", "", "()")
_HAND_NOISE: Final = 0.25  #: share of a name's letters that engines misread in a hand on a photograph, with a margin


@dataclass(frozen=True, kw_only=True)
class FirmDisagrees(Disagreement):
    code = "firm_disagrees"
    former_name: bool = False  #: the directory knows the other as this enterprise's former name
    branch: bool = False  #: one is a branch of the other, the applicant must be the licensed company


@dataclass(frozen=True, kw_only=True)
class CreditIdentifierDisagrees(NumberDisagreement):
    code = "credit_identifier_disagrees"


@dataclass(frozen=True, kw_only=True)
class LegalRepresentativeDisagrees(Disagreement):
    code = "legal_representative_disagrees"
    default = Severity.DOUBT


def firms_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """The code is the key, the name the control: where the letter's code is the registered one, letters of a hand's
    name that were weakly read are no difference."""
    said = [*in_subject(submission.subject.firm), *wordings(submission, "firm")]
    entry = on_file.firm
    if entry is not None:
        said.append(Wording(entry.name, "directory"))
    proven = _code_proves_the_firm(submission, on_file)
    for left, right, likeness in odd_voices(said, _firms):
        if (proven and _is_slip(right, left.value)) or _lost_a_bracket(right, left.value):
            continue
        values = (fold_firm(left.value), fold_firm(right.value))
        former = entry is not None and any(
            fold_firm(name) in values for name in entry.former_names if fold_firm(entry.name) in values
        )
        kind = compare_firms(left.value, right.value)
        yield FirmDisagrees(
            **both(left, right),
            certain=not former and surely_different(left, right, likeness),
            former_name=former,
            branch=kind is FirmLikeness.BRANCH,
        )


def credit_identifier_is_registered(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Letter against directory, where both name the same firm: another firm's code is told with the firm."""
    entry = on_file.firm
    if entry is None or _letter_names_other_firm(submission, entry.name):
        return
    registered = Wording(entry.credit_identifier, "directory")
    for one in wordings(submission, "credit_identifier"):
        checked = check_credit_identifier(one.value)
        if not checked.valid or same(checked.value, registered.value) is Likeness.EQUAL:
            continue
        yield CreditIdentifierDisagrees(
            **both(Voice((one,)), Voice((registered,))),
            certain=not one.reconstructed and check_credit_identifier(registered.value).valid,
            positions=differing_positions(one.value, registered.value),
        )


def legal_representative_is_registered(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    entry = on_file.firm
    if entry is None or not entry.legal_representative or _letter_names_other_firm(submission, entry.name):
        return
    registered = Wording(entry.legal_representative, "directory")
    for one in wordings(submission, "legal_representative"):
        if not one.certain and not Voice((one,)).clear and misread(one.value, registered.value):
            continue  # one weakly read letter of a name; another person's name differs in more, or is read well
        if compare_persons(one.value, registered.value) is not Likeness.EQUAL:
            yield LegalRepresentativeDisagrees(**both(Voice((one,)), Voice((registered,))), certain=False)


RULES: Final = (
    firms_agree,
    credit_identifier_is_registered,
    legal_representative_is_registered,
)


def _firms(left: str, right: str) -> Likeness:
    """Near names are names of other firms (domain.md 4.3 C), abbreviations and branches a person compares."""
    match compare_firms(left, right):
        case FirmLikeness.EQUAL:
            return Likeness.EQUAL
        case FirmLikeness.ABBREVIATED | FirmLikeness.BRANCH:
            return Likeness.UNSURE
        case _:
            return Likeness.DIFFERENT


def _letter_names_other_firm(submission: Submission, firm: str) -> bool:
    named = [one.value for one in wordings(submission, "firm") if one.place == _LETTER]
    return any(compare_firms(name, firm) in (FirmLikeness.DIFFERENT, FirmLikeness.BRANCH) for name in named)


def _code_proves_the_firm(submission: Submission, on_file: OnFile) -> bool:
    codes = [one for one in wordings(submission, "credit_identifier") if one.certain]
    registered = on_file.firm.credit_identifier if on_file.firm else None
    return bool(codes) and all(one.value == registered for one in codes)


def _is_slip(voice: Voice, other: str) -> bool:
    """Read weakly wherever it stands, and no further from the other than a hand's letters are misread."""
    far = Levenshtein.distance(fold_firm(voice.value), fold_firm(other))
    return not voice.certain and not voice.clear and far <= max(1, _HAND_NOISE * len(other))


def _lost_a_bracket(voice: Voice, other: str) -> bool:
    """The same but for one bracket of two, wherever it was read from pixels: no firm is registered so."""
    name, pixels = fold_firm(voice.value), not any(one.typed for one in voice.wordings)
    bare, known = (text.translate(_NO_BRACKETS) for text in (name, fold_firm(other)))
    return pixels and name.count("(") != name.count(")") and bare == known
