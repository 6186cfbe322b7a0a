"""The subject tells matter, action, submitter and names; what is not of the form is diagnosed, never guessed."""

import json
import os
from email import message_from_binary_file, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.examination.subject import read_subject
from mailbot.office.packs import load_matters

MATTERS = load_matters()
ADD, UPDATE, CLOSE = (
    ("engineer_track_record", "add"),
    ("engineer_track_record", "update"),
    ("engineer_track_record", "close"),
)
FIRM = "重庆王五监理咨询公司"


def told(reading):
    return (
        reading.matter.key if reading.matter else None,
        reading.filing.action if reading.filing else None,
        reading.filing.submitted_by if reading.filing else None,
    )


@pytest.mark.parametrize(
    ("subject", "expected", "engineer", "firm", "deviations"),
    [
        pytest.param(f"张三/{FIRM}/业绩登记新增(本人提交)", (*ADD, "engineer"), "张三", FIRM, (), id="as prescribed"),
        pytest.param(f"{FIRM}/监理企业信息登记", ("firm_information", None, "firm"), None, FIRM, (), id="附件1"),
        pytest.param(f"{FIRM}/监理基本信息登记", ("engineer_information", None, "firm"), None, FIRM, (), id="附件3"),
        pytest.param(f"张三/{FIRM}/业绩登记截止申请(企业提交)", (*CLOSE, "firm"), "张三", FIRM, (), id="D18 form"),
        pytest.param(f"张三/{FIRM}/业绩登记截止(企业提交)", (*CLOSE, "firm"), "张三", FIRM, (), id="I01 example"),
        pytest.param(
            f"{FIRM}/监理工程师基本信息登记",
            ("engineer_information", None, "firm"),
            None,
            FIRM,
            ("event_wording",),
            id="I11",
        ),
        pytest.param(
            f"Re: 回复：张三／{FIRM}／业绩登记更新（本人提交）",
            (*UPDATE, "engineer"),
            "张三",
            FIRM,
            ("full_width", "prefix"),
            id="E01 full width and prefixes",
        ),
        *(
            pytest.param(
                line, (*ADD, "engineer"), "张三", FIRM, ("stray_signs",), id=f"stray signs: {line[:4]}…{line[-2:]}"
            )
            for line in (
                f"张三//{FIRM}/业绩登记新增(本人提交)",
                f"/张三/{FIRM}/业绩登记新增(本人提交)",
                f"张三/{FIRM}/业绩登记新增(本人提交)/",
                f"张三/{FIRM}/业绩登记新增(本人提交)。",
            )
        ),
        pytest.param(
            f"张三|{FIRM}|业绩登记更新(本人提交)", (*UPDATE, "engineer"), "张三", FIRM, ("separator",), id="bars"
        ),
        pytest.param(
            f"张三、{FIRM}、业绩登记更新(本人提交)", (*UPDATE, "engineer"), "张三", FIRM, ("separator",), id="commas"
        ),
        pytest.param(
            f"张三 / {FIRM} / 业绩登记新增 (本人提交)", (*ADD, "engineer"), "张三", FIRM, ("spaces",), id="spaces"
        ),
        pytest.param(
            f"《张三/{FIRM}/业绩登记新增(本人提交)》", (*ADD, "engineer"), "张三", FIRM, ("quotes",), id="quotes"
        ),
        pytest.param(
            f"张三/{FIRM}/业绩登记新增(本人提交)2026年11月20日",
            (*ADD, "engineer"),
            "张三",
            FIRM,
            ("trailing_date",),
            id="E01 trailing date",
        ),
        pytest.param(
            f"张三/{FIRM}/业绩登记新增申请(本人提交)",
            (*ADD, "engineer"),
            "张三",
            FIRM,
            ("surplus_words",),
            id="申请 too many",
        ),
        pytest.param(
            f"张三/{FIRM}/业绩登记新增 本人提交",
            (*ADD, "engineer"),
            "张三",
            FIRM,
            ("spaces", "brackets"),
            id="brackets left out",
        ),
        pytest.param(
            f"回复：【补正告知】张三/{FIRM}/业绩登记新增(本人提交)〔ZJZD-2026-0187〕",
            (*ADD, "engineer"),
            "张三",
            FIRM,
            ("prefix",),
            id="reply to our letter",
        ),
        pytest.param(
            f"阿依古丽·买买提/{FIRM}/业绩登记新增(本人提交)",
            (*ADD, "engineer"),
            "阿依古丽·买买提",
            FIRM,
            (),
            id="E03 dot",
        ),
        pytest.param(f"王𬭚/{FIRM}/业绩登记新增(本人提交)", (*ADD, "engineer"), "王𬭚", FIRM, (), id="E03 rare letter"),
        pytest.param(
            "张三/重庆A/B监理有限公司/业绩登记新增(本人提交)",
            (*ADD, "engineer"),
            "张三",
            "重庆A/B监理有限公司",
            (),
            id="E03 stroke in the firm",
        ),
        pytest.param(
            "张三/重庆立信（集团有限公司/业绩登记新增(本人提交)",
            (*ADD, "engineer"),
            "张三",
            "重庆立信（集团有限公司",
            (),
            id="a bracket left open",
        ),
        pytest.param(
            "重庆市立信路桥监理（集团）有限公司/监理企业信息登记",
            ("firm_information", None, "firm"),
            None,
            "重庆市立信路桥监理（集团）有限公司",
            (),
            id="E03 brackets in the firm",
        ),
    ],
)
def test_a_subject_of_the_form_is_read(subject, expected, engineer, firm, deviations):
    reading = read_subject(subject, MATTERS)
    assert told(reading) == expected
    assert (reading.engineer, reading.firm) == (engineer, firm)
    assert reading.faults == ()
    assert reading.deviations == deviations


@pytest.mark.parametrize(
    ("subject", "fault", "expected", "line"),
    [
        pytest.param(
            "毛敏/重庆华兴建设监理有限公司/业绩登记新增",
            "submitter_missing",
            (*ADD, "engineer"),
            "毛敏/重庆华兴建设监理有限公司/业绩登记新增(本人提交)",
            id="d_subj_noby: only the engineer can add",
        ),
        pytest.param(
            "重庆华兴建设监理有限公司-监理企业信息登记",
            "separator_wrong",
            ("firm_information", None, "firm"),
            "重庆华兴建设监理有限公司/监理企业信息登记",
            id="d_subj_dash",
        ),
        pytest.param(
            f"张三 {FIRM} 业绩登记截止（企业提交）",
            "separator_wrong",
            (*CLOSE, "firm"),
            f"张三/{FIRM}/业绩登记截止申请(企业提交)",
            id="spaces as separators",
        ),
        pytest.param(
            f"{FIRM}/张三/业绩登记新增(本人提交)",
            "order_wrong",
            (*ADD, "engineer"),
            f"张三/{FIRM}/业绩登记新增(本人提交)",
            id="wrong order",
        ),
        pytest.param(
            f"{FIRM}/业绩登记更新(本人提交)",
            "engineer_missing",
            (*UPDATE, "engineer"),
            f"姓名/{FIRM}/业绩登记更新(本人提交)",
            id="no engineer",
        ),
        pytest.param(
            "张三/业绩登记更新(本人提交)",
            "firm_missing",
            (*UPDATE, "engineer"),
            "张三/监理企业名称/业绩登记更新(本人提交)",
            id="no firm",
        ),
        pytest.param(
            f"张三/{FIRM}/监理企业信息登记",
            "part_too_many",
            ("firm_information", None, "firm"),
            f"{FIRM}/监理企业信息登记",
            id="a name too many",
        ),
        pytest.param(
            f"张三/{FIRM}/业绩登记变更(本人提交)",
            "action_missing",
            ("engineer_track_record", None, None),
            f"张三/{FIRM}/业绩登记新增(本人提交)",
            id="an action that does not exist",
        ),
        pytest.param(
            f"张三/{FIRM}/业绩登记新增(企业提交)",
            "submitter_wrong",
            ("engineer_track_record", None, None),
            f"张三/{FIRM}/业绩登记新增(本人提交)",
            id="the firm cannot add",
        ),
        pytest.param(
            f"张三、李四/{FIRM}/业绩登记新增(本人提交)",
            "engineers_several",
            (*ADD, "engineer"),
            f"姓名/{FIRM}/业绩登记新增(本人提交)",
            id="E29 several engineers",
        ),
        pytest.param(
            f"关于{FIRM}申请监理企业信息登记的函",
            "separator_wrong",
            ("firm_information", None, "firm"),
            f"{FIRM}/监理企业信息登记",
            id="a sentence",
        ),
    ],
)
def test_a_subject_that_is_not_of_the_form_is_diagnosed(subject, fault, expected, line):
    reading = read_subject(subject, MATTERS)
    assert fault in reading.faults
    assert told(reading) == expected
    assert reading.expected[0] == line


def test_the_guides_own_text_leaves_the_action_open():
    reading = read_subject("姓名/现所登记的监理企业名称/业绩登记新增（更新、截止）（本人提交）", MATTERS)
    assert reading.faults == ("action_not_chosen", "placeholder_left")
    assert told(reading) == ("engineer_track_record", None, None)
    assert (reading.engineer, reading.firm) == (None, None)
    assert len(reading.expected) == 3


def test_without_a_submitter_a_closing_stays_open_between_two():
    reading = read_subject(f"张三/{FIRM}/业绩登记截止", MATTERS)
    assert (reading.filing, reading.action, reading.submitted_by) == (None, "close", None)
    assert reading.expected == (f"张三/{FIRM}/业绩登记截止(本人提交)", f"张三/{FIRM}/业绩登记截止申请(企业提交)")


@pytest.mark.parametrize("subject", ["", "咨询电话", "Re: 您好", "双11特惠，全场五折", "登记", f"{FIRM}/监理信息登记"])
def test_other_subjects_name_no_matter(subject):
    reading = read_subject(subject, MATTERS)
    assert reading.matter is None
    assert reading.faults


def test_a_former_name_is_read_as_written_and_the_registered_one_is_told_as_right():
    names = {"重庆旧名监理有限公司": "重庆市立信路桥监理（集团）有限公司"}
    reading = read_subject("张三/重庆旧名监理有限公司/业绩登记新增(本人提交)", MATTERS, names.get)
    assert reading.firm == "重庆旧名监理有限公司"
    assert reading.expected == ("张三/重庆市立信路桥监理（集团）有限公司/业绩登记新增(本人提交)",)


def test_brackets_and_spaces_of_a_registered_name_are_its_own():
    name = "重庆市立信路桥监理（集团）有限公司"
    reading = read_subject("张三/重庆市立信路桥监理 [集团]有限公司/业绩登记新增(本人提交)", MATTERS, lambda said: name)
    assert reading.firm == name


@given(st.text(max_size=80))
def test_no_subject_raises(text):
    reading = read_subject(text, MATTERS)
    assert reading.raw == text
    assert (reading.filing is None) or reading.matter is not None


han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)


@given(
    han, han, st.sampled_from([filing for matter in MATTERS for filing in matter.filings]), st.sampled_from("/／|＼")
)
def test_every_prescribed_line_is_read_back(engineer, name, filing, separator):
    firm = f"重庆{name}监理有限公司"
    line = filing.subject.line.format(engineer=engineer, firm=firm)
    reading = read_subject(line.replace("/", separator), MATTERS)
    assert reading.filing == filing
    assert reading.firm == firm
    assert reading.faults == ()


SAMPLES = Path(os.environ.get("MAILBOT_SAMPLES", "samples"))


@pytest.mark.skipif(not (SAMPLES / "labels.json").exists(), reason="labelled samples are not on this machine")
def test_every_labelled_application_is_recognised():
    labels = json.loads((SAMPLES / "labels.json").read_text(encoding="utf-8"))
    for name, label in labels.items():
        if not label["matter"] or "raw 8-bit GBK subject" in label["variants"]:
            continue  # raw bytes are the mail parser's to decode
        with (SAMPLES / name).open("rb") as file:
            subject = str(message_from_binary_file(file, policy=policy.default)["subject"])
        reading = read_subject(subject, MATTERS)
        assert told(reading) == (label["matter"], label["action"], label["submitted_by"]), name
        assert (reading.firm, reading.engineer) == (label["firm"], label["engineer"]), name
        assert bool(reading.faults) == ("subject_malformed" in label["codes"]), name
