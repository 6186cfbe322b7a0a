"""Files: what cannot be opened or has a wrong format is told by name, and no paper is called missing besides."""

from dataclasses import replace

import pytest

from mailbot.examination.examine import judge
from mailbot.examination.rules import attachments
from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.verdict import Severity
from parsers.documents.document import DocumentKind
from parsers.files.kind import FileKind
from parsers.files.page import Fault
from parsers.mail.message import CloudLink

LETTER = DocumentKind.COMMITMENT_LETTER
DEFECT, DOUBT, NOTE = Severity.DEFECT, Severity.DOUBT, Severity.NOTE
LINK = CloudLink("qq", "https://example.invalid/ftn", "承诺书.zip")


def said(submission, known):
    found = [finding for rule in attachments.RULES for finding in rule(submission, known)]
    return {finding.code: judge(finding, submission).severity for finding in found}


def test_right_files_are_silent(a_submission, on_file, papers):
    assert said(papers(a_submission()), on_file()) == {}


def test_nothing_attached_is_a_defect_and_no_paper_is_called_missing_besides(a_submission, on_file):
    submission = a_submission(attachments=(), files=())
    assert said(submission, on_file()) == {"attachments_missing": DEFECT}
    assert absence(submission, LETTER) is Absence.TOLD


def test_a_small_inline_logo_is_no_attachment(a_submission, on_file, attachment):
    logo = attachment("logo.png", FileKind.PNG, size=4_000, inline=True)
    assert said(a_submission(attachments=(logo,), files=()), on_file()) == {"attachments_missing": DEFECT}


def test_pasted_pictures_count_with_a_note(a_submission, on_file, attachment, read_file):
    pasted = attachment("image001.jpg", FileKind.JPEG, size=400_000, pasted=True)
    submission = a_submission(attachments=(pasted,), files=(read_file(LETTER),))
    assert said(submission, on_file()) == {"attachment_inline": NOTE}


class TestLinks:
    def test_a_link_alone_is_a_defect(self, a_submission, on_file):
        assert said(a_submission(attachments=(), files=(), links=(LINK,)), on_file()) == {"attachment_linked": DEFECT}

    def test_a_link_that_may_hold_a_missing_paper_is_a_defect(self, a_submission, on_file, papers):
        submission = papers(a_submission(links=(LINK,)), without=(LETTER,))
        assert said(submission, on_file()) == {"attachment_linked": DEFECT}
        assert absence(submission, LETTER) is Absence.TOLD

    def test_a_link_beside_all_papers_is_a_note(self, a_submission, on_file, papers):
        assert said(papers(a_submission(links=(LINK,))), on_file()) == {"attachment_linked": NOTE}


class TestFormat:
    @pytest.mark.parametrize(
        ("kind", "severity"),
        [
            (FileKind.PNG, DEFECT),
            (FileKind.HEIC, DEFECT),
            (FileKind.WORD, DEFECT),
            (FileKind.ARCHIVE, DEFECT),
            (FileKind.OFD, DOUBT),
            (FileKind.PROGRAM, DOUBT),
        ],
    )
    def test_a_paper_that_is_not_there_otherwise(
        self, kind, severity, a_submission, on_file, papers, attachment, read_file
    ):
        odd = (read_file(position=9, fault=Fault.UNSUPPORTED), attachment("9", kind, position=9))
        submission = papers(a_submission(), without=(LETTER,), extra=(odd,))
        assert said(submission, on_file()) == {"attachment_format": severity}
        assert absence(submission, LETTER) is Absence.TOLD

    @pytest.mark.parametrize("kind", [FileKind.PNG, FileKind.WORD, FileKind.OFD, FileKind.ARCHIVE])
    def test_an_extra_file_beside_all_papers_is_a_note(
        self, kind, a_submission, on_file, papers, attachment, read_file
    ):
        odd = (read_file(position=9, fault=Fault.UNSUPPORTED), attachment("9", kind, position=9))
        assert said(papers(a_submission(), extra=(odd,)), on_file()) == {"attachment_format": NOTE}

    def test_a_paper_read_from_a_png_is_there_but_its_format_is_told(
        self, a_submission, on_file, papers, attachment, read_file
    ):
        picture = (read_file(LETTER, position=9), attachment("9.png", FileKind.PNG, position=9))
        submission = papers(a_submission(), without=(LETTER,), extra=(picture,))
        assert said(submission, on_file()) == {"attachment_format": DEFECT}
        assert absence(submission, LETTER) is Absence.PRESENT

    def test_the_lenient_policy_takes_pictures_that_could_be_read(
        self, a_submission, on_file, papers, attachment, read_file
    ):
        picture = (read_file(LETTER, position=9), attachment("9.png", FileKind.PNG, position=9))
        submission = a_submission(policies={"attachment_format": "lenient"})
        assert said(papers(submission, without=(LETTER,), extra=(picture,)), on_file()) == {"attachment_format": NOTE}

    def test_it_is_a_doubt_while_the_paper_may_stand_on_an_unknown_page(
        self, a_submission, on_file, papers, attachment, read_file
    ):
        odd = (read_file(position=9, fault=Fault.UNSUPPORTED), attachment("9", FileKind.WORD, position=9))
        unknown = (read_file(position=8, unknown=(1,)), attachment("8.pdf", position=8))
        submission = papers(a_submission(), without=(LETTER,), extra=(odd, unknown))
        assert said(submission, on_file()) == {"attachment_format": DOUBT}

    def test_while_papers_are_not_read_the_kind_alone_tells(self, a_submission, on_file, attachment):
        submission = a_submission(attachments=(attachment("a.docx", FileKind.WORD),))
        assert said(submission, on_file()) == {"attachment_format": DEFECT}


class TestUnreadable:
    @pytest.mark.parametrize(
        ("fault", "severity"),
        [
            (Fault.ENCRYPTED, DEFECT),
            (Fault.EMPTY, DEFECT),
            (Fault.BROKEN, DEFECT),
            (Fault.TIMEOUT, DOUBT),
            (Fault.CRASHED, DOUBT),
            (Fault.TOO_LARGE, DOUBT),
        ],
    )
    def test_a_file_that_may_hold_a_missing_paper(
        self, fault, severity, a_submission, on_file, papers, attachment, read_file
    ):
        broken = (read_file(position=9, fault=fault), attachment("9.pdf", position=9))
        submission = papers(a_submission(), without=(LETTER,), extra=(broken,))
        assert said(submission, on_file()) == {"attachment_unreadable": severity}
        assert absence(submission, LETTER) is Absence.TOLD

    def test_a_broken_file_beside_all_papers_is_told_as_well(
        self, a_submission, on_file, papers, attachment, read_file
    ):
        """The contract makes no difference, and nobody knows what it holds."""
        broken = (read_file(position=9, fault=Fault.BROKEN), attachment("9.pdf", position=9))
        submission = papers(a_submission(), extra=(broken,))
        assert said(submission, on_file()) == {"attachment_unreadable": DEFECT}
        assert absence(submission, DocumentKind.EXPLANATION) is Absence.UNSURE

    @pytest.mark.parametrize(("name", "severity"), [("ATT00001.txt", NOTE), ("空.pdf", DEFECT)])
    def test_what_a_mail_program_leaves_empty_costs_nobody_a_round(
        self, name, severity, a_submission, on_file, papers, attachment, read_file
    ):
        empty = (read_file(position=9, fault=Fault.EMPTY), attachment(name, FileKind.EMPTY, position=9, size=0))
        submission = papers(a_submission(), extra=(empty,))
        assert said(submission, on_file()) == {"attachment_unreadable": severity}

    def test_an_empty_file_is_known_before_it_is_read(self, a_submission, on_file, attachment):
        submission = a_submission(attachments=(attachment("a.pdf", FileKind.EMPTY, size=0),))
        assert said(submission, on_file()) == {"attachment_unreadable": DEFECT}


class TestAbsence:
    def test_every_page_known_as_something_else_makes_a_paper_missing(self, a_submission, papers):
        assert absence(papers(a_submission(), without=(LETTER,)), LETTER) is Absence.MISSING

    @pytest.mark.parametrize("pages", [{"unknown": (1,)}, {"illegible": (1,)}])
    def test_an_unread_page_leaves_it_unsure(self, pages, a_submission, papers, attachment, read_file):
        unread = (read_file(position=9, **pages), attachment("9.pdf", position=9))
        assert absence(papers(a_submission(), without=(LETTER,), extra=(unread,)), LETTER) is Absence.UNSURE

    def test_papers_of_the_cases_earlier_mail_count(self, a_submission, papers, read_file):
        submission = papers(a_submission(earlier_files=(read_file(LETTER),)), without=(LETTER,))
        assert absence(submission, LETTER) is Absence.PRESENT

    def test_a_mail_too_complex_leaves_everything_unsure(self, a_submission, on_file, papers):
        submission = papers(a_submission(too_complex=True), without=(LETTER,))
        assert absence(submission, LETTER) is Absence.UNSURE
        assert said(submission, on_file()) == {"mail_too_complex": DOUBT}

    def test_nothing_is_said_of_papers_that_nobody_read(self, a_submission):
        assert absence(replace(a_submission(), files=None), LETTER) is Absence.TOLD
