"""What must reviewers be told now, and is every window kept?

ledger → ledger. Referrals at any hour of a workday; at the set hour the window, reminders, digests and reports. Each
mail's purpose is unique in the ledger: a missed tick is made good, a doubled one sends nothing twice.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Event

from ledger.archive import Archive
from ledger.ledger import Ledger
from ledger.office_time import OFFICE_TIME
from mailbot.cases.workbench import Tools
from mailbot.examination.workdays import Calendar
from mailbot.instance import Instance
from mailbot.letters.correspondence import Picture
from mailbot.letters.labels import Labels
from mailbot.letters.rendering import Words
from mailbot.office.authorities import load_projects
from mailbot.office.files import now_of
from mailbot.office.roster import readers
from mailbot.reading.crops import Crops
from mailbot.reviewers.contacts import look_at_contacts
from mailbot.reviewers.digest import Digest, Digests
from mailbot.reviewers.periodic import Report, Reports, due_on
from mailbot.reviewers.post import Post
from mailbot.reviewers.referral import Referrals
from mailbot.reviewers.reminder import Reminders
from mailbot.reviewers.window import Window
from mailbot.settings import Mailbox, Settings
from mailbot.watch.alarms import has_passed

WEEK_PICTURE = "week@mailbot"


class Desk:
    """The leg. Without `tools` it only tells how things stand: no letter to applicants, no referral."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        archive: Archive,
        words: Words,
        settings: Settings,
        calendar: Calendar,
        instance: Instance,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        labels: Labels | None = None,
        tools: Tools | None = None,
        crops: Crops | None = None,
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._settings = settings
        self._now = now
        self._post = Post(ledger, archive, words, settings, instance, now)
        self._labels = labels or Labels(settings.folders.templates)
        self._projects = now_of(settings.folders.projects, load_projects, None)
        self.use_calendar(calendar)
        self._window = Window(tools) if tools else None
        self._referrals = Referrals(tools, self._post, crops) if tools else None

    def use_calendar(self, calendar: Calendar) -> None:
        """Another year's holidays, or a changed one's, were published."""
        self._digests = Digests(self._ledger, self._settings, calendar, self._labels, self._projects)
        self._reports = Reports(self._ledger, self._settings, calendar, self._labels)
        self._reminders = Reminders(self._ledger, self._settings, calendar, self._post)

    def work(self, stop: Event) -> int:
        """Does what the hour asks; how many letters are on their way by it."""
        now = self._now().astimezone(OFFICE_TIME)
        self._ledger.forget_rehearsals(self._archive.remove, self._now())
        if not self._digests.works(now.date()):
            return 0
        done = self._referrals.send(stop) if self._referrals else 0
        if now.time() < self._settings.desk.digest_at:
            return done
        day = now.date()
        self._look_around(day, now)
        if self._window:
            done += self._window.keep(day)
        return done + self._reminders.send(day, self._window) + self.send_digests(day) + self.send_reports(day)

    def _look_around(self, day: date, now: datetime) -> None:
        """What the digests tell besides the cases."""
        look_at_contacts(self._ledger, self._settings, self._labels, day, now)
        for alarm in self._ledger.alarms():
            if has_passed(alarm.key, alarm.raised_at, now):
                self._ledger.clear_alarm(alarm.key, now)

    def send_digests(self, day: date) -> int:
        """One to each reviewer on duty, of all his mailboxes; what was queued for the day before stays as it is."""
        sent = 0
        for reviewer, mailboxes in self._desks(day).items():
            purpose = f"digest:{day}:{reviewer.lower()}"
            if self._ledger.serves(purpose):
                continue
            digest = self.digest(day, tuple(box.address for box in mailboxes))
            week = (Picture(WEEK_PICTURE, digest.week.png),)
            sent += self._post.put("digest", purpose, mailbox=mailboxes[0], to=reviewer, facts=digest, pictures=week)
        return sent

    def send_reports(self, day: date) -> int:
        """The week's and the month's, on the first workday after."""
        sent = 0
        for kind, first, last in due_on(day, self._digests.works):
            for reviewer, mailboxes in self._desks(day).items():
                purpose = f"{kind}:{first}:{reviewer.lower()}"
                if self._ledger.serves(purpose):
                    continue
                report = self.report(kind, first, last, day, tuple(box.address for box in mailboxes))
                charts = [Picture(f"chart{n}@mailbot", chart.png) for n, chart in enumerate(report.charts, start=1)]
                box = mailboxes[0]
                sent += self._post.put("report", purpose, mailbox=box, to=reviewer, facts=report, pictures=charts)
        return sent

    def digest(self, day: date, mailboxes: tuple[str, ...]) -> Digest:
        """The digest of these mailboxes on that day."""
        return self._digests.of(day, mailboxes)

    def report(self, kind: str, first: date, last: date, today: date, mailboxes: tuple[str, ...]) -> Report:
        """`kind`: weekly or monthly; both days within."""
        return self._reports.of(kind, first, last, today, mailboxes)

    def rendered(self, digest: Digest) -> tuple[str, str]:
        return self._post.rendered("digest", digest)

    def _desks(self, day: date) -> dict[str, list[Mailbox]]:
        """Each reader with his mailboxes."""
        desks: dict[str, list[Mailbox]] = {}
        for mailbox in self._settings.mailbox:
            for address in readers(self._settings, mailbox, day):
                desks.setdefault(address, []).append(mailbox)
        return desks
