"""Which verbs and flags does the command line know?

Exit codes: 0 done, 1 something failed (said on stderr), 2 wrong usage or configuration (contract.md 1).
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from ledger.errors import LedgerError
from ledger.office_time import OFFICE_TIME
from mailbot.errors import MailbotError

Verb = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Runs one verb and returns its exit code."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # whatever is written holds personal data
    try:
        return _verb(options.verb)(options)
    except (MailbotError, LedgerError) as error:
        print(f"mailbot: {error}", file=sys.stderr)
        return getattr(error, "exit_code", 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `mailbot ledger list | head` is no failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _verb(name: str) -> Verb:
    """Imported only when asked for: `--help` must not load an OCR engine."""
    module, _, function = name.partition(":")
    found: Verb = getattr(import_module(f"mailbot.{module}"), function)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mailbot",
        description="Reviews road-supervision registrations that arrive by e-mail (渝交路〔2024〕31号).",
    )
    parser.add_argument("--version", action="version", version=f"mailbot {version('mailbot')}")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    _daemon(verbs)
    _check(verbs)
    _directory(verbs)
    _ledger(verbs)
    _pack(verbs)
    _keep(verbs)
    _others(verbs)
    return parser


def _daemon(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = _add(verbs, "run", "commands.daemon:run", "the daemon: polls, examines, records, answers, until SIGTERM")
    once = _add(verbs, "once", "commands.daemon:once", "one pass of the same work, then exits")
    worker = _add(verbs, "worker", "commands.worker:worker", "another worker beside the daemon (PostgreSQL)")
    for verb in (run, once, worker):
        _config(verb)


def _check(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = _add(verbs, "check", "commands.check:check", "examines mails (or single papers) from files, offline")
    check.add_argument("files", nargs="+", metavar="FILE", help="mails (.eml), or a single paper (.pdf, .jpg)")
    _config(check, required=False)
    check.add_argument("--json", action="store_true", help="one JSON object a line")
    check.add_argument("--full", action="store_true", help="with --json: numbers unmasked")
    check.add_argument("--mailbox", metavar="ADDRESS", help="the review mailbox; default: found among To and Cc")
    check.add_argument(
        "--received",
        type=_moment,
        metavar="ISO8601",
        help="time of receipt, in Chongqing unless it says; default: Received, Date",
    )


def _directory(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    directory = verbs.add_parser("directory", help="the enterprises' directory").add_subparsers(
        metavar="ACTION", required=True
    )
    load = _add(directory, "import", "commands.directory:load", "loads or updates it from a CSV or XLSX file")
    load.add_argument("file", type=Path, metavar="FILE")
    _config(load)


def _ledger(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ledger = verbs.add_parser("ledger", help="the work ledger").add_subparsers(metavar="ACTION", required=True)
    listing = _add(ledger, "list", "commands.ledger:listing", "the cases, newest first")
    for name in ("--state", "--matter", "--firm", "--engineer", "--reviewer", "--text"):
        listing.add_argument(name)
    listing.add_argument("--due-to", dest="due_until", type=date.fromisoformat, metavar="DATE", help="due by then")
    listing.add_argument("--overdue", action="store_true", help="only cases with a clock that has run out")
    listing.add_argument("--limit", type=int, metavar="N", help="at most so many (0: all); a table ends after 200")
    show = _add(ledger, "show", "commands.case:show", "one case with its whole history")
    show.add_argument("case", metavar="CASE")
    decide = _add(ledger, "decide", "commands.decide:decide", "a reviewer's word on a case, as he would answer a mail")
    decide.add_argument("case", metavar="CASE")
    decide.add_argument("words", nargs="+", metavar="WORD", help="受理, 补正：…, 通过, 不通过：…, check:insurance=ok …")
    decide.add_argument("--actor", required=True, metavar="ADDRESS", help="a reviewer of the roster")
    export = _add(ledger, "export", "commands.export:export", "the ledger as .xlsx or .csv")
    export.add_argument("file", type=Path, metavar="FILE")
    stats = _add(ledger, "stats", "commands.stats:stats", "the period's figures; default: this year")
    sample = _add(ledger, "sample", "commands.ledger:sample", "draws cases of a month to be looked at again")
    sample.add_argument("--month", type=_month, required=True, metavar="YYYY-MM")
    sample.add_argument("--rate", type=float, default=0.1, help="share of the month's cases; default 0.1")
    sample.add_argument("--seed", type=int, required=True, help="the same seed draws the same cases")
    hold = _add(ledger, "hold", "commands.ledger:hold", "a case that must not be destroyed, whatever its age")
    hold.add_argument("case", metavar="CASE")
    hold.add_argument("--reason", metavar="WORDS")
    hold.add_argument("--lift", action="store_true", help="ends the hold")
    for verb in (listing, export, stats):
        verb.add_argument("--from", dest="since", type=date.fromisoformat, metavar="DATE", help="first day")
        verb.add_argument("--to", dest="until", type=date.fromisoformat, metavar="DATE", help="last day")
    for verb in (listing, export):
        verb.add_argument("--project", metavar="NAME", help="of projects with this in their name")
    for verb in (listing, stats):
        verb.add_argument("--json", action="store_true", help="JSON, one object a line")
    for verb in (listing, export, stats, sample):
        verb.add_argument("--mailbox", metavar="ADDRESS", help="of one review mailbox, by address or number prefix")
    for verb in (listing, show, decide, export, stats, sample, hold):
        _config(verb)


def _pack(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    pack = verbs.add_parser("pack", help="matter packs").add_subparsers(metavar="ACTION", required=True)
    check = _add(pack, "check", "commands.pack:check", "validates a pack and examines its sample mails, offline")
    replay = _add(pack, "replay", "commands.pack:replay", "what a changed pack would have made of the archived mails")
    for verb in (check, replay):
        verb.add_argument("file", type=Path, metavar="FILE")
    _config(check, required=False)
    _config(replay)


def _keep(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = _add(verbs, "backup", "commands.keep:backup", "ledger, secret and the archive's hashes in one file")
    restore = _add(verbs, "restore", "commands.keep:restore", "the ledger from a backup; not while the daemon runs")
    restore.add_argument("--force", action="store_true", help="keeps what lies there under another name")
    for verb in (backup, restore):
        verb.add_argument("file", type=Path, metavar="FILE")
        verb.add_argument("--drill", action="store_true", help="restores aside, compares with the living ledger")
    audit = verbs.add_parser("audit", help="the history's chain").add_subparsers(metavar="ACTION", required=True)
    verify = _add(audit, "verify", "commands.keep:audit", "finds change, deletion, insertion, reorder and a cut tail")
    verify.add_argument("--head", metavar="HASH", help="a head that a digest told: its hash or the beginning of it")
    purge = _add(verbs, "purge", "commands.keep:purge", "what is to be destroyed after three years; --yes does it")
    purge.add_argument("--yes", action="store_true", help="marks what is over, destroys what was marked 7 days ago")
    reindex = _add(verbs, "reindex", "commands.keep:reindex", "the mails' part of the ledger from the archive alone")
    retry = _add(verbs, "retry", "commands.keep:retry", "a quarantined mail again; without CASE lists what waits")
    retry.add_argument("case", nargs="?", metavar="CASE", help="a case number, or a mail's id from the list")
    letter = _add(
        verbs, "letter", "commands.letter:letter", "letters that wait for a person; --left or --again ends it"
    )
    letter.add_argument("number", nargs="?", type=int, metavar="NUMBER", help="without one they are listed")
    how = letter.add_mutually_exclusive_group()
    how.add_argument("--left", action="store_true", help="it has left: you found it in the Sent folder, say")
    how.add_argument("--again", action="store_true", help="it goes out again, with the same Message-ID")
    for verb in (backup, restore, verify, purge, reindex, retry, letter):
        _config(verb)


def _others(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    digest = _add(verbs, "digest", "commands.digest:digest", "the reviewers' digest of a day: printed, or sent")
    digest.add_argument("--date", type=date.fromisoformat, metavar="D", help="default: today in Chongqing")
    digest.add_argument("--send", action="store_true")
    doctor = _add(verbs, "doctor", "doctor:doctor", "checks the installation, one line each, with the remedy")
    for verb in (digest, doctor):
        _config(verb)
    demo = _add(verbs, "demo", "demo.run:demo", "the main job on embedded servers, nothing to configure")
    demo.add_argument("--folder", type=Path, metavar="DIR", help="where its files go; default: a new temporary folder")


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, verb: str, words: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=words, description=words)
    parser.set_defaults(verb=verb)
    return parser


def _config(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument("--config", type=Path, required=required, metavar="C", help="config.toml")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no time; write 2026-03-12T06:57:00+08:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_TIME)


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no month; write 2026-11") from error
