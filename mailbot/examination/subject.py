"""What does the subject of a mail ask for, and is it of the prescribed form?

附件1/3 1.4, 附件4 1.4.1–1.4.2; folding and splitting as domain.md 5.1. The line is parsed from both ends: the last part
tells the event, the first the engineer, and what lies between is the firm.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mailbot.examination.matter import Filing, Matter
from mailbot.examination.subject_line import BRACKETS, fold_line, split
from mailbot.examination.subject_names import Registered, expected_line, take_names
from mailbot.examination.subject_near import diagnose
from mailbot.examination.submission import SubjectReading
from parsers.names import squeeze

_EVENT_END: Final = re.compile(r"^(?P<event>.*?)[\s\-—_]*\(?(?P<mark>本人提交|企业提交)\)?$")
_SURPLUS: Final = re.compile(r"(?:的?(?:申请|审核|材料|资料|事宜|登记表))+$")


@dataclass(frozen=True)
class _Match:
    """An event that one filing prescribes or tolerates."""

    matter: Matter
    filing: Filing
    deviations: tuple[str, ...] = ()


def read_subject(raw: str, matters: Iterable[Matter], registered: Registered = lambda name: None) -> SubjectReading:
    """Never raises. `filing` is None where matter, action or submitter is not told beyond doubt."""
    matters = tuple(matter for matter in matters if matter.filings)
    line = fold_line(raw)
    parts, separator = split(line.text)
    match = _match_event(parts[-1], matters) if len(parts) > 1 else None
    if match is None:
        return diagnose(raw, line, matters, registered)
    names = take_names(parts[:-1], match.filing.subject.blanks, registered)
    deviations = line.deviations + separator + match.deviations + names.deviations
    return SubjectReading(
        raw=raw,
        folded=line.text,
        engineer=names.engineer,
        firm=names.firm,
        matter=match.matter,
        filing=match.filing,
        action=match.filing.action,
        submitted_by=match.filing.submitted_by,
        deviations=tuple(dict.fromkeys(deviations)),
        faults=names.faults,
        expected=(expected_line(match.filing, names, registered),),
    )


def _match_event(part: str, matters: Iterable[Matter]) -> _Match | None:
    """The filing whose event this is, letter by letter or with a tolerated surplus (I01, I11, D18)."""
    written = squeeze(part).translate(BRACKETS)
    ended = _EVENT_END.match(written)
    event, mark = (ended["event"], ended["mark"]) if ended else (written, "")
    spaced: tuple[str, ...] = ("spaces",) if " " in part else ()
    if ended and written != f"{event}({mark})":
        spaced += ("brackets",)
    candidates = [(matter, filing) for matter in matters for filing in matter.filings if filing.subject.mark == mark]
    for matter, filing in candidates:
        if event in _right(matter, filing):
            return _Match(matter, filing, spaced)
    for matter, filing in candidates:
        if event in _tolerated(matter, filing):
            return _Match(matter, filing, (*spaced, "event_wording"))
    lean = _SURPLUS.sub("", event)
    for matter, filing in candidates:
        if lean in _right(matter, filing) + _tolerated(matter, filing):
            return _Match(matter, filing, (*spaced, "surplus_words"))
    return None


def _right(matter: Matter, filing: Filing) -> tuple[str, ...]:
    """Events that are right as they stand (I01: the form and its own example differ)."""
    also = filing.subject.also if matter.policy("close_event") == "both" else ()
    return (filing.subject.event, *also)


def _tolerated(matter: Matter, filing: Filing) -> tuple[str, ...]:
    """Events that are accepted with a note (I11)."""
    also = filing.subject.also if matter.policy("close_event") != "both" else ()
    return also + (filing.subject.tolerated if matter.policy("long_event") == "note" else ())
