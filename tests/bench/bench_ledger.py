"""How long do list, digest, figures and export take on a large ledger? `python -m tests.bench.bench_ledger [--mails N]`

On SQLite; on a PostgreSQL started for it with --postgres, or on that of --url.

The law: the reviewers' list and the digest in under 2 s each on 1,000,000 mails and 300,000 cases, and
100,000 cases exported in under 60 s and 500 MiB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from ledger.book import View
from ledger.entries import CaseState, LetterState
from ledger.export import export_xlsx
from ledger.ledger import Ledger
from ledger.questions import CaseFilter
from mailbot.examination.matter import with_own_review
from mailbot.letters.labels import Labels
from mailbot.letters.rendering import Words
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.reviewers.digest import Digests
from mailbot.settings import Settings
from parsers.masking import mask, masked_address
from tests.servers.postgres import running_cluster

TODAY = date(2026, 11, 20)
BOXES = ("track@office.example", "information@office.example")
STATES = [
    *[state.value for state in CaseState if not state.is_open] * 24,
    *[one.value for one in CaseState if one.is_open],
]
FINDINGS = [
    {"code": "firm_not_copied", "severity": "defect", "clause": "附件4 1.4.1", "message": "未同步发送企业邮箱。",
     "document": None, "page": None, "evidence": {}},
    {"code": "letter_seal_unclear", "severity": "doubt", "clause": "附件4 1.4.1", "message": "印章待核对。",
     "document": "扫描件1.jpg", "page": 1, "evidence": {}},
]  # fmt: skip
DOCUMENTS = [
    {"kind": kind, "file": f"扫描件{number}.jpg", "pages": [1], "form": None, "fields": {}, "read_by": "ocr"}
    for number, kind in enumerate(("commitment_letter", "national_screenshot", "identity_card"), start=1)
]  # fmt: skip
_BATCH = 20_000


def moment(day: date, minutes: int = 0) -> str:
    return f"{datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S.%f}"


def rows(mails: int, cases: int):
    """(table, row) of an invented office: every third mail or so opens a case, the others belong to none."""
    findings, documents = (json.dumps(one, ensure_ascii=False) for one in (FINDINGS, DOCUMENTS))
    span = 3 * 365
    for number in range(mails):
        day = TODAY - timedelta(days=span - number * span // mails)
        ordinal = number * cases // mails  # up to this day's: the lists of today must have today's cases
        opens = ordinal != (number - 1) * cases // mails
        case = f"ZJZD-{day.year}-{ordinal:07d}" if opens else None
        at, box = moment(day, number % 600), BOXES[number % 2]
        state = "filed" if opens else "set_aside" if number % 7 else "answered"
        yield "mail", (number + 1, box, f"{number:064x}", state, at, at, f"<{number}@applicant.example>",
                       f"张三{number % 997}/重庆甲监理咨询公司/业绩登记新增(本人提交)",
                       f"zhang{number % 997}@applicant.example", "", "[]", "", case, 1, 0, 1, 0, 0, at)  # fmt: skip
        if not opens:
            continue
        old = (TODAY - day).days > 40
        firm = f"重庆{ordinal % 499}监理咨询公司"
        case_state = (
            STATES[ordinal % len(STATES)] if old else ("complete", "awaiting_correction", "referred")[ordinal % 3]
        )
        closed = None if CaseState(case_state).is_open else moment(day + timedelta(days=9), 60)
        yield "registration", (case, case_state, box, number + 1, "engineer_track_record", "add", "engineer",
                               firm, firm, f"张三{ordinal % 997}",
                               f"{ordinal % 997:064x}", "91500000MA5U0000XX", f"第{ordinal % 211}高速公路工程", "JL1",
                               "专业监理工程师", str(day), "complete", "中心",
                               f"zhang{ordinal % 997}@applicant.example", at, at, ordinal % 3,
                               moment(day + timedelta(days=2)) if old or ordinal % 2 else None, "li@office.example",
                               closed, str(day + timedelta(days=1104)) if closed else None, "{}")  # fmt: skip
        yield (
            "examination",
            (ordinal + 1, case, number + 1, 1, at, at, "complete", "1", f"{ordinal:x}", documents, findings),
        )
        for place, finding in enumerate(FINDINGS):
            yield "finding", (ordinal * 2 + place + 1, ordinal + 1, case, finding["code"], finding["severity"])
        due = day + timedelta(days=14)
        stopped = str(day + timedelta(days=2)) if old or ordinal % 2 else None
        ended = closed and str(due)
        for place, (clock, clause, over) in enumerate((
            ("feedback10", "二", stopped), ("overall10", "二", ended), ("enterprise10", "附件4 3.5", stopped),
            ("review10", "附件4 3.5", ended),
        ), start=1):  # fmt: skip
            yield "clock", (ordinal * 4 + place, case, clock, clause, str(due), str(day), over)
        letter = LetterState.SENT if old else (LetterState.HELD, LetterState.SENT)[ordinal % 2]
        yield "letter", (ordinal + 1, number + 1, case, f"mail:{number}:complete", "complete", box,
                         '["zhang@applicant.example"]', "【材料齐全】", f"<mb.{ordinal}@office.example>",
                         f"{ordinal:063x}f",
                         letter.value, at, 0, 1, 1, at, moment(day + timedelta(days=2)), "250 ok", "")  # fmt: skip


COLUMNS = {
    "mail": "id mailbox sha256 state arrived_at recorded_at message_id subject author sender_key thread reason "
            "case_number whole turn attempts strikes fence not_before",
    "registration": "number state mailbox mail_id matter action submitted_by firm firm_key engineer engineer_key "
                    "credit_identifier project section post started_on verdict office applicant received_at opened_at "
                    "rounds first_feedback_at reviewer closed_at keep_until steps",
    "examination": "id case_number mail_id round at received_at verdict pack_version fingerprint documents findings",
    "finding": "id examination_id case_number code severity",
    "clock": "id case_number name clause due started_on stopped_on",
    "letter": "id mail_id case_number purpose kind mailbox recipients subject message_id sha256 state not_before "
              "certain_only attempts fence queued_at sent_at answer last_error",
}  # fmt: skip


def fill(ledger: Ledger, mails: int, cases: int) -> None:
    source = rows(mails, cases)
    if ledger.engine.dialect.name == "sqlite":
        _fill_sqlite(ledger, source)
    else:
        _fill_postgres(ledger, source)


def _fill_postgres(ledger: Ledger, source) -> None:
    with closing(ledger.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("SET session_replication_role = replica; SET timezone = 'UTC'")  # no foreign keys, as above
        while batch := list(islice(source, _BATCH)):
            for table, names in COLUMNS.items():
                with cursor.copy(f"COPY {table} ({','.join(names.split())}) FROM STDIN") as copy:
                    for row in (row for name, row in batch if name == table):
                        copy.write_row(row)
        cursor.execute("SET session_replication_role = DEFAULT; ANALYZE")  # as autovacuum does within its first minute
        connection.commit()


def _fill_sqlite(ledger: Ledger, source) -> None:
    with closing(ledger.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        for setting in ("synchronous=OFF", "foreign_keys=OFF", "secure_delete=OFF"):
            cursor.execute(f"PRAGMA {setting}")
        while batch := list(islice(source, _BATCH)):
            cursor.execute("BEGIN")
            for table, names in COLUMNS.items():
                columns = names.split()
                marks = ",".join("?" * len(columns))
                values = [row for name, row in batch if name == table]
                cursor.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", values)
            cursor.execute("COMMIT")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def the_digest(ledger: Ledger) -> None:
    """As a reviewer of both mailboxes gets it, with its words."""
    usual = {"imap_host": "127.0.0.1", "imap_tls": "none", "smtp_host": "127.0.0.1", "smtp_tls": "none"}
    boxes = [{"address": box, "matters": ["engineer_track_record"], **usual} for box in BOXES]
    settings = Settings.model_validate({"mailbox": boxes})
    Words().reviewer_mail("digest", Digests(ledger, settings, load_calendar(), Labels()).of(TODAY, BOXES))


def awaited(ledger: Ledger) -> None:
    """What the prompts look through each minute: whose enterprise10 is about to end, or has ended of late."""
    clocks = ledger.due_between(TODAY - timedelta(days=30), TODAY + timedelta(days=2))
    assert [one for one in clocks if one.clock.id == "enterprise10"]


def pressing(ledger: Ledger) -> None:
    """What reminders and digest choose from: overall10 and every other period that runs and is due soon or over."""
    clocks = ledger.due_between(date.min, TODAY + timedelta(days=5), mailboxes=(BOXES[0],))
    assert [one for one in clocks if one.clock.id == "overall10"]


def waiting(ledger: Ledger) -> None:
    """What the desk asks each minute for each reviewer and mailbox."""
    ledger.unreferred(BOXES[0], "li@office.example", examined_before=datetime.combine(TODAY, datetime.max.time(), UTC))


def questions(ledger: Ledger):
    def listed(which: CaseFilter) -> None:
        list(ledger.cases(which, newest_first=True, most=200))
        ledger.count_cases(which)

    yield "list: newest 200", lambda: listed(CaseFilter())
    yield "list: state referred", lambda: listed(CaseFilter(states=(CaseState.REFERRED,)))
    yield "list: one firm", lambda: listed(CaseFilter(firm="重庆7监理咨询公司"))
    yield "list: one engineer", lambda: listed(CaseFilter(engineer="张三7"))
    yield "list: words in it", lambda: listed(CaseFilter(text="第17高速"))
    first, after = (datetime(2026, month, 1, tzinfo=UTC) for month in (10, 11))
    a_month = CaseFilter(mailboxes=(BOXES[0],), received_from=first, received_before=after)
    yield "list: one mailbox, one month", lambda: listed(a_month)
    yield "list: overdue", lambda: listed(CaseFilter(overdue_on=TODAY))
    yield "list: due within a week", lambda: listed(CaseFilter(due_until=TODAY + timedelta(days=7)))
    yield "list: one reviewer", lambda: listed(CaseFilter(reviewer="li@office.example"))
    yield "digest", lambda: the_digest(ledger)
    yield "desk: what waits for a reviewer", lambda: waiting(ledger)
    yield "desk: what is due (overall10)", lambda: pressing(ledger)
    yield "desk: whose 复核 ends (enterprise10)", lambda: awaited(ledger)
    yield "figures: a month", lambda: ledger.figures(date(2026, 10, 1), date(2026, 10, 31), TODAY)
    workdays = load_calendar().workdays_between
    yield "figures: a year", lambda: ledger.figures(date(2026, 1, 1), TODAY, TODAY, workdays=workdays)
    yield "retention: the plan", lambda: ledger.retention_plan(TODAY)


def export(url: str, target: Path, cases: int) -> int:
    """In a process of its own, so that its memory is measured alone; prints seconds and MiB."""
    matters = load_matters(None)
    view = View(Labels(matters=matters), mask, masked_address, load_calendar().workdays_between)
    began = time.perf_counter()
    with opened(url) as ledger:
        count = export_xlsx(target, islice(ledger.records(), cases), view=view)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"export: {count} cases, {time.perf_counter() - began:.1f} s ({time.process_time():.1f} s of a core), "
          f"{memory:.0f} MiB, "
          f"file {target.stat().st_size / 2**20:.0f} MiB")  # fmt: skip
    return 0


def opened(url: str) -> Ledger:
    """As the daemon opens it: it knows which matters have a review period of their own."""
    return Ledger.open(url, own_review=with_own_review(load_matters(None)))


def measure(url: str, folder: Path, options: argparse.Namespace) -> list[str]:
    """Prints a line for each question; those of the law that took too long."""
    slow = []
    with opened(url) as ledger:
        print(f"{ledger.engine.dialect.name}, {options.mails} mails, {options.cases} cases")
        if ledger.count_cases() == 0:
            began = time.perf_counter()
            fill(ledger, options.mails, options.cases)
            print(f"filled in {time.perf_counter() - began:.0f} s")
        ledger.weigh_indexes()  # as the daemon does every day
        for name, ask in questions(ledger):
            began, of_a_core = time.perf_counter(), time.process_time()
            ask()
            seconds, of_a_core = time.perf_counter() - began, time.process_time() - of_a_core
            slow += [name] if seconds > 2 and name.startswith(("list", "digest", "desk")) else []
            print(f"{name:36} {seconds:7.3f} s ({of_a_core:.3f} s of a core)", flush=True)
    arguments = ["--export", str(options.export), "--only-export", url, str(folder / "out.xlsx")]
    subprocess.run([sys.executable, "-m", "tests.bench.bench_ledger", *arguments], check=True)
    return slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--cases", type=int, default=30_000)
    parser.add_argument("--export", type=int, default=10_000, metavar="CASES")
    parser.add_argument("--folder", type=Path, help="keep the ledger there; one that lies there is used again")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, thrown away at the end")
    where.add_argument("--url", help="on this database: an empty one, or one that an earlier run filled")
    parser.add_argument("--only-export", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only_export:
        return export(options.only_export[0], Path(options.only_export[1]), options.export)
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = options.folder or Path(temporary)
        url = options.url or f"sqlite:///{folder}/ledger.db"
        if options.postgres:
            url = stack.enter_context(running_cluster()).url
        slow = measure(url, folder, options)
    print("over 2 s: " + ", ".join(slow) if slow else "all lists and the digest under 2 s")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
