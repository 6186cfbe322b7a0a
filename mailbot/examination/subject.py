"""What does the subject of a mail ask for, and is it of the prescribed form?

附件1/3 1.4, 附件4 1.4.1–1.4.2; folding and splitting as domain.md 5.1. The line is parsed from both ends: the last part
tells the event, the first the engineer, and what lies between is the firm, whatever signs its name holds (E03).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from mailbot.examination.matter import Action, Filing, Matter, Submitter
from mailbot.examination.submission import SubjectReading
from parsers.names import fold, squeeze

#: The registered name behind a name as written, or None: asks the directory.
Registered = Callable[[str], str | None]

_PREFIX: Final = re.compile(r"\s*(?:回复|答复|回覆|转发|轉發|轉寄|自动回复|re|re\[\d+\]|fw|fwd|aw|sv)\s*[:]\s*", re.I)
_TAG: Final = re.compile(r"\s*(?:【[^】]{1,20}】|\[[^\]]{1,20}\])\s*")
_CASE_NUMBER: Final = re.compile(r"\s*〔[A-Z0-9]+(?:-[A-Z0-9]+)*-\d+〕\s*$")
_QUOTES: Final = "《》〈〉“”\"'‘’「」『』"
_TRAILING_DATE: Final = re.compile(
    r"[\s\-_—–/(]*(?<!\d)(?:20\d{2}年\d{1,2}月(?:\d{1,2}[日号])?|20\d{2}[./-]\d{1,2}[./-]\d{1,2}|20\d{6})[)\s]*$"
)
_SEPARATORS: Final = re.compile(r"[/\\|∕⁄╱│]")
_COMMAS: Final = re.compile(r"[、]")
_LOOSE_SEPARATORS: Final = re.compile(r"[/\\|∕⁄╱│、,，;；:+&_\-‐‑‒–—―~＋\s]+")
_BRACKETS: Final = str.maketrans("（〔【［[{｛）〕】］]}｝", "(((((((" + ")))))))")
_EVENT_END: Final = re.compile(r"^(?P<event>.*?)[\s\-—_]*\(?(?P<mark>本人提交|企业提交)\)?$")
_SURPLUS: Final = re.compile(r"(?:的?(?:申请|审核|材料|资料|事宜|登记表))+$")

_ACTIONS: Final[dict[Action, str]] = {"add": "新增", "update": "更新", "close": "截止"}
_SUBMITTERS: Final[dict[Submitter, re.Pattern[str]]] = {
    "engineer": re.compile(r"本人提交|个人提交|本人申请|本人申报|\(本人\)|\(个人\)"),
    "firm": re.compile(r"企业提交|公司提交|单位提交|企业申请|\(企业\)|\(公司\)"),
}
#: Blanks of the circular's own line, copied without being filled.
_PLACEHOLDERS: Final = frozenset(
    ("姓名", "监理工程师姓名", "监理企业名称", "现所登记的监理企业名称", "企业名称", "公司名称")
)
_FIRM_END: Final = re.compile(r"(?:公司|集团|研究院|设计院|咨询院|事务所|监理所|监理部|中心|厂|院|社)(?:\([^()]*\))?$")
_HAN: Final = r"[\u3007\u3400-\u9fff\ue000-\uf8ff\U00020000-\U000323af]"
_PERSON: Final = re.compile(rf"{_HAN}{{2,4}}|(?=.{{3,25}}$){_HAN}+(?:[·.]{_HAN}+)+")
_BLANK_NAMES: Final = {"engineer": "姓名", "firm": "监理企业名称"}
_FILLERS: Final = re.compile(
    r"本人提交|企业提交|关于|有关|申请表?|材料|资料|提交|办理|报送|附件|请审核|审核|登记|业绩|新增|更新|截止|变更|注销|终止"
    r"|监理工程师|监理企业|监理|企业|项目|信息|的|函|请示|报告"
)


@dataclass(frozen=True)
class _Line:
    """A folded subject and what folding had to do."""

    text: str
    deviations: tuple[str, ...]


@dataclass(frozen=True)
class _Match:
    """An event that one filing prescribes or tolerates."""

    matter: Matter
    filing: Filing
    deviations: tuple[str, ...] = ()


def read_subject(raw: str, matters: Iterable[Matter], registered: Registered = lambda name: None) -> SubjectReading:
    """Never raises. `filing` is None where matter, action or submitter is not told beyond doubt."""
    matters = tuple(matter for matter in matters if matter.filings)
    line = _fold_line(raw)
    parts, separator = _split(line.text)
    match = _match_event(parts[-1], matters) if len(parts) > 1 else None
    if match is None:
        return _diagnose(raw, line, matters, registered)
    names = _take_names(parts[:-1], match.filing.subject.blanks, registered)
    deviations = line.deviations + separator + match.deviations + names.deviations
    return SubjectReading(
        raw=raw,
        folded=line.text,
        engineer=names.engineer,
        firm=names.firm,
        matter=match.matter,
        filing=match.filing,
        action=match.filing.action,
        submitted_by=match.filing.submitted_by,
        deviations=tuple(dict.fromkeys(deviations)),
        faults=names.faults,
        expected=(expected_line(match.filing, names.engineer, names.firm),),
    )


def expected_line(filing: Filing, engineer: str | None, firm: str | None) -> str:
    """The prescribed line with this applicant's own names; an unknown one stands as the circular's blank."""
    return filing.subject.line.format(engineer=engineer or _BLANK_NAMES["engineer"], firm=firm or _BLANK_NAMES["firm"])


def _fold_line(raw: str) -> _Line:
    """Prefixes, tags, our own case number, quotes and a trailing date fall away, and are remembered."""
    deviations = []
    text = _CASE_NUMBER.sub("", raw.strip())
    if any(sign in text for sign in "／＼｜"):
        deviations.append("full_width")
    bare = _strip_prefixes(text)
    if bare != text:
        deviations.append("prefix")
    text = bare.strip(_QUOTES + " \u3000")
    if text != bare.strip():
        deviations.append("quotes")
    text = fold(text).strip("。.;,，；")
    if dated := _TRAILING_DATE.search(text):
        text = text[: dated.start()] + (")" if _unclosed(text[: dated.start()]) else "")
        deviations.append("trailing_date")
    return _Line(text, tuple(deviations))


def _strip_prefixes(text: str) -> str:
    while found := _PREFIX.match(text.replace("：", ":")) or _TAG.match(text.replace("［", "[").replace("］", "]")):
        rest = text[found.end() :]
        if not rest.strip():
            break
        text = rest
    return text


def _unclosed(text: str) -> bool:
    return text.count("(") > text.count(")")


def _split(text: str) -> tuple[list[str], tuple[str, ...]]:
    """Cut on slashes and bars outside brackets; only if that gives one part, on 、 outside brackets."""
    parts = _outside_brackets(text, _SEPARATORS)
    deviations: tuple[str, ...] = ()
    if len(parts) == 1:
        parts = _outside_brackets(text, _COMMAS)
    if len(parts) > 1 and text.count("/") < len(parts) - 1:
        deviations = ("separator",)
    if any(part != part.strip() for part in parts):
        deviations += ("spaces",)
    return [part for part in (part.strip() for part in parts) if part] or [""], deviations


def _outside_brackets(text: str, separator: re.Pattern[str]) -> list[str]:
    depth, start, parts = 0, 0, []
    folded = text.translate(_BRACKETS)
    for place, sign in enumerate(folded):
        depth = max(0, depth + (sign == "(") - (sign == ")"))
        if depth == 0 and separator.match(sign):
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _match_event(part: str, matters: Iterable[Matter]) -> _Match | None:
    """The filing whose event this is, letter by letter or with a tolerated surplus (I01, I11, D18)."""
    written = squeeze(part).translate(_BRACKETS)
    ended = _EVENT_END.match(written)
    event, mark = (ended["event"], ended["mark"]) if ended else (written, "")
    spaced: tuple[str, ...] = ("spaces",) if " " in part else ()
    if ended and written != f"{event}({mark})":
        spaced += ("brackets",)
    candidates = [(matter, filing) for matter in matters for filing in matter.filings if filing.subject.mark == mark]
    for matter, filing in candidates:
        if event == filing.subject.event or event in filing.subject.also:
            return _Match(matter, filing, spaced)
    for matter, filing in candidates:
        if event in filing.subject.tolerated:
            return _Match(matter, filing, (*spaced, "event_wording"))
    lean = _SURPLUS.sub("", event)
    for matter, filing in candidates:
        if lean in (filing.subject.event, *filing.subject.also, *filing.subject.tolerated):
            return _Match(matter, filing, (*spaced, "surplus_words"))
    return None


@dataclass(frozen=True)
class _Names:
    engineer: str | None = None
    firm: str | None = None
    faults: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()


def _take_names(parts: list[str], blanks: tuple[str, ...], registered: Registered) -> _Names:
    """Fill the blanks of the line from both ends; the firm takes what lies between."""
    if "engineer" not in blanks:
        return _take_firm(parts, registered, ())
    if len(parts) == 1:
        alone = parts[0]
        if _is_firm(alone, registered):
            return _Names(firm=_firm_name(alone, registered), faults=("engineer_missing",))
        return _Names(engineer=_person_name(alone), faults=("firm_missing",))
    first, middle = parts[0], parts[1:]
    if _is_firm(first, registered) and not any(_is_firm(part, registered) for part in middle):
        return _Names(_person_name(middle[-1]), _firm_name(first, registered), ("order_wrong",))
    names = _take_firm(middle, registered, ())
    if squeeze(first) in _PLACEHOLDERS:
        return _Names(None, names.firm, (*names.faults, "placeholder_left"), names.deviations)
    inner = (" " in first and "spaces") or ""
    return _Names(_person_name(first), names.firm, names.faults, names.deviations + ((inner,) if inner else ()))


def _take_firm(parts: list[str], registered: Registered, faults: tuple[str, ...]) -> _Names:
    whole = "/".join(parts)
    if squeeze(whole) in _PLACEHOLDERS:
        return _Names(faults=(*faults, "placeholder_left"))
    if len(parts) == 1 or registered(whole):
        return _Names(firm=_firm_name(whole, registered), faults=faults)
    known = [part for part in parts if registered(part)]
    firms = known or [part for part in parts if _is_firm(part, registered)]
    # "重庆A/B监理有限公司" is one name with a stroke; "张三/重庆王五监理有限公司" is a firm with a part too many.
    if not known and firms == parts[-1:] and not any(map(_PERSON.fullmatch, parts[:-1])):
        return _Names(firm=_firm_name(whole, registered), faults=faults)
    firm = _firm_name(firms[0], registered) if len(firms) == 1 else None
    return _Names(firm=firm, faults=(*faults, "part_too_many"))


def _is_firm(part: str, registered: Registered) -> bool:
    return registered(part) is not None or bool(_FIRM_END.search(squeeze(part).translate(_BRACKETS)))


def _firm_name(part: str, registered: Registered) -> str:
    """As registered where the directory knows it, else as written with Chinese brackets."""
    return registered(part) or squeeze(part).replace("(", "（").replace(")", "）")


def _person_name(part: str) -> str:
    return squeeze(part)


def _diagnose(raw: str, line: _Line, matters: tuple[Matter, ...], registered: Registered) -> SubjectReading:
    """Not of the prescribed form: what is meant, as far as beyond doubt, and every fault."""
    text = squeeze(line.text).translate(_BRACKETS)
    actions: list[Action] = [action for action, word in _ACTIONS.items() if word in text]
    submitters: list[Submitter] = [who for who, words in _SUBMITTERS.items() if words.search(text)]
    near = _near_filings(text, matters)
    matter = near[0][0] if len({matter.key for matter, _ in near}) == 1 else None
    if matter is None:
        return SubjectReading(raw, line.text, deviations=line.deviations, faults=(_unknown(line.text),))
    ways = [filing for _, filing in near]
    fitting = _narrow(ways, actions, submitters)
    whole = all((not way.action or actions == [way.action]) for way in fitting)
    filing = fitting[0] if len(fitting) == 1 and whole and _agrees(fitting[0], submitters) else None
    names = _loose_names(line.text, ways[0].subject.blanks, registered)
    faults = _faults(line.text, text, fitting, actions, submitters) + names.faults
    action = actions[0] if len(actions) == 1 and any(way.action for way in ways) else None
    submitter = {way.submitted_by for way in fitting if _agrees(way, submitters)}
    return SubjectReading(
        raw=raw,
        folded=line.text,
        engineer=names.engineer,
        firm=names.firm,
        matter=matter,
        filing=filing,
        action=filing.action if filing else action,
        submitted_by=submitter.pop() if len(submitter) == 1 else None,
        deviations=line.deviations,
        faults=tuple(dict.fromkeys(faults)) or ("event_altered",),
        expected=tuple(expected_line(way, names.engineer, names.firm) for way in fitting),
    )


def _near_filings(text: str, matters: tuple[Matter, ...]) -> list[tuple[Matter, Filing]]:
    """Filings whose event stands in the text; only if none does, those whose `near` words do; the longest word wins."""
    found: list[tuple[int, Matter, Filing]] = []
    for matter in matters:
        for filing in matter.filings:
            form = filing.subject
            words = [word for word in (form.event, *form.also, *form.tolerated, *form.near) if word in text]
            if words:
                # All ways of a matter share its near words, so one way's longer event must not outdo the others.
                shared = [word for word in words if word in form.near] or words
                found.append((max(map(len, shared)), matter, filing))
    longest = max((length for length, _, _ in found), default=0)
    best = {matter.key for length, matter, _ in found if length == longest}
    return [(matter, filing) for _, matter, filing in found if matter.key in best]


def _narrow(ways: list[Filing], actions: list[Action], submitters: list[Submitter]) -> list[Filing]:
    """Fewer ways by each thing told, as long as any is left: what contradicts all of them narrows nothing."""
    told = [way for way in ways if way.action is None or way.action in actions] or ways
    return [way for way in told if submitters and _agrees(way, submitters)] or told


def _agrees(way: Filing, submitters: list[Submitter]) -> bool:
    return not way.subject.mark or not submitters or submitters == [way.submitted_by]


def _faults(
    written: str, text: str, ways: list[Filing], actions: list[Action], submitters: list[Submitter]
) -> tuple[str, ...]:
    """Stable words for what is wrong; each has its half-sentence in templates/findings/envelope.zh.j2."""
    faults = []
    if any(way.action for way in ways):
        if not actions:
            faults.append("action_missing")
        elif len(actions) > 1:
            faults.append("action_not_chosen")
    if any(way.subject.mark for way in ways):
        if not submitters:
            faults.append("submitter_missing")
        elif not any(_agrees(way, submitters) for way in ways):
            faults.append("submitter_wrong")
    if len(_outside_brackets(written, _SEPARATORS)) <= len(ways[0].subject.blanks):
        faults.append("separator_wrong")
    if not any(event in text for way in ways for event in (way.subject.event, *way.subject.also)):
        faults.append("event_altered")
    return tuple(faults)


def _loose_names(written: str, blanks: tuple[str, ...], registered: Registered) -> _Names:
    """Names out of a line cut anyhow: the one part that is a firm, the one part that can be a person's name."""
    parts, _ = _split(written)
    if len(parts) <= len(blanks):
        parts = [part for part in _LOOSE_SEPARATORS.split(written) if part]
    tokens = [token for token in map(_without_event, parts) if token]
    if any(squeeze(token) in _PLACEHOLDERS for token in tokens):
        return _Names(faults=("placeholder_left",))
    firms = [token for token in tokens if _is_firm(token, registered)]
    people = [token for token in tokens if token not in firms and _PERSON.fullmatch(token)]
    firm = _firm_name(firms[0], registered) if len(firms) == 1 else None
    engineer = _person_name(people[0]) if len(people) == 1 and "engineer" in blanks else None
    missing = [f"{blank}_missing" for blank in blanks if not {"engineer": engineer, "firm": firm}[blank]]
    if firm and engineer and tokens.index(firms[0]) < tokens.index(people[0]):
        missing.append("order_wrong")
    return _Names(engineer, firm, tuple(missing))


def _without_event(part: str) -> str:
    """What is left of a part when brackets and the words of events are taken out."""
    bare = squeeze(part).translate(_BRACKETS)
    if _FIRM_END.search(bare):
        return bare
    if "公司" in bare:  # a sentence around the name, or the event glued to it
        return bare[: bare.rindex("公司") + 2].removeprefix("关于")
    return _FILLERS.sub("", re.sub(r"\([^()]*\)?|监理(企业|基本|工程师基本)?信息登记", "", bare))


def _unknown(text: str) -> str:
    return "event_unknown" if text else "empty"
