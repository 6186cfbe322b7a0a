"""What does a reviewer's reply tell us to do?

The first line that he wrote himself is the command, from an exact list of words. What is not clearly one of them is not
understood and changes nothing: above all, 不通过 is never read as 通过.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from mailbot.examination.own_words import compact, folded, own_lines, unprintable


class Word(StrEnum):
    """What can be answered."""

    COMPLETE = "complete"  #: 受理
    CORRECT = "correct"  #: 补正
    APPROVE = "approve"  #: 通过
    REJECT = "reject"  #: 不通过：理由
    ON_SITE = "on_site"  #: 现场
    VERIFIED = "verified"  #: 复核完成 2026-12-03
    CALL = "call"  #: 视频核验 通过|未接通|未通过
    REMIND = "remind"  #: 提醒复核
    HAND_OVER = "hand_over"  #: 转办 NAME
    UNDO = "undo"  #: 撤销
    NOTE = "note"  #: 备注：…
    CHECK = "check"  #: 备注：重庆系统=一致
    ASK = "ask"  #: 查询
    END = "end"  #: 办结: a question or complaint that was answered
    CONFIRM = "confirm"  #: 确认


class Why(StrEnum):
    """Why a reply was not understood."""

    NOTHING = "nothing"  #: no word of his own
    UNKNOWN = "unknown"  #: no word of the list
    UNCLEAR = "unclear"  #: a word of the list, and something that may take it back
    NO_REASON = "no_reason"
    NO_DATE = "no_date"
    NO_RESULT = "no_result"
    NO_NAME = "no_name"
    NO_TEXT = "no_text"
    NOT_CONFIRMED = "not_confirmed"  #: something else than 确认 was answered to a confirmation mail


class Call(StrEnum):
    """What came of a video call (附件4 3.3)."""

    PASSED = "passed"  #: 通过
    UNREACHABLE = "unreachable"  #: 未接通
    FAILED = "failed"  #: 未通过: somebody answered, and it could not be seen that he is the applicant


class Check(StrEnum):
    """What only a person can look up."""

    MUNICIPAL = "municipal"  #: 重庆系统
    NATIONAL = "national"  #: 全国系统
    INSURANCE = "insurance"  #: 人社查验
    ACCEPTANCE = "acceptance"  #: 交工验收, a day, as the next two: what periods of the circular hang on
    PROJECT_CHANGED = "project_changed"  #: 项目变更 (二.(二))
    FIRM_CHANGED = "firm_changed"  #: 企业变更 (二.(一))


@dataclass(frozen=True)
class Command:
    """One decision word with what belongs to it."""

    word: Word
    text: str = ""  #: name of 转办, text of 备注, result of a check, why a call failed
    items: tuple[str, ...] = ()  #: reasons of 不通过, further points of 补正
    day: date | None = None  #: of 复核完成
    call: Call | None = None  #: of 视频核验
    check: Check | None = None


@dataclass(frozen=True)
class NotUnderstood:
    """Nothing is changed; the writer is told what is possible."""

    why: Why
    line: str = ""  #: as it was read, for telling him


Parsed = Command | NotUnderstood

LONGEST_TEXT: Final = 2000  #: of a reason, a point or a note
MOST_ITEMS: Final = 30
_SHORTEST_POINT: Final = 5  #: letters

_PLAIN: Final = {
    "受理": Word.COMPLETE,
    "材料齐全": Word.COMPLETE,
    "通过": Word.APPROVE,
    "审核通过": Word.APPROVE,
    "现场": Word.ON_SITE,
    "现场办理": Word.ON_SITE,
    "提醒": Word.REMIND,
    "提醒复核": Word.REMIND,
    "撤销": Word.UNDO,
    "查询": Word.ASK,
    "办结": Word.END,
    "确认": Word.CONFIRM,
}
_CHECKS: Final = {
    "重庆系统": Check.MUNICIPAL,
    "全国系统": Check.NATIONAL,
    "人社查验": Check.INSURANCE,
    "交工验收": Check.ACCEPTANCE,
    "项目变更": Check.PROJECT_CHANGED,
    "企业变更": Check.FIRM_CHANGED,
}
_CALLS: Final = {"通过": Call.PASSED, "未接通": Call.UNREACHABLE, "未通过": Call.FAILED, "不通过": Call.FAILED}
_STOP: Final = "。.!;"
_SEPARATORS: Final = " \t\u3000:：,，"
_QUESTION: Final = ("?", "？")
#: In the lines below a plain word: signs that it may not be meant so. Better one question too many.
_SECOND_THOUGHTS: Final = re.compile(
    r"[不否未勿别没非莫误错缓慢撤停改但?吗么嘛呢驳拒]|等等|除非|如果|假如|暂|待|补正|退回|转办|反对|(?<![a-z])(?:no|not|wait)(?![a-z])",
    re.IGNORECASE,
)
_DAY: Final = re.compile(r"(20\d\d)(?:[-./](\d{1,2})[-./](\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_ITEM_NUMBER: Final = re.compile(
    r"^(?:[(（]?[0-9０-９]{1,2}[.．、:：)）](?!\d)|[(（]?[一二三四五六七八九十]{1,3}[、.．:：)）])\s*"
)
_LETTERS: Final = re.compile(r"[^\W\d_]")


def parse(text: str) -> Parsed:
    """The command of a reply's text. Pure; never raises."""
    lines = own_lines(text)
    if not lines:
        return NotUnderstood(Why.NOTHING)
    first, rest = lines[0], lines[1:]
    if unprintable(first):  # what is seen is not what is there
        return NotUnderstood(Why.UNCLEAR)
    return _read(first, rest)


def _read(first: str, rest: tuple[str, ...]) -> Parsed:
    tight = compact(folded(first))
    bare = tight[:-1] if tight[-1:] in _STOP else tight
    if word := _PLAIN.get(bare):
        doubtful = any(_SECOND_THOUGHTS.search(folded(line)) or unprintable(line) for line in rest)
        return NotUnderstood(Why.UNCLEAR, first) if doubtful else Command(word)
    for word_text, reader in _WITH_MORE.items():
        if tight.startswith(word_text):
            return reader(_after(first, word_text), rest, first)
    return NotUnderstood(Why.UNKNOWN, first)


def _after(line: str, word: str) -> str:
    """What follows the word, whose letters may stand apart; with its separator."""
    if any(letter not in line for letter in word):  # written with letters that only look alike until they are folded
        line = folded(line)
    position = 0
    for letter in word:
        position = line.index(letter, position) + 1
    return line[position:]


def _parted(rest: str) -> str | None:
    """The text behind a separator; "" when nothing follows, None when it runs on without one (不通过吗)."""
    if not rest.strip():
        return ""
    return rest.lstrip(_SEPARATORS).strip() if rest[0] in _SEPARATORS else None


def _reject(rest: str, below: tuple[str, ...], line: str) -> Parsed:
    own = _parted(rest)
    if own is None or own.endswith(_QUESTION):
        return NotUnderstood(Why.UNCLEAR, line)
    items = _items(own, below if own or ":" in folded(rest) else ())  # a bare name below it is no reason
    if not items or items == ("理由",) or not any(len(_LETTERS.findall(item)) > 1 for item in items):
        return NotUnderstood(Why.NO_REASON, line)
    return Command(Word.REJECT, items=items)


def _correct(rest: str, below: tuple[str, ...], line: str) -> Parsed:
    own = _parted(rest.strip().removesuffix("。").removesuffix(".") if len(rest.strip()) == 1 else rest)
    if own is None or own.endswith(_QUESTION):
        return NotUnderstood(Why.UNCLEAR, line)
    items = _items(own, below)
    # "补正：？", or a bare name below it, is no point to be corrected.
    if any(len(_LETTERS.findall(item)) < _SHORTEST_POINT or unprintable(item) for item in items):
        return NotUnderstood(Why.UNCLEAR, line)
    return Command(Word.CORRECT, items=items)


def _verified(rest: str, below: tuple[str, ...], line: str) -> Parsed:
    found = _DAY.fullmatch(compact(folded(rest)).strip(":,。"))
    if found is None:
        return NotUnderstood(Why.NO_DATE, line)
    numbers = [int(group) for group in found.groups() if group]
    try:
        return Command(Word.VERIFIED, day=date(*numbers))
    except ValueError:
        return NotUnderstood(Why.NO_DATE, line)


def _call(rest: str, below: tuple[str, ...], line: str) -> Parsed:
    """Only a failure takes a reason behind it: a 通过 with more words may be none."""
    if call := _CALLS.get(compact(folded(rest)).lstrip(":,").rstrip("。.")):
        return Command(Word.CALL, call=call)
    result, _, why = folded(rest).lstrip(_SEPARATORS).partition(":")
    if _CALLS.get(compact(result)) is not Call.FAILED or not why.strip() or why.rstrip().endswith(_QUESTION):
        return NotUnderstood(Why.NO_RESULT, line)
    return Command(Word.CALL, call=Call.FAILED, text=why.strip()[:LONGEST_TEXT])


def _hand_over(rest: str, below: tuple[str, ...], line: str) -> Parsed:
    name = compact(folded(rest)).strip(":,。").removeprefix("给")
    if not 2 <= len(name) <= 40 or "?" in name:
        return NotUnderstood(Why.NO_NAME, line)
    return Command(Word.HAND_OVER, text=name)


def _note(rest: str, below: tuple[str, ...], line: str) -> Parsed:
    own = _parted(rest)
    text = "\n".join(filter(None, (own or "", *_paragraph(below))))[:LONGEST_TEXT]
    if own is None or not text:
        return NotUnderstood(Why.NO_TEXT, line)
    label, sign, result = text.replace("＝", "=", 1).partition("=")
    check = _CHECKS.get(compact(folded(label))) if sign and result.strip() else None
    return Command(Word.CHECK, text=result.strip(), check=check) if check else Command(Word.NOTE, text=text)


#: Longer words first: none of them may be taken for the beginning of another.
_WITH_MORE: Final[dict[str, Callable[[str, tuple[str, ...], str], Parsed]]] = {
    "审核不通过": _reject,
    "不通过": _reject,
    "补正": _correct,
    "复核完成": _verified,
    "视频核验": _call,
    "转办": _hand_over,
    "备注": _note,
}


def _items(own: str, below: tuple[str, ...]) -> tuple[str, ...]:
    """The points one by one, without their own numbers: the letter numbers them anew."""
    lines = [line for line in (own, *_paragraph(below)) if line]
    cleaned = (_ITEM_NUMBER.sub("", line).strip()[:LONGEST_TEXT] for line in lines)
    return tuple(filter(None, cleaned))[:MOST_ITEMS]


def _paragraph(below: tuple[str, ...]) -> tuple[str, ...]:
    """The lines until the first empty one: below it people put their name, which belongs in no letter."""
    lines = list(below)
    while lines and not lines[0]:
        lines.pop(0)
    end = lines.index("") if "" in lines else len(lines)
    return tuple(lines[:end])
