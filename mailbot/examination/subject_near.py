"""What was a subject that is not of the prescribed form meant to say, and what is wrong with it?

Nothing is guessed: matter, action and submitter are told only where no other reading fits the words.
"""

import re
from typing import Final

from mailbot.examination.matter import Action, Filing, Matter, Submitter
from mailbot.examination.subject_line import BRACKETS, SEPARATORS, Line, outside_brackets
from mailbot.examination.subject_names import Registered, expected_line, loose_names
from mailbot.examination.submission import SubjectReading
from parsers.names import squeeze

_ACTIONS: Final[dict[Action, str]] = {"add": "新增", "update": "更新", "close": "截止"}
_SUBMITTERS: Final[dict[Submitter, re.Pattern[str]]] = {
    "engineer": re.compile(r"本人提交|个人提交|本人申请|本人申报|\(本人\)|\(个人\)"),
    "firm": re.compile(r"企业提交|公司提交|单位提交|企业申请|\(企业\)|\(公司\)"),
}


def diagnose(raw: str, line: Line, matters: tuple[Matter, ...], registered: Registered) -> SubjectReading:
    """The reading of a line that no filing prescribes: what is meant, as far as beyond doubt, and every fault."""
    text = squeeze(line.text).translate(BRACKETS)
    actions: list[Action] = [action for action, word in _ACTIONS.items() if word in text]
    submitters: list[Submitter] = [who for who, words in _SUBMITTERS.items() if words.search(text)]
    near = _near_filings(text, matters)
    matter = near[0][0] if len({matter.key for matter, _ in near}) == 1 else None
    if matter is None:
        return SubjectReading(raw, line.text, deviations=line.deviations, faults=(_unknown(line.text),))
    ways = [filing for _, filing in near]
    fitting = _narrow(ways, actions, submitters)
    whole = all((not way.action or actions == [way.action]) for way in fitting)
    filing = fitting[0] if len(fitting) == 1 and whole and _agrees(fitting[0], submitters) else None
    names = loose_names(line.text, ways[0].subject.blanks, registered)
    faults = _faults(line.text, text, fitting, actions, submitters) + names.faults
    action = actions[0] if len(actions) == 1 and any(way.action for way in ways) else None
    submitter = {way.submitted_by for way in fitting if _agrees(way, submitters)}
    return SubjectReading(
        raw=raw,
        folded=line.text,
        engineer=names.engineer,
        firm=names.firm,
        matter=matter,
        filing=filing,
        action=filing.action if filing else action,
        submitted_by=submitter.pop() if len(submitter) == 1 else None,
        deviations=line.deviations,
        faults=tuple(dict.fromkeys(faults)) or ("event_altered",),
        expected=tuple(expected_line(way, names, registered) for way in fitting),
    )


def _near_filings(text: str, matters: tuple[Matter, ...]) -> list[tuple[Matter, Filing]]:
    """Filings whose event stands in the text; only if none does, those whose `near` words do; the longest word wins."""
    found: list[tuple[int, Matter, Filing]] = []
    for matter in matters:
        for filing in matter.filings:
            form = filing.subject
            words = [word for word in (form.event, *form.also, *form.tolerated, *form.near) if word in text]
            if words:
                # All ways of a matter share its near words, so one way's longer event must not outdo the others.
                shared = [word for word in words if word in form.near] or words
                found.append((max(map(len, shared)), matter, filing))
    longest = max((length for length, _, _ in found), default=0)
    best = {matter.key for length, matter, _ in found if length == longest}
    return [(matter, filing) for _, matter, filing in found if matter.key in best]


def _narrow(ways: list[Filing], actions: list[Action], submitters: list[Submitter]) -> list[Filing]:
    """Fewer ways by each thing told, as long as any is left: what contradicts all of them narrows nothing."""
    told = [way for way in ways if way.action is None or way.action in actions] or ways
    return [way for way in told if submitters and _agrees(way, submitters)] or told


def _agrees(way: Filing, submitters: list[Submitter]) -> bool:
    return not way.subject.mark or not submitters or submitters == [way.submitted_by]


def _faults(
    written: str, text: str, ways: list[Filing], actions: list[Action], submitters: list[Submitter]
) -> tuple[str, ...]:
    """Stable words for what is wrong; each has its half-sentence in templates/findings/envelope.zh.j2."""
    faults = []
    if any(way.action for way in ways):
        if not actions:
            faults.append("action_missing")
        elif len(actions) > 1:
            faults.append("action_not_chosen")
    if any(way.subject.mark for way in ways):
        if not submitters:
            faults.append("submitter_missing")
        elif not any(_agrees(way, submitters) for way in ways):
            faults.append("submitter_wrong")
    if len(outside_brackets(written, SEPARATORS)) <= len(ways[0].subject.blanks):
        faults.append("separator_wrong")
    if not any(event in text for way in ways for event in (way.subject.event, *way.subject.also)):
        faults.append("event_altered")
    return tuple(faults)


def _unknown(text: str) -> str:
    return "event_unknown" if text else "empty"
