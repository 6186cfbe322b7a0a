"""How do letters write days, numbers, clauses, pages and what a machine said?"""

import re
from collections.abc import Iterable
from datetime import date, datetime

from ledger.office_time import OFFICE_TIME, office_day

_ANNEX_CLAUSE = re.compile(r"(附件[\d-]+)\s+§?([\d.]+)\s*(?:([a-z])\)?)?")
_ANNEX = re.compile(r"附件[\d-]+")
_COMMAS = re.compile(r"\s*[,，、]\s*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MAIN_CLAUSE = re.compile(r"([一二三四五])(?:\.?[(（]([一二三四五六七])[)）])?")


def day(value: date | datetime) -> str:
    """2026年11月20日, without leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    value = office_day(value) if isinstance(value, datetime) else value
    return f"{value.year}年{value.month}月{value.day}日"


def minute(value: datetime) -> str:
    value = value.astimezone(OFFICE_TIME)
    return f"{day(value)}{value.hour}时{value.minute:02d}分"


def local_minute(value: datetime) -> str:
    """2026-11-20 09:05, as lists and sheets show a moment: the office's own time."""
    return f"{value.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}"


def numeral(number: int) -> str:
    """一 … 九十九, as letters number their paragraphs."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones or not tens else "")


def clause(reference: str) -> str:
    """Clauses as letters cite them: "附件4 1.4.1 a" → 附件4第1.4.1条第a项, "四.(三)" → 正文四（三）.

    Several stand with commas; one that begins with a number belongs to the annex before it:
    "附件4 1.4.1, 3.2" → 附件4第1.4.1条、第3.2条. What is of no known form stays as it is.
    """
    cited, annex = [], ""
    for part in _COMMAS.split(reference.strip()):
        whole = f"{annex} {part}" if annex and part[:1].isdigit() else part
        cited.append(_one_clause(whole).removeprefix(annex if whole != part else ""))
        if found := _ANNEX.match(whole):
            annex = found[0]
    return "、".join(cited)


def _one_clause(reference: str) -> str:
    if found := _ANNEX_CLAUSE.fullmatch(reference):
        annex, article, item = found.groups()
        return f"{annex}第{article}条" + (f"第{item}项" if item else "")
    if found := _MAIN_CLAUSE.fullmatch(reference):
        section, item = found.groups()
        return f"正文{section}" + (f"（{item}）" if item else "")
    return re.sub(r"\s+", "", reference) if _ANNEX.match(reference) else reference


def technical(detail: str) -> str:
    """What a server or a library said, marked as such among an office's words."""
    return detail if not detail or _CHINESE.search(detail) else f"技术信息：{detail}"


def page_ranges(pages: Iterable[int]) -> str:
    """2, 4, 5, 6, 7 → 2、4–7."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return "、".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
