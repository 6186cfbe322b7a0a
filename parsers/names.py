"""Are two names of persons, firms or posts the same, once the habits of keyboards and scanners are folded away?

Facts and measurements: domain.md 4.1–4.3. Nothing here compares by substring or distance alone: a likeness is never
a proof, only an equality is (31号文 prints full names everywhere).
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

#: CJK radicals (U+2E80 block) that PDF text layers give for letters; NFKC leaves them alone, unlike the Kangxi block.
_RADICALS: Final = str.maketrans(
    "⺁⺄⺆⺌⺍⺕⺝⺠⺡⺢⺣⺩⺫⺬⺭⺮⺰⺲⺶⺷⺹⺼⻁⻄⻅⻆⻉⻋⻌⻏⻑⻒⻓⻔⻖⻘⻙⻚⻛⻜⻝⻟⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "厂乙冂小小彐月民氵水灬王目示礻竹纟网羊羊老肉虎西见角贝车辶阝長镸长门阝青韦页风飞食食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)
#: Zero-width signs, bidi marks, soft hyphen, word joiner, BOM; variation selectors stand in their own ranges below.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_SPACES: Final = re.compile(r"\s+")

NAME_DOT: Final = "\u00b7"  #: 民委发〔2016〕33号: the one dot of names, GB 18030 A1A4
_DOTS: Final = str.maketrans(dict.fromkeys("•・･‧∙⋅᛫●", NAME_DOT))
_BRACKETS: Final = str.maketrans("〔【［{[〈《」〕】］}]〉》「", "(((((((" + ")" + ")))))))" + "(")
_HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U000323af"
_POINT_BETWEEN_HAN: Final = re.compile(f"(?<=[{_HAN}])\\.(?=[{_HAN}])")
_RARE: Final = re.compile("[\ue000-\uf8ff\ufffd\u3400-\u4dbf\u9fa6-\u9fff\U00020000-\U0010ffff]")

#: Traditional and variant letters met in names, each with its usual form. Only ever for a hint: 於 and 乾 are letters
#: of real names, so the hint reads "may be the same", never "is the same".
_VARIANTS: Final = str.maketrans(
    "於乾慶監諮詢橋質設項團責業總師術華興長東國際貿門馬劉張陳楊趙黃吳孫許鄧馮蕭葉蘇盧蔣賈魯範鍾鄭羅謝韓龍強偉麗軍紅"
    "蘭鳳勝斌濤傑鑫寶貴榮寧嶽峯峰喆昇陞堃雲鋭銳曉澤潔蓮賢輝燁祿禄實學義禮國會廣軒爾亞來萬與薑為後鎔镕",
    "于干庆监咨询桥质设项团责业总师术华兴长东国际贸门马刘张陈杨赵黄吴孙许邓冯萧叶苏卢蒋贾鲁范钟郑罗谢韩龙强伟丽军红"
    "兰凤胜斌涛杰鑫宝贵荣宁岳峰峰哲升升坤云锐锐晓泽洁莲贤辉烨禄禄实学义礼国会广轩尔亚来万与姜为后熔熔",
)


class Likeness(StrEnum):
    """How two names of persons, posts or works stand to each other."""

    EQUAL = "equal"
    UNSURE = "unsure"  #: variants, rare letters, abbreviations: a person must look, never a defect
    DIFFERENT = "different"


class FirmLikeness(StrEnum):
    """How two firm names stand to each other (domain.md 4.3)."""

    EQUAL = "equal"
    NEAR = "near"  #: 有限/有限责任, 市 after 重庆, missing brackets, traditional form, one letter
    ABBREVIATED = "abbreviated"  #: one is the other shortened or cut
    BRANCH = "branch"  #: one is the other's 分公司
    DIFFERENT = "different"


def fold(text: str) -> str:
    """One shape for what looks alike: no invisible signs, radicals as letters, NFKC, single inner spaces."""
    visible = _INVISIBLE.sub("", text).translate(_RADICALS)
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", visible)).strip()


def squeeze(text: str) -> str:
    """`fold` without any space: for comparing Chinese text."""
    return unicodedata.normalize("NFKC", fold(text).replace(" ", ""))  # a letter may now stand beside its accent


def fold_person(name: str) -> str:
    """A person's name for comparing: no spaces, one kind of dot, Latin letters in capitals."""
    dotted = squeeze(name).translate(_DOTS)
    return _POINT_BETWEEN_HAN.sub(NAME_DOT, dotted).upper()


def fold_firm(name: str) -> str:
    """A firm's name for comparing: no spaces, one kind of bracket, Latin letters in capitals."""
    return squeeze(name).translate(_BRACKETS).upper()


def has_rare_character(text: str) -> bool:
    """Does it hold a letter that fonts, mail programs and OCR lose (private use, U+FFFD, outside GB 2312's kin)?

    Such a name is never called a mismatch; a person compares it.
    """
    return bool(_RARE.search(fold(text)))


def compare_persons(left: str, right: str) -> Likeness:
    """Equal after folding; else unsure for variants, rare letters, a lost dot or a shortened dotted name."""
    a, b = fold_person(left), fold_person(right)
    if a == b:
        return Likeness.EQUAL
    if has_rare_character(a) or has_rare_character(b):
        return Likeness.UNSURE
    if a.translate(_VARIANTS).replace(NAME_DOT, "") == b.translate(_VARIANTS).replace(NAME_DOT, ""):
        return Likeness.UNSURE
    shorter, longer = sorted((a, b), key=len)
    if NAME_DOT in longer and shorter and shorter in longer.split(NAME_DOT):
        return Likeness.UNSURE
    return Likeness.DIFFERENT


def compare_firms(left: str, right: str) -> FirmLikeness:
    a, b = fold_firm(left), fold_firm(right)
    if a == b:
        return FirmLikeness.EQUAL
    shorter, longer = sorted((a, b), key=len)
    if longer.endswith("分公司") and longer.startswith(shorter):
        return FirmLikeness.BRANCH
    if has_rare_character(a) or has_rare_character(b):
        return FirmLikeness.NEAR
    bare_a, bare_b = _bare_firm(a), _bare_firm(b)
    if bare_a == bare_b or _one_letter_apart(bare_a, bare_b):
        return FirmLikeness.NEAR
    if _abbreviates(shorter, longer) or _abbreviates(*sorted((bare_a, bare_b), key=len)):
        return FirmLikeness.ABBREVIATED
    return FirmLikeness.DIFFERENT


def compare_titles(left: str, right: str) -> Likeness:
    """Names of projects and sections: unsure where one is the other shortened, cut or punctuated otherwise."""
    a, b = (_title(text) for text in (left, right))
    if a == b:
        return Likeness.EQUAL
    letters_a, letters_b = (re.sub(r"[\W_]", "", text) for text in (a, b))
    if letters_a == letters_b or letters_a.translate(_VARIANTS) == letters_b.translate(_VARIANTS):
        return Likeness.UNSURE
    if has_rare_character(a) or has_rare_character(b):
        return Likeness.UNSURE
    return Likeness.UNSURE if _abbreviates(*sorted((letters_a, letters_b), key=len)) else Likeness.DIFFERENT


#: 监理岗位, the closed list of 31号文 一.(四), each with the words that people write for it.
POSTS: Final[dict[str, tuple[str, ...]]] = {
    "总监理工程师": ("总监", "总监理", "项目总监", "项目总监理工程师"),
    "副总监理工程师": ("副总监", "副总监理", "总监理工程师(副)", "总监(副)"),
    "总监理工程师代表": ("总监代表", "总代", "总监理代表"),
    "驻地监理工程师": ("驻地", "驻地监理", "驻监"),
    "副驻地监理工程师": ("副驻地", "副驻地监理", "驻地监理工程师(副)"),
    "专业监理工程师": ("专业监理", "专监", "专业工程师"),
}
_POST_OF: Final = {word: post for post, words in POSTS.items() for word in (post, *words)}


def fold_post(text: str) -> str | None:
    """The post's full name, or None when it is none of the six (G05). A speciality in brackets is left out."""
    post = fold_firm(text)
    return _POST_OF.get(post) or _POST_OF.get(re.sub(r"\([^()]*\)$", "", post))


def compare_posts(left: str, right: str) -> Likeness:
    """Certain only between two posts of the closed list; anything else that is not the same text is unsure."""
    a, b = fold_post(left), fold_post(right)
    if a and b:
        return Likeness.EQUAL if a == b else Likeness.DIFFERENT
    return Likeness.EQUAL if squeeze(left) == squeeze(right) else Likeness.UNSURE


def _title(text: str) -> str:
    return squeeze(text).translate(_BRACKETS).translate(_DOTS).upper()


def _bare_firm(name: str) -> str:
    bare = name.translate(_VARIANTS).replace("(", "").replace(")", "").replace("有限责任公司", "有限公司")
    return bare.replace("重庆市", "重庆", 1) if bare.startswith("重庆市") else bare


def _one_letter_apart(a: str, b: str) -> bool:
    """Exactly one letter replaced, added or lost."""
    if abs(len(a) - len(b)) > 1:
        return False
    shorter, longer = sorted((a, b), key=len)
    at = next((i for i, (x, y) in enumerate(zip(shorter, longer, strict=False)) if x != y), len(shorter))
    return shorter[at + (len(a) == len(b)) :] == longer[at + 1 :]


def _abbreviates(shorter: str, longer: str) -> bool:
    """Do the letters of the shorter stand in the longer in the same order, at least a third of them?"""
    letters = iter(longer)
    return len(shorter) >= max(2, len(longer) // 3) and all(letter in letters for letter in shorter)
