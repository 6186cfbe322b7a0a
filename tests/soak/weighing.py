"""Do the server's own mails, the archive, the ledger and what SMTP took say the same?"""

from collections import Counter
from collections.abc import Sequence

from ledger.entries import LetterState, MailState
from tests.builders_service import REVIEWER, TRACK_BOX, Office, sha256
from tests.servers.scripted_imap import Folder
from tests.servers.scripted_smtp import Taken


def weigh(office: Office, inbox: Folder, raws: Sequence[bytes], taken: Sequence[Taken], count) -> None:
    """Fills in what was lost and what went twice; AssertionError for whatever else is not right."""
    ledger, archive = office.ledger, office.archive
    uids = [mail.uid for mail in inbox.mails]
    delivered = ledger.deliveries(TRACK_BOX, "INBOX", inbox.uidvalidity, uids)
    archived = set(archive.hashes())
    missing = {mail.uid for mail in inbox.mails if sha256(mail.raw) not in archived}
    count.lost = len(missing | (set(uids) - set(delivered))) + ledger.mail_counts().get(MailState.RECORDED, 0)
    assert list(archive.verify()) == []
    sent = Counter(_identity(one.raw) for one in taken)
    count.double = sum(times - 1 for times in sent.values())
    letters = ledger.letters(limit=10**6)
    count.letters = len(letters)
    assert Counter(one.letter.state for one in letters) == {LetterState.SENT: len(letters)}
    assert {one.letter.message_id for one in letters} == set(sent)
    answers = Counter(one.mail_id for one in letters if one.letter.recipients != (REVIEWER,))
    worked = {mail.sha256: mail for mail in ledger.mails(*MailState, limit=10**6)}
    good = {sha256(raw) for raw in raws if b"@person.invalid>" in raw}
    # An applicant who wrote is answered, by one letter for each submission.
    odd = {one: answers[worked[one].id] for one in good if answers[worked[one].id] != 1}
    assert not odd, [(times, worked[one].state, worked[one].reason) for one, times in odd.items()]
    assert set(worked) == {sha256(raw) for raw in raws}
    assert all(mail.reason or mail.case_number for mail in worked.values())
    assert ledger.verify() == ()
    count.states = {state.value: number for state, number in ledger.mail_counts().items()}


def _identity(raw: bytes) -> str:
    head = raw.partition(b"\r\n\r\n")[0].decode(errors="replace").splitlines()
    return next(line for line in head if line.lower().startswith("message-id:")).partition(":")[2].strip()
