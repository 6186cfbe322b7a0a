"""Where is each row of the rule book decided, and which test proves it?

Writes docs/coverage.md from tests/coverage/rows.toml and from the ids that stand in code and tests, and the table of
switches in docs/packs.md from the program's own:
    python scripts/coverage.py            writes it
    python scripts/coverage.py --check    exit 1 when it is stale or a row has neither code nor proof
"""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbot.examination.policies import POLICIES

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "tests/coverage/rows.toml"
DOCUMENT = ROOT / "docs/coverage.md"
PACKS = ROOT / "docs/packs.md"
#: Where an id is one of the rule book. Ledger and transport number their own threats, so they are mapped by hand.
CODE = (
    "mailbot/examination",
    "parsers/documents",
    "parsers/names.py",
    "parsers/identifiers.py",
    "ledger/office_time.py",
    "templates",
)
TESTS = ("tests/mailbot/examination", "tests/parsers/documents", "tests/edges", "tests/mailbot/office/test_packs.py")
#: Classes that a mailbox must decide, pre-check, time, record or route; edges and gaps too.
REQUIRED = frozenset("APTLMEI")
_ID = re.compile(r"\b([GLABCDEI])(\d\d)(?:[–-]\1?(\d\d))?\b")
_IN_NAME = re.compile(r"(?<=def test_)([a-z])(\d\d)(?=_)")
_MOST = 4


@dataclass(frozen=True)
class Row:
    id: str
    kind: str
    words: str
    code: tuple[str, ...]
    proof: tuple[str, ...]
    reason: str  #: why it has none: "person: …"

    @property
    def lacks(self) -> bool:
        """Neither decided and proved, nor said to be somebody else's. An edge is a mail: its test is what counts."""
        return self.kind in REQUIRED and not self.reason and not (self.proof and (self.code or self.kind == "E"))


def rows() -> list[Row]:
    told = tomllib.loads(ROWS.read_text(encoding="utf-8"))
    code, proof = places(CODE), places(TESTS)
    found = []
    for name, text in told["rows"].items():
        kind, _, words = text.partition(" ")
        reason = told.get("person", {}).get(name)
        found.append(
            Row(
                name,
                kind,
                words,
                _together(told.get("code", {}).get(name, []), code[name]),
                _together(told.get("proof", {}).get(name, []), [one for one in proof[name] if "::" in one]),
                f"person: {reason}" if reason else "",
            )
        )
    return found


def faults() -> Iterator[str]:
    """What is wrong with the map itself."""
    told = tomllib.loads(ROWS.read_text(encoding="utf-8"))
    for table in ("code", "proof", "person"):
        for name, named in told.get(table, {}).items():
            if name not in told["rows"]:
                yield f"[{table}] {name}: there is no such row"
            if table in ("code", "proof"):
                yield from (f"[{table}] {name}: {one} is not there" for one in named if not exists(one))
    for row in rows():
        if row.lacks:
            yield f"{row.id} (class {row.kind}): {'no test' if row.code else 'no code'} names it; {row.words}"
        if row.reason and row.kind in "APT":
            yield f"{row.id}: class {row.kind} is the bot's, not a person's"


def exists(place: str) -> bool:
    """`path`, `path:name` of a function, class, value or macro, or `path::test`."""
    path, _, name = place.replace("::", ":").partition(":")
    file = ROOT / path
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    if not name:
        return True
    defined = rf"^\s*(?:def|class) {re.escape(name)}\b|^{re.escape(name)}\b.*=|macro {re.escape(name)}\("
    return re.search(defined, text, re.M) is not None


def places(folders: tuple[str, ...]) -> defaultdict[str, list[str]]:
    """Row id → the functions, values and files in which it stands."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for folder in folders:
        top = ROOT / folder
        files = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.suffix in _SCANNED)
        for file in files:
            for name, place in _in_file(file):
                if place not in found[name]:
                    found[name].append(place)
    return found


_SCANNED = frozenset((".py", ".toml", ".j2"))


def _in_file(file: Path) -> Iterator[tuple[str, str]]:
    path = file.relative_to(ROOT).as_posix()
    text = file.read_text(encoding="utf-8")
    spans = list(_spans(ast.parse(text))) if file.suffix == ".py" else []
    mark = "::" if path.startswith("tests/") else ":"
    for number, line in enumerate(text.splitlines(), start=1):
        for name in _ids(line):
            inner = [span for span in spans if span[0] <= number <= span[1]]
            owner = max(inner, key=lambda span: span[0])[2] if inner else ""
            yield name, f"{path}{mark}{owner}" if owner else path


def _spans(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, name) of functions, classes and named values; a test's parameters belong to it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield first, node.end_lineno or first, node.name
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            yield node.lineno, node.end_lineno or node.lineno, _user(tree, target.id) or target.id


def _user(tree: ast.Module, name: str) -> str | None:
    """The test that takes its parameters from this table."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            parts = (one for decorator in node.decorator_list for one in ast.walk(decorator))
            if any(isinstance(one, ast.Name) and one.id == name for one in parts):
                return node.name
    return None


def _ids(line: str) -> Iterator[str]:
    for letter, number in _IN_NAME.findall(line):
        yield letter.upper() + number
    for letter, first, last in _ID.findall(line):
        for number in range(int(first), int(last or first) + 1):
            yield f"{letter}{number:02d}"


def _together(named: list[str], found: list[str]) -> tuple[str, ...]:
    """Functions before whole files; what was named by hand first."""
    ordered = sorted(found, key=lambda place: (":" not in place, place))
    return tuple(dict.fromkeys([*named, *ordered]))


def document() -> str:
    told = rows()
    lines = [
        "# Coverage of 渝交路〔2024〕31号",
        "",
        "Generated by `python scripts/coverage.py`; not edited by hand. Classes: A decided by the bot, P pre-checked,",
        "T clock, L record, M routing or wording, X evidence of another system, H a person's, N no matter of the",
        "mailbox, E edge, I gap of the circular (a switch, see [packs.md](packs.md)).",
        "",
        "| row | class | what | decided in | proved by |",
        "|---|---|---|---|---|",
    ]
    for row in told:
        code = _cell(row.code) or row.reason or _NEITHER.get(row.kind, "nothing")
        proof = _cell(row.proof) or ("" if row.code or not row.reason else "–")
        lines.append(f"| {row.id} | {row.kind} | {row.words} | {code} | {proof or '–'} |")
        if row.reason and row.code:
            lines[-1] = lines[-1].replace(f"| {code} |", f"| {code} ({row.reason}) |", 1)
    return "\n".join(lines) + "\n"


_NEITHER = {"H": "person only", "X": "person only: another system shows it", "N": "answered by a pointer, if asked"}


def with_switches(text: str) -> str:
    """docs/packs.md with the table of switches as the program has them."""
    begin, end = "<!-- switches -->", "<!-- /switches -->"
    lines = ["| switch | gap | values, the default first | what it means |", "|---|---|---|---|"]
    for policy in POLICIES.values():
        asked = " **for the office to decide**" if policy.asked else ""
        values = f"a date, `{policy.default}`" if policy.free else ", ".join(f"`{value}`" for value in policy.values)
        lines.append(f"| `{policy.name}` | {policy.gap} | {values} | {policy.meaning}{asked} |")
    before, _, rest = text.partition(begin)
    return "\n".join([before + begin, *lines, end + rest.partition(end)[2]])


def _cell(places_: tuple[str, ...]) -> str:
    shown = [f"`{one}`" for one in places_[:_MOST]]
    return "<br>".join(shown) + (f"<br>and {len(places_) - _MOST} more" if len(places_) > _MOST else "")


def main(arguments: list[str]) -> int:
    wrong = list(faults())
    if "--check" in arguments:
        if PACKS.read_text(encoding="utf-8") != with_switches(PACKS.read_text(encoding="utf-8")):
            wrong.append(f"{PACKS.relative_to(ROOT)} is stale: run python scripts/coverage.py")
        if not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != document():
            wrong.append(f"{DOCUMENT.relative_to(ROOT)} is stale: run python scripts/coverage.py")
    else:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(document(), encoding="utf-8")
        PACKS.write_text(with_switches(PACKS.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stderr.write("".join(f"{one}\n" for one in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
