"""Do subject, letter, screenshots, card and directory name the same firm, the same people and the same action?

附件4 1.2 and 3.5; levels of domain.md 4.3. Each finding quotes both wordings and where they stand. What only a weak
reading, an abbreviation or a working form says is a doubt.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypedDict

from rapidfuzz.distance import Levenshtein

from mailbot.examination.rules.wordings import (
    Voice,
    Wording,
    misread,
    odd_voices,
    papers,
    surely_different,
    voices,
    wording,
    wordings,
)
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import DocumentKind
from parsers.documents.screenshot import screenshots
from parsers.documents.screenshot_words import action_of
from parsers.identifiers import check_citizen_id, check_credit_identifier, differing_positions
from parsers.names import FirmLikeness, Likeness, compare_firms, compare_persons, fold_firm, fold_person

_HAND_NOISE: Final = 0.25  #: share of a name's letters that engines misread in a hand on a photograph, with a margin


class Both(TypedDict):
    """What every disagreement says."""

    left_value: str
    left_places: tuple[str, ...]
    right_value: str
    right_places: tuple[str, ...]
    document: str | None
    page: int | None


@dataclass(frozen=True, kw_only=True)
class Disagreement(Finding):
    """Two wordings of one thing and the places where each stands (document kinds, "subject", "directory")."""

    left_value: str
    left_places: tuple[str, ...]
    right_value: str  #: "" where the second place does not name it at all
    right_places: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NumberDisagreement(Disagreement):
    """Numbers; masked when told (contract 3, rule 3)."""

    positions: tuple[int, ...]  #: 1-based places that differ; empty when the lengths differ


@dataclass(frozen=True, kw_only=True)
class FirmDisagrees(Disagreement):
    code = "firm_disagrees"
    former_name: bool = False  #: the directory knows the other as this enterprise's former name
    branch: bool = False  #: one is a branch of the other, the applicant must be the licensed company


@dataclass(frozen=True, kw_only=True)
class EngineerDisagrees(Disagreement):
    code = "engineer_disagrees"


@dataclass(frozen=True, kw_only=True)
class CitizenIdDisagrees(NumberDisagreement):
    code = "citizen_id_disagrees"


@dataclass(frozen=True, kw_only=True)
class CreditIdentifierDisagrees(NumberDisagreement):
    code = "credit_identifier_disagrees"


@dataclass(frozen=True, kw_only=True)
class LegalRepresentativeDisagrees(Disagreement):
    code = "legal_representative_disagrees"
    default = Severity.DOUBT


@dataclass(frozen=True, kw_only=True)
class ActionDisagrees(Disagreement):
    """新增, 更新 or 截止: subject, letter and national page (D35)."""

    code = "action_disagrees"


def both(left: Voice, right: Voice) -> Both:
    """A finding's wordings and places; it stands in the paper of the second, else of the first."""
    standing = right.best if right.best.document else left.best
    return Both(
        left_value=left.value,
        left_places=left.places,
        right_value=right.value,
        right_places=right.places,
        document=standing.document,
        page=standing.page,
    )


def firms_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """The code is the key, the name the control: where the letter's code is the registered one, letters of a hand's
    name that were weakly read are no difference."""
    said = [*_subject(submission.subject.firm), *wordings(submission, "firm")]
    entry = on_file.firm
    if entry is not None:
        said.append(Wording(entry.name, "directory"))
    proven = _code_proves_the_firm(submission, on_file)
    for left, right, likeness in odd_voices(said, _firms):
        if proven and _is_slip(right, left.value):
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


def engineers_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """The number is the key, the name the control (domain.md 4.2): where the numbers prove one person, a weakly read
    letter of a name is no difference, and a name that nothing vouches for is no defect."""
    if not _is_about_engineer(submission):
        return
    said = [*_subject(submission.subject.engineer), *wordings(submission, "engineer")]
    proven = _numbers_prove_one_person(submission)
    for left, right, likeness in odd_voices(said, compare_persons):
        if proven and not right.certain and not right.clear and misread(left.value, right.value):
            continue
        sure = surely_different(left, right, likeness) and (right.certain or not proven)
        yield EngineerDisagrees(**both(left, right), certain=sure)
    yield from _engineer_is_listed(submission, voices(said, compare_persons))


def _engineer_is_listed(submission: Submission, said: tuple[Voice, ...]) -> Iterator[Finding]:
    """D03: the engineer stands among the 履约人员. A list may be cut or scrolled, so never more than a doubt."""
    pages = [page for page in screenshots(papers(submission), DocumentKind.MUNICIPAL_SCREENSHOT) if page.personnel]
    rows = [(row.person, page) for page in pages for row in page.personnel]
    if not said or not rows or any(page.tenures_of(voice.value) for page in pages for voice in said):
        return
    near = [one for one in rows if misread(one[0].value, fold_person(said[0].value))]
    person, page = (near or rows)[0]
    right = Voice((replace(wording(person, page), value=person.value if near else ""),))
    yield EngineerDisagrees(**both(said[0], right), certain=False)


def citizen_ids_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Letter against card and page. A number with a wrong check digit has a finding of its own, on the letter."""
    if not _is_about_engineer(submission):
        return
    said = [one for one in wordings(submission, "engineer_id") if _checks(one) or one.place != _LETTER]
    for left, right, likeness in odd_voices(said, _same):
        valid = all(check_citizen_id(voice.value).valid for voice in (left, right))
        sound = valid and all(not one.reconstructed for one in (left.best, right.best))
        yield CitizenIdDisagrees(
            **both(left, right),
            certain=sound and likeness is Likeness.DIFFERENT,
            positions=differing_positions(left.value, right.value),
        )


def credit_identifier_is_registered(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Letter against directory, where both name the same firm: another firm's code is told with the firm."""
    entry = on_file.firm
    if entry is None or _letter_names_other_firm(submission, entry.name):
        return
    registered = Wording(entry.credit_identifier, "directory")
    for one in wordings(submission, "credit_identifier"):
        checked = check_credit_identifier(one.value)
        if not checked.valid or _same(checked.value, registered.value) is Likeness.EQUAL:
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


def actions_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Against the subject's action; where the subject leaves it open, papers among themselves."""
    asked = submission.filing.action
    said = [] if asked is None or submission.filing_assumed else [Wording(asked, "subject")]
    said.extend(
        replace(one, value=action)
        for one in wordings(submission, "action")
        if (action := one.value if one.value in _ACTIONS else action_of(one.value)) is not None
    )
    for left, right, likeness in odd_voices(said, _same):
        # Words of a closed list, not near each other: a clear reading is a certain one.
        sure = all(voice.certain or voice.clear for voice in (left, right))
        yield ActionDisagrees(**both(left, right), certain=sure and surely_different(left, right, likeness))


def _subject(name: str | None) -> Iterable[Wording]:
    return (Wording(name, "subject"),) if name else ()


def _firms(left: str, right: str) -> Likeness:
    """Near names are names of other firms (domain.md 4.3 C), abbreviations and branches a person compares."""
    match compare_firms(left, right):
        case FirmLikeness.EQUAL:
            return Likeness.EQUAL
        case FirmLikeness.ABBREVIATED | FirmLikeness.BRANCH:
            return Likeness.UNSURE
        case _:
            return Likeness.DIFFERENT


def _same(left: str, right: str) -> Likeness:
    return Likeness.EQUAL if left == right else Likeness.DIFFERENT


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


def _checks(one: Wording) -> bool:
    return check_citizen_id(one.value).valid


def _is_about_engineer(submission: Submission) -> bool:
    """Elsewhere a card may be the handler's."""
    return "engineer" in submission.filing.subject.blanks


def _numbers_prove_one_person(submission: Submission) -> bool:
    numbers = [one for one in wordings(submission, "engineer_id") if _checks(one)]
    return len({one.place for one in numbers}) > 1 and len({one.value for one in numbers}) == 1


_LETTER: Final = DocumentKind.COMMITMENT_LETTER.value
_ACTIONS: Final = frozenset({"add", "update", "close"})

RULES: Final = (
    firms_agree,
    credit_identifier_is_registered,
    legal_representative_is_registered,
    engineers_agree,
    citizen_ids_agree,
    actions_agree,
)
