"""`mailbot letter`: what a person decides on a letter of which nobody knows whether it left, or that did not leave."""

from argparse import Namespace

from ledger.entries import LetterEntry, LetterState
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from mailbot.commands.layout import laid_out
from mailbot.errors import UsageError
from mailbot.letters.labels import Labels
from mailbot.letters.notation import local_minute, technical
from mailbot.settings import load_settings
from mailbot.watch.alarms import Alarm, AlarmKind, about_letter
from mailbot.workshop import open_ledger

_OPEN = (LetterState.UNCERTAIN, LetterState.FAILED)
_ACTOR = "operator"


def letter(options: Namespace) -> int:
    """Without a number the letters that wait for a person; with one: it has left, or it goes out again."""
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        waiting = {entry.id: entry for entry in ledger.letters(*_OPEN)}
        if options.number is None:
            labels = Labels(settings.folders.templates)
            print(laid_out("\n".join(_line(one, labels) for one in waiting.values())), end="")
            return 0
        entry = waiting.get(options.number)
        if entry is None:
            raise LedgerError(f"letter {options.number} waits for nobody; `mailbot letter` lists those that do")
        if not (options.left or options.again):
            raise UsageError("--left: you found that it has left; --again: it shall go out (once more)")
        _settle(ledger, entry, left=options.left)
    print(f"letter {entry.id}: {'noted as sent' if options.left else 'goes out again with the same Message-ID'}")
    return 0


def _settle(ledger: Ledger, entry: LetterEntry, *, left: bool) -> None:
    if entry.letter.state is LetterState.UNCERTAIN:
        ledger.resolve_uncertain(entry.id, sent=left, why="an operator has looked", actor=_ACTOR)
    elif left:
        raise UsageError("the server refused it: it cannot have left")
    else:
        ledger.release_letter(entry.id, actor=_ACTOR)
    for kind in (AlarmKind.LETTER_UNCERTAIN, AlarmKind.LETTER_FAILED):
        ledger.clear_alarm(Alarm(kind, entry.letter.mailbox, about=about_letter(entry.id)).key)


def _line(entry: LetterEntry, labels: Labels) -> str:
    one = entry.letter
    words = (local_minute(entry.queued_at), one.mailbox, labels("letter_state", one.state.value), one.subject)
    return "\t".join((str(entry.id), "　".join(filter(None, (*words, technical(entry.last_error))))))
