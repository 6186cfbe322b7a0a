"""A person ends the doubt about a letter."""

from ledger.entries import LetterState
from mailbot.watch.alarms import Alarm, AlarmKind, about_letter
from tests.ledger.builders import LEASE, a_letter
from tests.mailbot.commands.some_cases import BOX


def test_a_letter_in_doubt_is_listed_and_a_person_ends_it(run, ledger):
    for number in (1, 2, 3):
        ledger.queue_letter(a_letter(purpose=f"test:{number}", message_id=f"<mb.{number}@x.example>", mailbox=BOX))
    for state in (ledger.mark_uncertain, ledger.mark_uncertain, ledger.mark_failed):
        claimed = ledger.claim_letter("w", LEASE, mailboxes=(BOX,))
        state(claimed.id, claimed.fence, "550 或 断线")
        kind = AlarmKind.LETTER_FAILED if state == ledger.mark_failed else AlarmKind.LETTER_UNCERTAIN
        ledger.raise_alarm(Alarm(kind, BOX, about=about_letter(claimed.id)).key)
    listed = run("letter").out.splitlines()
    assert [line.split("　")[2] for line in listed if "　" in line] == ["发送情况待查", "发送情况待查", "发送失败"]
    assert "--again" in run("letter", "1", code=2).err
    run("letter", "1", "--left")
    run("letter", "2", "--again")
    assert "cannot have left" in run("letter", "3", "--left", code=2).err
    run("letter", "3", "--again")
    assert "waits for nobody" in run("letter", "3", "--again", code=1).err
    states = [ledger.letter(f"<mb.{number}@x.example>").letter.state for number in (1, 2, 3)]
    assert states == [LetterState.SENT, LetterState.QUEUED, LetterState.QUEUED]
    assert ledger.alarms() == ()
    assert run("letter").out == ""
