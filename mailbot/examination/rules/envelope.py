"""Is the mail itself right: subject, review mailbox, author, and the copy to the firm?

附件1/3 1.4, 附件4 1.4.1–1.4.2 (A11–A13, C09–C10, D11–D13, D17–D18). What the directory does not know or may no longer
know is a doubt, never a defect; without a directory nothing is asked of addresses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ledger.entries import Enterprise
from mailbot.examination.matter import SenderRule
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from mailbot.examination.workdays import day_of_receipt
from parsers.mail.message import Address
from parsers.mail.provenance import Authentication


@dataclass(frozen=True, kw_only=True)
class SubjectMalformed(Finding):
    code = "subject_malformed"
    written: str
    faults: tuple[str, ...]  #: stable words of `read_subject`
    expected: tuple[str, ...]  #: the right line with the applicant's own names; several where it stays open


@dataclass(frozen=True, kw_only=True)
class SubjectDeviates(Finding):
    code = "subject_deviates"
    default = Severity.NOTE
    deviations: tuple[str, ...]
    expected: str


@dataclass(frozen=True, kw_only=True)
class MailboxWrong(Finding):
    code = "mailbox_wrong"
    right: tuple[str, ...]  #: the mailboxes that review this matter
    by_project: bool = False  #: True: told by the project map
    authority: str | None = None  #: the project's, as the map names it


@dataclass(frozen=True, kw_only=True)
class MailboxOtherToo(Finding):
    """The mail went to the right mailbox as well, which works it; this copy needs no answer (E09)."""

    code = "mailbox_other_too"
    default = Severity.NOTE
    right: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AuthorNotRegistered(Finding):
    code = "author_not_registered"
    firm: str
    earlier: bool = False  #: it was the firm's contact address before
    other_firm: str | None = None  #: the enterprise whose contact address it is


@dataclass(frozen=True, kw_only=True)
class AuthorIsFirm(Finding):
    """本人提交 sent from the enterprise's own mailbox: accepted (E04)."""

    code = "author_is_firm"
    default = Severity.NOTE


@dataclass(frozen=True, kw_only=True)
class AuthorUnauthenticated(Finding):
    code = "author_unauthenticated"
    default = Severity.DOUBT
    by_clause = False
    spf: str
    dkim: str
    dmarc: str


@dataclass(frozen=True, kw_only=True)
class AuthorAmbiguous(Finding):
    code = "author_ambiguous"
    default = Severity.DOUBT
    by_clause = False
    why: tuple[str, ...]  #: words of AuthorDefect, or "look_alike"


@dataclass(frozen=True, kw_only=True)
class FirmUnknown(Finding):
    code = "firm_unknown"
    default = Severity.DOUBT
    by_clause = False
    firm: str
    near_names: tuple[str, ...] = ()
    author_firm: str | None = None  #: the enterprise whose contact address the author is


@dataclass(frozen=True, kw_only=True)
class FirmNotCopied(Finding):
    code = "firm_not_copied"
    firm: str
    firm_contact: str
    earlier: bool = False  #: an earlier contact address was copied
    other_firm: str | None = None  #: another enterprise was copied instead


@dataclass(frozen=True, kw_only=True)
class ApplicantSuspended(Finding):
    """附件1-1, 4-1-x: applications of a suspended firm or person wait (A28, E30); told to the reviewer alone."""

    code = "applicant_suspended"
    default = Severity.DOUBT


@dataclass(frozen=True, kw_only=True)
class FiledFromBothSides(Finding):
    """E25: engineer and enterprise file the same 截止. Both wait for a person; the first complete one counts."""

    code = "filed_from_both_sides"
    default = Severity.DOUBT
    case_number: str


@dataclass(frozen=True, kw_only=True)
class Duplicate(Finding):
    code = "duplicate"
    default = Severity.NOTE
    by_clause = False
    case_number: str


def subject_is_as_prescribed(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    subject = submission.subject
    if subject.faults:
        lenient = submission.matter.policy("subject") == "lenient" and subject.beyond_doubt
        yield SubjectMalformed(
            written=subject.raw,
            faults=subject.faults,
            expected=subject.expected,
            at_most=Severity.NOTE if lenient else Severity.DEFECT,
        )
    elif subject.deviations:
        yield SubjectDeviates(deviations=subject.deviations, expected=subject.expected[0])


def review_mailbox_is_right(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Only asked of mailboxes whose matters are known; city and district only with a project map (I24)."""
    reviewed_here = on_file.mailbox_matters.get(submission.mailbox.lower())
    if reviewed_here is None:
        return
    if submission.matter.key not in reviewed_here:
        right = tuple(box for box, keys in on_file.mailbox_matters.items() if submission.matter.key in keys)
        if not right and submission.matter.review_mailbox:
            right = (submission.matter.review_mailbox,)
        yield from _elsewhere(submission, right, by_project=False)
    elif on_file.projects_loaded and submission.matter.key == "engineer_track_record":
        if on_file.project_mailbox is None and on_file.project_authority:
            # A district whose mailbox is not on the map: 联系我们 publishes it.
            yield MailboxWrong(right=(), by_project=True, authority=on_file.project_authority)
        elif on_file.project_mailbox is None:
            ceiling = Severity.DOUBT if submission.matter.policy("unknown_project") == "doubt" else Severity.NOTE  # I24
            yield MailboxWrong(right=(), by_project=True, certain=False, at_most=ceiling)
        elif on_file.project_mailbox.lower() != submission.mailbox.lower():
            right = (on_file.project_mailbox,)
            yield from _elsewhere(submission, right, by_project=True, authority=on_file.project_authority)


def author_is_clear(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    message = submission.message
    if message.author_defects:
        yield AuthorAmbiguous(why=tuple(defect.value for defect in message.author_defects))
    elif message.author and on_file.firm and _looks_alike(message.author.key, on_file.firm.contact_address):
        yield AuthorAmbiguous(why=("look_alike",))
    if submission.provenance.state is Authentication.FAILED:
        proof = submission.provenance
        yield AuthorUnauthenticated(spf=proof.spf, dkim=proof.dkim, dmarc=proof.dmarc)


def firm_is_known(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if on_file.directory_loaded and on_file.firm is None and submission.subject.firm:
        yield FirmUnknown(
            firm=submission.subject.firm,
            near_names=on_file.near_names,
            author_firm=on_file.author_firm.name if on_file.author_firm else None,
        )


def author_is_registered(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """企业提交 comes from the firm's contact address; 本人提交 from wherever the engineer writes."""
    firm, author = on_file.firm, submission.message.author
    if firm is None or author is None:
        return
    rule = _sender_rule(submission)
    if rule == "anyone":
        if _is_contact(author, firm):
            yield AuthorIsFirm()
        return
    if _is_contact(author, firm):
        return
    earlier = _is_earlier(author, firm)
    prescribed = rule == "registered"
    other = on_file.author_firm
    yield AuthorNotRegistered(
        firm=firm.name,
        earlier=earlier,
        other_firm=other.name if other and other.name != firm.name else None,
        certain=prescribed and not earlier and not _directory_is_old(submission, on_file),
    )


def _sender_rule(submission: Submission) -> SenderRule:
    """I02: where the circular prints no sending address, the office says how another one weighs."""
    if submission.filing.sender != "registered_or_doubt":
        return submission.filing.sender
    settled: dict[str, SenderRule] = {"defect": "registered", "accept": "anyone"}
    return settled.get(submission.matter.policy("unprescribed_sender"), "registered_or_doubt")


def firm_is_copied(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """本人提交 goes to the review mailbox and the firm in one mail; 密送 cannot be seen (E05)."""
    firm, author = on_file.firm, submission.message.author
    if not submission.filing.copy_to_firm or firm is None:
        return
    if author and _is_contact(author, firm):
        return  # the firm itself sent it, so it has it
    if any(_is_contact(address, firm) for address in submission.message.recipients):
        return
    earlier = any(_is_earlier(address, firm) for address in submission.message.recipients)
    yield FirmNotCopied(
        firm=firm.name,
        firm_contact=firm.contact_address,
        earlier=earlier,
        other_firm=next((other.name for other in on_file.copied_firms if other.name != firm.name), None),
        certain=not earlier and not _directory_is_old(submission, on_file),
    )


def applicant_is_not_suspended(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if on_file.suspended:
        yield ApplicantSuspended()


def application_is_new(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if on_file.duplicate_of:
        yield Duplicate(case_number=on_file.duplicate_of)
    elif on_file.other_source:
        yield FiledFromBothSides(case_number=on_file.other_source)


RULES: Final = (
    subject_is_as_prescribed,
    review_mailbox_is_right,
    author_is_clear,
    firm_is_known,
    author_is_registered,
    firm_is_copied,
    applicant_is_not_suspended,
    application_is_new,
)


def _elsewhere(
    submission: Submission, right: tuple[str, ...], *, by_project: bool, authority: str | None = None
) -> Iterator[Finding]:
    recipients = {address.key for address in submission.message.recipients}
    if any(box.lower() in recipients for box in right):
        yield MailboxOtherToo(right=right)
    else:
        # Where a matter cannot be told beyond doubt, neither can its mailbox.
        yield MailboxWrong(right=right, by_project=by_project, authority=authority, certain=bool(right))


def _is_contact(address: Address, firm: Enterprise) -> bool:
    return address.key == firm.contact_address.strip().lower()


def _is_earlier(address: Address, firm: Enterprise) -> bool:
    return address.key in {earlier.strip().lower() for earlier in firm.earlier_addresses}


def _directory_is_old(submission: Submission, on_file: OnFile) -> bool:
    if on_file.directory_as_of is None:
        return False
    age = day_of_receipt(submission.received) - on_file.directory_as_of
    return age > timedelta(days=on_file.directory_max_age_days)


#: Letters that are taken for one another; the second stands for both (E07).
_ALIKE: Final = str.maketrans("0li5", "o11s")


def _looks_alike(author: str, contact: str) -> bool:
    """Another address that a hurried eye takes for the firm's: 0/O, 1/l, rn/m, vip.163.com for 163.com."""
    contact = contact.strip().lower()
    return author != contact and _eyed(author) == _eyed(contact)


def _eyed(address: str) -> str:
    local, _, domain = address.rpartition("@")
    bare = f"{local}@{domain.removeprefix('vip.')}"
    return bare.replace("rn", "m").replace("vv", "w").translate(_ALIKE)
