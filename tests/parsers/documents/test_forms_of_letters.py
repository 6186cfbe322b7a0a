"""The blank forms are data: shipped ones, and an office's own over them."""

import pytest

from parsers.documents.forms import SHIPPED, FormError, Source, load_forms

OWN = """
form = "4-1-2"
source = "official"
title = ["监理工程师", "业绩登记截止承诺保证书"]
footnote = "注：不得修改。"

[[party]]
heading = "企业法定代表人承诺"
text = "本人{legal_representative}是{firm}的法定代表人。"
sign = ["法定代表人：{signature+seal}", "联系方式：{phone}"]
"""


def test_five_forms_are_shipped_two_of_them_reconstructed():
    forms = {form.number: form for form in load_forms()}
    assert list(forms) == ["1-1", "3-1", "4-1-1", "4-1-2", "4-1-3"]
    assert {number for number, form in forms.items() if form.reconstructed} == {"3-1", "4-1-2"}


def test_a_form_names_its_blanks_in_order_and_who_signs():
    form = next(form for form in load_forms() if form.number == "4-1-1")
    assert form.blanks[:4] == ("legal_representative", "legal_representative_id", "firm", "credit_identifier")
    assert form.blanks[-1] == "phone"
    assert form.signers == ("legal_representative", "engineer")
    assert form.has_seal
    assert not form.has_options


def test_the_office_s_own_form_replaces_the_shipped_one(tmp_path):
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    forms = load_forms(tmp_path)
    own = next(form for form in forms if form.number == "4-1-2")
    assert own.source is Source.OFFICIAL
    assert own.blanks == ("legal_representative", "firm", "phone")
    assert len(forms) == 5


def test_the_office_adds_a_form(tmp_path):
    (tmp_path / "new.toml").write_text(OWN.replace("4-1-2", "5-1"), encoding="utf-8")
    assert [form.number for form in load_forms(tmp_path)][-1] == "5-1"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(('source = "official"', 'source = "final"'), "source", id="unknown source"),
        pytest.param(("title =", "titel ="), "titel", id="misspelt key"),
        pytest.param(("{firm}", "{Firm}"), "Firm", id="badly named blank"),
        pytest.param(("{firm}", "{firm"), "brace", id="open brace"),
        pytest.param(("{signature+seal}", "{signature+stamp}"), "sign", id="unknown mark"),
        pytest.param(("联系方式：{phone}", "联系方式"), "sign", id="place without a blank"),
        pytest.param(('footnote = "注：不得修改。"', 'footnote = ""'), "footnote", id="empty footnote"),
        pytest.param(("[[party]]", "[[parties]]"), "parties", id="no party"),
        pytest.param(('form = "4-1-2"', "form = 4-1-2"), "TOML", id="no TOML"),
    ],
)
def test_a_wrong_form_is_refused_with_file_and_key(tmp_path, change, told):
    (tmp_path / "wrong.toml").write_text(OWN.replace(*change), encoding="utf-8")
    with pytest.raises(FormError) as refused:
        load_forms(tmp_path)
    assert "wrong.toml" in str(refused.value)
    assert told in str(refused.value)


def test_one_number_in_two_files_is_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(OWN, encoding="utf-8")
    with pytest.raises(FormError, match="two files"):
        load_forms(tmp_path)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(FormError, match="no such folder"):
        load_forms(tmp_path / "nowhere")


def test_shipped_forms_need_nothing_from_outside():
    assert sorted(file.stem for file in SHIPPED.glob("*.toml")) == ["1-1", "3-1", "4-1-1", "4-1-2", "4-1-3"]
