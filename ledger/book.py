"""Which columns do the sheets of the 工作台账 have, and what does each show (domain.md 7.6)?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Generic, TypeVar

from ledger.entries import ClockEntry, FindingEntry
from ledger.office_time import office_day
from ledger.overview import CaseRecord, Concern, Exchange, Round
from ledger.periods import FEEDBACK_CLOCK, review_clocks
from ledger.workbook import Value, local

Row = TypeVar("Row")


@dataclass(frozen=True)
class View:
    """How stable words and personal numbers are shown; what only the caller can compute."""

    label: Callable[[str, str], str] = lambda _kind, word: word  #: (kind of word, word) → its Chinese name
    mask: Callable[[str], str] = lambda text: text  #: hides numbers of people in free text
    address: Callable[[str], str] = lambda address: address  #: hides a private mail address
    workdays: Callable[[date, date], int | None] = lambda _after, _until: None
    level: Callable[[str], str | None] = lambda _mailbox: None  #: review mailbox → 市级, or the district's office
    own_review: frozenset[str] = frozenset()  #: matters whose review has a period of its own
    notice: Callable[[str], date | None] = lambda _project: None  #: when its 质量监督通知书 is issued (G26)
    focus: Callable[[str], bool] = lambda _project: False  #: is it one of 督查重点 (G28)?


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its title, its width in signs, and what it shows."""

    title: str
    width: int
    value: Callable[[Row, View], Value]
    step: str = ""  #: name of the reviewers' entry that it shows


def _clock(record: CaseRecord, *names: str) -> ClockEntry | None:
    """The first of these that has begun."""
    running = {clock.id: clock for clock in record.case.facts.clocks}
    return next((running[name] for name in names if name in running), None)


def _review(record: CaseRecord, view: View) -> ClockEntry | None:
    """By which the review is judged."""
    return _clock(record, *review_clocks(record.case.facts.matter, view.own_review))


def _feedback_due(record: CaseRecord, view: View) -> Value:
    return _due(_clock(record, FEEDBACK_CLOCK))


def _review_due(record: CaseRecord, view: View) -> Value:
    return _due(_review(record, view))


def _due(clock: ClockEntry | None) -> Value:
    """The day; while a year's holidays are not published, its bounds as words."""
    if clock is None or clock.due is not None or clock.earliest is None:
        return clock.due if clock else None
    return f"{clock.earliest}～{clock.latest}"


def _fact(name: str) -> Callable[[CaseRecord, View], Value]:
    """Applicants' words, numbers of people masked."""

    def told(record: CaseRecord, view: View) -> Value:
        value = getattr(record.case.facts, name)
        return view.mask(value) if isinstance(value, str) else value

    return told


def _named(kind: str, name: str) -> Callable[[CaseRecord, View], Value]:
    def named(record: CaseRecord, view: View) -> Value:
        word = getattr(record.case.facts, name)
        return view.label(kind, word) if word else None

    return named


def _step(name: str, kind: str = "") -> Callable[[CaseRecord, View], Value]:
    """What a reviewer entered: a day as a day, a stable word by its name, other words as they are."""

    def entered(record: CaseRecord, view: View) -> Value:
        value = record.case.steps.get(name)
        if value is None or value == "":
            return None
        if (moment := entered_at(value)) is not None:
            return moment
        return view.label(kind, str(value)) if kind else view.mask(str(value))

    return entered


def entered_at(value: object) -> date | datetime | None:
    """A day or moment that was entered as ISO 8601; None for anything else."""
    if not isinstance(value, str) or not value[:4].isdigit():
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else _aware(datetime.fromisoformat(value))
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime | date:
    return moment if moment.tzinfo else moment.date()


def _codes(severity: str) -> Callable[[CaseRecord, View], Value]:
    def codes(record: CaseRecord, view: View) -> Value:
        found = dict.fromkeys(one.code for one in record.case.facts.findings if one.severity == severity)
        return "、".join(view.label("finding", code) for code in found)

    return codes


def _unless_found(*codes: str) -> Callable[[CaseRecord, View], Value]:
    """是 when the last mail was checked for this and nothing was found, 否 when a defect was, 待核对 on a doubt."""

    def held(record: CaseRecord, view: View) -> Value:
        found = {one.severity for one in record.case.facts.findings if one.code in codes}
        if record.case.facts.verdict not in ("complete", "correction", "referred"):
            return None
        return view.label("held", "no" if "defect" in found else "unsure" if "doubt" in found else "yes")

    return held


def _complete(record: CaseRecord, view: View) -> Value:
    return view.label("held", {"complete": "yes", "correction": "no"}.get(record.case.facts.verdict, "unsure"))


def _late(record: CaseRecord, view: View) -> Value:
    """Late with or without an explanation, as far as the last mail tells."""
    kinds = {str(document.get("kind")) for document in record.case.facts.documents}
    if any(one.code == "late_unexplained" for one in record.case.facts.findings):
        return view.label("late", "unexplained")
    return view.label("late", "explained") if kinds & {"explanation", "late_filing_undertaking"} else None


def feedback_in_time(record: CaseRecord, view: View) -> Value:
    clock, at = _clock(record, FEEDBACK_CLOCK), record.case.first_feedback_at
    due = (clock.first_due or clock.due) if clock else None
    if due is None or at is None:
        return None
    return view.label("held", "yes" if office_day(at) <= due else "no")


def _closed_in_time(record: CaseRecord, view: View) -> Value:
    clock, at = _review(record, view), record.case.closed_at
    if clock is None or clock.due is None or at is None:
        return None
    return view.label("held", "yes" if office_day(at) <= clock.due else "no")


def _workdays(record: CaseRecord, view: View) -> Value:
    """用时: workdays from the start of the review (else the receipt) to the end; the first day does not count."""
    at, clock = record.case.closed_at, _review(record, view)
    if at is None:
        return None
    began = clock.started_on if clock and clock.started_on else office_day(record.case.facts.received_at)
    return view.workdays(began, office_day(at))


def _result(record: CaseRecord, view: View) -> Value:
    state = record.case.state
    return None if state.is_open else view.label("state", state.value)


def _files(record: CaseRecord, view: View) -> Value:
    return len({document.get("file") for document in record.case.facts.documents})


def _phone(record: CaseRecord, view: View) -> Value:
    """As a paper of the last mail names it."""
    fields = (document.get("fields", {}).get("phone") for document in record.case.facts.documents)
    numbers = (str(field["value"]) for field in fields if field and field.get("value"))
    return next((view.mask(number) for number in numbers), None)


def _level(record: CaseRecord, view: View) -> Value:
    """Whose project it is, by the mailbox that reviews it (附件4 1.4.1)."""
    return view.level(record.case.mailbox) if record.case.facts.project else None


def _notice(record: CaseRecord, view: View) -> Value:
    return view.notice(record.case.facts.project) if record.case.facts.project else None


def _focus(record: CaseRecord, view: View) -> Value:
    return view.label("held", "yes") if record.case.facts.project and view.focus(record.case.facts.project) else None


def _told(record: CaseRecord, view: View) -> Value:
    return "；".join(f"{local(at):%Y-%m-%d %H:%M}" for at in record.told_at)


def _corrected(record: CaseRecord, view: View) -> Value:
    return record.completed_at if record.case.rounds else None


def _reviewer(record: CaseRecord, view: View) -> Value:
    return view.label("reviewer", record.case.reviewer) if record.case.reviewer else None


def _opening(name: str) -> Callable[[CaseRecord, View], Value]:
    def told(record: CaseRecord, view: View) -> Value:
        return view.mask(getattr(record.opening, name)) if record.opening else None

    return told


def _entered(title: str, width: int, step: str, kind: str = "") -> Column[CaseRecord]:
    return Column(title, width, _step(step, kind), step)


CASES: Final[tuple[Column[CaseRecord], ...]] = (
    Column("收件编号", 17, lambda record, view: record.case.number),
    Column("审核单位", 24, _fact("office")),
    Column("收件邮箱", 24, lambda record, view: record.case.mailbox),
    Column("收到时间", 18, _fact("received_at")),
    Column("发件邮箱（脱敏）", 22, lambda record, view: view.address(record.case.facts.applicant)),
    Column("邮件名称", 46, _opening("subject")),
    Column("Message-ID", 24, _opening("message_id")),
    Column("原件存档位置", 20, lambda record, view: archived_at(record.case.sha256)),
    Column("原件SHA-256", 20, lambda record, view: record.case.sha256),
    Column("附件数", 8, _files),
    Column("登记类型", 20, _named("matter", "matter")),
    Column("新增/更新/截止", 12, _named("action", "action")),
    Column("提交方式", 10, _named("submitted_by", "submitted_by")),
    Column("申请人", 12, _fact("engineer")),
    Column("监理企业", 32, _fact("firm")),
    Column("统一社会信用代码（脱敏）", 22, _fact("credit_identifier")),
    Column("项目名称", 36, _fact("project")),
    Column("标段", 14, _fact("section")),
    Column("岗位", 16, _fact("post")),
    Column("项目层级/区县", 20, _level),
    Column("联系电话（脱敏）", 16, _phone),
    Column("在岗起始", 12, _fact("started_on")),
    Column("在岗截止", 12, _fact("ended_on")),
    Column("发送邮箱一致", 10, _unless_found("author_not_registered", "author_unauthenticated", "author_ambiguous")),
    Column("同步发送企业邮箱", 10, _unless_found("firm_not_copied")),
    Column("邮箱申请查看结论", 14, _named("verdict", "verdict")),
    Column("材料齐全", 10, _complete),
    Column("缺陷", 40, _codes("defect")),
    Column("待人工核对", 40, _codes("doubt")),
    Column("补正次数", 8, lambda record, view: record.case.rounds),
    Column("每次告知时间", 20, _told),
    Column("补正到齐时间", 18, _corrected),
    Column("是否逾期/情况说明", 16, _late),
    Column("反馈期限", 12, _feedback_due),
    Column("首次反馈时间", 18, lambda record, view: record.case.first_feedback_at),
    Column("按时反馈", 10, feedback_in_time),
    _entered("企业复核完成日（人工）", 14, "verified_on"),
    Column("审核期限", 12, _review_due),
    _entered("身份核验方式", 12, "identity_checked", "check"),
    _entered("身份核验时间", 18, "identity_checked_on"),
    _entered("身份核验结果", 12, "identity_result", "check"),
    _entered("社保查验结果", 12, "insurance_checked", "check"),
    _entered("社保查验时间", 18, "insurance_checked_on"),
    _entered("社保查验人", 14, "insurance_checked_by", "reviewer"),
    _entered("两系统一致", 10, "systems_agree", "held"),
    Column("状态", 18, lambda record, view: view.label("state", record.case.state.value)),
    Column("审核结果", 14, _result),
    _entered("全国系统办结日", 14, "national_closed_on"),
    _entered("办理说明（不通过原因）", 30, "reason"),
    Column("审核人", 14, _reviewer),
    Column("办结时间", 18, lambda record, view: record.case.closed_at),
    Column("按时办结", 10, _closed_in_time),
    Column("用时（工作日）", 10, _workdays),
    Column("往来邮件数", 10, lambda record, view: len(record.exchanges)),
    Column("归档日", 12, lambda record, view: office_day(record.case.closed_at) if record.case.closed_at else None),
    Column("保存至", 12, lambda record, view: record.case.keep_until),
    _entered("备注", 30, "remark"),
    Column("质量监督通知书日期", 14, _notice),
    Column("督查重点", 10, _focus),
)


@dataclass(frozen=True)
class ItemRow:
    """One line of the sheet 事项: what was found in one round of one case."""

    record: CaseRecord
    round: Round
    finding: FindingEntry | None


def items(record: CaseRecord) -> Iterator[ItemRow]:
    """Each finding of each round; a round without any stands with an empty one, so that none is missing."""
    for one in record.rounds:
        for finding in one.findings or (None,):
            yield ItemRow(record, one, finding)


def _item(name: str, kind: str = "") -> Callable[[ItemRow, View], Value]:
    def told(row: ItemRow, view: View) -> Value:
        value: Value = getattr(row.finding, name) if row.finding else None
        if not isinstance(value, str):
            return value
        return view.label(kind, value) if kind else view.mask(value)

    return told


ITEMS: Final[tuple[Column[ItemRow], ...]] = (
    Column("收件编号", 17, lambda row, view: row.record.case.number),
    Column("轮次", 6, lambda row, view: row.round.number),
    Column("来件时间", 18, lambda row, view: row.round.received_at),
    Column("登记类型", 20, lambda row, view: view.label("matter", row.record.case.facts.matter)),
    Column("申请人", 12, lambda row, view: view.mask(row.record.case.facts.engineer or "")),
    Column("监理企业", 32, lambda row, view: view.mask(row.record.case.facts.firm or "")),
    Column("结论", 14, lambda row, view: view.label("verdict", row.round.verdict)),
    Column("性质", 12, _item("severity", "severity")),
    Column("事项", 24, _item("code", "finding")),
    Column("依据", 18, _item("clause")),
    Column("说明", 70, _item("message")),
    Column("材料", 24, _item("document")),
    Column("页", 6, _item("page")),
)


@dataclass(frozen=True)
class ExchangeRow:
    """One line of the sheet 往来邮件."""

    record: CaseRecord
    exchange: Exchange = field(repr=False)


def _state_of(row: ExchangeRow, view: View) -> Value:
    return view.label("mail" if row.exchange.incoming else "letter_state", row.exchange.state)


def _kind_of(row: ExchangeRow, view: View) -> Value:
    one = row.exchange
    return view.label("direction", "in") if one.incoming else view.label("letter", one.kind)


EXCHANGES: Final[tuple[Column[ExchangeRow], ...]] = (
    Column("收件编号", 17, lambda row, view: row.record.case.number),
    Column("时间", 18, lambda row, view: row.exchange.at),
    Column("收/发", 8, lambda row, view: view.label("direction", "in" if row.exchange.incoming else "out")),
    Column("种类", 16, _kind_of),
    Column("状态", 14, _state_of),
    Column("对方邮箱（脱敏）", 24, lambda row, view: view.address(row.exchange.address)),
    Column("邮件名称", 56, lambda row, view: view.mask(row.exchange.subject)),
    Column("Message-ID", 30, lambda row, view: view.mask(row.exchange.message_id)),
    Column("原件存档位置", 20, lambda row, view: archived_at(row.exchange.sha256)),
    Column("原件SHA-256", 20, lambda row, view: row.exchange.sha256),
)


CONCERNS: Final[tuple[Column[Concern], ...]] = (
    Column("来件时间", 18, lambda one, view: one.at),
    Column("收件邮箱", 24, lambda one, view: one.mailbox),
    Column("收件编号", 17, lambda one, view: one.case_number),
    Column("邮件名称", 56, lambda one, view: view.mask(one.subject)),
    Column("来件邮箱（脱敏）", 24, lambda one, view: view.address(one.address)),
    Column("办理情况", 18, lambda one, view: view.label("state" if one.case_number else "mail", one.state)),
    Column("原件存档位置", 20, lambda one, view: archived_at(one.sha256)),
)


def archived_at(sha256: str) -> str:
    """Where the raw mail lies within the archive's folder."""
    return f"{sha256[:2]}/{sha256}.eml" if sha256 else ""
