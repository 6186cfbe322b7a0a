"""How many right letters are accused or doubted, and how many flaws of letters are seen, over looks and ways of travel?

    python -m tests.bench.bench_letters [--count 100] [--seed 11] [--list]

Letters alone, drawn in the looks of `tests/score/variety_letters.py`, every second one with one known flaw; what the
reader says of them is held against what was drawn. "certain" is what may send a letter back without a person.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

import numpy as np

from mailbot.demo import letters
from mailbot.demo.case import Facts, invent
from mailbot.demo.ink import seal, square_seal
from mailbot.demo.people import Registry
from mailbot.reading.children import load_engine
from parsers.documents.commitment_letter import Choice, CommitmentLetter, read_letter
from parsers.documents.document import Presence
from parsers.documents.forms import Form, load_forms
from parsers.files.ocr import Ocr
from parsers.files.page import Page
from parsers.files.reading import read_sheet
from parsers.files.sheet import Picture, Sheet
from parsers.files.straighten import stood_up
from parsers.names import fold
from tests.bench.bench_alterations import a_change
from tests.score.variety import COLOURED, half_seal, travelled
from tests.score.variety_letters import a_look

FILINGS = (
    ("firm_information", None, "firm"),
    ("engineer_track_record", "add", "engineer"),
    ("engineer_track_record", "update", "engineer"),
    ("engineer_track_record", "close", "firm"),
    ("engineer_information", None, "firm"),
    ("engineer_track_record", "close", "engineer"),
)
FLAWS = (
    "altered",
    "blank left empty",
    "undated",
    "one not signed",
    "nobody signed",
    "typed signature",
    "no seal",
    "faint seal",
    "half seal",
    "square seal",
    "no box ticked",
    "ticked but not said what",
    "both actions",
)
#: What the reader must say of each flaw.
CODES = {
    "altered": "altered",
    "blank left empty": "unfilled",
    "undated": "undated",
    "one not signed": "unsigned",
    "nobody signed": "unsigned",
    "typed signature": "unsigned",
    "no seal": "seal",
    "faint seal": "seal",
    "half seal": "seal",
    "square seal": "seal",
    "no box ticked": "unticked",
    "ticked but not said what": "unfilled",
    "both actions": "both",
}
_SIGNERS = frozenset({"法定代表人", "承办人", "业绩登记申请人", "监理工程师"})


@dataclass(frozen=True)
class Made:
    """One drawn letter and what is true of it."""

    pictures: tuple[Picture, ...]
    form: Form
    blanks: Mapping[str, str]
    flaw: str  #: "" for a right letter
    words: tuple[str, ...]  #: its way and look
    detail: str = ""


def a_letter(registry: Registry, forms: Mapping[str, Form], number: int) -> Made:
    rng = registry.random
    matter, action, submitted_by = FILINGS[number // 2 % len(FILINGS)]
    facts = invent(registry, matter=matter, action=action, submitted_by=submitted_by, received_on=date(2026, 5, 20))
    form, look, way = forms[facts.form], a_look(rng), rng.choice(COLOURED)
    flaw = rng.choice([one for one in FLAWS if _fits(one, form)]) if number % 2 else ""
    changed, detail = _flawed(flaw, form, facts, rng)
    filling = letters.filling(facts, **({"hand": look.hand, "style": look.style} | changed))
    drawn = (
        letters.draw_letter_on_two(form, filling, registry)
        if look.pages == 2
        else (letters.draw_letter(form, filling, registry),)
    )
    for one in drawn:
        one.font = look.font
    pictures = tuple(np.asarray(travelled(one.picture(200), way, rng).convert("RGB")) for one in drawn)
    return Made(pictures, form, filling.blanks, flaw, (way, *look.words), detail)


def _fits(flaw: str, form: Form) -> bool:
    if flaw in ("no box ticked", "ticked but not said what"):
        return form.number == "1-1"
    return flaw != "both actions" or "action" in form.blanks


def _flawed(flaw: str, form: Form, facts: Facts, rng: Random) -> tuple[dict[str, object], str]:
    """What of the filling is changed for a flaw, and which place it is."""
    blanks = dict(letters.filling(facts).blanks)
    match flaw:
        case "altered":
            change = a_change(form, rng)
            return {"changed": {change.printed: change.instead}}, f"{change.printed} → {change.instead}"
        case "blank left empty":
            name = rng.choice([name for name in form.blanks if blanks.get(name) and name not in ("section", "phone")])
            return {"blanks": blanks | {name: ""}}, name
        case "undated":
            return {"dated": None}, ""
        case "one not signed":
            asked = [place.label for party in form.parties for place in party.sign if place.role]
            label = rng.choice(asked)
            return {"signed": _SIGNERS - {label}}, label
        case "nobody signed":
            return {"signed": frozenset()}, ""
        case "typed signature":
            return {"typed": frozenset({"法定代表人"})}, ""
        case "no seal":
            return {"seal": None}, ""
        case "faint seal":
            return {"seal": seal(facts.firm.name, strength=0.16)}, ""
        case "half seal":
            return {"seal": half_seal(facts.firm.name)}, ""
        case "square seal":
            return {"seal": square_seal(facts.firm.name[2:4])}, ""
        case "no box ticked":
            return {"ticked": frozenset()}, ""
        case "ticked but not said what":
            return {"ticked": frozenset({"人员信息", "新增（{personnel_added}"})}, ""
        case "both actions":
            return {"blanks": blanks | {"action": "新增/更新"}}, ""
    return {}, ""


def read(made: Made, engine: Ocr) -> CommitmentLetter:
    pages: list[Page] = []
    pictures: list[Picture] = []
    for number, picture in enumerate(made.pictures, start=1):
        told = read_sheet(Sheet(number, picture.shape[1], picture.shape[0], None, picture), engine)
        pages.append(told.page)
        pictures.append(stood_up(picture, told.pose))
    return read_letter("letter.jpg", 0, tuple(pages), tuple(pictures))


def said(letter: CommitmentLetter, made: Made) -> Iterator[tuple[str, bool, str]]:
    """What is told of the letter: code, whether it is certain, and details."""
    firm = letter.legible and letter.form_certain
    if letter.form != made.form.number:
        yield "form", letter.form_certain and letter.found >= 0.9, str(letter.form)
    for one in letter.alterations:
        yield "altered", one.certain and firm, f"{one.printed} → {one.read}"
    for blank in letter.unfilled:
        yield "unfilled", blank.certain and firm, blank.name
    if letter.action is Choice.BOTH:
        yield "both", False, ""
    ticks = {option.presence for option in letter.options}
    if ticks and Presence.PRESENT not in ticks:
        yield "unticked", ticks == {Presence.ABSENT} and firm, ""
    if letter.dated is not Presence.PRESENT:
        yield "undated", letter.dated is Presence.ABSENT and firm, ""
    for signature in letter.signatures:
        if signature.mark.presence is not Presence.PRESENT:
            yield "unsigned", signature.mark.presence is Presence.ABSENT, f"{signature.label} {signature.mark.why}"
    if letter.seal is not None and letter.seal.presence is not Presence.PRESENT:
        yield "seal", letter.seal.presence is Presence.ABSENT, letter.seal.why
    for name, field in letter.blanks.items():
        if made.blanks.get(name) and fold(field.value) != fold(made.blanks[name]):
            yield "misread", field.certain, f"{name}: {field.value} for {made.blanks[name]}"


@dataclass(frozen=True)
class Outcome:
    made: Made
    told: tuple[tuple[str, bool, str], ...]

    @property
    def wanted(self) -> str:
        return CODES.get(self.made.flaw, "")

    @property
    def named(self) -> bool:
        return any(code == self.wanted for code, _, _ in self.told)

    @property
    def certainly_named(self) -> bool:
        return any(code == self.wanted and certain for code, certain, _ in self.told)

    @property
    def accused(self) -> list[tuple[str, bool, str]]:
        """What is certain and not so."""
        return [one for one in self.told if one[1] and one[0] not in (self.wanted, "misread")]

    @property
    def doubted(self) -> list[tuple[str, bool, str]]:
        """What is doubted without need; a misread value is for the agreement of the papers to weigh."""
        return [one for one in self.told if not one[1] and one[0] not in (self.wanted, "misread")]


def report(outcomes: list[Outcome]) -> Iterator[str]:
    right, flawed = ([one for one in outcomes if bool(one.made.flaw) is bad] for bad in (False, True))
    accused, doubted = sum(bool(one.accused) for one in right), sum(bool(one.doubted) for one in right)
    yield f"right letters: {len(right)}, accused {accused}, doubted {doubted}"
    beside = sum(bool(one.accused) for one in flawed)
    yield f"letters with a flaw: {len(flawed)}, named {sum(one.named for one in flawed)}, accused of another {beside}"
    yield "| flaw | letters | named | certain |"
    yield "|---|---|---|---|"
    kinds = Counter(one.made.flaw for one in flawed)
    for flaw in FLAWS:
        mine = [one for one in flawed if one.made.flaw == flaw]
        if mine:
            named, certain = sum(one.named for one in mine), sum(one.certainly_named for one in mine)
            yield f"| {flaw} | {kinds[flaw]} | {named} | {certain} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--list", action="store_true", help="each letter of which something was wrongly said")
    options = parser.parse_args()
    registry, forms = Registry(options.seed), {form.number: form for form in load_forms(None)}
    engine = load_engine("rapid")
    outcomes = []
    for number in range(options.count):
        made = a_letter(registry, forms, number)
        outcome = Outcome(made, tuple(said(read(made, engine), made)))
        outcomes.append(outcome)
        if options.list:
            for line in faults(number, outcome):
                print(line)
    print("\n".join(report(outcomes)))


def faults(number: int, outcome: Outcome) -> Iterator[str]:
    made = outcome.made
    wrong = [*outcome.accused, *outcome.doubted] + [one for one in outcome.told if one[0] == "misread"]
    missed = bool(made.flaw) and not outcome.named
    if wrong or missed:
        where = f"{number} {made.form.number} [{', '.join(made.words)}] {made.flaw} {made.detail}"
        yield f"{where}{' MISSED' if missed else ''}"
        for code, certain, detail in wrong:
            yield f"    {'CERTAIN' if certain else 'doubt'} {code} {detail}"


if __name__ == "__main__":
    main()
