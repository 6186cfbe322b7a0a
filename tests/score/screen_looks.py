"""In how many layouts may the pages of both systems come (附件4-2 shows one state of one version, I26)?

Other label words, one pair a row or three, labels above their values, a browser around, dark heads, columns in another
order and more of them, dates written otherwise, long names wrapped, many people in the list.
"""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random

from PIL import Image

from mailbot.demo.case import Facts
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Colour, Sheet

_GREY: Colour = (190, 195, 205)
_WHITE: Colour = (255, 255, 255)
_WIDTH = 360.0
_PENDING: tuple[Colour, ...] = ((200, 110, 10), (230, 162, 60), (20, 140, 50), (64, 158, 255))
#: What the usual kits paint a word that warns in.
_REDS: tuple[Colour, ...] = ((255, 0, 0), (245, 108, 108), (237, 64, 20), (220, 30, 30), (200, 110, 10))
_BLUES: tuple[Colour, ...] = ((33, 110, 180), (20, 80, 165), (28, 42, 66), (0, 121, 107), (45, 45, 52))
_LABELS: dict[str, tuple[str, ...]] = {
    "person": ("姓名", "人员姓名", "监理工程师姓名"),
    "firm": ("企业名称", "监理企业名称", "所属企业", "监理单位", "所在单位"),
    "project": ("项目名称", "工程名称", "工程项目名称"),
    "section": ("标段名称", "标段", "合同段名称", "监理标段"),
    "post": ("监理岗位", "岗位", "担任职务", "任职岗位"),
    "started": ("在岗起始日期", "在岗开始时间", "任职开始日期", "进场日期"),
    "ended": ("在岗截止日期", "在岗结束时间", "任职结束日期", "离岗日期"),
    "submitted": ("提交时间", "上报时间", "提交日期"),
    "status": ("状态", "上报状态", "当前状态"),
    "kind": ("登记类型", "申请类型", "业务类型"),
}


def national(facts: Facts, rng: Random, *, status: str | None = None, **changed: str) -> Image.Image:
    """The entry in the national system."""
    sheet = Sheet(_WIDTH, 215.0, paper=rng.choice(((238, 243, 248), _WHITE, (245, 245, 245))))
    top = _browser(sheet, rng)
    blue = rng.choice(_BLUES)
    sheet.panel(0, top, _WIDTH, top + 16, blue)
    sheet.text(8, top + 4, "全国公路建设市场监督管理系统", 6, _WHITE)
    left = 8.0
    if rng.random() < 0.6:
        sheet.panel(0, top + 16, _WIDTH, top + 25, tuple(min(part + 25, 255) for part in blue))  # type: ignore[arg-type]  # three parts
        sheet.text(
            8, top + 18, f"首页　监理企业　监理工程师　项目管理　　　　当前用户：{facts.engineer.name}", 3.6, _WHITE
        )
        top += 9
    if rng.random() < 0.5:
        for number, item in enumerate(("监理工程师信息管理", "基本信息管理", "业绩登记管理")):
            sheet.text(6, top + 24 + 9 * number, item, 3.6)
        left = 62.0
    word = status or rng.choice(("已提交上报", "已上报", "已提交", "待企业复核", "待复核"))
    verb = {"add": "新增", "update": "更新", "close": "截止"}[facts.action or "add"]
    day = _day_writing(rng)
    values = {
        "person": facts.engineer.name,
        "firm": facts.firm.name,
        "project": facts.project.name,
        "section": facts.project.section,
        "post": facts.post,
        "started": day(facts.started_on),
        "ended": day(facts.ended_on),
        "submitted": day(facts.submitted_on),
    } | changed
    cells = [(rng.choice(_LABELS[key]), value) for key, value in values.items()]
    if rng.random() < 0.5:
        cells = _shuffled(cells, rng)
    cells[2:2] = [("项目行业", "公路工程")]
    top += 22
    sheet.text(left, top, rng.choice(("人员业绩信息填报", "业绩登记管理", "监理工程师业绩信息")), 4.6, bold=True)
    where = rng.choice(("beside", "cell", "badge"))
    colour = rng.choice(_REDS if status else _PENDING)
    if where == "beside":
        sheet.text(left + 60, top, f"{rng.choice(_LABELS['status'])}：{word}", 4.2, colour)
    elif where == "badge" and word not in _BUTTONS and rng.random() < 0.5:
        sheet.panel(left + 58, top - 1, left + 64 + sheet.measure(word, 3.8), top + 5.6, colour)
        sheet.text(left + 60, top, word, 3.8, _WHITE)
    elif where == "badge" and word not in _BUTTONS:
        sheet.text(left + 60, top, word, 3.8, colour)
    else:
        cells.append((rng.choice(_LABELS["status"]), word))
    cells.append((rng.choice(_LABELS["kind"]), f"业绩登记{verb}"))
    top = rng.choice((_pairs, _pairs, _one_a_row, _above))(sheet, left, top + 12, 352 - left, cells, rng)
    for number, button in enumerate(("返回", "打印", "查看流程")[: rng.randint(1, 3)]):
        sheet.text(left + 24 * number, top + 6, button, 3.6)
    return sheet.picture(96)


def municipal(
    facts: Facts, registry: Registry, *, status: str | None = None, completed_on: date | None = None, **changed: str
) -> Image.Image:
    """The section and its 履约人员 in the municipal system."""
    rng = registry.random
    sheet = Sheet(_WIDTH, 225.0)
    top = _browser(sheet, rng)
    sheet.panel(0, top, _WIDTH, top + 16, rng.choice(_BLUES))
    sheet.text(8, top + 4, "重庆市公路建设市场信用信息管理系统", 6, _WHITE)
    word = status or "已发布"
    sheet.text(10, top + 20, "首页 > 项目信息 > 监理合同段", 3.6)
    if rng.random() < 0.5:
        sheet.text(100, top + 20, word, 3.8, (20, 140, 50))
    else:
        sheet.text(100, top + 20, f"{rng.choice(('发布状态', '状态', '信息状态'))}：{word}", 3.8)
    sheet.centred(180, top + 28, f"{facts.firm.name}业绩信息", 4.4)
    day = _day_writing(rng)
    cells = [
        (rng.choice(("项目名称", "工程名称")), changed.get("project", facts.project.name)),
        (rng.choice(("标段号", "标段名称", "合同段", "标段编号")), facts.project.section),
        ("合同名称", f"{facts.project.name}{facts.project.section}监理合同"),
        (rng.choice(("技术等级", "公路等级")), "高速公路"),
        (rng.choice(("项目建设管理单位", "建设单位", "项目法人")), "重庆两岸交通建设有限公司"),
        (rng.choice(("开工时间", "开工日期")), day(date(facts.started_on.year - 1, 3, 1))),
        ("类型", "在建" if completed_on is None else "交工"),
        (rng.choice(("交工时间", "交工日期", "交工验收时间")), day(completed_on)),
        ("合同价(万元)", "812.55"),
        ("项目所在省", "重庆市"),
    ]
    top = rng.choice((_pairs, _pairs, _one_a_row, _above))(sheet, 10, top + 36, 340, cells, rng)
    sheet.text(10, top + 4, rng.choice(("履约人员信息", "履约人员", "监理人员履约信息")), 3.8)
    _people(sheet, top + 11, facts, registry, changed, day)
    return sheet.picture(96)


def _people(
    sheet: Sheet,
    top: float,
    facts: Facts,
    registry: Registry,
    changed: dict[str, str],
    day: Callable[[date | None], str],
) -> None:
    """The list: columns in any order, start and end in one column or two, three to seven people."""
    rng = registry.random
    two = rng.random() < 0.4
    columns = ["岗位", "姓名"] if rng.random() < 0.5 else ["姓名", "岗位"]
    columns += ["任职开始时间", "任职结束时间"] if two else [rng.choice(("任职时间", "在岗时间", "任职起止时间"))]
    if rng.random() < 0.4:
        columns.insert(rng.choice((2, len(columns))), rng.choice(("联系电话", "职称", "证书编号")))
    if rng.random() < 0.7:
        columns.insert(0, "序号")
    own = {
        "post": changed.get("post", facts.post),
        "name": changed.get("name", facts.engineer.name),
        "start": changed.get("start", day(facts.started_on)),
        "end": changed.get("end", day(facts.ended_on)),
    }
    people = [own]
    posts = ("总监理工程师", "总监代表", "驻地监理工程师", "专业监理工程师", "副驻地监理工程师", "专业监理工程师")
    for number in range(rng.randint(1, 5)):
        gone = day(date(2025, 12, 20)) if rng.random() < 0.3 else ""
        people.append(
            {"post": posts[number], "name": registry.person().name, "start": day(date(2024, 5, 1)), "end": gone}
        )
    rng.shuffle(people)
    until = rng.choice(("今", "至今", "在岗")) if two else rng.choice(("今", "至今"))
    rows = [columns]
    for number, one in enumerate(people, 1):
        end = one["end"] or until
        span = f"{one['start']} 至 {end}" if not end.startswith("至") else f"{one['start']}{end}"
        cells = {
            "序号": f"{number}", "岗位": one["post"], "姓名": one["name"], "任职开始时间": one["start"],
            "任职结束时间": end, "联系电话": registry.person().mobile, "职称": "高级工程师",
            "证书编号": f"JGJ{rng.randrange(10**7):07d}",
        }  # fmt: skip
        rows.append([cells.get(column, span) for column in columns])
    wide = 340 / len(columns)
    for row in rows:
        sheet.frame(10, top, 350, top + 9, _GREY)
        for number, cell in enumerate(row):
            sheet.text(12 + wide * number, top + 2.6, cell, min(3.6, (wide - 3) / max(sheet.measure(cell, 1), 1)))
        top += 9


#: Words that as a bare badge are a button as well: they need a label beside them.
_BUTTONS = frozenset({"草稿", "待提交", "退回", "待复核", "待企业复核", "待上报", "暂存"})
Cells = Sequence[tuple[str, str]]


def _pairs(sheet: Sheet, left: float, top: float, width: float, cells: Cells, rng: Random) -> float:
    """Two or three label-value pairs a row, ruled; long values wrap."""
    count = rng.choice((2, 2, 3)) if width > 300 else 2
    part, head = width / count, 34.0
    shade = rng.choice(((240, 242, 250), _WHITE, (225, 235, 245)))
    for at in range(0, len(cells), count):
        row = cells[at : at + count]
        lines = max(_lines(sheet, value, part - head - 5) for _, value in row)
        high = 4.0 + 5.4 * lines
        for column, (label, value) in enumerate(row):
            start = left + part * column
            sheet.panel(start, top, start + head, top + high, shade)
            sheet.frame(start, top, start + part, top + high, _GREY)
            sheet.rule(start + head, top, start + head, top + high, colour=_GREY)
            sheet.text(start + 2, top + high / 2 - 2, label, min(3.6, (head - 3) / sheet.measure(label, 1)))
            mine = _lines(sheet, value, part - head - 5)
            sheet.wrapped(start + head + 2, top + high / 2 - 2.7 * mine + 0.6, part - head - 5, value, 3.6, leading=1.5)
        top += high
    return top


def _one_a_row(sheet: Sheet, left: float, top: float, width: float, cells: Cells, rng: Random) -> float:
    colon = rng.choice(("：", ":", ""))
    for label, value in cells:
        sheet.text(left + 4, top, label + colon, 3.6)
        sheet.text(left + 46, top, value, 3.6)
        top += 8.2
    return top


def _above(sheet: Sheet, left: float, top: float, width: float, cells: Cells, rng: Random) -> float:
    """Cards: the label small and grey above its value."""
    part = width / 4
    for at in range(0, len(cells), 4):
        row = cells[at : at + 4]
        lines = max(_lines(sheet, value, part - 6) for _, value in row)
        for column, (label, value) in enumerate(row):
            sheet.text(left + part * column, top, label, 3.2, (110, 115, 125))
            sheet.wrapped(left + part * column, top + 5.5, part - 6, value or "-", 3.6, leading=1.4)
        top += 10 + 5.1 * lines
    return top


def _lines(sheet: Sheet, words: str, width: float) -> int:
    return max(1, -int(-sheet.measure(words, 3.6) // width))


def _browser(sheet: Sheet, rng: Random) -> float:
    """Tabs and an address line above the page, or nothing."""
    if rng.random() < 0.6:
        return 0.0
    sheet.panel(0, 0, _WIDTH, 10, (222, 225, 230))
    sheet.text(10, 3, "业绩登记 - 公路建设市场信用信息   ×    +", 3.2)
    sheet.panel(0, 10, _WIDTH, 19, (245, 246, 248))
    sheet.text(26, 12.5, "https://hwdms.example.invalid/person/record?id=20260301", 3.2)
    return 19.0


def _day_writing(rng: Random) -> Callable[[date | None], str]:
    style = rng.choice(
        ("{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0:%Y年%m月%d日}", "{0:%Y.%m.%d}", "{0:%Y-%m-%d}")
    )
    return lambda day: style.format(day) if day else ""


def _shuffled(cells: Cells, rng: Random) -> list[tuple[str, str]]:
    mixed = list(cells)
    rng.shuffle(mixed)
    return mixed
