"""What do the pages of the national and the municipal system look like (附件4-2)?"""

from datetime import date

from PIL import Image

from mailbot.demo.case import Facts
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Colour, Sheet

_WHITE: Colour = (255, 255, 255)
_GREY: Colour = (190, 195, 205)
_WIDTH, _HEIGHT = 360.0, 215.0  #: millimetres; at 96 dpi about 1360 pixels


def national(facts: Facts, *, status: str = "已提交上报", **changed: str) -> Image.Image:
    """全国公路建设市场监督管理系统, 人员业绩信息填报."""
    sheet = Sheet(_WIDTH, _HEIGHT, paper=(238, 243, 248))
    sheet.panel(0, 0, _WIDTH, 16, (33, 110, 180))
    sheet.text(8, 4, "全国公路建设市场监督管理系统", 6.4, _WHITE)
    sheet.panel(0, 16, _WIDTH, 25, (58, 140, 208))
    sheet.text(
        8, 18, f"首页　监理企业　监理工程师　监理人员　项目管理　　　　当前用户：{facts.engineer.name}", 3.8, _WHITE
    )
    sheet.panel(0, 25, 60, _HEIGHT, _WHITE)
    for number, item in enumerate(("监理工程师信息管理", "基本信息管理", "业绩登记管理")):
        sheet.text(6, 34 + 9 * number, item, 3.8)
    sheet.text(66, 36, "人员业绩信息填报", 4.6, bold=True)
    sheet.text(120, 36, f"状态：{status}", 4.4, (200, 110, 10))
    verb = {"add": "新增", "update": "更新", "close": "截止"}[facts.action or "add"]
    sheet.text(66, 46, f"登记类型：业绩登记{verb}", 3.8)
    cells = {
        "姓名": facts.engineer.name,
        "企业名称": facts.firm.name,
        "项目行业": "公路工程",
        "项目名称": facts.project.name,
        "标段名称": facts.project.section,
        "监理岗位": facts.post,
        "在岗起始日期": f"{facts.started_on}",
        "在岗截止日期": f"{facts.ended_on or ''}",
        "提交时间": f"{facts.submitted_on or ''}",
        "备注": "",
    } | changed
    _pairs(sheet, 66, 54, 288, cells)
    return sheet.picture(96)


def municipal(
    facts: Facts, registry: Registry, *, status: str = "已发布", completed_on: date | None = None, **changed: str
) -> Image.Image:
    """重庆市公路建设市场信用信息管理系统, 监理合同段 with its 履约人员信息."""
    sheet = Sheet(_WIDTH, _HEIGHT)
    sheet.panel(0, 0, _WIDTH, 17, (20, 80, 165))
    sheet.text(8, 4.5, "重庆市公路建设市场信用信息管理系统", 6.4, _WHITE)
    sheet.text(10, 22, "首页 > 项目信息 > 监理合同段", 3.8)
    sheet.text(80, 22, status, 3.8, (20, 140, 50))
    sheet.centred(180, 31, f"{facts.firm.name}业绩信息", 4.4)
    cells = {
        "项目名称": facts.project.name,
        "标段号": facts.project.section,
        "合同名称": f"{facts.project.name}{facts.project.section}监理合同",
        "技术等级": "高速公路",
        "项目建设管理单位": "重庆两岸交通建设有限公司",
        "开工时间": f"{date(facts.started_on.year - 1, 3, 1)}",
        "类型": "在建" if completed_on is None else "交工",
        "交工时间": f"{completed_on or ''}",
        "合同价(万元)": "812.55",
        "项目所在省": "重庆市",
    }
    _pairs(sheet, 10, 40, 340, cells)
    sheet.text(10, 94, "履约人员信息", 3.8)
    until = f"{facts.ended_on}" if facts.ended_on else "今"
    own = {"岗位": facts.post, "姓名": facts.engineer.name, "任职时间": f"{facts.started_on} 至 {until}"} | changed
    other = registry.person()
    rows = [("序号", "岗位", "姓名", "任职时间"), ("1", own["岗位"], own["姓名"], own["任职时间"])]
    rows.append(
        ("2", "总监理工程师" if facts.post != "总监理工程师" else "专业监理工程师", other.name, "2024-05-01 至 今")
    )
    for number, row in enumerate(rows):
        top = 102 + 10 * number
        sheet.frame(10, top, 350, top + 10, _GREY)
        for cell, left in zip(row, (12, 50, 150, 240), strict=True):
            sheet.text(left, top + 2.8, cell, 3.8)
    return sheet.picture(96)


def _pairs(sheet: Sheet, left: float, top: float, width: float, cells: dict[str, str]) -> None:
    """Two label-value pairs a row, ruled."""
    items = list(cells.items())
    half = width / 2
    for number in range(0, len(items), 2):
        row = top + 10 * (number // 2)
        for column, (label, value) in enumerate(items[number : number + 2]):
            start = left + half * column
            sheet.panel(start, row, start + 40, row + 10, (240, 242, 250))
            sheet.frame(start, row, start + half, row + 10, _GREY)
            sheet.rule(start + 40, row, start + 40, row + 10, colour=_GREY)
            sheet.text(start + 2, row + 2.8, label, 3.8)
            sheet.text(start + 43, row + 2.8, value, 3.8)
