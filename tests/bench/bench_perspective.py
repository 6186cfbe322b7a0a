"""Are letters that were photographed from the side read better once they are laid flat?

    python -m tests.bench.bench_perspective [--count 4] [--seed 5]

Unaltered, signed and sealed letters are taken by a camera tilted by so many degrees in a direction drawn by lot, with a
desk around them; each picture is read as it is and as shipped. A good reading tells no alteration, every blank as it
was filled, and every signature and the seal as present.
"""

import argparse
import math
import time
from collections import defaultdict
from datetime import date
from random import Random

import cv2
import numpy as np

from mailbot.demo import letters
from mailbot.demo.case import invent
from mailbot.demo.people import Registry
from mailbot.reading.children import load_engine
from parsers.documents.commitment_letter import CommitmentLetter, read_letter
from parsers.documents.document import Presence
from parsers.documents.forms import load_forms
from parsers.files import reading
from parsers.files.ocr import Ocr
from parsers.files.sheet import Picture, Sheet
from parsers.files.straighten import stood_up

DEGREES = (0, 10, 15, 20, 25)
#: Distance of the camera, in lengths of the sheet: a telephone over a desk.
_AWAY = 1.6


def from_the_side(page: Picture, degrees: float, rng: Random) -> Picture:
    """The page as a pinhole camera sees it that looks at its middle, tilted away from the upright."""
    high, wide = page.shape[:2]
    tilt, way = math.radians(degrees), rng.uniform(0, 2 * math.pi)
    axis = np.array([math.cos(way), math.sin(way), 0.0]) * tilt
    turn, _ = cv2.Rodrigues(axis)
    corners = np.array([[-wide, -high, 0], [wide, -high, 0], [wide, high, 0], [-wide, high, 0]]) / 2
    seen = corners @ turn.T
    away = _AWAY * high
    flat = seen[:, :2] * (away / (away + seen[:, 2:]))
    room = 1.12
    size = np.ceil(np.ptp(flat, axis=0) * room).astype(int)
    target = (flat - flat.min(axis=0) + np.ptp(flat, axis=0) * (room - 1) / 2).astype(np.float32)
    source = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    desk = np.empty((size[1], size[0], 3), np.uint8)
    desk[:] = [rng.randint(90, 150), rng.randint(75, 120), rng.randint(60, 100)]
    laid = cv2.warpPerspective(page, matrix, tuple(map(int, size)), desk, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    ramp = np.linspace(rng.uniform(0.72, 0.9), rng.uniform(0.95, 1.08), size[0])[None, :, None]
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, 4, laid.shape[:2])[..., None]
    lit = cv2.GaussianBlur(laid, (0, 0), 0.8) * ramp + noise
    return np.clip(lit, 0, 255).astype(np.uint8)


def read(picture: Picture, engine: Ocr) -> tuple[CommitmentLetter, float]:
    start = time.process_time()
    told = reading.read_sheet(Sheet(1, picture.shape[1], picture.shape[0], None, picture), engine)
    letter = read_letter("letter.jpg", 0, (told.page,), (stood_up(picture, told.pose),))
    return letter, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=4, help="letters at each angle")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    registry, forms = Registry(options.seed), {form.number: form for form in load_forms(None)}
    engine, shipped = load_engine("rapid"), reading.corners_of
    sums: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0.0] * 7)
    for degrees in DEGREES:
        for _ in range(options.count):
            facts = invent(
                registry,
                matter="engineer_track_record",
                action="add",
                submitted_by="engineer",
                received_on=date(2026, 5, 20),
            )
            filling = letters.filling(facts)
            page = np.asarray(letters.draw_letter(forms[facts.form], filling, registry).picture(200).convert("RGB"))
            picture = from_the_side(page, degrees, registry.random)
            for way, corners_of in (("as taken", lambda _: None), ("as shipped", shipped)):
                reading.corners_of = corners_of
                letter, seconds = read(picture, engine)
                told = sums[degrees, way]
                marks = [*(one.mark for one in letter.signatures), *([letter.seal] if letter.seal else [])]
                told[0] += letter.found
                told[1] += len(letter.alterations)
                told[2] += sum(one.certain for one in letter.alterations)
                told[3] += len(letter.blanks)
                told[4] += len(letter.unfilled)
                told[5] += sum(mark.presence is Presence.PRESENT for mark in marks) / max(1, len(marks))
                told[6] += seconds
    print("| degrees | | form found | alterations told (certain) | blanks read | called empty | marks seen | CPU s |")
    print("|---|---|---|---|---|---|---|---|")
    for (degrees, way), told in sums.items():
        mean = [one / options.count for one in told]
        print(
            f"| {degrees} | {way} | {mean[0]:.1%} | {told[1]:.0f} ({told[2]:.0f}) | {told[3]:.0f} | {told[4]:.0f} | "
            f"{mean[5]:.0%} | {mean[6]:.2f} |"
        )


if __name__ == "__main__":
    main()
