"""How much slower is `mailbot check` on mails than the bare OCR engine on the pages they hold? One run, three answers.

    python -m tests.bench.bench_reading FOLDER [--pages 30] [--workers 2] [--skip-tesseract]

FOLDER holds .eml mails, or images and PDFs. (a) bare rapidocr at its best settings on the pages' pictures, shared out
over as many processes as workers, timed when every model is loaded; (b) `mailbot check` on the files that hold them,
timed from its start to its end: with nothing kept, with the pages kept, with everything kept; (c) pytesseract on the
same pictures. Pages with a real text layer (a) and (c) read from a rendered picture. --pages takes the first files
that hold so many. CPU seconds stand beside the wall's: on a busy machine only they can be compared.
"""

import argparse
import email
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from mailbot.reading.cache import ReadingCache
from parsers.files.image import IMAGE_KINDS
from parsers.files.kind import FileKind, kind_of
from parsers.files.limits import DEFAULT_LIMITS
from parsers.files.opening import open_file
from parsers.files.page import Unreadable

_CONFIGURATION = """
[[mailbox]]
address = "cqjtgjzx@vip.163.com"
matters = ["firm_information", "engineer_information", "engineer_track_record", "firm_track_record"]
imap_host = "127.0.0.1"
smtp_host = "127.0.0.1"
[reading]
"""


def attachments(path: Path) -> Iterator[tuple[FileKind, bytes]]:
    """What a mail, or the file itself, brings to be read."""
    contents = [path.read_bytes()]
    if path.suffix == ".eml":
        message = email.message_from_bytes(contents[0], policy=policy.compat32)
        parts = [part for part in message.walk() if not part.is_multipart()]
        contents = [part.get_payload(decode=True) or b"" for part in parts if part.get_content_maintype() != "text"]
    for data in contents:
        if (kind := kind_of(data)) is FileKind.PDF or kind in IMAGE_KINDS:
            yield kind, data


@dataclass
class Pages:
    """The pages of the files taken, their pictures at 200 dpi in a folder; each content once, as mailbot reads it."""

    files: list[Path] = field(default_factory=list)
    count: int = 0
    with_text: int = 0
    opening: float = 0.0  #: CPU seconds
    contents: set[bytes] = field(default_factory=set)

    def take(self, path: Path, folder: str) -> None:
        self.files.append(path)
        for kind, data in attachments(path):
            if data in self.contents:
                continue
            self.contents.add(data)
            start = cpu_seconds()
            opened = open_file(data, kind, DEFAULT_LIMITS)
            sheets = [] if isinstance(opened, Unreadable) else list(opened.sheets)
            self.opening += cpu_seconds() - start
            for sheet in sheets:
                picture = sheet.picture if sheet.lines is None else _rendered(data, sheet.number)
                self.with_text += sheet.lines is not None
                if picture is not None:
                    np.save(f"{folder}/{self.count}.npy", picture)
                    self.count += 1


def _rendered(data: bytes, number: int) -> np.ndarray:
    import pypdfium2

    page = pypdfium2.PdfDocument(data)[number - 1]
    return page.render(scale=DEFAULT_LIMITS.dpi / 72, rev_byteorder=True).to_numpy()[..., :3].copy()


def bare_rapid(folder: str, numbers: list[int], ready, go, done) -> None:
    """One process of (a): rapidocr as its best settings ask, nothing around it."""
    import logging

    from rapidocr import RapidOCR

    logging.disable(logging.INFO)
    cv2.setNumThreads(1)
    settings = {
        "Global.use_cls": False,
        "Global.max_side_len": 4000,
        "Global.log_level": "error",
        "Det.limit_type": "max",
        "Rec.rec_img_shape": [3, 48, 96],
        "Rec.rec_batch_num": 1,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    engines = {side: RapidOCR(params=settings | {"Det.limit_side_len": side}) for side in (1280, 1600)}
    warm = np.full((64, 320, 3), 255, np.uint8)
    for engine in engines.values():
        cv2.putText(warm, "warm", (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2)
        engine(warm)
    ready.release()
    go.wait()
    start = cpu_seconds()
    for number in numbers:
        picture = np.load(f"{folder}/{number}.npy")
        red = np.repeat(picture[..., :1], 3, axis=2)
        high, wide = red.shape[:2]
        engines[1600 if wide > high and max(wide, high) < 2000 else 1280](red)
    done.put((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, cpu_seconds() - start))


def bare_tesseract(folder: str, numbers: list[int], ready, go, done) -> None:
    """One process of (c)."""
    import pytesseract
    from PIL import Image

    ready.release()
    go.wait()
    start = cpu_seconds()
    for number in numbers:
        red = Image.fromarray(np.load(f"{folder}/{number}.npy")[..., 0])
        pytesseract.image_to_data(red, lang="chi_sim", config="--psm 3")
    done.put((resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, cpu_seconds() - start))


def cpu_seconds() -> float:
    """Of this process and of its children, and theirs, that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


class Took(NamedTuple):
    """What one way of reading took."""

    seconds: float
    cpu: float
    mebibytes: int


def timed_processes(target, folder: str, count: int, workers: int) -> Took:
    """From the moment when every process has its models; the sum of their peaks."""
    context = multiprocessing.get_context("spawn")
    ready, go, done = context.Semaphore(0), context.Event(), context.Queue()
    shares = [list(range(count))[index::workers] for index in range(workers)]
    processes = [context.Process(target=target, args=(folder, share, ready, go, done)) for share in shares]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()
    start = time.perf_counter()
    go.set()
    told = [done.get() for _ in processes]
    seconds = time.perf_counter() - start
    for process in processes:
        process.join()
    return Took(seconds, sum(cpu for _, cpu in told), sum(peak for peak, _ in told) // 1024)


class MemoryWatch(threading.Thread):
    """The peak of a process and all below it, in MiB, shared pages counted by their share."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._root = root
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(0.25):
            self.peak = max(self.peak, sum(_pss(pid) for pid in _family(self._root)) // 1024)

    def stop(self) -> int:
        self._end.set()
        self.join()
        return self.peak


def _family(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        grown = bool(more)
        family |= more
    return sorted(family)


def _pss(pid: int) -> int:
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)


def mailbot_check(files: list[Path], work: Path, workers: int) -> Took:
    """One `mailbot check` from start to end, its children included."""
    config = work / "config.toml"
    config.write_text(f'{_CONFIGURATION}cache = "{work}/cache"\nworkers = {workers}\n', encoding="utf-8")
    command = [sys.executable, "-m", "mailbot", "check", "--json", "--config", str(config), *map(str, files)]
    start, cpu = time.perf_counter(), cpu_seconds()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    watch = MemoryWatch(process.pid)
    watch.start()
    if process.wait():
        raise SystemExit(f"mailbot check failed: {process.returncode}")
    return Took(time.perf_counter() - start, cpu_seconds() - cpu, watch.stop())


def checked(pages: Pages, workers: int) -> Took:
    """(b), and where its time goes."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        cold = mailbot_check(pages.files, work, workers)
        cache = ReadingCache(work / "cache")
        cache.forget(float("inf"), only="papers/")
        cache.close()
        with_pages = mailbot_check(pages.files, work, workers)
        again = mailbot_check(pages.files, work, workers)
    tell(f"(b) mailbot check, {workers} workers", cold, pages.count)
    papers = with_pages.cpu - again.cpu
    opening = min(papers, pages.opening)
    stages = {"OCR": cold.cpu - with_pages.cpu, "opening files": opening, "recognising papers": papers - opening}
    stages["start, mails, rules"] = again.cpu
    shares = "; ".join(f"{name} {took:.1f} s ({took / cold.cpu:.0%})" for name, took in stages.items())
    print(f"    of its CPU: {shares}")
    print(f"    again, all kept: {again.seconds:.1f} s; only the pages kept: {with_pages.seconds:.1f} s")
    return cold


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, help="take no more files when so many pages are there; default: all")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--skip-tesseract", action="store_true")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"  # inherited by every process below
    workers, pages = options.workers, Pages()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(options.folder.iterdir()):
            is_paper = path.is_file() and any(attachments(path))
            if (is_paper or path.suffix == ".eml") and (options.pages is None or pages.count < options.pages):
                pages.take(path, folder)
        count = pages.count
        print(f"{len(pages.files)} files, {count} pages, {pages.with_text} with a text layer; load {os.getloadavg()}")
        bare = timed_processes(bare_rapid, folder, count, workers)
        tell(f"(a) bare rapidocr, {workers} processes", bare, count)
        cold = checked(pages, workers)
        print(f"    b/a = {cold.seconds / bare.seconds:.2f}, of CPU {cold.cpu / bare.cpu:.2f}; load {os.getloadavg()}")
        if not options.skip_tesseract:
            took = timed_processes(bare_tesseract, folder, count, workers)
            tell(f"(c) pytesseract, {workers} processes", took, count)


def tell(what: str, took: Took, pages: int) -> None:
    """One line of the table."""
    each = f"{took.seconds / pages:5.2f} s/page, CPU {took.cpu / pages:5.2f} s/page"
    print(f"{what:32s} {took.seconds:7.1f} s  {each}  {took.mebibytes:5d} MiB", flush=True)


if __name__ == "__main__":
    main()
