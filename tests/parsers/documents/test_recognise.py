"""A file's pages become papers: one file may hold several, one paper may lie on several pages."""

from dataclasses import replace

import numpy as np
import pytest

from parsers.documents.document import DocumentKind as K
from parsers.documents.forms import Form, Party, SignPlace, Source
from parsers.documents.page_kind import page_kind
from parsers.documents.recognise import recognise
from parsers.files.page import Page, ReadBy
from tests.builders_pages import a_page

ID = "500103198808080007"
LETTER = (
    "附件4-1-3",
    "全国公路建设市场监督管理系统",
    "监理工程师业绩登记截止承诺保证书",
    "本人钱伯年500103198808080007是重庆王五监理咨询有限公司91500000000000027W的法定代表人。李四已在我司从业登记，",
    "如有虚假，我司将接受相关法律法规给予的处罚并将自愿撤销在重庆系统中发布的本企业所有信息",
)
CERTIFICATE = (
    "重庆市社会保险参保证明（个人）",
    ("姓名", "李四", "公民身份号码", ID),
    ("费款所属期", "单位名称", "养老保险", "工伤保险"),
    ("202603", "重庆王五监理咨询有限公司", "已缴", "已缴"),
)
NATIONAL = (
    "全国公路建设市场监督管理系统",
    "首页 监理企业 监理工程师 监理人员 项目管理　当前用户：李四",
    "人员业绩信息填报　状态：已上报",
    ("登记类型", "业绩登记新增"),
    ("监理岗位", "专业监理工程师"),
)
MUNICIPAL = (
    "重庆市公路建设市场信用信息管理系统",
    "重庆王五监理咨询有限公司业绩信息　已发布",
    ("项目建设管理单位", "重庆某某高速公路有限公司"),
    "履约人员信息",
)
CARD = ("姓名 李四", "性别 女 民族 汉", "出生 1988 年 8 月 8 日", "住址 重庆市", f"公民身份号码 {ID}")
CARD_BACK = ("中华人民共和国", "居民身份证", "签发机关 重庆市公安局", "有效期限 2019.03.12-2039.03.12")
LATE = ("情况说明", "本人李四于2026年1月5日进场，未在20个工作日内办理业绩登记，特此说明。")
PROMISE = ("承诺书", "本人承诺上述情况属实，如有虚假，愿承担相应责任。", "承诺人：李四", "2026年4月1日")


def read(*pages, pictures=None):
    numbered = tuple(
        page if isinstance(page, Page) else a_page(*page, number=number, read_by=ReadBy.OCR)
        for number, page in enumerate(pages, start=1)
    )
    return recognise("材料.pdf", 1, numbered, tuple(pictures or [None] * len(numbered)))


def kinds(file):
    return [(paper.kind, paper.pages) for paper in file.documents]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        pytest.param(LETTER, K.COMMITMENT_LETTER, id="letter"),
        pytest.param(LETTER[3:], K.COMMITMENT_LETTER, id="letter without its title"),
        pytest.param(CERTIFICATE, K.SOCIAL_INSURANCE_CERTIFICATE, id="certificate"),
        pytest.param(NATIONAL, K.NATIONAL_SCREENSHOT, id="national page"),
        pytest.param(NATIONAL[2:], K.NATIONAL_SCREENSHOT, id="national page cropped of its head"),
        pytest.param(MUNICIPAL, K.MUNICIPAL_SCREENSHOT, id="municipal page"),
        pytest.param(MUNICIPAL[1:], K.MUNICIPAL_SCREENSHOT, id="municipal page cropped of its head"),
        pytest.param(CARD, K.IDENTITY_CARD, id="card, front"),
        pytest.param(CARD_BACK, K.IDENTITY_CARD, id="card, back"),
        pytest.param(LATE, K.EXPLANATION, id="explanation"),
        pytest.param(PROMISE, K.LATE_FILING_UNDERTAKING, id="undertaking"),
        pytest.param(("关于同意李四业绩登记的批复", "你单位来文收悉。"), K.APPROVAL, id="approval"),
        pytest.param(("营业执照", "统一社会信用代码"), K.OTHER, id="a licence that nobody asked for"),
    ],
)
def test_a_page_is_known_by_its_words(page, kind):
    file = read(page)
    assert kinds(file) == [(kind, (1,))]
    assert not file.unknown_pages


def test_one_file_with_several_papers():
    file = read(LETTER, CERTIFICATE, MUNICIPAL, (*LATE, *PROMISE))
    assert kinds(file) == [
        (K.COMMITMENT_LETTER, (1,)),
        (K.SOCIAL_INSURANCE_CERTIFICATE, (2,)),
        (K.MUNICIPAL_SCREENSHOT, (3,)),
        (K.EXPLANATION, (4,)),
        (K.LATE_FILING_UNDERTAKING, (4,)),
    ]


def test_a_following_page_belongs_to_the_paper_before_it():
    rows = [("202604", "重庆王五监理咨询有限公司", "已缴", "已缴"), "打印日期：2026年5月4日"]
    file = read(CERTIFICATE, rows, ("法定代表人：", "承办人："))
    assert kinds(file) == [(K.SOCIAL_INSURANCE_CERTIFICATE, (1, 2))]
    assert file.unknown_pages == (3,)


def test_a_second_certificate_is_a_paper_of_its_own():
    assert len(read(CERTIFICATE, CERTIFICATE).documents) == 2


def test_a_page_of_no_kind_is_unknown():
    file = read(("会议纪要", "今日无事"))
    assert (file.documents, file.unknown_pages) == ((), (1,))


def test_the_system_named_in_a_letter_does_not_make_it_a_screenshot():
    page = (*LETTER, "在重庆市公路建设市场信用信息管理系统（简称“重庆系统”）相应项目标段人员履约信息中录入")
    assert kinds(read(page)) == [(K.COMMITMENT_LETTER, (1,))]


def test_an_empty_side_is_nothing_but_a_picture_without_words_is_unknown():
    sides = tuple(Page(number, (), ReadBy.OCR, 900, 900) for number in (1, 2, 3))
    white, black = np.full((900, 900, 3), 250, np.uint8), np.zeros((900, 900, 3), np.uint8)
    picture = np.random.default_rng(3).integers(0, 255, (900, 900, 3), np.uint8)
    assert read(*sides, pictures=(white, picture, black)).unknown_pages == (2, 3)


def test_an_illegible_page_is_told_and_still_read_where_its_kind_shows():
    dim = a_page(*CERTIFICATE, read_by=ReadBy.OCR, legible=False, why="blurred")
    lost = Page(2, (), ReadBy.NONE, 900, 900, legible=False, why="no text")
    file = read(dim, lost)
    assert (file.illegible_pages, file.unread_pages) == ((1, 2), (2,))
    assert kinds(file) == [(K.SOCIAL_INSURANCE_CERTIFICATE, (1,))]
    assert not file.unknown_pages


def test_a_card_on_patterned_ground_may_be_the_photo_in_hand():
    picture = np.random.default_rng(3).integers(0, 255, (60, 60, 3), np.uint8).repeat(15, 0).repeat(15, 1)
    assert kinds(read(CARD, pictures=(picture,))) == [(K.CARD_IN_HAND_PHOTO, (1,))]


def test_both_sides_of_a_card_are_a_scan_whatever_the_ground():
    picture = np.random.default_rng(3).integers(0, 255, (60, 60, 3), np.uint8).repeat(15, 0).repeat(15, 1)
    assert kinds(read((*CARD, *CARD_BACK), pictures=(picture,))) == [(K.IDENTITY_CARD, (1,))]


WHY_LATE = (
    "本人张三于2026年3月2日进场，因工作交接原因，",
    "未在进场后20个工作日内在全国公路建设市场监督管理系统办理业绩登记，特此说明。",
)
PROMISE = ("本人承诺上述情况属实，今后严格按照规定时限办理业绩登记，愿承担相应责任。",)
EXPLAINED, PROMISED = K.EXPLANATION, K.LATE_FILING_UNDERTAKING


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        pytest.param(("情况说明", *WHY_LATE), {EXPLAINED}, id="explains"),
        pytest.param(("逾期承诺书", *PROMISE), {PROMISED}, id="promises"),
        pytest.param(("情况说明、承诺书", *WHY_LATE, *PROMISE), {EXPLAINED, PROMISED}, id="both, parted by 、"),
        pytest.param(("情况说明", *WHY_LATE, *PROMISE), {EXPLAINED, PROMISED}, id="the title names one of both"),
        pytest.param(("承诺书", *WHY_LATE, *PROMISE), {EXPLAINED, PROMISED}, id="the title names the other"),
        pytest.param(("承诺书（逾期登记）", *PROMISE), {PROMISED}, id="brackets behind the title"),
        pytest.param(("逾期说明", *WHY_LATE), {EXPLAINED}, id="another title"),
        pytest.param(WHY_LATE, {EXPLAINED}, id="no title"),
        pytest.param(("关于张三业绩登记事宜的答复", "经研究，同意办理。"), {K.APPROVAL}, id="an answer"),
        pytest.param(("会议通知", "请于五月六日参加会议。"), set(), id="something else"),
    ],
)
def test_papers_of_a_late_filing_are_known_by_what_they_say(lines, kinds):
    assert set(page_kind(a_page(*lines)).kinds) == kinds


OWN_WORDS = (
    "本公司郑重声明：以下填报的监理人员均为本公司在册职工，劳动合同真实存续。",
    "本公司对其在工程现场的履职行为负责，并按月向主管部门报送考勤记录。",
    "凡发现代签、挂名、冒名顶替者，本公司甘愿退出当年度的信用评价。",
    "本人系上述公司的职工，未在其他单位兼职，亦未将执业印章交予他人使用。",
    "本人驻守工地的时间不少于合同约定天数，离岗须经项目业主书面许可。",
    "如违反上述任何一条，本人愿意被列入重点监管名单并公开通报。",
)


def an_own_form() -> Form:
    parties = (
        Party("公司", "\n".join(OWN_WORDS[:3]), (SignPlace("公司代表", "legal_representative", seal=True),)),
        Party("职工", "\n".join(OWN_WORDS[3:]), (SignPlace("职工本人", "engineer"),)),
    )
    return Form(
        "9-1", Source.OFFICIAL, ("监理人员登记", "诚信声明"), "填写后打印，一式两份，交项目业主存档备查。", parties
    )


@pytest.mark.parametrize("cuts", [(), (2,), (3,), (2, 4), (1, 3, 5)], ids=str)
def test_a_form_of_wholly_own_wording_is_one_letter_on_however_many_pages(cuts) -> None:
    lines = ("监理人员登记", "诚信声明", *OWN_WORDS, "职工本人：", "填写后打印，一式两份，交项目业主存档备查。")
    starts = [0, *(cut + 2 for cut in cuts)]
    pages = [lines[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    form = an_own_form()
    papers = tuple(a_page(*page, number=number, read_by=ReadBy.OCR) for number, page in enumerate(pages, start=1))
    twice = (*papers, *(replace(page, number=page.number + len(pages)) for page in papers))
    first, count = tuple(range(1, len(pages) + 1)), len(pages)
    assert kinds(recognise("声明.pdf", 1, papers, (None,) * count, forms=(form,))) == [(K.COMMITMENT_LETTER, first)]
    second = tuple(number + count for number in first)
    assert kinds(recognise("声明.pdf", 1, twice, (None,) * 2 * count, forms=(form,))) == [
        (K.COMMITMENT_LETTER, first),
        (K.COMMITMENT_LETTER, second),
    ]
