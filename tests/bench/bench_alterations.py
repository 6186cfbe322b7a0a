"""How many changes of one to three words are caught, and how many unaltered letters are accused, by quality of paper?

    python -m tests.bench.bench_alterations [--count 100] [--seed 7]

Every letter is drawn, scanned or photographed and read from its pixels like any other. A change is caught when an
alteration is told at all (a doubt or a defect); "certain" are those that would send a letter back without a person.
"""

import argparse
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from random import Random

import numpy as np

from mailbot.demo import letters
from mailbot.demo.case import invent
from mailbot.demo.people import Registry
from mailbot.reading.children import load_engine
from parsers.documents.commitment_letter import CommitmentLetter, read_letter
from parsers.documents.forms import Form, load_forms
from parsers.files.reading import read_sheet
from parsers.files.sheet import Picture, Sheet
from parsers.files.straighten import stood_up
from tests.score.variety import travelled
from tests.score.variety_letters import fonts

QUALITIES = ("scan", "photo", "dpi150", "scan+jpeg40", "pale+scan", "scan+lying")
FILINGS = (
    ("firm_information", None, "firm"),
    ("engineer_track_record", "add", "engineer"),
    ("engineer_track_record", "close", "firm"),
)
#: Words that may be slipped in anywhere, and words that replace others.
ADDED = ("不", "可", "部分", "基本", "酌情", "原则上", "暂不", "视情况")
INSTEAD = {
    "自愿": "酌情",
    "真实": "基本",
    "有效": "无效",
    "接受": "拒绝",
    "所有": "部分",
    "撤销": "保留",
    "直至": "除非",
}


@dataclass(frozen=True)
class Change:
    """One made-up change of the fixed wording: what is printed, and what stands there instead."""

    kind: str
    printed: str
    instead: str


def a_change(form: Form, rng: Random) -> Change:
    """A change inside a clause or at its edge, never in a blank."""
    text = "".join(party.text for party in form.parties)
    clauses = [clause for clause in re.split(r"[，。；：、\n{}□（）“”]|[a-z_]+", text) if len(clause) >= 8]
    clause = rng.choice(clauses)
    kind = rng.choice(("added inside", "added at the edge", "left out", "changed"))
    if kind == "added at the edge":
        return Change(kind, clause, rng.choice(ADDED) + clause)
    at = rng.randrange(2, len(clause) - 4)
    if kind == "added inside":
        return Change(kind, clause, clause[:at] + rng.choice(ADDED) + clause[at:])
    if kind == "left out":
        return Change(kind, clause, clause[:at] + clause[at + rng.randint(2, 3) :])
    fitting = [word for word in INSTEAD if word in clause]
    if fitting:
        word = rng.choice(fitting)
        return Change(kind, clause, clause.replace(word, INSTEAD[word], 1))
    return Change(kind, clause, clause[:at] + "另行" + clause[at + 2 :])


def a_letter(registry: Registry, forms: dict[str, Form], quality: str, *, altered: bool) -> tuple[Picture, str]:
    """A letter's picture, and the kind of its change ("" when it has none)."""
    rng = registry.random
    matter, action, submitted_by = rng.choice(FILINGS)
    facts = invent(registry, matter=matter, action=action, submitted_by=submitted_by, received_on=date(2026, 5, 20))
    form = forms[facts.form]
    change = a_change(form, rng) if altered else None
    filling = letters.filling(facts, changed={change.printed: change.instead} if change else {})
    drawn = letters.draw_letter(form, filling, registry)
    drawn.font = rng.choice([*fonts(), None])
    return np.asarray(travelled(drawn.picture(200), quality, rng).convert("RGB")), change.kind if change else ""


def read(picture: Picture, engine) -> CommitmentLetter:
    told = read_sheet(Sheet(1, picture.shape[1], picture.shape[0], None, picture), engine)
    return read_letter("letter.jpg", 0, (told.page,), (stood_up(picture, told.pose),))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    registry = Registry(options.seed)
    forms = {form.number: form for form in load_forms(None)}
    engine = load_engine("rapid")
    seen: Counter[tuple[str, str]] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    for number in range(2 * options.count):
        quality = QUALITIES[number // 2 % len(QUALITIES)]
        picture, kind = a_letter(registry, forms, quality, altered=number % 2 == 0)
        found = read(picture, engine).alterations
        what = "altered" if kind else "unaltered"
        told = "certain" if any(one.certain for one in found) else "doubted" if found else "silent"
        seen[quality, what] += 1
        seen[quality, f"{what} {told}"] += 1
        if kind:
            kinds[kind, "all"] += 1
            kinds[kind, told] += 1
    report(seen, kinds)


def report(seen: Counter[tuple[str, str]], kinds: Counter[tuple[str, str]]) -> None:
    columns = [f"{what}{told}" for what in ("altered", "unaltered") for told in ("", " certain", " doubted", " silent")]
    print("| quality | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for quality in QUALITIES:
        print(f"| {quality} | " + " | ".join(str(seen[quality, column]) for column in columns) + " |")
    totals = [sum(seen[quality, column] for quality in QUALITIES) for column in columns]
    print("| **all** | " + " | ".join(map(str, totals)) + " |\n")
    for kind in sorted({kind for kind, _ in kinds}):
        caught = kinds[kind, "certain"] + kinds[kind, "doubted"]
        print(f"{kind}: {caught} of {kinds[kind, 'all']} caught, {kinds[kind, 'certain']} of them certain")


if __name__ == "__main__":
    main()
