"""Can the attached files be opened, and have they the prescribed format?

31号文 1.4 of every annex: 电子版, pdf或jpg格式 (A10, C08, D10). Findings name each file with its own reason (E13–E15).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.rules.absence import ACCEPTED_KINDS, attached, links, missing_papers
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import FileRead
from parsers.files.kind import FileKind
from parsers.files.page import Fault
from parsers.mail.message import Attachment

_PICTURES: Final = frozenset({FileKind.PNG, FileKind.GIF, FileKind.BMP, FileKind.TIFF, FileKind.WEBP, FileKind.HEIC})
#: Faults that lie in the file itself; a timeout or a crash may be ours.
_FAULTS_OF_FILE: Final = frozenset({Fault.ENCRYPTED, Fault.EMPTY, Fault.BROKEN})


@dataclass(frozen=True, kw_only=True)
class AttachmentsMissing(Finding):
    code = "attachments_missing"


@dataclass(frozen=True, kw_only=True)
class AttachmentLinked(Finding):
    """超大附件 or netdisk: the links expire and are never followed (E14)."""

    code = "attachment_linked"
    labels: tuple[str, ...]  #: names of the linked files as the mail shows them
    large_attachment: bool  #: False: a netdisk or online document
    alone: bool  #: True: nothing else is attached


@dataclass(frozen=True, kw_only=True)
class AttachmentFormat(Finding):
    code = "attachment_format"
    name: str
    kind: FileKind
    extra: bool  #: True: every required paper stands in another file


@dataclass(frozen=True, kw_only=True)
class AttachmentUnreadable(Finding):
    code = "attachment_unreadable"
    name: str
    fault: Fault


@dataclass(frozen=True, kw_only=True)
class AttachmentInline(Finding):
    """Pictures pasted into the text of the mail: counted as papers, but told (E15)."""

    code = "attachment_inline"
    default = Severity.NOTE
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MailTooComplex(Finding):
    """Parts, nesting or headers beyond the limits (E40): not everything was looked at."""

    code = "mail_too_complex"
    default = Severity.DOUBT
    by_clause = False


def something_is_attached(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if submission.message.too_complex:
        yield MailTooComplex()
    elif not attached(submission) and not links(submission) and not submission.earlier_files:
        yield AttachmentsMissing()


def nothing_is_linked(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A link matters only where a required paper is not attached; a footer's link is only told."""
    found = submission.message.links
    if not found:
        return
    alone = not attached(submission)
    yield AttachmentLinked(
        labels=tuple(link.label for link in found if link.label),
        large_attachment=any(link.large_attachment for link in found),
        alone=alone,
        certain=alone or submission.files is not None,
        at_most=_ceiling(submission),
    )


def files_have_the_prescribed_format(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    extra = _all_papers_are_elsewhere(submission)
    for file in attached(submission):
        if file.kind in ACCEPTED_KINDS | {FileKind.EMPTY}:
            continue
        yield AttachmentFormat(
            name=file.name,
            kind=file.kind,
            extra=extra,
            document=file.name,
            # OFD is looked at by a person though it is asked for as pdf; a program is never opened by anybody.
            certain=file.kind not in (FileKind.OFD, FileKind.PROGRAM) and not _may_be_extra(submission, file),
            at_most=Severity.NOTE if _is_tolerated(submission, file) else _ceiling(submission),
        )


def files_can_be_opened(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Encrypted, empty or broken: a defect. What mail programs leave empty beside the papers is only noted."""
    read = {file.position: file for file in submission.files or ()}
    for file in attached(submission):
        fault = _fault(file, read.get(file.position))
        if fault is None or (fault is Fault.UNSUPPORTED and file.kind not in ACCEPTED_KINDS):
            continue
        litter = fault is Fault.EMPTY and not _is_called_a_paper(file) and _all_papers_are_elsewhere(submission)
        yield AttachmentUnreadable(
            name=file.name,
            fault=fault,
            document=file.name,
            certain=fault in _FAULTS_OF_FILE,
            at_most=Severity.NOTE if litter else Severity.DEFECT,
        )


def pictures_are_attached_not_pasted(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if pasted := tuple(file.name for file in attached(submission) if file.pasted):
        yield AttachmentInline(names=pasted)


RULES: Final = (
    something_is_attached,
    nothing_is_linked,
    files_have_the_prescribed_format,
    files_can_be_opened,
    pictures_are_attached_not_pasted,
)


def _fault(file: Attachment, read: FileRead | None) -> Fault | None:
    if read is not None:
        return read.unreadable.fault if read.unreadable else None
    return Fault.EMPTY if file.kind is FileKind.EMPTY else None


def _is_called_a_paper(file: Attachment) -> bool:
    return file.name.lower().endswith((".pdf", ".jpg", ".jpeg"))


def _all_papers_are_elsewhere(submission: Submission) -> bool:
    return submission.files is not None and not missing_papers(submission)


def _ceiling(submission: Submission) -> Severity:
    return Severity.NOTE if _all_papers_are_elsewhere(submission) else Severity.DEFECT


def _may_be_extra(submission: Submission, file: Attachment) -> bool:
    """Could the papers that are not found stand on another file's unreadable or unknown pages?"""
    others = [read for read in submission.files or () if read.position != file.position]
    return any(read.unknown_pages or read.illegible_pages for read in others)


def _is_tolerated(submission: Submission, file: Attachment) -> bool:
    """I27: an office may take pictures of other formats; only where they could be read."""
    if submission.matter.policy("attachment_format") != "lenient" or file.kind not in _PICTURES:
        return False
    return any(read.position == file.position and read.unreadable is None for read in submission.files or ())
