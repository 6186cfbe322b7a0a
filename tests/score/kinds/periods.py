"""What may be wrong with the pages of both systems and with the time at which an entry is filed?"""

from datetime import date, timedelta

from PIL import Image

from mailbot.demo import statements
from mailbot.demo.screens import national as plain_national
from mailbot.demo.sheet import Sheet, jpeg
from mailbot.office.calendars import load_calendar
from tests.score import screen_looks, variety
from tests.score.kinds.draft import Draft, Flaw, Kinds
from tests.score.paper_variety import late_papers

_SCREENS = ("municipal", "national")


def _twice(kept: str, code: str) -> Flaw:
    """One system twice, the other not at all."""

    def flaw(draft: Draft) -> None:
        gone = next(kind for kind in _SCREENS if kind != kept)
        draft.drop(gone)
        draft.screen(kept)
        draft.parcel.papers[f"{kept} again"] = _other_shot(draft, kept)
        draft.expect(code)

    return flaw


def _other_shot(draft: Draft, kind: str) -> tuple[str, bytes]:
    name, first = draft.parcel.papers[kind]
    draft.screen(kind)
    second = draft.parcel.papers[kind][1]
    draft.parcel.papers[kind] = (name, first)
    return ("系统截图2.jpg" if second[:2] == b"\xff\xd8" else "系统截图2.pdf", second)


def _status(kind: str, *words: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        draft.screen(kind, status=draft.random.choice(words))
        draft.expect("screenshot_not_submitted")

    return flaw


def _no_status(draft: Draft) -> None:
    """No status word at all is a note."""
    picture = plain_national(draft.facts, status="")
    draft.parcel.papers["national"] = ("全国系统截图.jpg", jpeg(picture))
    draft.still_right("screenshot_not_submitted")


def _another_system(draft: Draft) -> None:
    """A page of some other system instead of the national one: of no known kind, so a person looks."""
    sheet = Sheet(360.0, 215.0)
    sheet.panel(0, 0, 360, 16, (33, 110, 180))
    sheet.text(8, 4, "重庆市住房和城乡建设委员会建筑工人实名制平台", 6, (255, 255, 255))
    for number, line in enumerate((f"姓名：{draft.facts.engineer.name}", "工种：管理人员", "状态：在场")):
        sheet.text(20, 40 + 12 * number, line, 4.2)
    draft.parcel.papers["national"] = ("全国系统截图.jpg", jpeg(sheet.picture(96)))
    draft.expect("screenshot_national_missing", doubt=True, may=("document_illegible",))


def _begun(draft: Draft, late_by: int, **changed: object) -> None:
    """新增, submitted so many workdays after the last day in time; 0 is that day itself."""
    calendar = load_calendar()
    filed = day = _workday_before(draft.facts.received_on + timedelta(days=1))
    while (calendar.add_workdays(day, 20).day or day) > filed:
        day = _workday_before(day)
    for _ in range(late_by):
        day = _workday_before(day)
    draft.changed(**({"started_on": day, "submitted_on": filed} | changed))


def _workday_before(day: date) -> date:
    calendar = load_calendar()
    return next(one for n in range(1, 30) if calendar.is_workday(one := day - timedelta(days=n)))


def _on_the_last_day(draft: Draft) -> None:
    _begun(draft, 0)


def _one_day_late(draft: Draft) -> None:
    _begun(draft, 1)
    draft.expect("late_unexplained")


def _submitted_in_time(draft: Draft) -> None:
    """I35: the page shows a submission in time, the mail came days later."""
    _begun(draft, 3)
    draft.changed(submitted_on=draft.facts.received_on - timedelta(days=20))


def _no_submission_shown(draft: Draft) -> None:
    _begun(draft, 8, submitted_on=None)
    draft.expect("late_unexplained", doubt=True)


def _late_end(draft: Draft) -> None:
    ended = draft.facts.received_on - timedelta(days=70)
    draft.changed(ended_on=ended, submitted_on=draft.facts.received_on)


def _late_close(draft: Draft) -> None:
    _late_end(draft)
    draft.expect("late_unexplained")


def _late_close_explained(draft: Draft) -> None:
    _late_end(draft)
    late_papers(draft.parcel)


def _explained_without_promise(draft: Draft) -> None:
    """书面情况说明 alone; 四.(三) asks for the 承诺书 as well."""
    _late_end(draft) if draft.facts.action == "close" else _begun(draft, 20)
    sheet = statements.explanation(draft.facts, draft.parcel.registry, undertaking=False)
    draft.put("explanation", "情况说明", [sheet], draft.random.choice(("digital", "scan", "photo")))
    draft.expect("late_unexplained")


def _firm_without_explanation(draft: Draft) -> None:
    draft.drop("explanation")
    draft.expect("late_unexplained", doubt=True)


def _before_the_rule(draft: Draft) -> None:
    """进场 before 2024-07-01 (I29)."""
    draft.changed(started_on=date(2024, 5, 6))


def _updated_long_after(draft: Draft) -> None:
    """更新 is never late (I15)."""
    draft.changed(started_on=draft.facts.received_on - timedelta(days=420))


def _start_to_come(draft: Draft) -> None:
    draft.changed(started_on=draft.facts.received_on + timedelta(days=15))
    draft.expect("start_date_in_future", doubt=True)


def _closed_too_soon(draft: Draft) -> None:
    draft.drop("explanation")
    draft.changed(ended_on=draft.facts.received_on - timedelta(days=9))
    draft.expect("close_premature", doubt=True)


def _handed_over(days: int) -> Flaw:
    def flaw(draft: Draft) -> None:
        draft.screen("municipal", completed_on=draft.facts.received_on - timedelta(days=days))
        if days > 64:
            draft.expect("late_closed", doubt=True)

    return flaw


def _with_consent(draft: Draft) -> None:
    """L03: the authority has consented."""
    draft.screen("municipal", completed_on=draft.facts.received_on - timedelta(days=110))
    sheet, facts = Sheet(), draft.facts
    sheet.centred(105, 26, "关于同意办理监理业绩登记的函", 6.5, bold=True)
    body = (
        f"　　你单位《关于{facts.engineer.name}补办业绩登记的情况说明》收悉。{facts.project.name}"
        f"{facts.project.section}已交工验收超过60日，经研究，同意其办理业绩登记。"
    )
    sheet.text(25, 42, f"{facts.firm.name}：", 4.6)
    top = sheet.wrapped(25, 54, 160, body, 4.6, leading=1.8)
    sheet.text(120, top + 16, "重庆市渝北区交通运输委员会", 4.6)
    sheet.text(130, top + 26, f"{facts.received_on - timedelta(days=5)}", 4.6)
    draft.put("approval", "交通委同意函", [sheet], draft.random.choice(("digital", "scan")))
    draft.parcel.verdicts = ("complete", "referred")


def _long_screen(draft: Draft) -> None:
    """The page scrolled in two pictures, one below the other."""
    picture = screen_looks.municipal(draft.facts, draft.parcel.registry)
    half = round(picture.height * 0.62)
    for number, box in enumerate(((0, 0, picture.width, half), (0, half - 60, picture.width, picture.height)), 1):
        part: Image.Image = variety.travelled(picture.crop(box), "plain", draft.random)
        draft.parcel.papers["municipal" if number == 1 else "municipal rest"] = (f"重庆系统{number}.jpg", jpeg(part))
    draft.parcel.verdicts = ("complete", "referred")


PERIOD: Kinds = {
    "municipal page twice": ("AUC", _twice("municipal", "screenshot_national_missing")),
    "national page twice": ("AUC", _twice("national", "screenshot_municipal_missing")),
    "page of another system": ("AU", _another_system),
    "national draft": ("AC", _status("national", "草稿", "暂存", "待提交", "未提交")),
    "national returned": ("AU", _status("national", "已退回", "退回修改", "审核不通过", "驳回")),
    "municipal not published": ("UF", _status("municipal", "未发布", "待发布", "草稿", "已撤销发布")),
    "national page without a status": ("AC", _no_status),
    "municipal page in two pictures": ("AF", _long_screen),
    "last day in time": ("A", _on_the_last_day),
    "one workday late": ("AA", _one_day_late),
    "submitted in time, mailed later": ("A", _submitted_in_time),
    "late, no submission shown": ("A", _no_submission_shown),
    "late close": ("C", _late_close),
    "late close explained": ("C", _late_close_explained),
    "explained without promise": ("AC", _explained_without_promise),
    "enterprise explains nothing": ("F", _firm_without_explanation),
    "began before the rule": ("A", _before_the_rule),
    "updated long after": ("U", _updated_long_after),
    "start in the future": ("A", _start_to_come),
    "enterprise closes too soon": ("F", _closed_too_soon),
    "handed over lately": ("AU", _handed_over(40)),
    "handed over long ago": ("AUC", _handed_over(110)),
    "handed over long ago, with consent": ("A", _with_consent),
}
