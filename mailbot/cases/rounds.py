"""Which defects does this round tell that an earlier round could have told (一次性告知)?

They are the office's own miss, not the applicant's: the paper was there, or was missing, all the time.
"""

from collections.abc import Iterator
from typing import Final

from ledger.questions import CaseFile
from mailbot.cases.examined import Examination
from mailbot.cases.report import evidence_of
from mailbot.examination.rules.agreement import Disagreement
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import FileRead

#: Said by this very mail, whatever came before.
_SAID_ANEW: Final = frozenset({"subject"})
_GONE: Final = "_missing"


def own_misses(examination: Examination, known: CaseFile) -> tuple[str, ...]:
    """Codes of the defects that are told now for the first time and could be seen before; `known`: the case so far."""
    submission = examination.submission
    if submission is None or not known.examinations:
        return ()
    told = {
        (finding.code, str(finding.evidence))
        for one in known.examinations
        for finding in one.findings
        if finding.severity == Severity.DEFECT
    }
    new = [file for file in examination.files if file.name not in examination.seen_before]
    old = {file.name for file in submission.earlier_files} | examination.seen_before
    visible = _Visible(frozenset(old - {file.name for file in new}), frozenset(_kinds(new)))
    found = (one.finding for one in examination.verdict.of(Severity.DEFECT))
    codes = [one.code for one in found if visible.before(one) and (one.code, str(evidence_of(one))) not in told]
    return tuple(dict.fromkeys(codes))


class _Visible:
    """What could be seen in an earlier round."""

    def __init__(self, old_files: frozenset[str], new_kinds: frozenset[str]) -> None:
        self._old_files = old_files
        self._new_kinds = new_kinds

    def before(self, finding: Finding) -> bool:
        if isinstance(finding, Disagreement):
            places = {*finding.left_places, *finding.right_places}
            return not places & (self._new_kinds | _SAID_ANEW)
        if finding.document is None:  # papers add up over the rounds, so what is missing now always was
            return finding.code.endswith(_GONE)
        return finding.document in self._old_files


def _kinds(files: list[FileRead]) -> Iterator[str]:
    return (document.kind.value for file in files for document in file.documents)
