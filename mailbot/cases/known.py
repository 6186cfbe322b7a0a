"""What does the office know that bears on an application?

Directory, suspension list, project map, engagements, 承办人 and signatures of other cases. Without records, as for a
mail checked where no ledger is, it knows nothing, and nothing is asked that would need it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from ledger.entries import Enterprise
from ledger.office_time import office_day
from ledger.questions import CaseMatch, FoundBy, HandledEntry
from mailbot.cases.people import national_files, signatures_of
from mailbot.cases.records import Records
from mailbot.examination.rules.engagement_facts import project
from mailbot.examination.submission import OnFile, SubjectReading, Submission
from mailbot.instance import Instance
from mailbot.office.authorities import CITY, DISTRICT, ProjectMap
from mailbot.office.suspension import SuspensionList
from parsers.mail.message import Message

_HANDLED_DAYS: Final = 366  #: a 承办人 seen with another enterprise longer ago has changed his employer (E18)


@dataclass(frozen=True)
class Known:
    """The office's knowledge at hand."""

    records: Records | None = None
    instance: Instance | None = None
    directory_max_age_days: int = 30
    suspended: Callable[[], SuspensionList] = SuspensionList
    projects: Callable[[], ProjectMap | None] = lambda: None
    knows_cases: bool = True  #: False for 预检: no mail is part of a case

    @property
    def cases(self) -> Records | None:
        """Whom to ask for cases."""
        return self.records if self.knows_cases else None

    def author_firm(self, message: Message, subject: SubjectReading, day: date) -> Enterprise | None:
        """Whose contact address the author is; of several that share it, the one that the subject names."""
        if self.records is None or message.author is None:
            return None
        firms = self.records.enterprises_at(message.author.key, day)
        named = self.registered(subject.firm, day) if subject.firm else None
        return next((firm for firm in firms if firm.name == named), firms[0] if firms else None)

    def filed_as(self, subject: SubjectReading, day: date) -> str | None:
        """The firm as its cases name it: a former name is the enterprise's too."""
        return (self.registered(subject.firm, day) if subject.firm else None) or subject.firm

    def registered(self, name: str, day: date) -> str | None:
        found = self.records.enterprise(name, day) if self.records else None
        return found.name if found else None

    def key(self, role: str, number: str | None) -> str | None:
        """The number's stand-in in the ledger; None where there is no number, or no key to make one."""
        return self.instance.key(role, number) if self.instance and number else None

    def on_file(
        self,
        base: OnFile,
        submission: Submission,
        *,
        case: CaseMatch | None,
        author_firm: Enterprise | None,
        other_source: str | None,
        engineer_key: str | None,
        handler_key: str | None,
    ) -> OnFile:
        """`base` with all that bears on this application."""
        base = replace(self._with_authority(base, submission), engagements_known=self.records is not None)
        records = self.records
        if records is None:
            return base
        return replace(
            self._with_directory(base, records, submission),
            author_firm=author_firm,
            duplicate_of=case.number if case and case.by in (FoundBy.DUPLICATE, FoundBy.SAME_BYTES) else None,
            other_source=other_source,
            engagements=records.open_engagements(engineer_key) if engineer_key else (),
            known_signatures=_signatures_elsewhere(records, submission, case),
            others_files=self._others_files(records, submission, engineer_key),
            handled=self._handled(records, handler_key, case, submission.received),
        )

    def _with_directory(self, on_file: OnFile, records: Records, submission: Submission) -> OnFile:
        """What directory and suspension list say of the firm, and of whom the mail went to, on that day."""
        name, day = submission.subject.firm, office_day(submission.received)
        firm = records.enterprise(name, day) if name else None
        as_of = records.directory_as_of()
        return replace(
            on_file,
            firm=firm,
            copied_firms=tuple(
                other
                for address in (*submission.message.to, *submission.message.cc)
                for other in records.enterprises_at(address.key, day)
            ),
            near_names=records.near_names(name, day) if name and firm is None else (),
            directory_loaded=as_of is not None,
            directory_as_of=as_of,
            directory_max_age_days=self.directory_max_age_days,
            suspended=self.suspended().names(
                day,
                firms=[one for one in (name, firm.name if firm else None) if one],
                people=[submission.subject.engineer] if submission.subject.engineer else [],
                credit_identifier=firm.credit_identifier if firm else None,
            ),
        )

    def _with_authority(self, on_file: OnFile, submission: Submission) -> OnFile:
        """City and district are asked apart where a map is loaded and the papers name the project (I24)."""
        projects, named = self.projects(), project(submission)
        if projects is None or named is None:
            return on_file
        authority, city = projects.of(named), submission.matter.review_mailbox
        here = submission.mailbox.lower() == (city or "").lower()
        if authority and authority.name == DISTRICT and not authority.mailbox and not here:
            return on_file  # this mailbox is a district's: which one, the map does not say
        mailbox = authority.mailbox or (city if authority.name == CITY else None) if authority else None
        return replace(
            on_file,
            projects_loaded=True,
            project_mailbox=mailbox,
            project_authority=authority.name if authority else None,
        )

    def _others_files(self, records: Records, submission: Submission, key: str | None) -> dict[str, str]:
        """Name of a file → the case of another engineer; nothing where he is not known for certain."""
        names = national_files(submission) if key else {}
        found = records.others_files(names, key) if key and names else {}
        return {names[mark]: number for mark, number in found.items()}

    def _handled(
        self, records: Records, key: str | None, case: CaseMatch | None, received: datetime
    ) -> tuple[HandledEntry, ...]:
        """Other cases in which the same 承办人 acted."""
        found = records.firms_handled(key, received - timedelta(days=_HANDLED_DAYS)) if key else ()
        own = case.number if case else None
        return tuple(one for one in found if one.case_number != own)


def _signatures_elsewhere(records: Records, submission: Submission, case: CaseMatch | None) -> dict[str, str]:
    """Signature → the other case in which it stands; not looked up for a mail without one."""
    if not any(signatures_of(document) for document in submission.documents):
        return {}
    return {mark: number for mark, number in records.signatures().items() if case is None or number != case.number}
