"""Is the certificate of insurance there, of the named kind, recent, and are enough months paid?

附件1 and 附件3 1.4 b, 附件4 1.4.2 c: 承办人的《重庆市社会保险参保证明（个人）》，缴纳时长不短于申请前3个月. Whether the
paper is genuine is for a person to check on the authority's site; nothing here says more than what it shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.office_time import office_day
from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.rules.certificates_judged import PERHAPS, certificate_of, judgeable
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import DocumentKind
from parsers.documents.social_insurance_title import Variety
from parsers.files.page import ReadBy

_KIND: Final = DocumentKind.SOCIAL_INSURANCE_CERTIFICATE
_MONTHS_ASKED: Final = 3
#: A certificate can be checked on the site for three months; older ones cannot be (domain.md 3.4).
_LONG_BEFORE: Final = timedelta(days=92)


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
    certificate = certificate_of(submission)
    if certificate is None or certificate.variety is Variety.INDIVIDUAL:
        return
    title = certificate.title
    yield InsuranceWrongKind(
        variety=title.variety,
        title=title.text,
        place=title.place,
        certain=title.certain and title.variety not in PERHAPS,
        document=certificate.file,
        page=certificate.pages[0],
    )


def enough_months_are_paid(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """I13: fewer than three months in all is certain; not all of the last three whole months is for a person."""
    certificate = judgeable(submission)
    if certificate is None:
        return
    months = certificate.months
    needed = months_before(office_day(submission.received))
    lacking = tuple(month for month in needed if month not in months.paid)
    if not lacking:
        return
    short = months.count < _MONTHS_ASKED
    if not short and submission.matter.policy("insurance_months") == "any_three":
        return
    nothing_read = not months.paid and not months.unpaid and months.total is None
    if (nothing_read and not months.others) or set(lacking) <= set(months.unsure):
        yield InsuranceUnclear(lacking=("months",), document=certificate.file, page=certificate.pages[0])
        return
    yield InsuranceTooShort(
        needed=needed,
        lacking=lacking,
        paid=months.count,
        short_in_all=short,
        # From pixels the pension's row may have been lost.
        certain=months.certain or (months.others and certificate.read_by is ReadBy.TEXT),
        at_most=Severity.DEFECT if short else Severity.DOUBT,
        document=certificate.file,
        page=certificate.pages[0],
    )


def certificate_is_fresh(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    certificate = judgeable(submission)
    if certificate is None or certificate.printed_on is None:
        return
    printed, received = date.fromisoformat(certificate.printed_on.value), office_day(submission.received)
    if printed > received or received - printed > _LONG_BEFORE:
        yield InsuranceOutdated(
            printed_on=printed,
            after_receipt=printed > received,
            document=certificate.file,
            page=certificate.printed_on.page,
        )


RULES: Final = (
    certificate_is_there,
    certificate_is_of_the_named_kind,
    enough_months_are_paid,
    certificate_is_fresh,
)


def months_before(day: date, count: int = _MONTHS_ASKED) -> tuple[str, ...]:
    """The whole months before the day's own, oldest first."""
    last = day.year * 12 + day.month - 2
    return tuple(f"{number // 12}-{number % 12 + 1:02d}" for number in range(last - count + 1, last + 1))
