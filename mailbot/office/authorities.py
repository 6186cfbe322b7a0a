"""Which body oversees this project, what is its mailbox (附件4 1.4.1; D12, I24), and what presses on it?

The office's map says it, one row a project: 项目名称, 管理权限 (市级, a district, or a mailbox), 审核邮箱. A row
without a project gives the mailbox of a district for all its projects. The districts, and names they had, are shipped.
A row may also say when 质量监督通知书 is issued, before which both reviews are done (三.(二), 附件2 2.4), and the
contract's sum, months and grade of road, by which inspections are focussed (三.(三)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from tomllib import loads
from typing import Final

from mailbot.errors import ConfigurationError
from mailbot.office.files import table_rows
from parsers.dates import parse_date
from parsers.names import Likeness, compare_titles

CITY: Final = "市级"
DISTRICT: Final = "区县级"  #: a district's, without saying which

_KEY: Final = "folders.projects"
_HEADERS: Final = {
    "project": ("项目名称", "项目", "工程名称", "name"),
    "authority": ("管理权限", "项目监督机构", "监督机构", "审核单位", "区县", "district", "level"),
    "mailbox": ("审核邮箱", "工作邮箱", "邮箱", "联系邮箱", "address"),
    "notice": ("质量监督通知书日期", "质量监督通知书", "监督通知书日期", "supervision_notice_on"),
    "sum": ("合同额(万元)", "合同额（万元）", "监理合同额（万元）", "合同额", "contract_sum"),
    "months": ("合同工期(月)", "合同工期（月）", "合同工期", "contract_months"),
    "grade": ("公路等级", "技术等级", "grade"),
}
_FOCUS_SUM: Final = 50.0  #: 万元
_FOCUS_MONTHS: Final = 3.0
_FOCUS_GRADES: Final = ("高速", "一级", "二级", "1级", "2级")
_CITY_WORDS: Final = frozenset(
    {"市级", "市", "市管", "市级项目", "重庆市", "city", "质监支队", "市交通执法总队质监支队"}
)
_DISTRICT_WORDS: Final = frozenset({"区县级", "区县", "区县管", "区县级项目", "区级", "县级"})


@dataclass(frozen=True)
class Authority:
    """项目监督机构 of a project."""

    name: str  #: 市级, 区县级, a district's name, or the mailbox where the map says no more
    mailbox: str | None  #: None: not on the map; 重庆系统 “联系我们” publishes it


@dataclass(frozen=True)
class Pressing:
    """Why a project's registrations come before others."""

    notice_on: date | None = None  #: 质量监督通知书; both reviews are done before it (G26, B07)
    focus: bool = False  #: 督查重点: 50万元, three months, 二级公路 and above (G28)


@dataclass(frozen=True)
class ProjectMap:
    projects: tuple[tuple[str, Authority], ...] = ()
    pressing: tuple[tuple[str, Pressing], ...] = ()  #: of those projects for which something presses

    def presses(self, project: str) -> Pressing | None:
        return next((one for known, one in self.pressing if compare_titles(known, project) is Likeness.EQUAL), None)

    def of(self, project: str) -> Authority | None:
        """None where the map does not know the project, or where two of its projects might be meant."""
        alike = [(compare_titles(known, project), authority) for known, authority in self.projects]
        for likeness in (Likeness.EQUAL, Likeness.UNSURE):
            found = {authority for how, authority in alike if how is likeness}
            if found:
                return found.pop() if len(found) == 1 and likeness is Likeness.EQUAL else None
        return None


def load_projects(path: Path) -> ProjectMap:
    """Raises ConfigurationError that names every wrong row."""
    districts = district_names()
    rows, boxes, faults = [], dict[str, str](), []
    pressing: list[tuple[str, Pressing]] = []
    for line, cells in table_rows(path, _KEY, _HEADERS):
        said, mailbox = cells.get("authority", ""), cells.get("mailbox", "").lower()
        if "@" in said:
            said, mailbox = "", said.lower()
        name = _authority_name(said, districts)
        try:
            urgent = _pressing(cells)
        except ValueError as error:
            faults.append(f"{path}, line {line}: {_KEY}: {error}")
            continue
        if urgent != Pressing() and "project" in cells:
            pressing.append((cells["project"], urgent))
        if mailbox and "@" not in mailbox:
            faults.append(f"{path}, line {line}: {_KEY}: {mailbox!r} is no mailbox; write name@example.cn")
        elif said and name is None and not mailbox:
            faults.append(f"{path}, line {line}: {_KEY}: {said!r} is no district; write {CITY}, or its name as 万州区")
        elif not said and not mailbox:
            faults.append(f"{path}, line {line}: {_KEY}: no authority; fill in 管理权限 or 审核邮箱")
        elif "project" in cells:
            rows.append((cells["project"], name or said or mailbox, mailbox))
        elif name and mailbox:
            boxes[name] = mailbox
    if faults:
        raise ConfigurationError("\n".join(faults))
    known = tuple((project, Authority(name, box or boxes.get(name))) for project, name, box in rows)
    return ProjectMap(known, tuple(pressing))


def district_names() -> dict[str, str]:
    """Every name that a district has or had → its name now; people leave 区 and 县 out (万州; not 忠 for 忠县)."""
    shipped = loads((files("mailbot.examination") / "districts.toml").read_text(encoding="utf-8"))
    return {
        known: district["name"]
        for district in shipped["district"]
        for name in (district["name"], *district.get("aliases", ()))
        for known in (name, f"原{name}", _short(name))
    }


def _pressing(cells: Mapping[str, str]) -> Pressing:
    """Raises ValueError with the remedy."""
    notice_on = parse_date(cells["notice"]) if "notice" in cells else None
    if "notice" in cells and notice_on is None:
        raise ValueError(f"{cells['notice']!r} is no day; write it as 2026-09-30")
    try:
        total, months = float(cells.get("sum", 0)), float(cells.get("months", 0))
    except ValueError as error:
        raise ValueError("合同额 and 合同工期 are plain numbers: of 万元, of months") from error
    large = total >= _FOCUS_SUM and months >= _FOCUS_MONTHS
    return Pressing(notice_on, large and cells.get("grade", "").startswith(_FOCUS_GRADES))


def _short(name: str) -> str:
    bare = name.removesuffix("县").removesuffix("区").removesuffix("经开")
    return bare if len(bare) > 1 else name


def _authority_name(said: str, districts: dict[str, str]) -> str | None:
    said = "".join(said.split()).removeprefix("重庆市") or said
    if said in _CITY_WORDS:
        return CITY
    if said in _DISTRICT_WORDS:
        return DISTRICT
    return districts.get(said) or next((name for known, name in districts.items() if said.startswith(known)), None)
