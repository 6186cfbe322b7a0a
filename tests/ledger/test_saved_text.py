"""A table comes out whole from both encodings in which offices save it, and as nothing from any other."""

import pytest

from ledger.saved_text import text_of

TABLE = "企业名称,联系邮箱\n重庆㠭监理,a@b.cn\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_as_offices_save_it(encoding):
    assert text_of(TABLE.encode(encoding)) == TABLE


@pytest.mark.parametrize("data", [TABLE.encode("utf-16"), b"PK\x03\x04\x14\0"], ids=["UTF-16", "XLSX"])
def test_what_is_no_such_text(data):
    assert text_of(data) is None
