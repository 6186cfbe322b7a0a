"""Do letter and screenshots say the same of the engagement: project, section, post, start and end?

附件4 3.5, 1.2 (D03, D04, D08, D09, D30). 新增 and 更新 compare the start alone; an end counts only for 截止, and a
planned end on the municipal page is never told (D40).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from rapidfuzz.distance import Hamming

from ledger.office_time import office_day
from mailbot.examination.rules.agreement import Disagreement, both
from mailbot.examination.rules.engagement_facts import own_rows
from mailbot.examination.rules.wordings import (
    Voice,
    looks_alike,
    odd_voices,
    other_digit,
    papers,
    surely_different,
    wording,
    wordings,
)
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.document import DocumentKind
from parsers.documents.screenshot import Screenshot, Tenure, screenshots
from parsers.names import Likeness, compare_posts, compare_titles, fold_post, squeeze

_NATIONAL: Final = DocumentKind.NATIONAL_SCREENSHOT
_MUNICIPAL: Final = DocumentKind.MUNICIPAL_SCREENSHOT
_LOOK_ALIKE: Final = str.maketrans("IL|ODQSBZ二三", "111000582一一")


@dataclass(frozen=True, kw_only=True)
class ProjectDisagrees(Disagreement):
    code = "project_disagrees"


@dataclass(frozen=True, kw_only=True)
class SectionDisagrees(Disagreement):
    code = "section_disagrees"


@dataclass(frozen=True, kw_only=True)
class PostDisagrees(Disagreement):
    code = "post_disagrees"


@dataclass(frozen=True, kw_only=True)
class DatesDisagree(Disagreement):
    """Start or end; values are ISO dates, "" where the municipal page says 至今."""

    code = "dates_disagree"
    which: str  #: "started_on" or "ended_on"
    left_day: date
    right_day: date | None  #: None: 至今


@dataclass(frozen=True, kw_only=True)
class EndNotShown(Finding):
    """截止, but the page that must show the end of the engagement shows none (D04)."""

    code = "end_date_not_shown"
    default = Severity.DOUBT
    system: str  #: "national" or "municipal"


@dataclass(frozen=True, kw_only=True)
class EndInFuture(Finding):
    """截止 as of a day that has not come (E21)."""

    code = "end_date_in_future"
    ended_on: date


@dataclass(frozen=True, kw_only=True)
class DatesOutOfOrder(Finding):
    """An end before its start, or 离职 not after the end (D09, E21)."""

    code = "dates_out_of_order"
    earlier: date
    later: date
    which: str  #: "end_before_start" or "left_before_end"


def projects_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    for left, right, likeness in odd_voices(list(wordings(submission, "project")), compare_titles):
        if not _only_reading(left, right):
            yield ProjectDisagrees(**both(left, right), certain=surely_different(left, right, likeness))


def sections_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    for left, right, likeness in odd_voices(list(wordings(submission, "section")), compare_titles):
        if not _only_reading(left, right):
            sure = surely_different(left, right, likeness) and not _look_alike(left, right)
            yield SectionDisagrees(**both(left, right), certain=sure)


def posts_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Posts of the closed list. 更新 leaves the former post in the municipal list: any row of his will do."""
    said = list(wordings(submission, "post"))
    shown = [wording(row.post, page) for row, page in own_rows(submission) if row.post]
    held = [one for one in shown if any(compare_posts(one.value, other.value) is Likeness.EQUAL for other in said)]
    said += held or shown[:1]
    for left, right, likeness in odd_voices(said, compare_posts):
        yield PostDisagrees(**both(left, right), certain=_surely_other_post(left, right, likeness))


def dates_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """National page against the engineer's row on the municipal page."""
    rows = own_rows(submission)
    yield from _starts(submission, rows)
    if submission.filing.action == "close":
        yield from _ends(submission, rows)


def dates_are_possible(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """What one page says by itself. Ends on the municipal page are left alone: planned ones are usual (D40)."""
    today = office_day(submission.received)
    for page in screenshots(papers(submission), _NATIONAL):
        start, end, left = (page.values.get(key) for key in ("started_on", "ended_on", "left_on"))
        if end is None:
            continue
        day = date.fromisoformat(end.value)
        if submission.filing.action == "close" and day > today:
            yield EndInFuture(certain=end.certain, ended_on=day, document=page.file, page=end.page)
        if start is not None and day < (begun := date.fromisoformat(start.value)):
            sure = start.certain and end.certain
            yield DatesOutOfOrder(
                certain=sure, earlier=day, later=begun, which="end_before_start", document=page.file, page=end.page
            )
        if left is not None and (gone := date.fromisoformat(left.value)) <= day:
            sure = left.certain and end.certain
            yield DatesOutOfOrder(
                certain=sure, earlier=gone, later=day, which="left_before_end", document=page.file, page=end.page
            )


def _starts(submission: Submission, rows: tuple[tuple[Tenure, Screenshot], ...]) -> Iterator[Finding]:
    said = list(wordings(submission, "started_on"))
    shown = [wording(row.started_on, page) for row, page in rows if row.started_on]
    held = [one for one in shown if any(one.value == other.value for other in said)]
    said += held or shown[:1]
    for left, right, likeness in odd_voices(said, _same):
        yield _other_days(left, right, "started_on", certain=_surely_other_day(left, right, likeness))


def _ends(submission: Submission, rows: tuple[tuple[Tenure, Screenshot], ...]) -> Iterator[Finding]:
    """D04: 任职结束时间 equals the 截止 date."""
    said = list(wordings(submission, "ended_on"))
    pages = screenshots(papers(submission), _NATIONAL)
    if pages and not said:
        yield EndNotShown(system="national", document=pages[0].file, page=pages[0].pages[0])
    shown = [wording(row.ended_on, page) for row, page in rows if row.ended_on]
    if rows and not shown:
        row, page = rows[0]
        if said and row.until_now:
            until_now = Voice((replace(wording(row.person, page), value=""),))
            sure = said[0].certain and _reads_well(row)
            yield _other_days(Voice(tuple(said[:1])), until_now, "ended_on", certain=sure)
        else:
            yield EndNotShown(system="municipal", document=page.file, page=row.person.page)
        return
    held = [one for one in shown if any(one.value == other.value for other in said)]
    said += held or shown[:1]
    for left, right, likeness in odd_voices(said, _same):
        yield _other_days(left, right, "ended_on", certain=_surely_other_day(left, right, likeness))


def _other_days(left: Voice, right: Voice, which: str, *, certain: bool) -> DatesDisagree:
    return DatesDisagree(
        **both(left, right),
        certain=certain,
        which=which,
        left_day=date.fromisoformat(left.value),
        right_day=date.fromisoformat(right.value) if right.value else None,
    )


def _reads_well(row: Tenure) -> bool:
    """至今 stands behind a start that was read for certain, in one cell."""
    return row.started_on is not None and row.started_on.certain


def _surely_other_day(left: Voice, right: Voice, likeness: Likeness) -> bool:
    """Two digits apart at least, or one that no engine takes for the other: no check digit guards a date."""
    if not surely_different(left, right, likeness):
        return False
    if left.best.typed and right.best.typed:
        return True
    if Hamming.distance(left.value, right.value, pad=True) > 1:
        return True
    return other_digit(left.value, right.value) and left.clear and right.clear


def _surely_other_post(left: Voice, right: Voice, likeness: Likeness) -> bool:
    """Two posts of the list, both clearly read. A letter lost (副) or a line (代表) makes one of the other."""
    if likeness is not Likeness.DIFFERENT or not all(fold_post(voice.value) for voice in (left, right)):
        return False
    if left.only_reconstructed or right.only_reconstructed:
        return False
    if left.best.typed and right.best.typed:
        return True
    a, b = squeeze(left.value), squeeze(right.value)
    return all(voice.certain or voice.clear for voice in (left, right)) and a not in b and b not in a


def _only_reading(left: Voice, right: Voice) -> bool:
    """The same but for what engines drop: brackets and hyphens, and one of two capitals that stand together.

    Signs of one stroke's difference (酉, 西) are one sign to an engine. JL is read as J now and then with full
    confidence, and no project numbers its sections J3 and JL3.
    """
    if left.best.typed and right.best.typed:
        return False
    a, b = sorted((_letters(left.value), _letters(right.value)), key=len)
    if a == b or looks_alike(a, b):
        return True
    lost = [at for at in range(len(b)) if b[:at] + b[at + 1 :] == a]
    return any("A" <= b[at] <= "Z" and _beside_capital(b, at) for at in lost)


def _beside_capital(text: str, at: int) -> bool:
    return any("A" <= sign <= "Z" for sign in (text[at - 1 : at] + text[at + 1 : at + 2]))


def _look_alike(left: Voice, right: Voice) -> bool:
    """Alike but for signs that engines confuse: JL1 and JLI, 第一 and 第二."""
    if left.best.typed and right.best.typed:
        return False
    return _letters(left.value).translate(_LOOK_ALIKE) == _letters(right.value).translate(_LOOK_ALIKE)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", squeeze(text)).upper()


def _same(left: str, right: str) -> Likeness:
    return Likeness.EQUAL if left == right else Likeness.DIFFERENT


RULES: Final = (projects_agree, sections_agree, posts_agree, dates_agree, dates_are_possible)
