"""How surely are seals, signatures and ticks told on made pages, by quality, greyscale included?

    python -m tests.bench.bench_marks [--count 5] [--seed 7]

No engine is needed: the places to sign are known from the drawing. On pages without colour the only right answer for
a seal, present or not, is "unclear".
"""

import argparse
from collections import Counter
from collections.abc import Callable
from datetime import date

import numpy as np
from PIL import Image

from mailbot.demo import letters, sheet
from mailbot.demo.case import Facts, invent
from mailbot.demo.ink import seal, square_seal
from mailbot.demo.people import Registry
from parsers.documents.document import Mark, Presence
from parsers.documents.forms import Form, load_forms
from parsers.documents.marks import find_seal
from parsers.documents.marks_ink import InkMap
from parsers.documents.marks_signature import SignPlaceRow, find_signatures
from parsers.documents.marks_tick import find_squares
from parsers.files.page import Box
from tests.score.variety import half_seal, travelled

#: The page stays level: its places are known, not read.
QUALITIES = ("plain", "jpeg40", "soft", "pale", "grain", "grey", "bw")
COLOURLESS = ("grey", "bw")
SEALS: dict[str, tuple[Callable[[str], Image.Image] | None, Presence]] = {
    "whole": (seal, Presence.PRESENT),
    "dark": (lambda firm: seal(firm, colour=(120, 15, 20)), Presence.PRESENT),
    "faint": (lambda firm: seal(firm, strength=0.16), Presence.UNCLEAR),
    "half cut": (half_seal, Presence.UNCLEAR),
    "square": (lambda firm: square_seal(firm[2:4]), Presence.UNCLEAR),
    "none": (None, Presence.ABSENT),
}


def pictured(drawn: sheet.Sheet, quality: str, registry: Registry) -> InkMap:
    picture = drawn.picture(200)
    if quality == "grain":
        noise = np.random.default_rng(registry.random.randrange(2**32)).normal(0, 7, (picture.height, picture.width, 3))
        return InkMap(np.clip(np.asarray(picture, np.float32) * (0.97, 0.98, 0.95) + noise, 0, 255).astype(np.uint8))
    return InkMap(np.asarray(travelled(picture, quality, registry.random).convert("RGB")))


def place_of(drawn: sheet.Sheet, words: str) -> Box:
    step = next(step for step in drawn.steps if isinstance(step, sheet.Text) and step.words == words)
    right = step.left + drawn.measure(words, step.size)
    bottom = (step.top + 1.25 * step.size) / drawn.height
    return Box(step.left / drawn.width, step.top / drawn.height, right / drawn.width, bottom)


def seals(registry: Registry, facts: Facts, form: Form, quality: str, tally: Counter[tuple[str, str, str]]) -> None:
    for name, (stamp, right) in SEALS.items():
        stamped = stamp(facts.firm.name) if stamp else None
        drawn = letters.draw_letter(form, letters.filling(facts, seal=stamped), registry)
        mark = find_seal(pictured(drawn, quality, registry), 1, place_of(drawn, "法定代表人："))
        wanted = Presence.UNCLEAR if quality in COLOURLESS else right
        _note(tally, f"seal {name}", quality, mark.presence, wanted)


def signatures(
    registry: Registry, facts: Facts, form: Form, quality: str, tally: Counter[tuple[str, str, str]]
) -> None:
    for name, signed, right in (
        ("signed", frozenset({"法定代表人"}), Presence.PRESENT),
        ("unsigned", frozenset[str](), Presence.ABSENT),
    ):
        drawn = letters.draw_letter(form, letters.filling(facts, signed=signed), registry)
        ink = pictured(drawn, quality, registry)
        place = place_of(drawn, "法定代表人：")
        stamp = find_seal(ink, 1, place)
        rows = [SignPlaceRow("legal", place, True)]
        if name == "signed":
            rows = rows[:1]
        mark: Mark = find_signatures(ink, 1, rows, (), (), stamp)["legal"]
        wanted = Presence.UNCLEAR if quality in COLOURLESS and name == "unsigned" else right
        _note(tally, f"place {name}", quality, mark.presence, wanted)


def ticks(registry: Registry, facts: Facts, form: Form, quality: str, tally: Counter[tuple[str, str, str]]) -> None:
    for name, ticked, right in (
        ("ticked", frozenset({"基本信息"}), Presence.PRESENT),
        ("empty", frozenset[str](), Presence.ABSENT),
    ):
        drawn = letters.draw_letter(form, letters.filling(facts, ticked=ticked, seal=None), registry)
        word = next(
            step
            for step, after in zip(drawn.steps, drawn.steps[1:], strict=False)
            if isinstance(step, sheet.Text)
            and step.words == "基"
            and isinstance(after, sheet.Text)
            and after.words == "本"
        )
        em = word.size / drawn.width
        row = Box(
            (word.left - 2 * word.size) / drawn.width,
            (word.top - 0.5 * word.size) / drawn.height,
            (word.left - 0.05 * word.size) / drawn.width,
            (word.top + 1.5 * word.size) / drawn.height,
        )
        found = find_squares(pictured(drawn, quality, registry), row, em)
        _note(tally, f"box {name}", quality, found[0].presence if found else None, right)


def _note(
    tally: Counter[tuple[str, str, str]], what: str, quality: str, told: Presence | None, wanted: Presence
) -> None:
    if told is wanted:
        tally[what, quality, "right"] += 1
    elif told in (Presence.UNCLEAR, None):
        tally[what, quality, "unclear"] += 1
    else:
        tally[what, quality, "wrong"] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    registry = Registry(options.seed)
    forms = {form.number: form for form in load_forms(None)}
    tally: Counter[tuple[str, str, str]] = Counter()
    for _ in range(options.count):
        facts = invent(registry, matter="firm_information", received_on=date(2026, 5, 20))
        for quality in QUALITIES:
            seals(registry, facts, forms["1-1"], quality, tally)
            signatures(registry, facts, forms["1-1"], quality, tally)
            ticks(registry, facts, forms["1-1"], quality, tally)
    print("right / unclear without need / wrong\n")
    print("| what | " + " | ".join(QUALITIES) + " |")
    print("|---" * (len(QUALITIES) + 1) + "|")
    for what in dict.fromkeys(what for what, _, _ in tally):
        cells = [
            "/".join(str(tally[what, quality, how]) for how in ("right", "unclear", "wrong")) for quality in QUALITIES
        ]
        print(f"| {what} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
