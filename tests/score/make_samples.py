"""Makes labelled sample mails: every filing, every flaw, every way that papers travel.

    python -m tests.score.make_samples FOLDER [--count 48] [--seed 31] [--varied | --papers]

--varied draws other type, certificate layouts, screens, scanners and defects than the demo's (`variety.py`); --papers
leaves the letters plain and draws every other paper in as many looks as there may be (`paper_variety.py`). --kinds
draws one mail for each kind of defect and filing, and the right ones beside them (`kinds/table.py`).

FOLDER/0000.eml …, labels.json (what is right for each mail) and enterprises.csv (the directory to import).
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from types import ModuleType

from mailbot.demo.applications import FILINGS, a_working_time, application
from mailbot.demo.case import invent
from mailbot.demo.flaws import flaws_of
from mailbot.demo.parcel import Parcel
from mailbot.demo.people import Firm, Registry
from parsers.documents.forms import load_forms
from tests.score import paper_variety, variety
from tests.score.kinds import table

#: How the letter travels in an application without a flaw of its own; three of five mails are scans or photos.
WAYS = ("digital", "scan", "scan_pdf", "photo", "turned")
FIRST_DAY = date(2026, 3, 2)
DAYS = 240
#: Letters' findings that are certain on every form (contract 3, rule 2).
_FIRM = frozenset({"letter_missing", "letter_wrong_form", "letter_seal_missing"})
#: Findings that rest on the letter's blanks: another number, another insured person disagree with the letter alone.
_FROM_BLANKS = frozenset({"identifier_invalid", "citizen_id_disagrees", "insurance_wrong_person"})
#: One mail in so many has nothing wrong with it.
GOOD = 3


def plan(seed: int) -> Iterator[tuple[tuple[str, str | None, str], str | None]]:
    """Filings and flaws for ever; the flaw shown least so far comes next, so that few mails already show many."""
    registry = Registry(seed)
    shown: Counter[str] = Counter()
    for number, filing in enumerate(cycle(FILINGS)):
        matter, action, submitted_by = filing
        facts = invent(registry, matter=matter, action=action, submitted_by=submitted_by, received_on=FIRST_DAY)
        if (number + number // len(FILINGS)) % GOOD == 0:
            yield filing, None
            continue
        flaws = sorted(flaws_of(facts))
        registry.random.shuffle(flaws)
        flaw = min(flaws, key=shown.__getitem__)
        shown[flaw] += 1
        yield filing, flaw


def make(folder: Path, count: int, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    registry = Registry(seed)
    forms = {form.number: form for form in load_forms(None)}
    labels, firms = {}, []
    for number, (filing, flaw) in zip(range(count), plan(seed), strict=False):
        day = FIRST_DAY + timedelta(days=registry.random.randrange(DAYS))
        received = a_working_time(day, registry.random)
        way = WAYS[number % len(WAYS)]
        parcel = application(registry, forms, filing, received, flaw=flaw, ways={"letter": way})
        firms.append(parcel.facts.firm)
        name = f"{number:04}.eml"
        (folder / name).write_bytes(parcel.mail(received))
        labels[name] = label(parcel, received.isoformat(timespec="seconds"), flaw, way)
    (folder / "labels.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1), encoding="utf-8")
    write_directory(folder / "enterprises.csv", firms)


def make_varied(folder: Path, count: int, seed: int, looks: ModuleType = variety) -> None:
    """The same filings in the looks of that module; two of five mails have nothing wrong with them."""
    folder.mkdir(parents=True, exist_ok=True)
    registry = Registry(seed)
    forms = {form.number: form for form in load_forms(None)}
    labels, firms, shown = {}, [], Counter[str]()
    for number, filing in zip(range(count), cycle(FILINGS), strict=False):
        day = FIRST_DAY + timedelta(days=registry.random.randrange(DAYS))
        received = a_working_time(day, registry.random)
        parcel = application(registry, forms, filing, received)
        defect = None
        if (number + number // len(FILINGS)) % 5 > 1:
            fitting = sorted(looks.defects_of(parcel))
            registry.random.shuffle(fitting)
            defect = min(fitting, key=shown.__getitem__)
            shown[defect] += 1
        words = looks.redressed(parcel, defect)
        firms.append(parcel.facts.firm)
        name = f"{number:04}.eml"
        (folder / name).write_bytes(parcel.mail(received))
        labels[name] = label(parcel, received.isoformat(timespec="seconds"), defect, "") | {"variants": words}
    (folder / "labels.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1), encoding="utf-8")
    write_directory(folder / "enterprises.csv", firms)


def label(parcel: Parcel, received: str, flaw: str | None, way: str) -> dict[str, object]:
    """What is right for this mail, in the shape that `score` reads."""
    facts, verdicts = parcel.facts, verdicts_of(parcel)
    return {
        "matter": facts.matter,
        "action": facts.action,
        "submitted_by": facts.submitted_by,
        "firm": facts.firm.name,
        "engineer": facts.engineer.name if facts.matter == "engineer_track_record" else None,
        "mailbox": parcel.mailbox,
        "received": received,
        "verdict": verdicts[0],
        "verdict_ok": list(verdicts),
        "codes": sorted(parcel.codes),
        "may": sorted(parcel.may),
        "variants": [word for word in (way, flaw) if word],
    }


def verdicts_of(parcel: Parcel) -> tuple[str, ...]:
    """What only a working form's wording or blanks show is a doubt: a person has to look (contract 3, rule 2)."""
    told = {code for code in parcel.codes if code.startswith("letter_") or code in _FROM_BLANKS} - _FIRM
    if parcel.forms[parcel.facts.form].reconstructed and told and told == parcel.codes:
        return ("referred",)
    return parcel.verdicts


def write_directory(file: Path, firms: list[Firm]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("企业名称", "统一社会信用代码", "联系邮箱", "法定代表人"))
        for firm in firms:
            row = (firm.name, firm.credit_identifier, firm.contact_address, firm.legal_representative.name)
            writer.writerow(row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--seed", type=int, default=31)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--varied", action="store_const", dest="looks", const=variety)
    how.add_argument("--papers", action="store_const", dest="looks", const=paper_variety)
    how.add_argument("--kinds", action="store_true")
    parser.add_argument("--only", nargs="*", default=(), metavar="WORD", help="of --kinds, those whose name has it")
    parser.add_argument("--numbers", metavar="FROM:TO", help="of --kinds, those mails alone")
    options = parser.parse_args()
    if options.kinds:
        numbers = range(*map(int, options.numbers.split(":"))) if options.numbers else None
        table.make(options.folder, options.seed, label, options.only, numbers)
    elif options.looks is None:
        make(options.folder, options.count, options.seed)
    else:
        make_varied(options.folder, options.count, options.seed, options.looks)


if __name__ == "__main__":
    main()
