"""Which certificate of insurance is this: the one that 31号文 names, or one of its impostors?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parsers.documents.lines import rows
from parsers.files.page import Line
from parsers.names import squeeze


class Variety(StrEnum):
    """Kinds of papers that are sent as 社保证明 (domain.md 3.3)."""

    INDIVIDUAL = "individual"  #: 重庆市社会保险参保证明（个人）: the right one
    UNIT = "unit"  #: （单位） or 参保人员明细
    RIGHTS_RECORD = "rights_record"  #: 个人权益记录单
    TRANSFER = "transfer"  #: 养老保险缴费凭证, for moving an account
    OTHER_PROVINCE = "other_province"
    NATIONAL_PLATFORM = "national_platform"  #: 国家社会保险公共服务平台: not the paper named, a person may accept it
    FLEXIBLE = "flexible"  #: 灵活就业: no employer, so it cannot show 自有员工
    RESIDENT = "resident"  #: 城乡居民养老保险
    MEDICAL = "medical"  #: 医疗保险 alone
    APP = "app"  #: a screenshot of an app's payment list
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Title:
    """The certificate's kind. `certain` only where whole words of the title say so."""

    variety: Variety
    text: str = ""
    place: str = ""  #: whose certificate it is, when another province's or city's
    certain: bool = False


_TITLE: Final = re.compile(
    "参保证明|参保缴费证明|缴费证明|参保凭证|缴费凭证|权益记录单|参保人员明细|参保职工名册|缴费明细|缴费记录|参保信息|参保情况|个人账户"
)
_MOST_ROWS: Final = 10  #: a title stands among the first rows
#: The paper's name is known only by its family: what else may stand between 重庆 and 参保证明 does not change the kind.
_RIGHT: Final = re.compile(
    r"重庆市?(?:(?:城镇|企业)?职工)?(?:社会保险|(?:基本)?养老保险)(?:个人)?参保(?:缴费)?证明(?:\(个人(?:专用|版)?\)|个人)?"
)
_IMPOSTORS: Final = (
    (Variety.UNIT, re.compile(r"\(单位(?:专用|版)?\)|单位参保证明|参保人员明细|参保职工(?:名册|花名册)|单位社会保险")),
    (Variety.RIGHTS_RECORD, re.compile("权益记录单")),
    (Variety.TRANSFER, re.compile("缴费凭证|参保凭证|转移接续")),
    (Variety.RESIDENT, re.compile("居民(?:基本|社会)?养老保险")),
    (Variety.FLEXIBLE, re.compile("灵活就业|个人身份参保|个体参保")),
)
_FLEXIBLE_BODY: Final = re.compile(
    "(?:参保(?:类型|身份|方式|单位)|单位名称|人员类别|缴费类型|险种类型)[:]?(?:重庆市?)?.{0,12}?(?:灵活就业|个人身份|个体参保|自由职业)"
)
#: The same where it fills an employer's cell.
_FLEXIBLE_CELL: Final = re.compile(
    r"(?:重庆市?)?(?:[\u4e00-\u9fff]{1,4}[区县])?(?:灵活就业(?:人员)?|自由职业者?|个体(?:参保|缴费)(?:人员)?|个人身份参保)(?:\(.{0,12}\))?"
)
_APP: Final = re.compile(
    "掌上12333|电子社保卡|重庆人社|渝快办|我的社保|社保查询|缴费记录查询|返回首页|查询年度|下载明细|上午|5G|4G"
)
_PLATFORM: Final = re.compile("国家社会保险公共服务平台|si[.]12333[.]gov[.]cn|国家社会保险平台")
#: Provinces other than Chongqing; old and short names as titles use them.
_PROVINCES: Final = re.compile(
    "北京|天津|上海|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|"
    "西藏|陕西|甘肃|青海|宁夏|新疆|成都|绵阳|南充|达州|广安|泸州|遂宁|宜宾|贵阳|遵义|昆明|武汉|宜昌|恩施|西安|广州|深圳|东莞|"
    "佛山|杭州|宁波|南京|苏州|长沙|郑州|济南|青岛|合肥|福州|厦门|南昌|南宁|海口|沈阳|大连|长春|哈尔滨|石家庄|太原|呼和浩特|兰州|西宁|"
    "银川|乌鲁木齐|拉萨"
)
_PLACED: Final = re.compile(
    r"^(?P<place>[\u4e00-\u9fff]{2,8}?(?:省|自治区|自治州|市|州|盟|地区|县|区))"
    r"(?=社会|城镇|城乡|基本|职工|企业|机关|养老|个人|参保|医疗|灵活|失业|工伤|单位|人力)"
)
_ISSUER: Final = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{2,7}?(?:省|自治区|市|州))(?:[\u4e00-\u9fff]{2,4}[区县市])?(?:社会保险|人力资源|社保|医疗保障)"
)


def read_title(lines: Sequence[Line]) -> Title:
    """The kind of a certificate's first page, from its levelled lines."""
    text = squeeze("".join(line.text for line in lines))
    title = _title_line(lines)
    body = text.replace(title, "", 1) if title else text
    if not title:
        return _untitled(body)
    return _by_title(title, body, flexible=_is_flexible(lines, body))


def _is_flexible(lines: Sequence[Line], body: str) -> bool:
    """By a label or a cell; beside a firm's name it is only what he was before."""
    cells = [squeeze(line.text) for line in lines]
    said = bool(_FLEXIBLE_BODY.search(body)) or any(_FLEXIBLE_CELL.fullmatch(cell) for cell in cells)
    return said and "公司" not in body


def _title_line(lines: Sequence[Line]) -> str:
    """The title, joined from up to three rows: 重庆市社会保险 / 参保证明 / （个人）."""
    texts = [squeeze("".join(line.text for line in row)) for row in rows(lines)[:_MOST_ROWS]]
    for at, text in enumerate(texts):
        if not _TITLE.search(text) or len(text) > 45:
            continue
        whole = text
        if at and not re.search("社会|保险|养老|医疗", text[:8]) and len(texts[at - 1]) <= 20:
            whole = texts[at - 1] + whole
        if at + 1 < len(texts) and re.fullmatch(r"\(.{2,8}\)", texts[at + 1]):
            whole += texts[at + 1]
        return whole
    return ""


def _by_title(title: str, body: str, *, flexible: bool) -> Title:
    for variety, words in _IMPOSTORS:
        if words.search(title):
            return Title(variety, title, certain=True)
    if "医疗" in title and "养老" not in title and "养老" not in body:
        return Title(Variety.MEDICAL, title, certain=True)
    if place := _place(title):
        return Title(Variety.OTHER_PROVINCE, title, place, certain=_vouched(place, title, body))
    if flexible:
        return Title(Variety.FLEXIBLE, title, certain=True)
    if _RIGHT.search(title):
        return Title(Variety.INDIVIDUAL, title, certain=True)
    issuers = {match["place"] for match in _ISSUER.finditer(body)}
    if _PLATFORM.search(body):
        return Title(Variety.NATIONAL_PLATFORM, title)
    if re.search("社会保险(?:个人)?参保证明", title) and any("重庆" in issuer for issuer in issuers):
        return Title(Variety.INDIVIDUAL, title, certain=True)
    return Title(Variety.UNKNOWN, title)


def _untitled(text: str) -> Title:
    """A page without a title: an app's list, a later page, or a certificate whose head was cut off."""
    if len(set(_APP.findall(text))) >= 2:
        return Title(Variety.APP, certain=True)
    return Title(Variety.UNKNOWN)


def _place(title: str) -> str:
    """Whose certificate it is when the title names another place than Chongqing."""
    if "重庆" in title:
        return ""
    found = _PLACED.search(title)
    if found:
        return found["place"]
    known = _PROVINCES.match(title)
    return known.group() if known else ""


def _vouched(place: str, title: str, body: str) -> bool:
    """A known province or city is proof; any other name needs its second mention and no word of Chongqing as issuer.

    A misread 重庆市 is thus never taken for a far city.
    """
    if _PROVINCES.match(place) or place.endswith(("省", "自治区")):
        return True
    return place in body and "重庆市社会保险" not in body and "重庆" not in title
