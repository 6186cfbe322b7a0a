"""What can only a person look up for a case, and who has done so, when, with what result?

重庆系统, 全国系统 and 人社 are not asked by the service; the enterprise's 复核 and the applicant's face are seen by
people alone (附件4 3.3, 3.5). What they enter lies in the case's steps.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ledger.book import entered_at
from ledger.questions import CaseFile
from mailbot.cases.happenings import filing_of
from mailbot.examination.command import Check
from mailbot.examination.matter import Filing, Matter
from parsers.documents.document import DocumentKind

VERIFICATION: Final = "verification"
IDENTITY: Final = "identity"


@dataclass(frozen=True)
class Lookup:
    """One line of the checklist; its words are in templates/reviewer/."""

    word: str  #: verification, identity, municipal, national or insurance
    result: str = ""  #: "" while nobody has looked
    by: str = ""  #: name of who has looked
    at: date | None = None

    @property
    def done(self) -> bool:
        return bool(self.result)


def checklist(file: CaseFile, matters: Iterable[Matter], names: Mapping[str, str]) -> tuple[Lookup, ...]:
    """In the order of the work; empty for what applies for nothing. `names`: address of a reviewer → his name."""
    known = filing_of(file.case.facts, matters)
    if known is None:
        return ()
    steps = file.case.steps
    return tuple(_entered(word, steps, names) for word in _wanted(known[1]))


def _wanted(filing: Filing) -> Iterator[str]:
    if "review10" in filing.clocks:
        yield VERIFICATION
    if filing.requires(DocumentKind.CARD_IN_HAND_PHOTO):
        yield IDENTITY
    yield Check.MUNICIPAL
    yield Check.NATIONAL
    if filing.requires(DocumentKind.SOCIAL_INSURANCE_CERTIFICATE):
        yield Check.INSURANCE


def _entered(word: str, steps: Mapping[str, Any], names: Mapping[str, str]) -> Lookup:
    if word == VERIFICATION:
        day = steps.get("verified_on")
        return Lookup(word, result=day or "", at=entered_at(day))
    if word == IDENTITY:
        calls = [value for name, value in steps.items() if name.startswith("call ")]
        by = max(calls, key=lambda one: str(one["at"]))["by"] if calls else ""
        result, at = steps.get("identity_result") or "", entered_at(steps.get("identity_checked_on"))
        return Lookup(word, result, names.get(by, by), at)
    seen = steps.get(f"check_{word}")
    if seen is None:
        return Lookup(word)
    return Lookup(word, seen["result"], names.get(seen["by"], seen["by"]), entered_at(seen["at"]))
