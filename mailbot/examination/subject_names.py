"""Which parts of a subject are the engineer and the firm?

The line is read from both ends: the first part is the engineer, and what lies between him and the event is the firm,
whatever signs its name holds (E03).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mailbot.examination.matter import Filing
from mailbot.examination.subject_line import BRACKETS, split
from parsers.names import fold_firm, squeeze

#: The registered name behind a name as written, or None: asks the directory.
Registered = Callable[[str], str | None]

_LOOSE_SEPARATORS: Final = re.compile(r"[/\\|∕⁄╱│、,，;；:+&_\-‐‑‒–—―~＋\s]+")
#: Blanks of the circular's own line, copied without being filled.
_PLACEHOLDERS: Final = frozenset(
    ("姓名", "监理工程师姓名", "监理企业名称", "现所登记的监理企业名称", "企业名称", "公司名称")
)
_FIRM_END: Final = re.compile(r"(?:公司|集团|研究院|设计院|咨询院|事务所|监理所|监理部|中心|厂|院|社)(?:\([^()]*\))?$")
_HAN: Final = r"[\u3007\u3400-\u9fff\ue000-\uf8ff\U00020000-\U000323af]"
_PERSON: Final = re.compile(rf"{_HAN}{{2,4}}|(?=.{{3,25}}$){_HAN}+(?:[·.]{_HAN}+)+")
_SEVERAL: Final = re.compile(r"[、,，;；&]|等\d*[人名]?$")
_BLANK_NAMES: Final = {"engineer": "姓名", "firm": "监理企业名称"}
_FILLERS: Final = re.compile(
    r"本人提交|企业提交|关于|有关|申请表?|材料|资料|提交|办理|报送|附件|请审核|审核|登记|业绩|新增|更新|截止|变更|注销|终止"
    r"|监理工程师|监理企业|监理|企业|项目|信息|的|函|请示|报告"
)


@dataclass(frozen=True)
class Names:
    """What could be taken as names, and what was wrong or odd about them."""

    engineer: str | None = None
    firm: str | None = None
    faults: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()


def expected_line(filing: Filing, names: Names, registered: Registered) -> str:
    """The prescribed line with this applicant's own names; an unknown one stands as the circular's blank."""
    firm = (registered(names.firm) or names.firm) if names.firm else _BLANK_NAMES["firm"]
    return filing.subject.line.format(engineer=names.engineer or _BLANK_NAMES["engineer"], firm=firm)


def take_names(parts: list[str], blanks: tuple[str, ...], registered: Registered) -> Names:
    """Fill the blanks of the line from both ends; the firm takes what lies between."""
    if "engineer" not in blanks:
        return _take_firm(parts, registered)
    if len(parts) == 1:
        alone = parts[0]
        if _is_firm(alone, registered):
            return Names(firm=_firm_name(alone, registered), faults=("engineer_missing",))
        return Names(engineer=squeeze(alone), faults=("firm_missing",))
    first, middle = parts[0], parts[1:]
    if _is_firm(first, registered) and not any(_is_firm(part, registered) for part in middle):
        return Names(squeeze(middle[-1]), _firm_name(first, registered), ("order_wrong",))
    names = _take_firm(middle, registered)
    if squeeze(first) in _PLACEHOLDERS:
        return Names(None, names.firm, (*names.faults, "placeholder_left"), names.deviations)
    if _SEVERAL.search(first):  # E29: one mail for each engineer
        return Names(None, names.firm, (*names.faults, "engineers_several"), names.deviations)
    spaced = ("spaces",) if " " in first else ()
    return Names(squeeze(first), names.firm, names.faults, names.deviations + spaced)


def loose_names(written: str, blanks: tuple[str, ...], registered: Registered) -> Names:
    """Names out of a line cut anyhow: the one part that is a firm, the one part that can be a person's name."""
    parts, _ = split(written)
    if len(parts) <= len(blanks):
        parts = [part for part in _LOOSE_SEPARATORS.split(written) if part]
    tokens = [token for token in map(_without_event, parts) if token]
    if any(squeeze(token) in _PLACEHOLDERS for token in tokens):
        return Names(faults=("placeholder_left",))
    firms = [token for token in tokens if _is_firm(token, registered)]
    people = [token for token in tokens if token not in firms and _PERSON.fullmatch(token)]
    firm = _firm_name(firms[0], registered) if len(firms) == 1 else None
    engineer = squeeze(people[0]) if len(people) == 1 and "engineer" in blanks else None
    missing = [f"{blank}_missing" for blank in blanks if not {"engineer": engineer, "firm": firm}[blank]]
    if firm and engineer and tokens.index(firms[0]) < tokens.index(people[0]):
        missing.append("order_wrong")
    return Names(engineer, firm, tuple(missing))


def _take_firm(parts: list[str], registered: Registered) -> Names:
    whole = "/".join(parts)
    if squeeze(whole) in _PLACEHOLDERS:
        return Names(faults=("placeholder_left",))
    if len(parts) == 1 or registered(whole):
        return Names(firm=_firm_name(whole, registered))
    known = [part for part in parts if registered(part)]
    firms = known or [part for part in parts if _is_firm(part, registered)]
    # "重庆A/B监理有限公司" is one name with a stroke; "张三/重庆王五监理有限公司" is a firm with a part too many.
    if not known and firms == parts[-1:] and not any(map(_PERSON.fullmatch, parts[:-1])):
        return Names(firm=_firm_name(whole, registered))
    firm = _firm_name(firms[0], registered) if len(firms) == 1 else None
    return Names(firm=firm, faults=("part_too_many",))


def _is_firm(part: str, registered: Registered) -> bool:
    return registered(part) is not None or bool(_FIRM_END.search(squeeze(part).translate(BRACKETS)))


def _firm_name(part: str, registered: Registered) -> str:
    """As registered where it is that name, else as written with Chinese brackets: a former name stays to be told."""
    known = registered(part)
    if known is not None and fold_firm(known) == fold_firm(part):
        return known
    return squeeze(part).replace("(", "（").replace(")", "）")


def _without_event(part: str) -> str:
    """What is left of a part when brackets and the words of events are taken out."""
    bare = squeeze(part).translate(BRACKETS)
    if _FIRM_END.search(bare):
        return bare
    if "公司" in bare:  # a sentence around the name, or the event glued to it
        return bare[: bare.rindex("公司") + 2].removeprefix("关于")
    return _FILLERS.sub("", re.sub(r"\([^()]*\)?|监理(企业|基本|工程师基本)?信息登记", "", bare))
