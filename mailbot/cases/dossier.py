"""What does the ledger keep of an examined mail?"""

from collections.abc import Iterator
from datetime import date

from ledger.entries import CaseFacts, ClockEntry, FindingEntry
from ledger.questions import CaseFile
from mailbot.cases.examined import Examination
from mailbot.cases.happenings import entries, joined
from mailbot.cases.people import national_files, signatures_of
from mailbot.cases.report import documents_as_json, finding_as_json
from mailbot.examination.clocks import after
from mailbot.examination.examine import events_of
from mailbot.letters.rendering import Words
from mailbot.settings import Office
from parsers.dates import parse_date
from parsers.documents.document import Document, DocumentKind, Field

#: Whose word counts first for what stands on several papers.
_TRUST = (DocumentKind.NATIONAL_SCREENSHOT, DocumentKind.MUNICIPAL_SCREENSHOT, DocumentKind.COMMITMENT_LETTER)


def case_facts(
    examination: Examination, words: Words, office: Office, *, applicant: str | None, known: CaseFile | None = None
) -> CaseFacts:
    """The case's row, its findings, clocks and papers; ID and phone numbers only masked or as a key.

    `known`: the case that the mail joins, as it stood before.
    """
    verdict, on_file = examination.verdict, examination.on_file
    documents = [document for file in examination.files for document in file.documents]
    author = examination.message.author
    return CaseFacts(
        matter=verdict.matter or (known.case.facts.matter if known else ""),
        action=verdict.action,
        submitted_by=verdict.submitted_by,
        firm=verdict.firm,
        engineer=verdict.engineer,
        verdict=verdict.outcome.value,
        office=office.name,
        received_at=examination.received,
        applicant=applicant or (author.addr_spec if author else ""),
        pack_version=examination.submission.matter.version if examination.submission else "",
        findings=tuple(FindingEntry(**finding_as_json(judged, words)) for judged in verdict.findings),
        clocks=_clocks(examination, known),
        documents=tuple(documents_as_json(examination.files)),
        credit_identifier=on_file.firm.credit_identifier if on_file and on_file.firm else None,
        project=told(documents, "project"),
        section=told(documents, "section"),
        post=told(documents, "post"),
        started_on=_day(told(documents, "started_on")),
        ended_on=_day(told(documents, "ended_on")),
        fingerprint=examination.fingerprint,
        engineer_key=examination.engineer_key,
        handler_key=examination.handler_key,
        signatures=(
            *(mark for document in documents for mark in signatures_of(document)),
            *(national_files(examination.submission) if examination.submission else ()),
        ),
    )


def told(documents: list[Document], name: str) -> str | None:
    """A value as the most trusted paper tells it, or None."""
    return next((field.value for field in _told(documents, name) if field.value), None)


def _told(documents: list[Document], name: str) -> Iterator[Field]:
    for kind in _TRUST:
        for document in documents:
            if document.kind is kind and (field := document.fields.get(name)):
                yield field


def _day(text: str | None) -> date | None:
    return parse_date(text) if text else None


def _clocks(examination: Examination, known: CaseFile | None) -> tuple[ClockEntry, ...]:
    """All periods of the case: of its earlier mails too, when it has any."""
    verdict, submission, on_file = examination.verdict, examination.submission, examination.on_file
    if known is None or submission is None or on_file is None:
        return entries(verdict.clocks)
    events = joined(known, events_of(submission, verdict.findings, verdict.outcome))
    return entries(after(events, matter=submission.matter, filing=submission.filing, calendar=on_file.calendar))
