"""What goes into the examination of a mail, and what comes out?"""

from dataclasses import dataclass
from datetime import datetime

from ledger.questions import CaseMatch
from mailbot.examination.classify import Classification
from mailbot.examination.submission import OnFile, SubjectReading, Submission
from mailbot.examination.verdict import Verdict
from parsers.documents.document import FileRead
from parsers.mail.message import Message, Parsed
from parsers.mail.provenance import Provenance, Receiver


@dataclass(frozen=True)
class Arrived:
    """A mail as it came, taken apart."""

    parsed: Parsed
    mailbox: str
    received: datetime  #: aware
    receiver: Receiver
    whole: bool = True  #: False: only the headers were fetched, the mail is over the size limit
    same_as: int | None = None  #: the mail with the same bytes in another mailbox (D17)


@dataclass(frozen=True)
class Examination:
    """Everything that one mail came to."""

    message: Message
    mailbox: str
    received: datetime
    provenance: Provenance
    subject: SubjectReading
    classification: Classification
    verdict: Verdict
    submission: Submission | None = None  #: None: no application
    on_file: OnFile | None = None
    case: CaseMatch | None = None  #: the case that it belongs to
    files: tuple[FileRead, ...] = ()
    fingerprint: str = ""
    engineer_key: str | None = None
    handler_key: str | None = None
    seen_before: frozenset[str] = frozenset()  #: names of attachments whose very bytes came with an earlier mail
    seconds: float = 0.0
