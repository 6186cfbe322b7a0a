"""How much slower is reading papers in full than the bare OCR engine on the same pages? One run, three answers.

    python tests/bench/bench_reading.py FOLDER [--pages 20] [--workers 2] [--skip-tesseract]

FOLDER holds .eml mails, or images and PDFs. (a) bare rapidocr at its best settings on the pages' pictures, shared out
over as many processes as workers; (b) PaperReader over the files that hold them, cold and again from its cache;
(c) pytesseract on the same pictures. Pages with a real text layer (a) and (c)
read from a rendered picture.
"""

import argparse
import email
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from email import policy
from pathlib import Path

import cv2
import numpy as np

from mailbot.isolation.child import Nursery
from mailbot.reading.reader import PRELOAD, AttachedFile, PaperReader
from parsers.files.kind import FileKind
from parsers.files.limits import DEFAULT_LIMITS
from parsers.files.opening import open_file
from parsers.files.page import Unreadable

_MAGIC = ((b"%PDF", FileKind.PDF), (b"\xff\xd8\xff", FileKind.JPEG), (b"\x89PNG", FileKind.PNG))


def files_in(folder: Path) -> list[AttachedFile]:
    """Every attachment of the mails in `folder`, and every image and PDF."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".eml":
            message = email.message_from_bytes(path.read_bytes(), policy=policy.compat32)
            parts = [part for part in message.walk() if not part.is_multipart()]
            files_of = [part for part in parts if part.get_content_maintype() != "text"]
            found += [(path.name, part.get_payload(decode=True) or b"") for part in files_of]
        elif path.is_file():
            found.append((path.name, path.read_bytes()))
    files = []
    for index, (label, data) in enumerate(found):
        kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
        if kind is not None:
            files.append(AttachedFile(index, label, kind, data))
    return files


def pictures_of(files: list[AttachedFile], most: int) -> tuple[list[AttachedFile], list[np.ndarray], int]:
    """The first files with `most` pages in all, their pictures at 200 dpi, and how many have a real text layer."""
    taken, pictures, with_text = [], [], 0
    for file in files:
        if len(pictures) >= most:
            break
        opened = open_file(file.data, file.kind, DEFAULT_LIMITS)
        if isinstance(opened, Unreadable):
            continue
        sheets = list(opened.sheets)
        taken.append(file)
        for sheet in sheets:
            if sheet.lines is not None:
                with_text += 1
                pictures.append(_rendered(file.data, sheet.number))
            elif sheet.picture is not None:
                pictures.append(sheet.picture)
    return taken, pictures, with_text


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
    for number in numbers:
        picture = np.load(f"{folder}/{number}.npy")
        red = np.repeat(picture[..., :1], 3, axis=2)
        high, wide = red.shape[:2]
        engines[1600 if wide > high and max(wide, high) < 2000 else 1280](red)
    done.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def bare_tesseract(folder: str, numbers: list[int], ready, go, done) -> None:
    """One process of (c)."""
    import pytesseract
    from PIL import Image

    ready.release()
    go.wait()
    for number in numbers:
        red = Image.fromarray(np.load(f"{folder}/{number}.npy")[..., 0])
        pytesseract.image_to_data(red, lang="chi_sim", config="--psm 3")
    done.put(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def timed_processes(target, folder: str, count: int, workers: int) -> tuple[float, int]:
    """Wall seconds from the moment when every process has its models, and the sum of their peaks in MiB."""
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
    peaks = [done.get() for _ in processes]
    seconds = time.perf_counter() - start
    for process in processes:
        process.join()
    return seconds, sum(peaks) // 1024


class MemoryWatch(threading.Thread):
    """The peak of this process and all below it, in MiB, shared pages counted by their share."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(0.25):
            self.peak = max(self.peak, sum(_pss(pid) for pid in _family(os.getpid())) // 1024)

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


def read_papers(files: list[AttachedFile], workers: int, recognise: str) -> tuple[float, float, float, float, int]:
    """(b): seconds cold, seconds from the cache, seconds of OCR in the children, seconds without OCR, peak MiB."""
    with tempfile.TemporaryDirectory() as cache, Nursery(PRELOAD) as nursery:
        with PaperReader(nursery, workers=workers, cache=Path(cache), recognise=recognise) as reader:
            reader.warm()
            watch = MemoryWatch()
            watch.start()
            start = time.perf_counter()
            read = reader.read(files)
            cold = time.perf_counter() - start
            peak = watch.stop()
            start = time.perf_counter()
            reader.read(files)
            again = time.perf_counter() - start
        # Pages are known, papers are not: all but the OCR is done again.
        with PaperReader(nursery, workers=workers, cache=Path(cache), recognise=recognise) as reader:
            assert reader.cache is not None
            reader.cache.forget(float("inf"), only="papers/")
            reader.warm()
            start = time.perf_counter()
            reader.read(files)
            rest = time.perf_counter() - start
    faults = [one.unreadable for one in read if one.unreadable is not None]
    if faults:
        print(f"    not read: {faults}")
    return cold, again, max(0.0, cold - rest), rest, peak


def opening_seconds(files: list[AttachedFile]) -> float:
    """What opening alone costs, in this process."""
    start = time.perf_counter()
    for file in files:
        opened = open_file(file.data, file.kind, DEFAULT_LIMITS)
        if not isinstance(opened, Unreadable):
            for _ in opened.sheets:
                pass
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--recognise", default="parsers.documents.recognise:recognise")
    parser.add_argument("--skip-tesseract", action="store_true")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"  # inherited by every process below
    files, pictures, with_text = pictures_of(files_in(options.folder), options.pages)
    print(f"{len(files)} files, {len(pictures)} pages, {with_text} with a real text layer; load {os.getloadavg()}")
    with tempfile.TemporaryDirectory() as folder:
        for number, picture in enumerate(pictures):
            np.save(f"{folder}/{number}.npy", picture)
        count, workers = len(pictures), options.workers
        del pictures
        bare, memory = timed_processes(bare_rapid, folder, count, workers)
        tell(f"(a) bare rapidocr, {workers} processes", bare, count, memory)
        cold, again, ocr, rest, memory = read_papers(files, workers, options.recognise)
        tell(f"(b) PaperReader, {workers} workers", cold, count, memory)
        print(f"    b/a = {cold / bare:.2f}; again from the cache {again:.3f} s")
        opening = opening_seconds(files)
        print(f"    of (b): OCR {ocr:.2f} s, all else {rest:.2f} s; opening alone on one core {opening:.2f} s")
        if not options.skip_tesseract:
            seconds, memory = timed_processes(bare_tesseract, folder, count, workers)
            tell(f"(c) pytesseract, {workers} processes", seconds, count, memory)


def tell(what: str, seconds: float, pages: int, memory: int) -> None:
    """One line of the table."""
    print(f"{what:36s} {seconds:7.2f} s  {seconds / pages:5.2f} s/page  {memory:5d} MiB", flush=True)


if __name__ == "__main__":
    main()
