"""The house stands as ARCHITECTURE.md draws it: imports go down the floors, each library has one home."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for top in ("mailbot", "parsers", "ledger") for path in (ROOT / top).rglob("*.py"))

#: Floor of a module by its longest matching name; a module imports from its own floor or below.
FLOORS = {
    "mailbot.__main__": 6,
    "mailbot.cli": 6,
    "mailbot.commands": 6,
    "mailbot.demo": 6,
    "mailbot.app": 5,
    "mailbot.extra_worker": 5,
    "mailbot.workshop": 5,
    "mailbot.doctor": 5,
    "mailbot.schedule": 4,
    "mailbot.intake": 4,
    "mailbot.arrivals": 4,
    "mailbot.casework": 4,
    "mailbot.dispatch": 4,
    "mailbot.desk": 4,
    "mailbot.upkeep": 4,
    "mailbot.keeping": 4,
    "mailbot.reindex": 4,
    "mailbot.doubts": 4,
    "mailbot.cases": 4,
    "mailbot.decisions": 4,
    "mailbot.reviewers": 4,
    "mailbot.letters.drafting": 4,
    "mailbot.watch.health": 4,
    "mailbot.watch.monitor": 4,
    "mailbot.reviewers.charts": 3,
    "mailbot.decisions.tokens": 3,
    "mailbot.reviewers.post": 3,
    "mailbot.reviewers.spots": 3,
    "mailbot": 3,
    "mailbot.errors": 2,
    "mailbot.examination": 2,
    "parsers": 1,
    "ledger": 1,
}

#: Where a library may be imported.
HOMES = {
    "apscheduler": ("mailbot.schedule",),
    "jinja2": ("mailbot.letters.rendering",),
    "sqlmodel": ("ledger",),
    "sqlalchemy": ("ledger",),
    "alembic": ("ledger",),
    "openpyxl": ("ledger",),
    "fsspec": ("ledger.shelf_store",),
    "procrastinate": ("mailbot.wakeups",),
    "imapclient": ("mailbot.transport", "mailbot.demo"),
    "imaplib": ("mailbot.transport",),
    "aiosmtplib": ("mailbot.transport",),
    "smtplib": ("mailbot.demo",),
    "socket": (
        "mailbot.transport",
        "mailbot.demo",
        "mailbot.isolation.channel",
        "mailbot.isolation.child",
        "mailbot.isolation.nursery",
        "mailbot.watch.heartbeat",
    ),
    "pdfplumber": ("parsers.files",),
    "pypdfium2": ("parsers.files",),
    "rapidocr": ("parsers.files",),
    "onnxruntime": ("parsers.files",),
    "pytesseract": ("parsers.files",),
    "reportlab": ("mailbot.demo",),
    # The parsers that Debian 12's Python 3.11.2 has never touch what others sent: not email (addresses, RFC 2047 and
    # the quadratic header parser), not html.parser; email only writes, and rereads, letters of our own.
    "email": ("mailbot.letters.correspondence", "mailbot.reviewers.referral", "mailbot.demo"),
    "html.parser": (),
    "pickle": (),  # an answer of a child, or a file, would be code
    "tarfile": (),
    "zipfile": ("ledger.parcel", "ledger.directory_file", "ledger.workbook"),  # the office's own files
    "xml": ("ledger.workbook",),  # its escaping alone
    "pymap": ("mailbot.demo",),
    "aiosmtpd": ("mailbot.demo",),
}

#: Pure: no clock, disk, socket or database.
PURE = ("mailbot.examination",)
IMPURE = {"os", "pathlib", "io", "socket", "sqlite3", "subprocess", "time", "random", "tempfile", "shutil", "threading"}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def floor_of(module: str) -> int | None:
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in FLOORS:
            return FLOORS[name]
    return None


def imports_of(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [node.module or ""]
    return names


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_imports_go_down_the_floors(path):
    own = floor_of(module_of(path))
    for name in imports_of(path):
        floor = floor_of(name)
        assert floor is None or floor <= own, f"{module_of(path)} (floor {own}) imports {name} (floor {floor})"


def test_imports_run_in_no_circle():
    """Not even those for type checkers alone: who needs whom must be tellable in one direction."""
    modules = {module_of(path): path for path in SOURCES}
    # A package that names one of its own modules by `from package import module` is no circle.
    needs = {name: modules.keys() & {*imports_of(path)} - {name} for name, path in modules.items()}
    in_order = [*TopologicalSorter(needs).static_order()]  # raises CycleError, which names the circle
    assert {*in_order} == modules.keys()


@pytest.mark.parametrize("path", [p for p in SOURCES if module_of(p).startswith(("parsers", "ledger"))], ids=module_of)
def test_facts_and_records_know_neither_each_other_nor_the_service(path):
    own = module_of(path).partition(".")[0]
    for name in imports_of(path):
        top = name.partition(".")[0]
        assert top not in {"mailbot", "parsers", "ledger"} - {own}, f"{module_of(path)} imports {name}"


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_each_library_has_one_home(path):
    module = module_of(path)
    for name in imports_of(path):
        homes = HOMES.get(name, HOMES.get(name.partition(".")[0]))
        assert homes is None or module.startswith(homes), f"{module} imports {name}, whose home is {homes}"


@pytest.mark.parametrize("path", [p for p in SOURCES if module_of(p).startswith(PURE)], ids=module_of)
def test_the_judgement_touches_nothing(path):
    touched = IMPURE & {name.partition(".")[0] for name in imports_of(path)}
    assert not touched, f"{module_of(path)} imports {touched}"
    for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
        assert ast.unparse(call.func) not in {"open", "datetime.now", "date.today"}, f"{module_of(path)} asks the world"


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_the_first_line_says_what_the_file_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{module_of(path)} has no docstring"
