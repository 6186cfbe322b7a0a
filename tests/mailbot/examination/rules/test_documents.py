"""A pack may ask for any paper that is recognised, and may take one paper for another."""

from dataclasses import replace

import pytest

from mailbot.examination.matter import RequiredDocument
from mailbot.examination.rules import RULES
from mailbot.letters.rendering import Words
from parsers.documents.document import DocumentKind
from tests.builders_submission import a_card, a_letter, a_municipal_page, a_national_page, a_paper, a_submission, run

K = DocumentKind


def asking(submission, *papers):
    """The same under a pack that asks for these papers besides."""
    more = tuple(RequiredDocument(clause="办法 9", **paper) for paper in papers)
    kept = tuple(one for one in submission.filing.documents if one.kind not in {paper.kind for paper in more})
    return replace(submission, filing=submission.filing.model_copy(update={"documents": (*kept, *more)}))


def missing(submission):
    return [(one.code, one.certain) for one in run(RULES, submission) if one.code.endswith("_missing")]


PHOTO = ("card_in_hand_photo_missing", True)


@pytest.mark.parametrize("kind", [K.EXPLANATION, K.LATE_FILING_UNDERTAKING, K.APPROVAL])
def test_a_paper_that_is_asked_of_everybody_is_missed(kind):
    papers = (a_letter(), a_national_page(), a_municipal_page(), a_card())
    (finding,) = (
        one for one in run(RULES, asking(a_submission(*papers), {"kind": kind})) if one.code == "document_missing"
    )
    assert (finding.kind, finding.certain, finding.clause) == (kind, True, "办法 9")
    assert Words().sentence(finding).startswith("缺")
    assert missing(asking(a_submission(*papers, a_paper(kind)), {"kind": kind})) == [PHOTO]


def test_on_a_page_that_nobody_recognised_it_may_stand():
    submission = a_submission(a_letter(), a_national_page(), a_municipal_page(), a_card(), unknown_pages=1)
    assert ("document_missing", False) in missing(asking(submission, {"kind": K.APPROVAL}))


def test_one_paper_may_do_for_another():
    papers = (a_letter(), a_national_page(), a_municipal_page(), a_paper(K.APPROVAL))
    either = {"kind": K.IDENTITY_CARD, "instead": (K.APPROVAL,)}
    assert missing(a_submission(*papers)) == [("id_card_missing", True), PHOTO]
    assert missing(asking(a_submission(*papers), either)) == [PHOTO]
    assert missing(asking(a_submission(*papers[:3]), either)) == [("id_card_missing", True), PHOTO]
