"""LibreOffice opens the exported 工作台账, where it is installed: sheets, days and words as they are."""

import shutil
import subprocess

import pypdfium2
import pytest

from ledger.export import export_xlsx
from tests.ledger.test_export import a_record

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def test_it_shows_what_was_written(tmp_path):
    record = a_record(project="=1+1", section="+2+3", engineer="@SUM(A1)")
    export_xlsx(tmp_path / "l.xlsx", [record], figures=[("总体", "按时反馈率", 0.975)])
    subprocess.run(
        [SOFFICE, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "l.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    with pypdfium2.PdfDocument(tmp_path / "l.pdf") as book:
        shown = "".join(page.get_textpage().get_text_range() for page in book)
    for words in ("收件编号", "=1+1", "+2+3", "@SUM(A1)", "ZJZD-2026-0001", "2026-11-20 09:00", "97.5%", "往来邮件数"):
        assert words in shown
    assert not {"#NAME?", "#VALUE!", "Err:"} & set(shown.split())
