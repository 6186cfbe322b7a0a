"""Clauses are cited as official letters cite them."""

import pytest

from mailbot.letters.rendering import clause
from mailbot.office.packs import load_matters


@pytest.mark.parametrize(
    ("reference", "cited"),
    [
        ("附件4 1.4.1", "附件4第1.4.1条"),
        ("附件1 1.4 a)", "附件1第1.4条第a项"),
        ("附件4 1.4.1, 3.2", "附件4第1.4.1条、第3.2条"),
        ("附件4 1.4.1 a, 附件4-1-1 注", "附件4第1.4.1条第a项、附件4-1-1注"),
        ("附件3 1.4, 附件1 1.4", "附件3第1.4条、附件1第1.4条"),
        ("附件1-1", "附件1-1"),
        ("四.(三)", "正文四（三）"),
        ("二", "正文二"),
        ("办法 9", "办法 9"),
        ("", ""),
    ],
)
def test_citations(reference, cited):
    assert clause(reference) == cited


def test_every_clause_of_the_shipped_packs_is_cited_properly():
    for matter in load_matters():
        tables = [matter.clauses, *(filing.clauses for filing in matter.filings)]
        papers = [paper.clause for filing in matter.filings for paper in filing.documents]
        for reference in [*papers, *(text for table in tables for text in table.values())]:
            assert " " not in clause(reference)
            assert "," not in clause(reference)
