"""Which case does a mail belong to, and what is sent again in it?

By thread, case number, the same application still open, or the very same files (E08, E09, E25). A case of somebody else
is never touched.
"""

import re
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Final

from ledger.office_time import office_day
from ledger.questions import CaseMatch, CaseQuery, FoundBy
from mailbot.cases.known import Known
from mailbot.examination.matter import Matter
from mailbot.examination.submission import SubjectReading, Submission
from parsers.documents.document import FileRead
from parsers.mail.message import Message, Parsed
from parsers.names import Likeness, compare_titles

_CASE_NUMBER: Final = re.compile(r"[A-Z0-9]{2,8}-20\d\d-\d{4,6}")
#: A case found so is the same application going on; found otherwise it is only likely.
ANSWERS_OURS: Final = (FoundBy.NUMBER, FoundBy.THREAD)
CONTINUES: Final = (*ANSWERS_OURS, FoundBy.OPEN_CASE)


def case_of(
    message: Message, subject: SubjectReading, known: Known, *, same_as: int | None, day: date
) -> CaseMatch | None:
    """The case that this mail belongs to; a case of somebody else is never touched (D1 of the threat list)."""
    if known.cases is None or message.author is None or message.automatic:
        return None
    query = CaseQuery(
        numbers=tuple(_CASE_NUMBER.findall(message.subject)),
        thread=message.in_reply_to + message.references,
        fingerprint=fingerprint_of(message, subject),
        same_as=same_as,
        applicant=message.author.key,
        matter=subject.matter.key if subject.matter else None,
        action=subject.action,
        firm=known.filed_as(subject, day),
        engineer=subject.engineer,
    )
    found = known.cases.find_case(query)
    return found if found and found.applicant.lower() == message.author.key else None


def other_side(submission: Submission, known: Known, engineer_key: str | None) -> str | None:
    """The case in which engineer or enterprise has filed the same already; it is not touched (E25)."""
    if known.cases is None or submission.filing_assumed:
        return None
    subject, filing = submission.subject, submission.filing
    query = CaseQuery(
        matter=submission.matter.key,
        action=filing.action,
        firm=known.filed_as(subject, office_day(submission.received)),
        engineer=subject.engineer,
        engineer_key=engineer_key,
    )
    found = known.cases.other_side(query, filing.submitted_by)
    return found.number if found else None


def fingerprint_of(message: Message, subject: SubjectReading) -> str:
    """The same for the same application sent again unchanged: who, what, and the very files. Empty without files."""
    files = sorted(attachment.sha256 for attachment in message.attachments if not attachment.inline)
    if not files or message.author is None:
        return ""
    matter = subject.matter.key if subject.matter else ""
    parts = (message.author.key, matter, subject.action or "", subject.engineer or "", subject.firm or "", *files)
    return sha256("\x1f".join(parts).encode()).hexdigest()


def as_the_case(subject: SubjectReading, case: CaseMatch, matters: tuple[Matter, ...]) -> SubjectReading:
    """An answer whose own subject tells no filing ("补充材料") is about what the case is about."""
    matter = next((one for one in matters if one.key == case.matter), None)
    if subject.filing or matter is None or subject.matter not in (None, matter):
        return subject
    ways = [one for one in matter.filings if (one.action, one.submitted_by) == (case.action, case.submitted_by)]
    return replace(
        subject,
        matter=matter,
        filing=ways[0] if ways else None,
        action=ways[0].action if ways else subject.action,
        submitted_by=ways[0].submitted_by if ways else subject.submitted_by,
        firm=subject.firm or case.firm,
        engineer=subject.engineer or case.engineer,
    )


def going_on(case: CaseMatch | None, files: tuple[FileRead, ...]) -> CaseMatch | None:
    """The case that this application continues: an ended one begins no more, another project is another case."""
    if case is None or not case.state.is_open:
        return None
    if case.by is FoundBy.OPEN_CASE and case.project:
        named = [field.value for file in files for one in file.documents if (field := one.fields.get("project"))]
        if named and all(compare_titles(case.project, value) is Likeness.DIFFERENT for value in named if value):
            return None
    return case


def seen_before(message: Message, earlier: tuple[Parsed, ...]) -> frozenset[str]:
    known = {one.sha256 for mail in earlier for one in mail.message.attachments}
    return frozenset(one.name for one in message.attachments if one.sha256 in known)
