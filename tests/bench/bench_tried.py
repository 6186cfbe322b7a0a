"""What would other ways of reading the same pages give? Each beside the shipped one, page by page, in one run.

    python -m tests.bench.bench_tried FOLDER [--pages 40] [--ways shipped,960,1600,openvino,tesseract]

FOLDER holds .eml mails, or images and PDFs. Every way reads the picture of every page without a text layer, in a
process of its own, one after the other, so that a busy machine slows all alike; told are CPU seconds, the numbers with
a right check digit that it read, the characters of the shipped reading that it lost, and its memory. A way whose
package is not installed is left out. Beside them stands how much could be saved at most by leaving pages unread that
no paper asked for lies on, and on papers other than letters the lines that no value was taken from.
"""

import argparse
import multiprocessing
import os
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from mailbot.errors import ConfigurationError
from mailbot.reading.engines import engine_version
from parsers.documents.document import Document, DocumentKind
from parsers.documents.recognise import recognise
from parsers.files.limits import DEFAULT_LIMITS
from parsers.files.ocr import Ocr
from parsers.files.opening import open_file
from parsers.files.page import Box, Line, Page, Unreadable
from parsers.files.reading import ReadSheet, read_sheet
from parsers.files.sheet import Sheet
from parsers.files.straighten import stood_up
from parsers.identifiers import check_citizen_id, check_credit_identifier
from tests.bench.bench_reading import attachments

_NUMBER = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")


def at_side(side: int) -> Ocr:
    """The shipped engine, its lines sought on a picture of that side."""
    from parsers.files import rapid

    rapid.PAPER_SIDE = rapid.SCREEN_SIDE = side
    return rapid.RapidOcr()


def _shipped() -> Ocr:
    from parsers.files.rapid import RapidOcr

    return RapidOcr()


def _openvino() -> Ocr:
    from parsers.files.rapid import RapidOcr

    return RapidOcr("openvino")


def _tesseract() -> Ocr:
    from parsers.files.tesseract import TesseractOcr

    return TesseractOcr()


WAYS: dict[str, Callable[[], Ocr]] = {
    "shipped": _shipped,
    "960": lambda: at_side(960),
    "1600": lambda: at_side(1600),
    "openvino": _openvino,
    "tesseract": _tesseract,
}


def installed(way: str) -> bool:
    try:
        engine_version(way if way in ("openvino", "tesseract") else "rapid")
    except ConfigurationError as missing:
        print(f"{way}: left out: {missing}")
        return False
    return True


@dataclass
class Tally:
    """What one way took and read over all pages."""

    cpu: float = 0.0
    lost: int = 0
    numbers: int = 0
    megabytes: int = 0


def work(way: str, line: Connection) -> None:
    """The life of one process: reads the sheets whose pictures lie in the files it is told."""
    engine = WAYS[way]()
    blank = Sheet(1, 64, 64, None, np.full((64, 64, 3), 255, np.uint8))
    read_sheet(blank, engine)
    line.send(None)
    while (path := line.recv()) is not None:
        picture = np.load(path)
        start = _cpu()
        read = read_sheet(Sheet(1, picture.shape[1], picture.shape[0], None, picture), engine)
        line.send((read, _cpu() - start))
    used = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    line.send(max(resource.getrusage(who).ru_maxrss for who in used) // 1024)


def _cpu() -> float:
    """Of this process and of its children that have ended: tesseract is one a page."""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def numbers_in(page: Page) -> int:
    """Different numbers of persons and firms whose check digit is right: misread ones hardly ever are."""
    found = {number for line in page.lines for number in _NUMBER.findall(re.sub(r"\s", "", line.text.upper()))}
    return sum(check_citizen_id(one).valid or check_credit_identifier(one).valid for one in found)


def lost(shipped: Page, other: Page) -> int:
    there, here = (Counter(re.sub(r"\s", "", page.text)) for page in (shipped, other))
    return (there - here).total()


@dataclass
class Bounds:
    """Seconds that would be saved at most, of those that the shipped way takes."""

    unasked: float = 0.0
    unused: float = 0.0

    def add(self, sheets: list[Sheet], reads: list[ReadSheet], seconds: list[float]) -> None:
        pictures = tuple(
            None if sheet.picture is None else stood_up(sheet.picture, read.pose)
            for sheet, read in zip(sheets, reads, strict=True)
        )
        file = recognise("", 1, tuple(read.page for read in reads), pictures)
        papers = {page: paper for paper in file.documents for page in paper.pages}
        for read, took in zip(reads, seconds, strict=True):
            paper = papers.get(read.page.number)
            if paper is None or paper.kind is DocumentKind.OTHER:
                self.unasked += took
            elif paper.kind is not DocumentKind.COMMITMENT_LETTER:
                self.unused += took * _unused_share(read.page, paper)


def _unused_share(page: Page, paper: Document) -> float:
    """Of the page's characters, those in lines where no value was found; a certificate's months use its table."""
    if paper.kind is DocumentKind.SOCIAL_INSURANCE_CERTIFICATE:
        return 0.0
    places = [one.box for one in paper.fields.values() if one.box and one.page == page.number]
    idle = sum(len(line.text) for line in page.lines if not any(_meets(line, place) for place in places))
    return idle / max(1, sum(len(line.text) for line in page.lines))


def _meets(line: Line, place: Box) -> bool:
    x, y = line.box.middle
    return place.left <= x <= place.right and place.top <= y <= place.bottom


def files_of(folder: Path, most: int) -> Iterator[list[Sheet]]:
    """Sheets file by file, each content once, until there are so many to be read from pixels."""
    seen: set[bytes] = set()
    count = 0
    for path in sorted(folder.iterdir()):
        for kind, data in attachments(path) if path.is_file() else ():
            if data in seen or count >= most:
                continue
            seen.add(data)
            opened = open_file(data, kind, DEFAULT_LIMITS)
            sheets = [] if isinstance(opened, Unreadable) else list(opened.sheets)
            count += sum(sheet.lines is None and sheet.picture is not None for sheet in sheets)
            yield sheets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--ways", default=",".join(WAYS))
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"  # inherited by every process below
    ways = ["shipped", *(way for way in options.ways.split(",") if way != "shipped" and installed(way))]
    context = multiprocessing.get_context("spawn")
    lines, tallies, bounds, pages = {}, {way: Tally() for way in ways}, Bounds(), 0
    for way in ways:
        lines[way], far = context.Pipe()
        context.Process(target=work, args=(way, far), daemon=True).start()
        lines[way].recv()
    scratch = Path(f"/tmp/bench-tried-{os.getpid()}.npy")
    for sheets in files_of(options.folder, options.pages):
        shown = [sheet for sheet in sheets if sheet.lines is None and sheet.picture is not None]
        reads, seconds = [], []
        for sheet in shown:
            np.save(scratch, sheet.picture)
            pages += 1
            for way in ways:
                lines[way].send(str(scratch))
                read, took = lines[way].recv()
                if way == "shipped":
                    reads.append(ReadSheet(replace(read.page, number=sheet.number), read.pose))
                    seconds.append(took)
                tally = tallies[way]
                tally.cpu += took
                tally.lost += lost(reads[-1].page, read.page)
                tally.numbers += numbers_in(read.page)
        bounds.add(shown, reads, seconds)
    scratch.unlink(missing_ok=True)
    for way in ways:
        lines[way].send(None)
        tallies[way].megabytes = lines[way].recv()
    tell(tallies, bounds, pages)


def tell(tallies: dict[str, Tally], bounds: Bounds, pages: int) -> None:
    print(f"{pages} pages; load {os.getloadavg()}")
    usual = tallies["shipped"].cpu
    for way, tally in tallies.items():
        print(
            f"{way:10s} {tally.cpu / pages:5.2f} CPU s/page ({tally.cpu / usual:4.0%})  numbers {tally.numbers:3d}  "
            f"characters lost {tally.lost:5d}  {tally.megabytes:5d} MiB"
        )
    print(f"pages no paper asked for lies on: {bounds.unasked / usual:.1%} of the time")
    print(f"lines no value was taken from, on cards and screenshots: {bounds.unused / usual:.1%} of the time")


if __name__ == "__main__":
    main()
