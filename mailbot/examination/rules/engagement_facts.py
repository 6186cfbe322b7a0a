"""Which engagement is this application about: its project, the engineer's own rows, its first and last day?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from mailbot.examination.rules.wordings import Wording, misread, papers, voices, wordings
from mailbot.examination.submission import Submission
from parsers.documents.document import DocumentKind, Field
from parsers.documents.screenshot import Screenshot, Tenure, screenshots
from parsers.names import compare_persons, compare_titles, fold_person

_NATIONAL: Final = DocumentKind.NATIONAL_SCREENSHOT
_MUNICIPAL: Final = DocumentKind.MUNICIPAL_SCREENSHOT


@dataclass(frozen=True)
class ShownDay:
    """A day as a page shows it."""

    day: date
    certain: bool
    document: str
    page: int


def engineer_name(submission: Submission) -> str | None:
    """As most places say, the subject among them: a subject may name another of the people listed."""
    named = submission.subject.engineer
    said = [*wordings(submission, "engineer"), *([Wording(named, "subject")] if named else [])]
    found = voices(said, compare_persons)
    return found[0].value if found else None


def own_rows(submission: Submission) -> tuple[tuple[Tenure, Screenshot], ...]:
    """The engineer's rows among the 履约人员, the latest start first; a name one letter off only where none fits."""
    name = engineer_name(submission)
    pages = screenshots(papers(submission), _MUNICIPAL)
    if name is None:
        return ()
    rows = [(row, page) for page in pages for row in page.tenures_of(name)]
    if not rows:
        rows = [(row, page) for page in pages for row in page.personnel if misread(row.person.value, fold_person(name))]
    return tuple(sorted(rows, key=lambda one: one[0].started_on.value if one[0].started_on else "", reverse=True))


def project(submission: Submission) -> str | None:
    said = voices(wordings(submission, "project"), compare_titles)
    return said[0].value if said else None


def section(submission: Submission) -> str | None:
    said = voices(wordings(submission, "section"), compare_titles)
    return said[0].value if said else None


def event_days(submission: Submission) -> tuple[ShownDay, ...]:
    """The days from which lateness counts: 进场 for 新增, the end for 截止; the national page's first.

    Pages that disagree give several. An end on the municipal page counts for 截止 alone.
    """
    key = {"add": "started_on", "close": "ended_on"}.get(submission.filing.action or "")
    if key is None:
        return ()
    national = [(page.values.get(key), page) for page in screenshots(papers(submission), _NATIONAL)]
    rows = [(row.started_on if key == "started_on" else row.ended_on, page) for row, page in own_rows(submission)[:1]]
    return _days([*national, *rows])


def submission_days(submission: Submission) -> tuple[ShownDay, ...]:
    """When the entry was submitted in the national system, where its page says so (I35)."""
    return _days((page.values.get("submitted_on"), page) for page in screenshots(papers(submission), _NATIONAL))


def completion_days(submission: Submission) -> tuple[ShownDay, ...]:
    """合同段交工验收, from the municipal page."""
    return _days((page.values.get("completed_on"), page) for page in screenshots(papers(submission), _MUNICIPAL))


def _days(read: Iterable[tuple[Field | None, Screenshot]]) -> tuple[ShownDay, ...]:
    return tuple(
        ShownDay(date.fromisoformat(field.value), field.certain, page.file, field.page)
        for field, page in read
        if field is not None
    )
