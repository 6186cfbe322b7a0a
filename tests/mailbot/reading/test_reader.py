"""Papers are read side by side; hostile ones end with their fault, in bounded time, and take no other with them."""

import contextlib
import io
import resource
import shutil
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from mailbot.demo import letters
from mailbot.demo.cards import both_sides
from mailbot.demo.case import invent
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Sheet
from mailbot.demo.sheet import jpeg as drawn_jpeg
from mailbot.demo.sheet import pdf as drawn_pdf
from mailbot.isolation.child import IsolationFailed, Nursery
from mailbot.reading.cache import ReadingCache, content_key
from mailbot.reading.reader import PRELOAD, AttachedFile, PaperReader, ReadingBudget
from mailbot.reading.wire import NotBelieved, PageAnswer, file_read_adapter, pack, unpack
from mailbot.reading.work import LooseFile
from parsers.documents.document import Document, DocumentKind, FileRead
from parsers.documents.forms import load_forms
from parsers.files.kind import FileKind
from parsers.files.limits import FileLimits
from parsers.files.page import Box, Fault, Line, Page, ReadBy
from parsers.files.straighten import Pose
from tests.pace import slowness

HERE = Path(__file__).parents[1]
FILES = HERE.parent / "parsers" / "files"
QUICK = ReadingBudget(open_seconds=4.0, page_seconds=30.0, grace_seconds=5.0)  # a busy machine reads slowly


@pytest.fixture(scope="module")
def nursery():
    added = [str(HERE), str(FILES)]
    sys.path[:0] = added
    with Nursery(PRELOAD) as one:
        yield one
    for path in added:
        sys.path.remove(path)


@pytest.fixture(scope="module")
def hostile(nursery):
    import hostile

    return hostile


def reader(nursery: Nursery, **settings) -> PaperReader:
    settings = {"workers": 2, "budget": QUICK, "recognise": "reader_doubles:recognise"} | settings
    return PaperReader(nursery, **settings)


def photo(colour: str = "white", text: str = "") -> bytes:
    image = Image.new("RGB", (500, 260), colour)
    if text:
        ImageDraw.Draw(image).text((40, 100), text, fill="black", font_size=40)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def jpeg(data: bytes) -> AttachedFile:
    return AttachedFile(1, "照片.png", FileKind.PNG, data)


# -- good papers -----------------------------------------------------------------------------------------


def test_answers_stand_in_the_order_of_the_files(nursery) -> None:
    files = [AttachedFile(i, f"{i}.png", FileKind.PNG, photo(text=f"A{i}B{i}")) for i in range(4)]
    with reader(nursery) as papers:
        read = papers.read(files)
    assert [(one.position, one.name) for one in read] == [(i, f"{i}.png") for i in range(4)]
    assert all(one.unreadable is None and one.documents[0].read_by is ReadBy.OCR for one in read)
    assert [one.documents[0].position for one in read] == [0, 1, 2, 3]


def test_the_second_engine_reads_the_same_papers_behind_the_same_walls(nursery) -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    with reader(nursery, engine="tesseract", workers=1) as papers:
        (read,) = papers.read([jpeg(photo(text="JL2 20260412"))])
    assert read.unreadable is None
    assert read.documents[0].read_by is ReadBy.OCR
    assert read.illegible_pages == ()


def test_a_second_opinion_vouches_for_the_name_on_a_card(nursery) -> None:
    """Nothing else on a card does."""
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    registry = Registry(9)
    card = jpeg(drawn_jpeg(both_sides(registry.person(), registry.random)))._replace(kind=FileKind.JPEG)
    recognise = {"recognise": "parsers.documents.recognise:recognise", "workers": 1}
    for second_opinion in (False, True):
        with reader(nursery, second_opinion=second_opinion, **recognise) as papers:
            (read,) = papers.read([card])
        assert read.documents[0].name.certain is second_opinion


def test_the_same_content_is_read_once(nursery, tmp_path) -> None:
    same = photo(text="ONCE")
    files = [AttachedFile(i, f"{i}.png", FileKind.PNG, same) for i in range(30)]
    with reader(nursery, cache=tmp_path) as papers:
        read = papers.read(files)
        slow = slowness()
        start = time.monotonic()
        again = papers.read(files)
        assert time.monotonic() - start < 1 * slow
    assert again == read
    assert [one.documents[0].file for one in read] == [f"{i}.png" for i in range(30)]


def test_what_was_read_is_remembered_by_the_next_process(nursery, tmp_path, monkeypatch) -> None:
    file = jpeg(photo(text="KEPT"))
    with reader(nursery, cache=tmp_path) as papers:
        first = papers.read([file])
    monkeypatch.setattr(Nursery, "child", None)  # no child may be needed
    with reader(nursery, cache=tmp_path) as papers:
        assert papers.read([file]) == first


def test_other_settings_are_other_answers(nursery, tmp_path) -> None:
    file = jpeg(photo(text="KEPT"))
    content = content_key(file.kind.value, file.data)
    with reader(nursery, cache=tmp_path) as one:
        one.read([file])
        assert one.kept.papers(content) is not None
    with reader(nursery, cache=tmp_path, limits=FileLimits(dpi=150)) as other:
        assert other.kept.papers(content) is None
        assert other.kept.pages(content) is None


def test_loose_pages_of_several_files_are_read_together(nursery, tmp_path) -> None:
    """So a letter in several files becomes one; what is kept stays with each content alone."""
    files = [AttachedFile(i, f"{i}.png", FileKind.PNG, photo(text=f"P{i}")) for i in range(3)]
    loose = tuple(LooseFile(file, (1,)) for file in files)
    with reader(nursery, cache=tmp_path) as papers:
        anew = papers.submit(files[0], loose).result()
        alone = papers.read(files)
        kept = papers.submit(files[0], loose).result()
    assert anew.unknown_pages == kept.unknown_pages == (1, 2, 3), "counted on; none of them is a letter's"
    assert [[one.pages for one in file.documents] for file in alone] == [[(1,)], [(1,)], [(1,)]]
    with contextlib.closing(ReadingCache(tmp_path)) as cache:
        assert all(cache.forget_content(content_key(file.kind.value, file.data)) for file in files)
        assert cache.forget(time.time() + 1) == 0, "nothing is left of a content that is forgotten"


def test_a_letter_whose_pages_came_backwards_in_files_of_their_own_is_one_paper(nursery, tmp_path) -> None:
    """With the pages kept, and without: nothing is asked of an engine for pages with text."""
    registry = Registry(6)
    facts = invent(
        registry, matter="engineer_track_record", action="add", submitted_by="firm", received_on=date(2026, 3, 12)
    )
    form = next(one for one in load_forms() if one.number == facts.form)
    upper, lower = letters.draw_letter_on_two(form, letters.filling(facts), registry)
    files = [
        AttachedFile(at, f"{at}.pdf", FileKind.PDF, drawn_pdf(pages))
        for at, pages in enumerate(([lower], [Sheet(), upper]), start=3)
    ]
    for settings in ({}, {"cache": tmp_path}):
        with reader(nursery, recognise="parsers.documents.recognise:recognise", workers=1, **settings) as papers:
            read = papers.read(files)
        (letter,) = [one for file in read for one in file.documents]
        assert [(leaf.position, leaf.file, leaf.page) for leaf in letter.places] == [(4, "4.pdf", 2), (3, "3.pdf", 1)]
        assert (letter.form, letter.found, letter.unfilled) == (facts.form, 1.0, ())
        assert letter in read[1].documents


# -- hostile papers --------------------------------------------------------------------------------------

BOMBS = [
    pytest.param(lambda h: h.flate_bomb(1), id="B1 flate bomb"),
    pytest.param(lambda h: h.nested_flate_bomb(2), id="B2 flate in flate"),
    pytest.param(lambda h: h.form_bomb(), id="B3 forms calling forms"),
    pytest.param(lambda h: h.text_bomb(), id="B4 text operators"),
    pytest.param(lambda h: h.rectangle_bomb(), id="B5 rectangles"),
    pytest.param(lambda h: h.page_tree_bomb(), id="B5 page tree"),
    pytest.param(lambda h: h.deep_states(), id="B6 saved states"),
    pytest.param(lambda h: h.huge_page(), id="B7 huge page"),
    pytest.param(lambda h: h.huge_page(b"1e300"), id="B7 endless page"),
    pytest.param(lambda h: h.circular_tree(), id="B8 page tree of itself"),
    pytest.param(lambda h: h.circular_form(), id="B8 form of itself"),
    pytest.param(lambda h: h.huge_image(), id="B9 huge image"),
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_with_an_answer_in_bounded_time_and_memory(nursery, hostile, bomb) -> None:
    """Either what little it shows is read, or its fault is named; the reader lives on."""
    data = bomb(hostile)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with reader(nursery, workers=1) as papers:
        start = time.monotonic()
        (read,) = papers.read([AttachedFile(0, "x.pdf", FileKind.PDF, data)])
        spent = time.monotonic() - start
        (good,) = papers.read([jpeg(photo())])
    assert read.unreadable is not None or read.documents or read.illegible_pages
    if read.unreadable is not None:
        assert read.unreadable.fault in (Fault.CRASHED, Fault.TIMEOUT, Fault.BROKEN, Fault.TOO_LARGE)
    assert spent < 2 * QUICK.open_seconds + QUICK.page_seconds + QUICK.grace_seconds + 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes, in this very process"
    assert good.unreadable is None


def test_a_document_that_kills_its_child_is_an_answer_and_is_not_tried_again(
    nursery, hostile, tmp_path, monkeypatch
) -> None:
    file = AttachedFile(0, "x.pdf", FileKind.PDF, hostile.nested_flate_bomb(2))
    with reader(nursery, cache=tmp_path) as papers:
        (first,) = papers.read([file])
        assert first.unreadable is not None
        monkeypatch.setattr(Nursery, "child", None)  # no third child
        assert papers.read([file]) == (first,)


@pytest.mark.parametrize(
    ("data", "kind", "fault"),
    [
        pytest.param(b"", FileKind.EMPTY, Fault.EMPTY, id="no byte"),
        pytest.param(b"%PDF-1.7 broken", FileKind.PDF, Fault.BROKEN, id="broken pdf"),
        pytest.param(b"PK", FileKind.ARCHIVE, Fault.UNSUPPORTED, id="archive"),
    ],
)
def test_what_cannot_be_opened_says_why(nursery, data, kind, fault) -> None:
    with reader(nursery, workers=1) as papers:
        (read,) = papers.read([AttachedFile(3, "x", kind, data)])
    assert read.unreadable is not None
    assert read.unreadable.fault is fault
    assert (read.position, read.name) == (3, "x")


def test_pages_beyond_the_limit_are_named_as_not_read(nursery, hostile) -> None:
    """No paper that may stand on them can be called missing."""
    data = hostile.many_pages(100)
    with reader(nursery, limits=FileLimits(pages=3)) as papers:
        (read,) = papers.read([AttachedFile(0, "x.pdf", FileKind.PDF, data)])
    assert [document.pages for document in read.documents] == [(1,), (2,), (3,)]
    assert read.illegible_pages == read.unread_pages == tuple(range(4, 101))


@pytest.mark.parametrize(
    ("colour", "fault"),
    [pytest.param("blue", Fault.CRASHED, id="dies"), pytest.param("lime", Fault.TIMEOUT, id="hangs")],
)
def test_recognising_may_fail_for_one_file_alone(nursery, colour, fault) -> None:
    bad, good = jpeg(photo(colour)), jpeg(photo(text="GOOD"))
    with reader(nursery, budget=ReadingBudget(page_seconds=2.0)) as papers:
        read = papers.read([good, bad, jpeg(photo(text="FINE"))])
    assert read[1].unreadable is not None
    assert read[1].unreadable.fault is fault
    assert read[0].unreadable is None
    assert read[2].unreadable is None


def test_readers_are_renewed_after_their_pages(nursery) -> None:
    files = [AttachedFile(i, "", FileKind.PNG, photo(text=f"{i}")) for i in range(3)]
    with reader(nursery, workers=1, budget=ReadingBudget(recycle_pages=1)) as papers:
        assert all(read.unreadable is None for read in papers.read(files))


def test_closing_ends_at_once_and_cancels_what_waits(nursery, hostile) -> None:
    papers = reader(nursery, workers=1)
    futures = [
        papers.submit(AttachedFile(i, "x.pdf", FileKind.PDF, hostile.rectangle_bomb(200_000 + i))) for i in range(3)
    ]
    time.sleep(0.3)
    start = time.monotonic()
    papers.close()
    assert time.monotonic() - start < 5
    assert all(future.done() for future in futures)
    with pytest.raises(IsolationFailed):
        papers.submit(jpeg(b"x"))


# -- answers of children ---------------------------------------------------------------------------------

PAGE = Page(1, (Line("甲", Box(0, 0, 1, 1), 0.9),), ReadBy.OCR, 10, 10)


def test_values_travel_unchanged() -> None:
    answer = PageAnswer(PAGE, Pose(90, 1.5), 7)
    assert unpack(PageAnswer, pack(answer)) == answer
    read = FileRead(2, "名", (Document(DocumentKind.OTHER, "名", 2, (1,), ReadBy.TEXT, 0.5),), None, (3,), (4,))
    assert file_read_adapter().load(file_read_adapter().dump(read)) == read


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b'[{"position":0,"name":"x"},[["Popen",{}]]]', id="a class that is no paper"),
        pytest.param(b'[{"position":"0","name":"x"},[]]', id="text for a number"),
        pytest.param(b'[{"position":0},[]]', id="a field missing"),
        pytest.param(b'[{"position":NaN,"name":"x"},[]]', id="no number"),
        pytest.param(b"\x80\x04\x95", id="a pickle"),
    ],
)
def test_ill_formed_answers_are_not_believed(body) -> None:
    with pytest.raises(NotBelieved):
        file_read_adapter().load(body)


# -- the cache -------------------------------------------------------------------------------------------


def test_the_cache_is_private_bounded_and_forgets(tmp_path) -> None:
    now = [1000.0]
    with contextlib.closing(ReadingCache(tmp_path / "c", most=100, clock=lambda: now[0])) as cache:
        for index in range(400):
            now[0] += 1
            cache.put(str(index), b"x")
        assert cache.get("0") is None
        assert cache.get("399") == b"x"
        cache.put("short", b"y", seconds=10)
        now[0] += 11
        assert cache.get("short") is None
        assert cache.forget(now[0] + 1) > 0
        assert cache.get("399") is None
    assert (tmp_path / "c" / "reading.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_damaged_cache_is_begun_anew(tmp_path) -> None:
    (tmp_path / "reading.sqlite").write_bytes(b"no database at all" * 100)
    with contextlib.closing(ReadingCache(tmp_path)) as cache:
        cache.put("a", b"b")
        assert cache.get("a") == b"b"


def test_an_offices_unusable_form_is_refused_at_the_start(nursery, tmp_path) -> None:
    from parsers.documents.forms import FormError

    (tmp_path / "broken.toml").write_text("form = 1")
    with pytest.raises(FormError):
        reader(nursery, forms=tmp_path)


def test_an_engine_that_cannot_start_is_said_so(nursery) -> None:
    """B25: a damaged or missing engine is the machine's fault and is told, by `doctor` for one."""
    with (
        reader(nursery, workers=1, recognise="reader_doubles:no_such_function") as papers,
        pytest.raises(IsolationFailed),
    ):
        papers.warm()
