"""`mailbot directory import`: loads or updates the enterprises' directory."""

import sys
from argparse import Namespace
from datetime import datetime

from ledger.directory_file import read_directory
from ledger.office_time import OFFICE_TIME
from mailbot.errors import UsageError
from mailbot.settings import load_settings
from mailbot.workshop import open_ledger
from parsers.masking import mask
from parsers.names import fold_firm


def load(options: Namespace) -> int:
    """Bad rows are named by line and reason, the good ones are loaded; 1 when a row was bad."""
    settings = load_settings(options.config)
    if not options.file.is_file():
        raise UsageError(f"{options.file}: no such file; give a .csv or .xlsx file")
    read = read_directory(options.file, fold=fold_firm)
    for bad in read.bad:
        print(f"{options.file}: line {bad.line}: {bad.reason} {mask(bad.value)}".rstrip(), file=sys.stderr)
    with open_ledger(settings) as ledger:
        done = ledger.import_enterprises(read.enterprises, as_of=datetime.now(OFFICE_TIME).date())
    print(f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged, {len(read.bad)} rows refused")
    return 1 if read.bad else 0
