"""Does the certificate of insurance show that the 承办人 is the applying firm's own, insured employee?

附件1 and 附件3 1.4 b, 附件4 1.4.2 c: 承办人的《重庆市社会保险参保证明（个人）》，缴纳时长不短于申请前3个月. Whether the
paper is genuine is for a person to check on the authority's site; nothing here says more than what it shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.rules.wordings import CLEAR, far_apart
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from mailbot.examination.workdays import day_of_receipt
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import DocumentKind, Field
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.documents.social_insurance_months import PaidMonths
from parsers.documents.social_insurance_title import Variety
from parsers.names import FirmLikeness, Likeness, compare_firms, compare_persons

_KIND: Final = DocumentKind.SOCIAL_INSURANCE_CERTIFICATE
_MONTHS_ASKED: Final = 3
#: A certificate can be checked on the site for three months; older ones cannot be (domain.md 3.4).
_LONG_BEFORE: Final = timedelta(days=92)
#: Digits in which two numbers of eighteen differ that are not one number misread.
_DIGITS_APART: Final = 5
#: Papers that a reviewer may accept although they are not the one named.
_PERHAPS: Final = frozenset({Variety.NATIONAL_PLATFORM, Variety.UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class InsuranceMissing(Finding):
    code = "insurance_missing"


@dataclass(frozen=True, kw_only=True)
class InsuranceWrongKind(Finding):
    code = "insurance_wrong_kind"
    variety: Variety
    title: str  #: as printed; "" where it has none
    place: str = ""  #: whose certificate it is


@dataclass(frozen=True, kw_only=True)
class InsuranceTooShort(Finding):
    code = "insurance_too_short"
    needed: tuple[str, ...]  #: "YYYY-MM": the three whole months before the month of receipt
    lacking: tuple[str, ...]  #: those of them that it does not show as paid
    paid: int  #: months shown as paid in all
    short_in_all: bool  #: True: fewer than three in all; False: enough, but not the last three


@dataclass(frozen=True, kw_only=True)
class InsuranceOutdated(Finding):
    code = "insurance_outdated"
    default = Severity.DOUBT
    printed_on: date
    after_receipt: bool  #: True: printed after the mail came, which cannot be


@dataclass(frozen=True, kw_only=True)
class InsuranceWrongPerson(Finding):
    code = "insurance_wrong_person"
    shown: str  #: whose certificate it is
    handler: str  #: the letter's 承办人


@dataclass(frozen=True, kw_only=True)
class InsuranceWrongEmployer(Finding):
    code = "insurance_wrong_employer"
    shown: str
    firm: str


@dataclass(frozen=True, kw_only=True)
class InsuranceUnclear(Finding):
    """What a person must look up on the paper, as it could not be read."""

    code = "insurance_unclear"
    default = Severity.DOUBT
    lacking: tuple[str, ...]  #: stable words: person, employer, months


def certificate_is_there(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A12, A15: rule 1 of contract 3 decides between defect, doubt and silence."""
    if submission.filing.requires(_KIND) is None:
        return
    missing = absence(submission, _KIND)
    if missing in (Absence.MISSING, Absence.UNSURE):
        yield InsuranceMissing(certain=missing is Absence.MISSING)


def certificate_is_of_the_named_kind(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """The paper that 31号文 names; where another of the right kind is there, a further one does no harm."""
    certificate = _certificate(submission)
    if certificate is None or certificate.variety is Variety.INDIVIDUAL:
        return
    title = certificate.title
    yield InsuranceWrongKind(
        variety=title.variety,
        title=title.text,
        place=title.place,
        certain=title.certain and title.variety not in _PERHAPS,
        document=certificate.file,
        page=certificate.pages[0],
    )


def enough_months_are_paid(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """I13: fewer than three months in all is certain; not all of the last three whole months is for a person."""
    certificate = _judgeable(submission)
    if certificate is None:
        return
    months = certificate.months
    needed = months_before(day_of_receipt(submission.received))
    lacking = tuple(month for month in needed if month not in months.paid)
    if not lacking:
        return
    if not months.paid and not months.unpaid and months.total is None:
        yield InsuranceUnclear(lacking=("months",), document=certificate.file, page=certificate.pages[0])
        return
    short = months.count < _MONTHS_ASKED
    if not short and submission.matter.policy("insurance_months") == "any_three":
        return
    yield InsuranceTooShort(
        needed=needed,
        lacking=lacking,
        paid=months.count,
        short_in_all=short,
        certain=months.certain,
        at_most=Severity.DEFECT if short else Severity.DOUBT,
        document=certificate.file,
        page=certificate.pages[0],
    )


def certificate_is_fresh(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    certificate = _judgeable(submission)
    if certificate is None or certificate.printed_on is None:
        return
    printed, received = date.fromisoformat(certificate.printed_on.value), day_of_receipt(submission.received)
    if printed > received or received - printed > _LONG_BEFORE:
        yield InsuranceOutdated(
            printed_on=printed,
            after_receipt=printed > received,
            document=certificate.file,
            page=certificate.printed_on.page,
        )


def certificate_is_the_handlers(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A15, A25. The number is the key, the name its control: one that agrees is proof of the person.

    An equal name with another number is a slip in one of the papers, told as citizen_id_disagrees.
    """
    certificate = _judgeable(submission)
    if certificate is None:
        return
    if certificate.person is None and certificate.citizen_id is None:
        yield InsuranceUnclear(lacking=("person",), document=certificate.file, page=certificate.pages[0])
        return
    letter = _letter(submission)
    if letter is None:
        return
    handler, number = letter.fields.get("handler"), letter.fields.get("handler_id")
    if handler is None and number is None:
        return
    certain = _another_person(certificate, handler, number)
    if certain is None:
        return
    yield InsuranceWrongPerson(
        shown=certificate.person.value if certificate.person else "",
        handler=handler.value if handler else "",
        certain=certain and not letter.reconstructed,
        document=certificate.file,
        page=certificate.pages[0],
    )


def employer_is_the_firm(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A25. An employer before the present one is no defect; a firm that letter and certificate share is the mail's."""
    certificate = _judgeable(submission)
    firm = on_file.firm.name if on_file.firm else submission.subject.firm
    if certificate is None or firm is None:
        return
    if not certificate.employers:
        yield InsuranceUnclear(lacking=("employer",), document=certificate.file, page=certificate.pages[0])
        return
    letter = _letter(submission)
    own = letter.fields.get("firm") if letter else None
    names = {firm, *([submission.subject.firm] if submission.subject.firm else []), *([own.value] if own else [])}
    names |= set(on_file.firm.former_names) if on_file.firm else set()
    present = certificate.present_employer or certificate.employers[0]
    if _is_one_of(present, names):
        return
    if certificate.present_employer is None and any(_is_one_of(other, names) for other in certificate.employers):
        return
    like = {compare_firms(present.value, name) for name in names}
    earlier = any(_is_one_of(other, names) for other in certificate.employers)
    yield InsuranceWrongEmployer(
        shown=present.value,
        firm=firm,
        certain=_surely_another(present, names) and like == {FirmLikeness.DIFFERENT} and not earlier,
        document=certificate.file,
        page=present.page,
    )


RULES: Final = (
    certificate_is_there,
    certificate_is_of_the_named_kind,
    enough_months_are_paid,
    certificate_is_fresh,
    certificate_is_the_handlers,
    employer_is_the_firm,
)


def months_before(day: date, count: int = _MONTHS_ASKED) -> tuple[str, ...]:
    """The whole months before the day's own, oldest first."""
    last = day.year * 12 + day.month - 2
    return tuple(f"{number // 12}-{number % 12 + 1:02d}" for number in range(last - count + 1, last + 1))


def _judgeable(submission: Submission) -> SocialInsuranceCertificate | None:
    """The certificate, unless it is certainly another paper: that is asked for anew, and nothing else is told of it."""
    certificate = _certificate(submission)
    if certificate is None or (
        certificate.variety not in {Variety.INDIVIDUAL} | _PERHAPS and certificate.title.certain
    ):
        return None
    return certificate


def _certificate(submission: Submission) -> SocialInsuranceCertificate | None:
    """The one to judge: of the named kind before others, the handler's before other people's, sheets put together."""
    if submission.filing.requires(_KIND) is None:
        return None
    found = [paper for paper in submission.documents if isinstance(paper, SocialInsuranceCertificate)]
    first_sheets = [paper for paper in found if not paper.continues]
    if not first_sheets:
        return found[0] if found else None
    letter = _letter(submission)
    chosen = min(
        first_sheets, key=lambda paper: (paper.variety is not Variety.INDIVIDUAL, not _is_handlers(paper, letter))
    )
    more = [paper for paper in found if paper.continues or (paper is not chosen and _is_same_person(paper, chosen))]
    return replace(chosen, months=_together([chosen.months, *(paper.months for paper in more)])) if more else chosen


def _together(parts: Sequence[PaidMonths]) -> PaidMonths:
    paid = {month for part in parts for month in part.paid}
    unpaid = {month for part in parts for month in part.unpaid} - paid
    totals = [part.total for part in parts if part.total is not None]
    return PaidMonths(
        tuple(sorted(paid)),
        tuple(sorted(unpaid)),
        max(totals, default=None),
        all(part.certain for part in parts),
    )


def _letter(submission: Submission) -> CommitmentLetter | None:
    return next((paper for paper in submission.documents if isinstance(paper, CommitmentLetter)), None)


def _is_handlers(certificate: SocialInsuranceCertificate, letter: CommitmentLetter | None) -> bool:
    if letter is None:
        return False
    handler, number = letter.fields.get("handler"), letter.fields.get("handler_id")
    return _same(certificate.citizen_id, number) or _same(certificate.person, handler)


def _is_same_person(one: SocialInsuranceCertificate, other: SocialInsuranceCertificate) -> bool:
    return one.variety is other.variety and _same(one.citizen_id, other.citizen_id)


def _same(one: Field | None, other: Field | None) -> bool:
    return one is not None and other is not None and one.value == other.value


def _another_person(
    certificate: SocialInsuranceCertificate, handler: Field | None, number: Field | None
) -> bool | None:
    """None: the handler, or nothing to compare. Else whether it is certain that it is somebody else."""
    if _same(certificate.citizen_id, number):
        return None
    names = compare_persons(certificate.person.value, handler.value) if certificate.person and handler else None
    if names is Likeness.EQUAL:
        return None
    numbers_differ = certificate.citizen_id is not None and number is not None
    numbers_certain = bool(certificate.citizen_id and number and certificate.citizen_id.certain and number.certain)
    if names is Likeness.DIFFERENT:
        names_certain = bool(certificate.person and handler and certificate.person.certain and handler.certain)
        numbers_certain = numbers_certain or _far_apart(certificate.citizen_id, number)
        return (numbers_differ and numbers_certain) or (names_certain and not numbers_differ)
    return False if numbers_differ or names is Likeness.UNSURE else None


def _far_apart(one: Field | None, other: Field | None) -> bool:
    """Two numbers with more digits apart than an engine misreads in one: one weak check digit makes no doubt."""
    if one is None or other is None or len(one.value) != len(other.value):
        return False
    vouched = one.certain or other.certain
    return vouched and sum(a != b for a, b in zip(one.value, other.value, strict=True)) >= _DIGITS_APART


def _surely_another(employer: Field, names: set[str]) -> bool:
    """Read for certain, or clearly and further from every name of the firm than any misreading goes."""
    clear = employer.confidence >= CLEAR and all(far_apart(employer.value, name) for name in names)
    return employer.certain or clear


def _is_one_of(employer: Field, names: set[str]) -> bool:
    return any(compare_firms(employer.value, name) is FirmLikeness.EQUAL for name in names)
