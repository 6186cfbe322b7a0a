"""Is the mail itself right: subject and review mailbox?

附件1/3 1.4, 附件4 1.4.1–1.4.2 (A12–A13, C09–C10, D12–D13, D18).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity


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


RULES: Final = (
    subject_is_as_prescribed,
    review_mailbox_is_right,
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
