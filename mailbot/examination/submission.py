"""What does this mail submit, and what did the office know when it came?"""

from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.entries import Enterprise
from ledger.questions import EngagementEntry, HandledEntry
from mailbot.examination.matter import Action, Filing, Matter, Submitter
from mailbot.examination.workdays import Calendar
from parsers.documents.document import Document, FileRead
from parsers.mail.message import Message
from parsers.mail.provenance import Provenance


@dataclass(frozen=True)
class SubjectReading:
    """The subject after folding and splitting (domain.md 5.1)."""

    raw: str
    folded: str  #: prefixes and needless signs removed
    engineer: str | None = None
    firm: str | None = None
    matter: Matter | None = None
    filing: Filing | None = None  #: None when action or submitter is not told
    action: Action | None = None  #: as far as beyond doubt, even without a filing
    submitted_by: Submitter | None = None  #: the same
    deviations: tuple[str, ...] = ()  #: accepted after folding: named for the note
    faults: tuple[str, ...] = ()  #: not of the prescribed form: stable words, e.g. "submitter_missing"
    expected: tuple[str, ...] = ()  #: the right line with this applicant's own names as far as known; several when
    #: the subject leaves open which

    @property
    def beyond_doubt(self) -> bool:
        """Are matter, action and submitter clear, however the line is written?"""
        return self.filing is not None


@dataclass(frozen=True)
class Submission:
    """One mail as an application: everything the rules look at that came with it."""

    message: Message
    subject: SubjectReading
    mailbox: str  #: the review mailbox it came to
    received: datetime  #: aware; arrival in the mailbox (domain.md 1.3)
    provenance: Provenance
    matter: Matter
    filing: Filing
    files: tuple[FileRead, ...] | None = None  #: None: papers were not read
    filing_assumed: bool = False  #: the subject leaves the filing open: what follows from it is never more than a doubt
    earlier_files: tuple[FileRead, ...] = ()  #: of the same case, still right: completeness is the union (E08)

    @property
    def all_files(self) -> tuple[FileRead, ...]:
        return (self.files or ()) + self.earlier_files

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple(document for file in self.all_files for document in file.documents)


@dataclass(frozen=True)
class OnFile:
    """What the office knew when the mail came."""

    calendar: Calendar
    firm: Enterprise | None = None  #: the directory's entry of the firm named, as of the day of receipt
    author_firm: Enterprise | None = None  #: whose contact address the author is, as of that day
    copied_firms: tuple[Enterprise, ...] = ()  #: whose contact addresses stand in To or Cc, as of that day
    near_names: tuple[str, ...] = ()  #: directory names close to an unknown one
    directory_loaded: bool = False
    directory_as_of: date | None = None  #: when it was last imported
    directory_max_age_days: int = 30
    mailbox_matters: dict[str, frozenset[str]] = field(default_factory=dict)  #: review mailbox → matters
    duplicate_of: str | None = None  #: case number of the same application, unchanged
    projects_loaded: bool = False  #: a map of projects was asked for the project that the papers name
    project_mailbox: str | None = None  #: review mailbox of the project's authority
    project_authority: str | None = None  #: 市级, 区县级 or a district; None: the map does not know the project
    engagements: tuple[EngagementEntry, ...] = ()
    engagements_known: bool = True  #: False: there is no ledger to ask
    other_source: str | None = None  #: case number of the same application from the other side (E25)
    handled: tuple[HandledEntry, ...] = ()  #: of the last year, the latest case of each enterprise
    suspended: bool = False  #: firm or engineer on the suspension list: for the reviewer only
    others_files: dict[str, str] = field(default_factory=dict)  #: name of a file → case of another engineer (E39)
    known_signatures: dict[str, str] = field(default_factory=dict)  #: fingerprint → case number
