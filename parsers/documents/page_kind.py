"""Which kinds of paper does one page show, by its own words?"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz

from parsers.documents.document import DocumentKind
from parsers.documents.lines import page_text
from parsers.files.page import Page
from parsers.identifiers import check_citizen_id
from parsers.names import squeeze

_K = DocumentKind

#: Evidence a page must gather for a kind, and how far the best kind must stand before the next.
_ENOUGH: Final = 4.0
_AHEAD: Final = 1.5
#: Likeness (0..100) from which a long printed sentence counts as read: OCR may lose a letter in ten.
_LIKE: Final = 82

#: Sentences of the printed forms, each two points: a letter whose title was cut off is still a letter.
_LETTER_SENTENCES: Final = (
    "是我司自有员工，已依法参加社会保险",
    "已在我司从业登记",
    "的法定代表人",
    "如有虚假，我司将接受相关法律法规给予的处罚",
    "自愿撤销在重庆系统中发布的",
    "本承诺保证书适用于",
    "除下划线处供据实填写外，其他内容不得修改和调整",
    "签名必须是亲笔签名，不得使用印章、签名章或其他电子制版签名代替",
    "本人承诺：全国系统和重庆系统中录入的",
)
#: Words that only one kind of page shows, with their weight. Found anywhere in the squeezed text.
_WORDS: Final[dict[DocumentKind, tuple[tuple[str, float], ...]]] = {
    _K.COMMITMENT_LETTER: (("承诺保证书", 3.0), ("附件[134]-[13](?:-[123])?", 1.0)),
    _K.SOCIAL_INSURANCE_CERTIFICATE: (
        ("参保证明|参保(?:缴费)?(?:凭证|证明)|缴费证明|缴费凭证|权益记录单|参保人员明细|缴费明细|缴费记录", 3.0),
        ("社会保(?:险|障)", 0.7),
        ("养老", 1.0),
        ("失业", 0.7),
        ("工伤", 0.7),
        ("缴费基数|缴费月数|缴费年限|费款所属期|缴费起始|起止年月|应缴|实缴|已缴|到账", 1.5),
        ("参保(?:状态|缴费|单位|地)", 1.0),
        ("社会保障号|社保编号|个人编号|险种", 1.0),
        ("社会保险局|社会保险事业|人力资源和社会保障局", 0.7),
    ),
    _K.NATIONAL_SCREENSHOT: (
        ("全国公路建设市场监督管理(?:系统|平台)", 2.5),
        ("当前用户|退出登录|欢迎您", 1.0),
        ("监理工程师信息管理|监理工程师管理", 1.0),
        ("业绩信息填报|人员业绩|业绩登记管理|基本信息管理", 1.5),
        ("(?:登记|业务|申请)类型|项目行业|(?:在岗|任职)(?:起始|截止|开始|结束)(?:日期|时间)", 1.5),
        ("监理岗位", 0.7),
        ("项目管理", 0.3),
        ("已上报|未上报|待上报|已提交|待提交|审核中|草稿|暂存", 0.7),
    ),
    _K.MUNICIPAL_SCREENSHOT: (
        ("重庆市公路(?:建设|水运建设)?市场信用信息(?:管理)?(?:系统|平台)", 2.5),
        ("履约人员(?:信息)?", 1.5),
        ("监理合同段", 0.7),
        ("项目建设管理单位|合同价|技术等级|项目所在省", 1.5),
        ("开工时间|交工时间|竣工时间|交工日期", 1.0),
        ("任职(?:时间|开始|结束|日期)", 1.0),
        ("公司业绩信息|企业业绩", 1.0),
        ("已发布|未发布|待发布", 0.7),
    ),
    _K.IDENTITY_CARD: (
        ("公民身份(?:证)?号码", 2.0),
        ("姓名", 0.5),
        ("性别", 0.8),
        ("民族", 0.8),
        ("出生", 0.8),
        ("住址", 0.8),
        ("居民身份证", 2.0),
        ("中华人民共和国", 0.8),
        ("签发机关", 1.8),
        ("有效期限", 1.8),
    ),
}
_AND: Final = "(?:及|和|与|暨|并|、|/|\\+)"
_SUFFIX: Final = r"(?:[(（].{1,12}[)）])?"
#: Titles: a short line of its own. Longer titles first, as 承诺书 is part of others.
_TITLES: Final[tuple[tuple[DocumentKind, re.Pattern[str]], ...]] = (
    (_K.COMMITMENT_LETTER, re.compile(r".{0,30}承诺保证书")),
    (
        _K.EXPLANATION,
        re.compile(
            rf"(?:关于.{{0,40}}的?)?(?:逾期|延期|超期|书面)?.{{0,12}}情况(?:的)?(?:说明|解释|汇报|报告)(?:函|书)?{_SUFFIX}"
        ),
    ),
    (_K.EXPLANATION, re.compile(rf"(?:关于.{{2,40}}的)(?:说明|解释)(?:函)?{_SUFFIX}")),
    (_K.LATE_FILING_UNDERTAKING, re.compile(rf"(?:.{{0,20}}情况说明{_AND})?.{{0,16}}承诺(?:书|函)?{_SUFFIX}")),
    (_K.LATE_FILING_UNDERTAKING, re.compile(r"关于.{2,40}的承诺(?:书|函)?")),
    (_K.EXPLANATION, re.compile(rf".{{0,30}}情况说明{_AND}.{{0,8}}承诺(?:书|函)?{_SUFFIX}")),
    (
        _K.APPROVAL,
        re.compile(
            r"(?:.{0,24}关于.{0,60})?(?:同意.{0,40}的?)?(?:批复|复函|回函|答复意见|回复意见|审批意见|同意(?:意见|函|证明)|审核意见)"
        ),
    ),
    (_K.APPROVAL, re.compile(r".{0,24}关于同意.{2,60}的?(?:函|意见|通知|答复)?")),
    (_K.APPROVAL, re.compile(r".{0,24}关于.{2,60}的(?:答复|回复)(?:意见|函)?")),
    (
        _K.OTHER,
        re.compile(
            r"(?:.{0,24})(?:营业执照|资格证书|注册证书?|执业证|毕业证书?|学位证书?|职称证书?|资质证书|授权委托书|"
            r"劳动合同(?:书)?|中标通知书|监理合同(?:协议书)?|任命书|任职(?:文件|通知)|交工验收(?:证书|报告)|户口簿|驾驶证|护照|"
            r"离职证明|解除劳动合同证明书?)"
        ),
    ),
)
_LONGEST_TITLE: Final = 60
_CONTINUED: Final = re.compile(r"[(（]续[)）]|续页|第[2-9二三四五六七八九]页|[2-9]/[2-9]页?")
_NUMBER: Final = re.compile(r"\d{17}[\dXx]")
_MONTH: Final = re.compile(r"(?<!\d)20\d\d[-./年]?(?:0[1-9]|1[0-2])(?!\d)")
_NAMED_TWICE: Final = frozenset({_K.EXPLANATION, _K.LATE_FILING_UNDERTAKING})
#: What a paper says that explains a late filing, under whatever title (no form is prescribed, I28).
_LATE: Final = re.compile(
    "逾期|超期|延期|延误|未能?(?:及时|按时|按期|按规定)|(?:未|没有).{0,16}工作日.{0,40}(?:办理|登记|提交|上报|申请)"
    "|(?:时限|期限|时间).{0,6}(?:办理|登记)"
)
_EXPLAINS: Final = re.compile("说明|因.{2,60}?(?:未能?|没有|逾期|延误|超期)|原因")
_PROMISES: Final = re.compile("(?:承诺|保证)(?![人书函])")
_LONGEST_EXPLANATION: Final = 1500


@dataclass(frozen=True)
class PageKind:
    """What a page was recognised as. No kinds: read, but recognised as nothing."""

    kinds: tuple[DocumentKind, ...] = ()
    titled: bool = False  #: the paper begins here: its title stands on this page
    continued: bool = False  #: says itself that it goes on from the page before
    blank: bool = False  #: an empty side


def page_kind(page: Page) -> PageKind:
    """The page's kind by the sum of its evidence; two kinds only where a 情况说明 and a 承诺书 share a sheet."""
    text = page_text(page)
    if not text:
        return PageKind(blank=True)
    titles = _titles(page)
    continued = bool(_CONTINUED.search(text))
    if special := _explaining(titles, text):
        return PageKind(special, titled=True, continued=continued)
    scores = sorted(((_score(kind, text), kind) for kind in _WORDS), key=lambda one: -one[0])
    (best, kind), (second, _) = scores[0], scores[1]
    if best >= _ENOUGH and best - second >= _AHEAD:
        return PageKind((kind,), titled=kind in titles or _titled(kind, page), continued=continued)
    if best < _ENOUGH and (named := [kind for kind in titles if kind in {_K.APPROVAL, _K.OTHER}]):
        return PageKind((named[0],), titled=True, continued=continued)
    return PageKind(continued=continued)


def continues(page: Page, before: DocumentKind) -> bool:
    """Does a page without a kind of its own go on with a paper of that kind (a table's last rows, a signing place)?"""
    text = page_text(page)
    if _CONTINUED.search(text):
        return True
    if before is _K.SOCIAL_INSURANCE_CERTIFICATE:
        return len(_MONTH.findall(text)) >= 1 or _any(("打印日期", "验证码", "查验", "社会保险局"), text)
    if before is _K.COMMITMENT_LETTER:
        return _any(("法定代表人", "承办人", "申请人", "联系方式", "手机号码", "本承诺保证书"), text)
    if before in _NAMED_TWICE | {_K.APPROVAL}:
        return len(text) < 200 and _any(("承诺人", "说明人", "特此", "年.{0,3}月.{0,3}日", "签名", "盖章"), text)
    return False


def _titles(page: Page) -> tuple[DocumentKind, ...]:
    """Kinds whose title stands as a line of its own, wrapped titles joined in twos."""
    texts = [squeeze(line.text) for line in page.lines]
    joined = [one + two for one, two in pairwise(texts)]
    found: list[DocumentKind] = []
    for text in (*texts, *joined):
        bare = text.strip('《》"“”·.:：-—_')
        if not 3 <= len(bare) <= _LONGEST_TITLE or bare.endswith(("。", ";", "；")) or "，" in bare or "," in bare:
            continue
        found += [kind for kind, title in _TITLES if title.fullmatch(bare) and kind not in found]
    return tuple(found)


def _explaining(titles: Iterable[DocumentKind], text: str) -> tuple[DocumentKind, ...]:
    """The papers of 四.(三), unless the page is a commitment letter or something with far more evidence.

    A sheet that explains and promises is both papers, whichever of the two its title names; one that says why a filing
    is late needs no title.
    """
    if _K.COMMITMENT_LETTER in titles or _score(_K.COMMITMENT_LETTER, text) >= _ENOUGH:
        return ()
    papers = [kind for kind in titles if kind in _NAMED_TWICE]
    rival = max(_score(kind, text) for kind in _WORDS)
    late = bool(_LATE.search(text)) and len(text) < _LONGEST_EXPLANATION
    other = any(kind in {_K.APPROVAL, _K.OTHER} for kind in titles)
    if rival >= (_ENOUGH + _AHEAD if papers else _ENOUGH) or (not papers and (other or not late)):
        return ()
    if late:
        papers += [_K.EXPLANATION] if _EXPLAINS.search(text) else []
        papers += [_K.LATE_FILING_UNDERTAKING] if _PROMISES.search(text) else []
    return tuple(dict.fromkeys(papers))


def _titled(kind: DocumentKind, page: Page) -> bool:
    """Does the paper begin on this page?"""
    top = squeeze("".join(line.text for line in page.lines[:6]))
    heads: dict[DocumentKind, Callable[[], bool]] = {
        # 本承诺保证书适用于 … is the footnote, which stands high on a last page that holds places to sign alone.
        _K.COMMITMENT_LETTER: lambda: bool(re.search("(?<!本)承诺保证书", top)),
        _K.SOCIAL_INSURANCE_CERTIFICATE: lambda: _any(("证明", "凭证", "记录单", "明细"), top) and "(续)" not in top,
    }
    return heads.get(kind, lambda: True)()


def _score(kind: DocumentKind, text: str) -> float:
    score = sum(weight for words, weight in _WORDS[kind] if re.search(words, text))
    if kind is _K.COMMITMENT_LETTER:
        score += 2.0 * sum(_reads_like(sentence, text) for sentence in _LETTER_SENTENCES)
    if kind is _K.IDENTITY_CARD and len(text) < 200:
        # A card whose labels were too small to read still shows its number and little else.
        score += 2.5 * any(check_citizen_id(number).valid for number in _NUMBER.findall(text))
    return score


def _reads_like(sentence: str, text: str) -> bool:
    return fuzz.partial_ratio(squeeze(sentence), text, score_cutoff=_LIKE) > 0 and len(text) >= len(sentence)


def _any(words: Iterable[str], text: str) -> bool:
    return any(re.search(word, text) for word in words)
