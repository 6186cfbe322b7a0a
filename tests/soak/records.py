"""Does a backup taken under fire come back, and does the archive alone give the mails' part of the ledger? (S7, P8)"""

from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from ledger.entries import MailState
from ledger.ledger import Ledger
from ledger.restoring import restore
from mailbot.reindex import reindex
from parsers.names import fold_firm
from tests.builders_service import Office


def brought_back(parcel: Path, url: str, office: Office) -> dict[str, int]:
    """Restored elsewhere as by `mailbot restore`; the archive then adds the mails that came since the copy."""
    restored = restore(parcel, url=url, archive=office.archive, secret=parcel.with_name("secret"), now=office.time)
    assert restored.faults == ()
    with Ledger.open(url, fold=fold_firm) as ledger:
        before = sum(ledger.mail_counts().values())
        assert before == restored.manifest.tables["mail"]
        assert ledger.verify(restored.manifest.head) == ()
        found = reindex(ledger, office.archive, office.settings, office.time)
        assert ledger.verify() == ()
        assert _hashes(ledger) == _hashes(office.ledger)
    return {"restored": before, "added": found.recorded, "shelved": found.shelved}


def made_anew(_: Path, url: str, office: Office) -> dict[str, int]:
    """A new ledger that knows nothing, and the archive."""
    with Ledger.open(url, fold=fold_firm) as ledger:
        found = reindex(ledger, office.archive, office.settings, office.time)
        assert ledger.verify() == ()
        assert _hashes(ledger) == _hashes(office.ledger)
        assert ledger.mail_counts().keys() == {MailState.BACKLOG}  # for a person to look at: nobody is answered again
    return {"mails": len(_hashes(office.ledger)), "letters": found.outgoing}


def another_database(url: str, name: str) -> str:
    """An empty one in the same cluster."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _hashes(ledger: Ledger) -> set[str]:
    return {mail.sha256 for mail in ledger.mails(*MailState, limit=10**6)}
