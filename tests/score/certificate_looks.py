"""In how many layouts may the same certificate of insurance come (no layout is public, domain.md 3.3)?

Built from parts drawn by lot: title, head, table, foot. A reader that has learnt one province's paper by heart fails.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from zlib import crc32

from PIL import Image, ImageDraw

from mailbot.demo.ink import seal
from mailbot.demo.people import Person
from mailbot.demo.sheet import Colour, Inset, Rule, Sheet, Text

Month = str  #: "YYYY-MM"
KINDS = ("企业职工基本养老保险", "失业保险", "工伤保险")
TITLES = (
    "重庆市社会保险参保证明（个人）",
    "重庆市社会保险个人参保证明",
    "重庆市社会保险参保证明（个人专用）",
    "重庆市社会保险参保缴费证明（个人）",
    "重庆市企业职工基本养老保险参保证明（个人）",
    "重庆市社会保险|参保证明（个人）",
    "重庆市社会保险参保证明|（个人）",
)


@dataclass(frozen=True)
class Insured:
    """What every layout shows."""

    person: Person
    employer: str
    paid: tuple[Month, ...]  #: oldest first
    printed_on: date
    code: str
    unpaid: tuple[Month, ...] = ()  #: months that the paper lists as not paid
    before: tuple[str, tuple[Month, ...]] | None = None  #: an earlier employer with its months
    title: str | None = None
    issuer: str = "重庆市社会保险局"

    @property
    def rows(self) -> list[tuple[Month, str, bool]]:
        """Every month that stands in the table: month, employer, whether paid."""
        name, months = self.before or ("", ())
        rows = [(month, name, True) for month in months]
        rows += [(month, self.employer, True) for month in self.paid]
        return sorted([*rows, *((month, self.employer, False) for month in self.unpaid)])

    @property
    def all_paid(self) -> list[Month]:
        return [month for month, _, paid in self.rows if paid]


Part = Callable[[Sheet, float, Insured, Random], float]


def draw(insured: Insured, rng: Random) -> list[Sheet]:
    """One certificate in a layout drawn by lot, on one or two sheets."""
    wide = rng.random() < 0.15
    sheet = Sheet(297.0, 210.0) if wide else Sheet()
    if rng.random() < 0.25:
        _watermark(sheet)
    top = 16.0
    for line in (insured.title or rng.choice(TITLES)).split("|"):
        sheet.centred(sheet.width / 2, top, line, 6, bold=True)
        top += 9
    top = rng.choice(HEADS)(sheet, top + 4, insured, rng)
    body = rng.choice(BODIES)
    top = body(sheet, top + 4, insured, rng)
    top = foot(sheet, top + 5, insured, rng)
    return _leaves(sheet) if top > sheet.height - 24 else [sheet]


def _leaves(drawn: Sheet) -> list[Sheet]:
    """What runs over the sheet's end goes over the leaf, cut below a row of the table."""
    rows = [step.y0 for step in drawn.steps if isinstance(step, Rule) and step.y0 == step.y1 < drawn.height - 22]
    cut = max(rows, default=drawn.height - 22)
    first, second = (Sheet(drawn.width, drawn.height, font=drawn.font) for _ in range(2))
    down = 24 - cut
    for step in drawn.steps:
        match step:
            case Rule() if max(step.y0, step.y1) > cut + 0.1:
                second.steps.append(replace(step, y0=max(step.y0, cut) + down, y1=step.y1 + down))
            case Text() | Inset() if step.top > cut - 1:
                second.steps.append(replace(step, top=step.top + down))
            case _:
                first.steps.append(step)
    first.text(drawn.width / 2 - 12, drawn.height - 14, "第1页 共2页", 3.4)
    second.text(drawn.width / 2 - 12, drawn.height - 14, "第2页 共2页", 3.4)
    return [first, second]


# -- heads: whose certificate ---------------------------------------------------------------------------------------


def ruled_head(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """Labels and values in a ruled table, four columns."""
    number = rng.choice(("公民身份号码", "社会保障号码", "身份证号码", "证件号码"))
    employer = rng.choice(("现参保单位", "参保单位", "单位名称", "工作单位"))
    cells = [("姓名", insured.person.name), (number, insured.person.citizen_id), (employer, insured.employer)]
    more = [
        ("参保状态", "正常参保"),
        ("参保地", "重庆市南岸区"),
        ("性别", _sex(insured)),
        ("个人编号", _own_number(insured)),
    ]
    cells += rng.sample(more, rng.choice((1, 3)))
    right = sheet.width - 22
    half = (right - 22) / 2
    for row in _pairs(cells):
        sheet.frame(22, top, right, top + 9)
        for column, (label, value) in enumerate(row):
            left = 22 + half * column
            sheet.rule(left + 30, top, left + 30, top + 9)
            sheet.rule(left + half, top, left + half, top + 9)
            sheet.text(left + 2, top + 2.6, label, 3.6)
            _fitted(sheet, left + 32, top + 2.6, half - 34, value, 3.6, 9)
        top += 9
    return top


def running_head(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """Label：value, several on a line."""
    colon, gap = rng.choice(("：", ":")), rng.choice(("　　", "    ", "　　　　"))
    number = rng.choice(("公民身份号码", "社会保障号", "身份证号", "证件号码"))
    name = rng.choice(("姓名", "参保人姓名", "参保人员姓名"))
    lines = [
        f"{name}{colon}{insured.person.name}{gap}{number}{colon}{insured.person.citizen_id}",
        f"{rng.choice(('参保单位', '现参保单位', '单位名称', '当前参保单位名称'))}{colon}{insured.employer}",
    ]
    if rng.random() < 0.5:
        lines.append(f"性别{colon}{_sex(insured)}{gap}参保状态{colon}参保缴费{gap}首次参保年月{colon}2012年07月")
    for line in lines:
        sheet.text(22, top, line, 3.9)
        top += 8
    return top


def one_a_line(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    pairs = [
        ("姓    名", insured.person.name),
        ("身份证号码", insured.person.citizen_id),
        ("参保单位", insured.employer),
    ]
    if rng.random() < 0.5:
        pairs.insert(1, ("性    别", _sex(insured)))
    for label, value in pairs:
        sheet.text(26, top, f"{label}：", 4)
        sheet.text(58, top, value, 4)
        top += 8
    return top


def sentence(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """兹证明 … in running text, broken where the paper ends."""
    sex = rng.choice((f"，{_sex(insured)}", ""))
    words = rng.choice(
        (
            (
                f"　　兹证明 {insured.person.name}{sex}，公民身份号码{insured.person.citizen_id}，"
                f"现参保单位：{insured.employer}，在我市参加社会保险情况如下："
            ),
            (
                f"　　兹证明{insured.person.name}（身份证号：{insured.person.citizen_id}）系{insured.employer}"
                "参保职工，其参加社会保险缴费情况如下："
            ),
        )
    )
    return sheet.wrapped(22, top, sheet.width - 46, words, 3.9, leading=1.8)


HEADS: tuple[Part, ...] = (ruled_head, running_head, one_a_line, sentence)


# -- bodies: which months -------------------------------------------------------------------------------------------


def month_rows(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """A row a month, a column an insurance."""
    state = rng.choice(
        (
            ("已缴", "未缴"),
            ("√", "×"),
            ("已到账", "未到账"),
            ("正常缴费", "欠费"),
            ("足额缴费", "未足额"),
            ("已缴费", "—"),
        )
    )
    month_head = rng.choice(("费款所属期", "缴费年月", "所属年月", "年月", "缴费月份"))
    heads = [
        rng.choice(("养老保险", "养老", "企业养老")),
        rng.choice(("失业保险", "失业")),
        rng.choice(("工伤保险", "工伤")),
    ]
    columns = [("序号", 12.0)] if rng.random() < 0.6 else []
    columns += [(month_head, 26.0), (rng.choice(("单位名称", "参保单位", "缴费单位")), 52.0)]
    base = rng.random() < 0.5
    columns += [("缴费基数", 18.0)] if base else []
    columns += [(head, 20.0) for head in heads[: rng.choice((1, 3, 3))]]
    writing = _month_writing(rng)
    rows = []
    listed = insured.rows[::-1] if rng.random() < 0.4 else insured.rows
    for number, (month, employer, paid) in enumerate(listed, 1):
        row = [f"{number}"] if columns[0][0] == "序号" else []
        row += [writing(month), employer] + ([f"{4200 + 100 * (number % 3)}"] if base else [])
        rows.append(row + [state[0] if paid else state[1]] * (len(columns) - len(row)))
    return _table(sheet, top, columns, rows, rng.choice((7.5, 8.5, 10)))


def money_rows(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """Amounts instead of words, and a column that says whether they have come in."""
    writing = _month_writing(rng)
    columns = [
        ("缴费年月", 26.0),
        ("缴费基数", 22.0),
        ("单位缴费", 22.0),
        ("个人缴费", 22.0),
        ("缴费状态", 22.0),
        ("单位名称", 52.0),
    ]
    rows = [
        [
            writing(month),
            "4850.00",
            "776.00" if paid else "0.00",
            "388.00" if paid else "0.00",
            "已到账" if paid else "未到账",
            employer,
        ]
        for month, employer, paid in insured.rows
    ]
    sheet.text(22, top, "企业职工基本养老保险缴费明细", 4, bold=True)
    return _table(sheet, top + 7, columns, rows, 8)


def year_and_month(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """Year and month in two columns (浙江)."""
    columns = [("年", 16.0), ("月", 12.0), ("单位名称", 60.0), ("缴费基数", 22.0), ("养老保险", 22.0), ("备注", 22.0)]
    rows = [
        [
            month[:4],
            f"{int(month[5:])}" if rng.random() < 0.5 else month[5:],
            employer,
            "4850",
            "已到账" if paid else "未到账",
            "",
        ]
        for month, employer, paid in insured.rows
    ]
    return _table(sheet, top, columns, rows, 8)


def by_insurance(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """A row for each month of each insurance, one insurance after the other."""
    writing = _month_writing(rng)
    columns = [("险种类型", 44.0), ("费款所属期", 26.0), ("参保单位", 56.0), ("缴费状态", 24.0)]
    rows = [
        [kind, writing(month), employer, "已缴费" if paid else "欠费"]
        for kind in KINDS[: 3 if len(insured.rows) < 8 else 2]
        for month, employer, paid in insured.rows
    ]
    return _table(sheet, top, columns, rows, 7)


def sections(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """一、养老保险 with its own small table, 二、失业保险 with its own."""
    writing = _month_writing(rng)
    for number, kind in zip("一二三", KINDS[: 3 if len(insured.rows) < 7 else 2], strict=False):
        sheet.text(22, top, f"{number}、{kind}", 4, bold=True)
        columns = [("缴费年月", 28.0), ("缴费单位", 62.0), ("缴费情况", 28.0)]
        rows = [[writing(month), employer, "已缴" if paid else "未缴"] for month, employer, paid in insured.rows]
        top = _table(sheet, top + 6, columns, rows, 7) + 3
    return top


def ranges(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """First and last month of each insurance at each employer."""
    writing = _month_writing(rng, "年月", "-", ".")
    head = rng.choice(
        (("起始年月", "终止年月"), ("缴费起始年月", "缴费截止年月"), ("开始时间", "结束时间"), ("缴费起始", "缴费截止"))
    )
    count = rng.choice(("缴费月数", "实际缴费月数", "月数"))
    columns = [("险种", 34.0), ("参保单位", 48.0), (head[0], 24.0), (head[1], 24.0), (count, 18.0)]
    if rng.random() < 0.5:
        columns.append(("参保状态", 18.0))
    rows = []
    for kind in KINDS:
        for employer, first, last, months in _stretches(insured):
            row = [kind, employer, writing(first), writing(last), f"{months}"]
            rows.append(row + ["参保缴费"] * (len(columns) - len(row)))
    return _table(sheet, top, columns, rows or [["企业职工基本养老保险", insured.employer, "", "", "0"]], 12)


def spans_in_one_cell(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """起止年月 in one cell."""
    writing, dash = _month_writing(rng, "", "年月", "."), rng.choice(("-", "至", "—", "~"))
    columns = [
        ("险种", 40.0),
        (rng.choice(("缴费起止年月", "起止时间", "缴费时段")), 48.0),
        ("缴费月数", 20.0),
        ("缴费单位", 56.0),
    ]
    rows = [
        [kind, f"{writing(first)}{dash}{writing(last)}", f"{months}", employer]
        for kind in KINDS
        for employer, first, last, months in _stretches(insured)
    ]
    return _table(sheet, top, columns, rows, 9)


def grid(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """A row a year, a column a month."""
    mark = rng.choice(("√", "已缴", "●", "1"))
    wide = (sheet.width - 44 - 20) / 12
    columns = [(rng.choice(("年度", "年份")), 20.0), *((f"{n}月", wide) for n in range(1, 13))]
    years = sorted({month[:4] for month, _, _ in insured.rows} | {f"{insured.printed_on.year}"})
    paid = set(insured.all_paid)
    no = rng.choice(("", "-"))
    rows = [[year, *(mark if f"{year}-{n:02d}" in paid else no for n in range(1, 13))] for year in years]
    top = _table(sheet, top, columns, rows, 9)
    sheet.text(22, top + 2, f"注：“{mark}”表示该月养老保险已缴费。", 3.6)
    return top + 7


def two_lists(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """Months in two columns side by side."""
    writing = _month_writing(rng)
    cells = [[writing(month), "已缴费" if paid else "未缴费"] for month, _, paid in insured.rows]
    half = (len(cells) + 1) // 2
    columns = [("缴费年月", 36.0), ("养老保险", 40.0)] * 2
    rows = [cells[n] + (cells[n + half] if n + half < len(cells) else ["", ""]) for n in range(half)]
    return _table(sheet, top, columns, rows, 8)


def summary_and_rows(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """Both: the spans of each insurance, then the last months one by one (the reconstruction of domain.md 3.3)."""
    sheet.text(22, top, "一、参保基本情况", 4, bold=True)
    top = ranges(sheet, top + 6, insured, rng) + 3
    first, last = (insured.rows[0][0], insured.rows[-1][0]) if insured.rows else ("2026-01", "2026-01")
    words = f"（{first[:4]}年{first[5:]}月—{last[:4]}年{last[5:]}月）"
    sheet.text(22, top, f"二、最近{len(insured.rows)}个月缴费明细{words}", 4, bold=True)
    return month_rows(sheet, top + 6, insured, rng)


def in_words(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """No table at all."""
    for kind in KINDS:
        for employer, first, last, months in _stretches(insured):
            words = (
                f"{kind}：{first[:4]}年{int(first[5:])}月至{last[:4]}年{int(last[5:])}月，"
                f"缴费{months}个月，缴费单位：{employer}。"
            )
            top = sheet.wrapped(22, top, sheet.width - 46, words, 3.9, leading=1.7)
    return top


def year_once(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """The year in one cell over all its months, firms in a table of their own, rows under a number (浙江).

    The caption's span ends with the month of printing, which is not booked yet.
    """
    sheet.text(22, top, "参加社会保险基本情况", 4, bold=True)
    basics = [[kind, "正常参保", insured.employer] for kind in KINDS]
    top = _table(sheet, top + 6, [("险种", 44.0), ("参保状态", 26.0), ("参保单位", 70.0)], basics, 8) + 4
    first = insured.rows[0][0] if insured.rows else f"{insured.printed_on:%Y-%m}"
    span = f"（{first.replace('-', '')}-{insured.printed_on:%Y%m}）"
    sheet.text(22, top, f"最近{len(insured.rows) + 1}个月缴费情况{span}", 4, bold=True)
    columns = [("年", 16.0), ("月", 12.0), ("单位编号", 26.0), ("参保地", 26.0), ("缴费基数", 22.0), ("个人缴费", 22.0)]
    columns += [("缴费状况", 22.0), ("备注", 16.0)]
    unit = _unit_number(insured.employer)
    years = [month[:4] for month, _, _ in insured.rows]
    rows = [
        ["", month[5:], unit, "南岸区", "4850.00", "388.00" if paid else "0.00", "已到账" if paid else "未到账", ""]
        for month, _, paid in insured.rows
    ]
    top = _table(sheet, top + 6, columns, rows, high := 7.0)
    lines = len(rows)
    for year in dict.fromkeys(years):
        middle = years.index(year) + years.count(year) / 2
        sheet.text(22, top - (lines - middle) * high - 1.8, year, 3.3)
    return top


def year_by_year(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """A table for each year, a row for each of its months, two columns an insurance, signs with a legend (河南)."""
    kinds = ("基本养老保险", "失业保险", "工伤保险")
    paid = {month: state for month, _, state in insured.rows}
    for year in sorted({month[:4] for month in paid} | {f"{insured.printed_on.year}"}):
        sheet.centred(sheet.width / 2, top, f"{year}年缴费明细情况", 4, bold=True)
        top = _double_heads(sheet, top + 6, [("月份", 18.0)], [(kind, ("缴费基数", "缴费情况")) for kind in kinds])
        columns = [18.0, *(25.0 for _ in range(6))]
        rows = []
        for number in range(1, 13):
            state = paid.get(f"{year}-{number:02d}")
            cell = ["4850", "●"] if state else ["4850", "△"] if state is False else ["-", "-"]
            rows.append([f"{number:02d}", *cell * 3])
        top = _rows(sheet, top, columns, rows, 5.4) + 3
    sheet.text(22, top, "说明：1.“●”表示已经实缴，“△”表示欠费，“○”表示外地转入，“-”表示未制定计划。", 3.3)
    return top + 5


def under_two_heads(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    """Amounts under heads of two rows, each employer as a number that a note explains (广东)."""
    writing = _month_writing(rng, "", "-")
    kinds = [("养老保险", ("缴费基数", "单位缴", "个人缴")), ("失业保险", ("缴费基数", "单位缴", "个人缴"))]
    kinds.append(("工伤保险", ("缴费基数", "单位缴")))
    sheet.text(22, top, "二、参保缴费明细（金额单位：元）", 4, bold=True)
    alone = [("缴费年月", 22.0), ("单位编号", 26.0)]
    top = _double_heads(sheet, top + 6, alone, kinds, 15.5)
    numbers = {name: _unit_number(name) for _, name, _ in insured.rows}
    rows = []
    for month, name, state in insured.rows:
        pension, others = ("776.00", "388.00"), ("24.25", "24.25", "9.70")
        amounts = (
            [*pension, "4850", *others[:2], "4850", others[2]] if state else ["0", "0", "4850", "0", "0", "4850", "0"]
        )
        rows.append([writing(month), numbers[name], "4850", *amounts])
    top = _rows(sheet, top, [22.0, 26.0, *(15.5 for _ in range(8))], rows, 7) + 3
    sheet.text(22, top, "备注：上述“参保缴费明细”表中“单位编号”对应的单位名称如下：", 3.6)
    for name, number in numbers.items():
        top += 6
        sheet.text(22, top, f"{number}：重庆市：{name}", 3.6)
    return top + 5


def _double_heads(
    sheet: Sheet,
    top: float,
    alone: Sequence[tuple[str, float]],
    groups: Sequence[tuple[str, tuple[str, ...]]],
    width: float = 25.0,
) -> float:
    """Heads of two rows: those that stand alone over both, a group's name over its own."""
    left, high = 20.0, 6.0
    for head, wide in alone:
        sheet.frame(left, top, left + wide, top + 2 * high)
        sheet.text(left + 1.2, top + high - 1.8, head, 3.3)
        left += wide
    for head, parts in groups:
        sheet.frame(left, top, left + width * len(parts), top + high)
        sheet.centred(left + width * len(parts) / 2, top + 1.2, head, 3.3)
        for part in parts:
            sheet.frame(left, top + high, left + width, top + 2 * high)
            sheet.text(left + 1.2, top + high + 1.2, part, 3.1)
            left += width
    return top + 2 * high


def _rows(sheet: Sheet, top: float, widths: Sequence[float], rows: Sequence[Sequence[str]], high: float) -> float:
    """Rows of a table whose heads stand already."""
    lefts = [20.0, *(20 + width for width in itertools.accumulate(widths))]
    for row in rows:
        sheet.frame(lefts[0], top, lefts[-1], top + high)
        for cell, (left, right) in zip(row, itertools.pairwise(lefts), strict=True):
            sheet.rule(right, top, right, top + high)
            _fitted(sheet, left + 1.2, top + high / 2 - 1.8, right - left - 2, cell, 3.3, high)
        top += high
    return top


BODIES: tuple[Part, ...] = (
    month_rows,
    month_rows,
    money_rows,
    year_and_month,
    by_insurance,
    sections,
    ranges,
    ranges,
    spans_in_one_cell,
    grid,
    two_lists,
    summary_and_rows,
    in_words,
    year_once,
    year_by_year,
    under_two_heads,
)


# -- foot -----------------------------------------------------------------------------------------------------------


def foot(sheet: Sheet, top: float, insured: Insured, rng: Random) -> float:
    day, until = insured.printed_on, insured.printed_on + timedelta(days=90)
    if rng.random() < 0.4:
        sheet.text(
            22,
            top,
            rng.choice(("缴费月数合计：{}个月", "累计缴费月数：{}个月", "共计缴费{}个月")).format(
                len(insured.all_paid)
            ),
            3.9,
        )
        top += 8
    label = rng.choice(("打印日期", "打印时间", "出具日期", "制表日期", "生成时间", "查询时间"))
    written = rng.choice(
        (
            f"{day.year}年{day.month:02d}月{day.day:02d}日",
            f"{day}",
            f"{day:%Y/%m/%d}",
            f"{day} 10:24:31",
            f"{day:%Y.%m.%d}",
        )
    )
    sheet.text(22, top, f"{label}：{written}", 3.9)
    code = rng.choice(("验证码", "校验码", "授权码", "验证编号"))
    sheet.text(105, top, f"{code}：{insured.code}", 3.9)
    notes = [
        "说明：1.本证明由系统自动生成并加盖电子印章，与纸质证明具有同等效力。",
        f"2.可登录重庆市人力资源和社会保障局网站或扫描二维码查验，查验有效期至{until.year}年{until.month}月{until.day}日。",
        "3.打印当月未到账的，不计入缴费月数。",
    ]
    for note in rng.sample(notes, rng.choice((0, 2, 3))):
        top += 6
        sheet.text(22, top, note, 3.3)
    if rng.random() < 0.4:
        sheet.inset(_code(rng), sheet.width - 48, top + 34, 24)
    sheet.text(sheet.width - 78, top + 14, insured.issuer, 3.9)
    sheet.stamp(seal(insured.issuer), sheet.width - 80, top + 2, 36)
    return top + 20


def _code(rng: Random) -> Image.Image:
    """Something like a QR code."""
    small = Image.new("RGBA", (29, 29), (255, 255, 255, 255))
    pen = ImageDraw.Draw(small)
    pen.point([(x, y) for x in range(2, 27) for y in range(2, 27) if rng.random() < 0.5], (0, 0, 0, 255))
    for x, y in ((2, 2), (20, 2), (2, 20)):
        pen.rectangle((x, y, x + 6, y + 6), (255, 255, 255, 255), (0, 0, 0, 255))
        pen.rectangle((x + 2, y + 2, x + 4, y + 4), (0, 0, 0, 255))
    return small.resize((232, 232), Image.Resampling.NEAREST)


def _watermark(sheet: Sheet) -> None:
    pale: Colour = (228, 228, 232)
    for top in range(40, round(sheet.height), 55):
        sheet.text(30, top, "重庆市社会保险局　重庆市社会保险局", 7, pale)


def _table(
    sheet: Sheet, top: float, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]], high: float
) -> float:
    """Ruled cells; what is too long for its cell is broken in two lines."""
    share = min((sheet.width - 40) / sum(width for _, width in columns), 1.35)
    lefts = [20.0, *(20 + share * width for width in itertools.accumulate(width for _, width in columns))]
    for number, row in enumerate([[head for head, _ in columns], *rows]):
        tall = max(high, 10.0) if number == 0 else high
        sheet.frame(lefts[0], top, lefts[-1], top + tall)
        for cell, (left, right) in zip(row, itertools.pairwise(lefts), strict=True):
            sheet.rule(right, top, right, top + tall)
            _fitted(sheet, left + 1.2, top + tall / 2 - 1.8, right - left - 2, cell, 3.3, tall)
        top += tall
    return top


def _fitted(sheet: Sheet, left: float, top: float, width: float, words: str, size: float, high: float) -> None:
    """One line, or as many as it takes around the cell's middle."""
    if sheet.measure(words, size) <= width:
        sheet.text(left, top, words, size)
        return
    if high < 8:
        sheet.text(left, top + 0.4, words, max(width / sheet.measure(words, 1), 2.2))
        return
    small = min(size, high / 3.2)
    lines = -(-sheet.measure(words, small) // width)
    sheet.wrapped(left, top + size / 2 - small * 1.15 * lines / 2, width, words, small, leading=1.15)


def _pairs(cells: Sequence[tuple[str, str]]) -> list[Sequence[tuple[str, str]]]:
    return [cells[at : at + 2] for at in range(0, len(cells), 2)]


def _stretches(insured: Insured) -> list[tuple[str, Month, Month, int]]:
    """Unbroken runs of paid months at one employer."""
    found: list[tuple[str, Month, Month, int]] = []
    for month, employer, paid in insured.rows:
        if not paid:
            continue
        if found and found[-1][0] == employer and _follows(found[-1][2], month):
            found[-1] = (employer, found[-1][1], month, found[-1][3] + 1)
        else:
            found.append((employer, month, month, 1))
    return found


def _follows(one: Month, other: Month) -> bool:
    return int(other[:4]) * 12 + int(other[5:]) - int(one[:4]) * 12 - int(one[5:]) == 1


def _month_writing(rng: Random, *styles: str) -> Callable[[Month], str]:
    """How this paper writes months: 202603, 2026-03, 2026年03月, 2026.03, 2026/03."""
    style = rng.choice(styles or ("", "-", "年月", ".", "/"))
    if style == "年月":
        bare = rng.random() < 0.3
        return lambda month: f"{month[:4]}年{int(month[5:]) if bare else month[5:]}月"
    return lambda month: f"{month[:4]}{style}{month[5:]}"


def _sex(insured: Insured) -> str:
    return "男" if int(insured.person.citizen_id[16]) % 2 else "女"


def _unit_number(employer: str) -> str:
    """What the authority calls an employer."""
    return f"50{crc32(employer.encode()) % 10**8:08d}"


def _own_number(insured: Insured) -> str:
    return f"50{insured.person.mobile[2:]}"
