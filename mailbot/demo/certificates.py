"""What does a social-insurance certificate look like, in its several layouts?

The real layout is not public (domain.md 3.3): these are reconstructions for tests and for the demo.
"""

import itertools
from collections.abc import Sequence
from datetime import date

from mailbot.demo.ink import seal
from mailbot.demo.people import Person
from mailbot.demo.sheet import Sheet


def whole_months_before(day: date, count: int) -> tuple[str, ...]:
    """The `count` months that ended before the month of `day`, oldest first: ("2026-07", …)."""
    first = day.year * 12 + day.month - 1 - count
    return tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in range(first, first + count))


def month_rows(person: Person, employer: str, months: Sequence[str], printed_on: date, code: str) -> Sheet:
    """重庆市社会保险参保证明（个人）, a row for each month."""
    sheet = Sheet()
    sheet.centred(105, 22, "重庆市社会保险参保证明（个人）", 6.2, bold=True)
    sheet.text(25, 36, f"姓名　{person.name}", 4)
    sheet.text(90, 36, f"公民身份号码　{person.citizen_id}", 4)
    sheet.text(25, 44, f"现参保单位　{employer}", 4)
    sheet.text(25, 52, "参保状态　正常参保", 4)
    sheet.text(90, 52, "参保地　重庆市南岸区", 4)
    columns = (25, 38, 62, 124, 142, 160, 185)
    heads = ("序号", "费款所属期", "单位名称", "养老保险", "失业保险", "工伤保险")
    top = 62.0
    rows = [
        heads,
        *((str(n), month.replace("-", ""), employer, "已缴", "已缴", "已缴") for n, month in enumerate(months, 1)),
    ]
    for row in rows:
        sheet.frame(columns[0], top, columns[-1], top + 8)
        for cell, (left, right) in zip(row, itertools.pairwise(columns), strict=True):
            sheet.rule(right, top, right, top + 8)
            sheet.text(left + 1, top + 2.2, cell, min(3.4, (right - left - 2) / max(sheet.measure(cell, 1), 1)))
        top += 8
    sheet.text(25, top + 6, f"缴费月数合计：{len(months)}个月", 4)
    sheet.text(
        25, top + 14, f"打印日期：{printed_on.year}年{printed_on.month}月{printed_on.day}日　　验证码：{code}", 4
    )
    sheet.text(25, top + 22, "说明：本证明可通过重庆市人力资源和社会保障局网站查验，有效期三个月。", 3.6)
    sheet.stamp(seal("重庆市社会保险局"), 140, top + 10, 38)
    return sheet


def ranges(person: Person, employer: str, months: Sequence[str], printed_on: date, code: str) -> Sheet:
    """重庆市社会保险个人参保证明, a row for each insurance with its first and last month."""
    sheet = Sheet()
    sheet.centred(105, 22, "重庆市社会保险个人参保证明", 6.2, bold=True)
    sheet.text(130, 34, f"编号：{code}", 3.8)
    sheet.text(
        25, 44, f"兹证明　{person.name}（社会保障号码：{person.citizen_id}）在我市参加社会保险，具体情况如下：", 3.8
    )
    columns = (25, 62, 108, 132, 156, 172, 188)
    rows = [("险种", "单位名称", "缴费起始年月", "缴费截止年月", "缴费月数", "参保状态")]
    first, last = (f"{month[:4]}年{month[5:]}月" for month in (months[0], months[-1])) if months else ("", "")
    rows += [
        (kind, employer, first, last, str(len(months)), "参保缴费")
        for kind in ("企业职工基本养老保险", "失业保险", "工伤保险")
    ]
    top = 56.0
    for row in rows:
        sheet.frame(columns[0], top, columns[-1], top + 13)
        for cell, (left, right) in zip(row, itertools.pairwise(columns), strict=True):
            sheet.rule(right, top, right, top + 13)
            sheet.wrapped(left + 1, top + 2, right - left - 2, cell, 3.4, leading=1.3)
        top += 13
    sheet.text(25, top + 6, "特此证明。", 3.8)
    sheet.text(140, top + 16, "重庆市社会保险局", 3.8)
    sheet.text(140, top + 24, f"{printed_on.year}年{printed_on.month}月{printed_on.day}日", 3.8)
    sheet.stamp(seal("重庆市社会保险局"), 140, top + 5, 38)
    return sheet
