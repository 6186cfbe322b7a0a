"""Who wrote the mail, for which firm, and is the firm copied?

附件1/3 1.4, 附件4 1.4.1–1.4.2 (A11, C09, D11, D17). What the directory does not know or may no longer know is a doubt,
never a defect; without a directory nothing is asked of addresses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ledger.entries import Enterprise
from ledger.office_time import office_day
from mailbot.examination.matter import SenderRule
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.mail.message import Address
from parsers.mail.provenance import Authentication


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


RULES: Final = (
    author_is_clear,
    firm_is_known,
    author_is_registered,
    firm_is_copied,
)


def _is_contact(address: Address, firm: Enterprise) -> bool:
    return address.key == firm.contact_address.strip().lower()


def _is_earlier(address: Address, firm: Enterprise) -> bool:
    return address.key in {earlier.strip().lower() for earlier in firm.earlier_addresses}


def _directory_is_old(submission: Submission, on_file: OnFile) -> bool:
    if on_file.directory_as_of is None:
        return False
    age = office_day(submission.received) - on_file.directory_as_of
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
