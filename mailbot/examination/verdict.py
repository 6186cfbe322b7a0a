"""What was found, how sure is it, and what does it come to?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar


class Severity(StrEnum):
    """How much a finding weighs (contract.md 2)."""

    DEFECT = "defect"  #: certain: the applicant must correct it
    DOUBT = "doubt"  #: a person must look
    NOTE = "note"  #: told or recorded, changes nothing

    @property
    def weight(self) -> int:
        """For comparing: a defect weighs more than a doubt, a doubt more than a note."""
        return {Severity.DEFECT: 2, Severity.DOUBT: 1, Severity.NOTE: 0}[self]


class Outcome(StrEnum):
    """The contract's `verdict`."""

    COMPLETE = "complete"  #: 材料齐全, goes to review
    CORRECTION = "correction"  #: only certain defects: 补正告知 lists all of them at once
    REFERRED = "referred"  #: at least one doubt: a reviewer looks first
    SET_ASIDE = "set_aside"  #: no application: bounce, automatic reply, newsletter, spam
    REMINDER = "reminder"  #: the owner's reminder under 附件2
    WITHDRAWAL = "withdrawal"
    QUERY = "query"  #: a question that a shipped answer covers


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong, unsure or worth telling. Each rule defines its own kinds beside itself.

    A subclass names its `code` (contract.md 3) and its `default` severity, and adds what its sentence needs as
    fields. It holds no words: `templates/findings/<topic>.zh.j2` has one macro per code.
    """

    code: ClassVar[str]
    default: ClassVar[Severity] = Severity.DEFECT
    by_clause: ClassVar[bool] = True  #: False: it rests on no clause, so none is cited unless the office names one

    certain: bool = True  #: False: this one is never more than a doubt, whatever the office sets
    at_most: Severity = Severity.DEFECT  #: a milder ceiling for this one, whatever the office sets
    document: str | None = None  #: the attachment it stands in
    page: int | None = None
    clause: str = ""  #: empty: the pack's clause for this code, else that of the filing


@dataclass(frozen=True)
class Judged:
    """A finding with the severity and the clause that the matter's pack gives it."""

    finding: Finding
    severity: Severity
    clause: str

    @property
    def code(self) -> str:
        return self.finding.code


@dataclass(frozen=True)
class Clock:
    """One period of the circular as it stands for this case (rules.md 3.7)."""

    id: str  #: feedback10, overall10, review10 …
    clause: str
    due: date | None  #: None while a needed year's holidays are not loaded
    earliest: date | None = None  #: bounds while `due` is None
    latest: date | None = None
    started_on: date | None = None  #: not counted itself
    stopped_on: date | None = None
    paused: bool = False  #: stopped while the applicant corrects; his answer starts it anew


@dataclass(frozen=True)
class Verdict:
    """The whole result of examining one mail."""

    outcome: Outcome
    findings: tuple[Judged, ...] = ()
    clocks: tuple[Clock, ...] = ()
    matter: str | None = None
    action: str | None = None
    submitted_by: str | None = None
    firm: str | None = None
    engineer: str | None = None

    @property
    def feedback_clock(self) -> Clock | None:
        return next((clock for clock in self.clocks if clock.id == "feedback10"), None)

    def of(self, severity: Severity) -> tuple[Judged, ...]:
        return tuple(judged for judged in self.findings if judged.severity is severity)


def outcome_of(findings: tuple[Judged, ...]) -> Outcome:
    """The verdict on an application: a doubt sends it to a person, else a defect sends it back, else it is complete."""
    severities = {judged.severity for judged in findings}
    if Severity.DOUBT in severities:
        return Outcome.REFERRED
    if Severity.DEFECT in severities:
        return Outcome.CORRECTION
    return Outcome.COMPLETE


Evidence = dict[str, Any]
