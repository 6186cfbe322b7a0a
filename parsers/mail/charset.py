"""Which characters do these bytes of a mail mean?"""

import codecs
import re
import unicodedata
from functools import lru_cache

#: Labels that Chinese mail uses for what is in truth GBK or GB18030: 镕, 喆 and 堃 are outside GB 2312.
_GB_LABELS = re.compile(
    r"^(x-|cs)?(gb2312|gbk|gb18030|cp936|936|ms936|windows-936|gb-?2312-?80|iso-ir-58|chinese|euc-?cn)$"
)

#: Only plain character sets: the registry also holds zlib, punycode (quadratic) and other non-text codecs.
_TEXT_LABEL = re.compile(
    r"^(utf|us-ascii|ascii|ansi|iso|latin|windows|cp|koi|mac|big5|hz|euc|shift|sjis|ks|tis)[a-z0-9_:.\-]*$"
)

_WESTERN = frozenset({"ascii", "iso8859-1", "cp1252", "iso8859-15"})
_GB2312_RUN = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe]|[\xa1-\xa9][\xa1-\xfe])+")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")

#: Control signs, direction and zero-width signs, lone surrogates, private non-characters: never shown, never stored.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANKS = re.compile(r"[\s\x00-\x1f\x85\u2028\u2029]+")


@lru_cache(maxsize=256)
def codec_of(label: str) -> str | None:
    """Python's codec for a charset label; None for an unknown label or one that is no character set."""
    plain = label.strip().strip("\"'").lower().replace("_", "-")[:40]
    if _GB_LABELS.match(plain):
        return "gb18030"
    if plain == "x-mac-cyrillic":
        return "mac-cyrillic"
    if plain in {"unicode-1-1-utf-7", "utf-8-mac", "utf8mb4"}:
        return "utf-7" if plain.endswith("7") else "utf-8"
    if not _TEXT_LABEL.match(plain):
        return None
    try:
        return codecs.lookup(plain).name
    except (LookupError, ValueError, ImportError):
        return None


def decode_bytes(data: bytes, label: str = "") -> str:
    """Text of the bytes; the label is believed only as far as the bytes agree with it.

    Order where it says nothing or lies: UTF-8 strict, GB18030 strict, Big5 strict, Latin-1. Never raises.
    """
    codec = codec_of(label) if label else None
    if codec is None or codec == "ascii":
        return _guessed(data)
    if codec == "gb18030" and (mislabelled := _utf8_behind_gb(data)):
        return mislabelled
    if codec in _WESTERN and (honest := _chinese_behind_western(data)):
        return honest
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        # A body cut within a character must not turn the whole text into another script.
        mended = data.decode(codec, "replace")
        return mended if mended.count("\ufffd") <= 1 + len(data) // 2000 else _guessed(data, mended)


def clean_line(text: str) -> str:
    """One line for display: no control, direction or zero-width signs, blanks folded to one."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", _BLANKS.sub(" ", text))).strip()


def clean_text(text: str) -> str:
    """Several lines for display: as `clean_line`, keeping line ends and tabs."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))


def has_hidden_signs(text: str) -> bool:
    return _INVISIBLE.search(text) is not None


def folded(text: str) -> str:
    """Full-width letters and signs as their ASCII twins (NFKC), for looking for a pattern only."""
    return unicodedata.normalize("NFKC", text)


def _guessed(data: bytes, otherwise: str | None = None) -> str:
    for codec in ("utf-8", "gb18030", "big5"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    if otherwise is not None:
        return otherwise
    # A text cut within its last character: judge it without that character.
    for codec in ("utf-8", "gb18030"):
        for cut in (1, 2, 3):
            try:
                return data[:-cut].decode(codec) + "\ufffd"
            except UnicodeDecodeError:
                continue
    return data.decode("latin-1")


def _utf8_behind_gb(data: bytes) -> str | None:
    """The text where a GB label covers UTF-8; four Chinese characters are needed, for 联通 in GBK is UTF-8 as well."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    foreign = [sign for sign in text if not sign.isascii()]
    chinese = all("\u2010" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in foreign)
    return text if len(foreign) >= 4 and chinese else None


def _chinese_behind_western(data: bytes) -> str | None:
    """The text where a Western label covers UTF-8 or GB 2312 bytes, as old Foxmail writes it."""
    runs = _HIGH_RUN.findall(data[:65536])
    if not runs:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if sum(map(len, runs)) >= 4 and all(_GB2312_RUN.fullmatch(run) for run in runs):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            return None
    return None
