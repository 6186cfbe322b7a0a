"""`mailbot ledger decide`: the reviewers' words at a terminal, with the same consequences as by reply."""

import re
import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import Final

from ledger.office_time import office_day
from mailbot.decisions.carrying_out import Carrier
from mailbot.decisions.notes import Note, Notes
from mailbot.decisions.plans import NotPossible
from mailbot.decisions.rights import roster_of
from mailbot.decisions.tokens import Tokens
from mailbot.errors import UsageError
from mailbot.examination.command import Check, Command, NotUnderstood, Parsed, Word, parse
from mailbot.office.packs import load_matters
from mailbot.settings import Reviewer, Settings, load_settings
from mailbot.workshop import open_ledger, tools_without_reader

_CHECK: Final = re.compile(r"check:([a-z_]+)=(.+)", re.DOTALL)
#: `备注 check:…` is written too: the word before adds nothing.
_NOTE: Final = "备注"


def decide(options: Namespace) -> int:
    """0: done; 1: not possible now, said on stderr; 2: not understood, or nobody of the roster."""
    settings = load_settings(options.config)
    reviewer = _reviewer(settings, options.actor)
    command = understood(options.words)
    with (
        open_ledger(settings, load_matters(settings.folders.packs)) as ledger,
        tools_without_reader(settings, ledger) as tools,
    ):
        notes = Notes(tools, Tokens(ledger, tools.instance, tools.now))
        file = ledger.case(options.case)
        if command.word is Word.ASK:
            note = Note.of(file, reviewer, settings, checklist=notes.checklist(file))
            print(notes.text("history", note), end="")
            return 0
        done = Carrier(tools, notes).carry_out(command, file, reviewer)
        if isinstance(done, NotPossible):
            note = Note.of(file, reviewer, settings, obstacle=done, word=command.word)
            print(notes.text("not_possible", note), end="", file=sys.stderr)
            return 1
        print(done.text, end="")
    return 0


def understood(words: list[str]) -> Command:
    """The words as one line, or check:municipal=…, check:national=…, check:insurance=…. Raises UsageError."""
    rest = words[1:] if words[0] == _NOTE and len(words) > 1 else words
    if found := _CHECK.fullmatch(" ".join(rest)):
        known = [check.value for check in Check]
        if found[1] not in known:
            raise UsageError(f"check:{found[1]}: unknown; use one of {', '.join(known)}")
        return Command(Word.CHECK, text=found[2].strip(), check=Check(found[1]))
    read: Parsed = parse(" ".join(words))
    if isinstance(read, NotUnderstood):
        raise UsageError(
            f"{' '.join(words)}: not understood ({read.why.value}); use 受理, 补正, 通过, 不通过：理由, 现场, "
            "复核完成 2026-12-03, 视频核验 通过|未接通|未通过：原因, 提醒复核, 转办 NAME, 撤销, 办结, 备注：…, 查询 "
            "or check:municipal|national|insurance=RESULT, check:acceptance|project_changed|firm_changed=2026-08-02"
        )
    return read


def _reviewer(settings: Settings, address: str) -> Reviewer:
    today = office_day(datetime.now(UTC))
    for one in roster_of(settings):
        if one.address.lower() == address.lower() and one.serves_on(today):
            return one
    raise UsageError(f"--actor {address}: no reviewer of the roster who serves today")
