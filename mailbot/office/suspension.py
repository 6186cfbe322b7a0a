"""Which enterprises and people are on the office's suspension list on a day (A28, D37, E30)?

The list is consulted for the reviewer alone: the applicant gets a receipt like everybody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from mailbot.errors import ConfigurationError
from mailbot.office.files import table_rows
from parsers.dates import parse_date
from parsers.names import fold_firm, fold_person

_KEY: Final = "folders.suspended"
_HEADERS: Final = {
    "name": ("名称", "姓名", "企业名称", "名称/姓名", "名称或姓名"),
    "credit_identifier": ("统一社会信用代码", "信用代码"),
    "reason": ("原因", "事由"),
    "valid_from": ("起", "起始日期", "开始日期", "生效日期"),
    "valid_until": ("止", "截止日期", "结束日期", "解除日期"),
}


@dataclass(frozen=True)
class Suspension:
    """One row; both days within, an open end stays open."""

    name: str
    credit_identifier: str = ""
    reason: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def means(self, *, firms: Iterable[str], people: Iterable[str], credit_identifier: str | None) -> bool:
        if self.credit_identifier and credit_identifier:
            return self.credit_identifier == credit_identifier
        if not self.name:
            return False
        return fold_firm(self.name) in map(fold_firm, firms) or fold_person(self.name) in map(fold_person, people)


@dataclass(frozen=True)
class SuspensionList:
    suspensions: tuple[Suspension, ...] = ()

    def names(
        self, day: date, *, firms: Iterable[str] = (), people: Iterable[str] = (), credit_identifier: str | None = None
    ) -> bool:
        """Does a suspension in force on that day mean one of these? A namesake is for the reviewer to tell apart."""
        firms, people = tuple(firms), tuple(people)
        return any(
            one.holds_on(day) and one.means(firms=firms, people=people, credit_identifier=credit_identifier)
            for one in self.suspensions
        )


def load_suspensions(path: Path) -> SuspensionList:
    """Raises ConfigurationError that names every wrong row."""
    suspensions, faults = [], []
    for line, cells in table_rows(path, _KEY, _HEADERS):
        name, code = cells.get("name", ""), cells.get("credit_identifier", "").upper()
        days = {key: parse_date(cells[key]) for key in ("valid_from", "valid_until") if key in cells}
        if not name and not code:
            faults.append(f"{path}, line {line}: {_KEY}: neither name nor code; fill in 名称 or 统一社会信用代码")
        elif wrong := [cells[key] for key, day in days.items() if day is None]:
            faults.append(f"{path}, line {line}: {_KEY}: {wrong[0]!r} is no date; write 2026-01-31")
        else:
            suspensions.append(Suspension(name, code, cells.get("reason", ""), **days))
    if faults:
        raise ConfigurationError("\n".join(faults))
    return SuspensionList(tuple(suspensions))
