"""How is an examination told to people and to programs: `check` as text and as JSON (contract.md 2)?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from ledger.office_time import OFFICE_TIME
from mailbot.cases.examined import Examination
from mailbot.cases.papers_seen import files_seen
from mailbot.examination.verdict import Finding, Judged, Verdict
from mailbot.letters.rendering import Words
from parsers.documents.document import Document, FileRead, holds_number
from parsers.masking import mask, masked

#: Fields of every finding that the report names by themselves.
_COMMON = frozenset(field.name for field in fields(Finding))


def as_json(name: str, examination: Examination, words: Words, *, full: bool = False) -> dict[str, Any]:
    """One object of `check --json`; personal numbers are masked unless `full`."""
    verdict = examination.verdict
    feedback = verdict.feedback_clock
    bounded = feedback is not None and feedback.due is None and feedback.earliest and feedback.latest
    return {
        "file": name,
        "mailbox": examination.mailbox,
        "received": examination.received.astimezone(OFFICE_TIME).isoformat(timespec="seconds"),
        "matter": verdict.matter,
        "action": verdict.action,
        "submitted_by": verdict.submitted_by,
        "firm": verdict.firm,
        "engineer": verdict.engineer,
        "verdict": verdict.outcome.value,
        "due": feedback.due.isoformat() if feedback and feedback.due else None,
        "due_bounds": [feedback.earliest.isoformat(), feedback.latest.isoformat()] if bounded else None,  # type: ignore[union-attr]  # bounded says they are there
        "findings": [finding_as_json(judged, words, full=full) for judged in verdict.findings],
        "documents": list(documents_as_json(examination.files, full=full)),
        "clocks": [
            {"id": clock.id, "due": clock.due.isoformat() if clock.due else None, "clause": clock.clause}
            for clock in verdict.clocks
        ],
        "seconds": round(examination.seconds, 2),
    }


def finding_as_json(judged: Judged, words: Words, *, full: bool = False) -> dict[str, Any]:
    finding = judged.finding
    return {
        "code": judged.code,
        "severity": judged.severity.value,
        "clause": judged.clause,
        "message": words.sentence(finding),
        "document": finding.document,
        "page": finding.page,
        "evidence": evidence_of(finding, full=full),
    }


def evidence_of(finding: Finding, *, full: bool = False) -> dict[str, Any]:
    """What the finding rests on, by the names of its fields."""
    return {
        field.name: _plain(getattr(finding, field.name), field.name, full)
        for field in fields(finding)
        if field.name not in _COMMON
    }


def documents_as_json(files: tuple[FileRead, ...], *, full: bool = False) -> Iterator[dict[str, Any]]:
    for file in files:
        for document in file.documents:
            yield document_as_json(document, full=full)
        left = (*file.unknown_pages, *file.illegible_pages)
        if left or file.unreadable:
            yield {
                "file": file.name,
                "pages": sorted(left),
                "kind": "other",
                "form": None,
                "fields": {},
                "read_by": "none" if file.unreadable or not file.unknown_pages else "ocr",
                "seconds": 0.0,
            }


def document_as_json(document: Document, *, full: bool = False) -> dict[str, Any]:
    return {
        "file": document.file,
        "pages": [leaf.page for leaf in document.places if leaf.position == document.position],
        "kind": document.kind.value,
        "form": getattr(document, "form", None),
        "fields": {
            name: {"value": _plain(field.value, name, full), "confidence": round(field.confidence, 3)}
            for name, field in document.fields.items()
        },
        "read_by": document.read_by.value,
        "seconds": round(document.seconds, 2),
    }


def _plain(value: Any, name: str, full: bool) -> Any:
    """JSON's own types; numbers of persons and firms masked."""
    match value:
        case Enum():
            return value.value
        case str():
            return value if full else masked(value) if holds_number(name) else mask(value)
        case bool() | int() | float() | None:
            return value
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(inner, str(key), full) for key, inner in value.items()}
        case tuple() | list() | frozenset() | set():
            return [_plain(inner, name, full) for inner in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name), field.name, full) for field in fields(value)}
        case _:
            return mask(str(value))


@dataclass(frozen=True)
class Found:
    """A finding as a person at a terminal reads it."""

    severity: str
    sentence: str
    clause: str
    document: str | None
    code: str  #: by which a pack sets its severity


@dataclass(frozen=True)
class Told:
    """Everything that the template of an examined mail may name."""

    name: str
    subject: str
    received: datetime
    verdict: Verdict
    findings: tuple[Found, ...]


def as_text(name: str, examination: Examination, words: Words) -> Iterator[str]:
    """A few lines for a person at a terminal."""
    verdict = examination.verdict
    findings = (
        Found(one.severity.value, words.sentence(one.finding), one.clause, one.finding.document, one.code)
        for one in verdict.findings
    )
    told = Told(name, mask(examination.message.subject), examination.received, verdict, tuple(findings))
    yield from words.reviewer_text("examined", told).splitlines()
    yield from files_as_text(examination.files, words)


def files_as_text(files: tuple[FileRead, ...], words: Words) -> Iterator[str]:
    """What was seen on each, in the reviewers' words."""
    if files:
        yield from words.reviewer_text("papers", tuple(files_seen(files))).splitlines()
