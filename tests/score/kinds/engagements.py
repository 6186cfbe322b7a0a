"""What may two papers of one application say differently of firm, engineer, project, post and days?"""

from dataclasses import replace
from datetime import timedelta

from mailbot.demo.case import POSTS
from mailbot.demo.people import Firm, Project
from tests.score.kinds.draft import OF_FIRM, Draft, Flaw, Kinds


def _another_firm(draft: Draft) -> Firm:
    return draft.parcel.registry.firm()


def _firm_on(kind: str) -> Flaw:
    """One paper names another firm; a letter keeps the registered code."""

    def flaw(draft: Draft) -> None:
        other = replace(draft.facts.firm, name=_another_firm(draft).name)
        with draft.pretending(firm=other):
            draft.draw(kind)
        draft.expect("firm_disagrees", may=OF_FIRM)

    return flaw


def _near_firm(draft: Draft) -> None:
    """有限公司 and 有限责任公司 are two registered names (domain 4.3 C)."""
    name = draft.facts.firm.name
    other = name.replace("有限责任", "有限") if "有限责任" in name else name.replace("有限", "有限责任")
    draft.blanks(firm=other)
    draft.expect("firm_disagrees")


def _short_firm(draft: Draft) -> None:
    """An abbreviation is for a person to compare."""
    name = draft.facts.firm.name
    draft.blanks(firm=name.replace("有限责任公司", "公司").replace("有限公司", "公司"))
    draft.expect("firm_disagrees", doubt=True)


def _code_of_another(draft: Draft) -> None:
    draft.blanks(credit_identifier=_another_firm(draft).credit_identifier)
    draft.expect("credit_identifier_disagrees")


def _letter_of_another_firm(draft: Draft) -> None:
    """Name, code, representative and seal are another firm's."""
    with draft.pretending(firm=_another_firm(draft)):
        draft.letter()
    draft.expect(
        "firm_disagrees",
        may=(
            "credit_identifier_disagrees",
            "legal_representative_disagrees",
            "insurance_wrong_person",
            *OF_FIRM,
        ),
    )


def _engineer_on_letter(draft: Draft) -> None:
    with draft.pretending(engineer=draft.another_person()):
        draft.letter()
    draft.expect("engineer_disagrees", may=("citizen_id_disagrees",))


def _engineer_on(kind: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        with draft.pretending(engineer=draft.another_person()):
            draft.screen(kind)
        draft.expect("engineer_disagrees", may=("post_disagrees", "dates_disagree"))

    return flaw


def _engineer_in_subject(draft: Draft) -> None:
    draft.parcel.subject = draft.parcel.subject.replace(draft.facts.engineer.name, draft.another_person().name)
    draft.expect("engineer_disagrees")


def _one_sign_of_the_name(draft: Draft) -> None:
    """The subject writes the name with another sign that sounds alike."""
    name = draft.facts.engineer.name
    last = "辉" if name[-1] != "辉" else "晖"
    draft.parcel.subject = draft.parcel.subject.replace(name, name[:-1] + last)
    draft.expect("engineer_disagrees")


def _project_on(kind: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        project = replace(draft.facts.project, name=draft.another_project().name)
        with draft.pretending(project=project):
            draft.draw(kind)
        draft.expect("project_disagrees", may=("section_disagrees",))

    return flaw


def _section_on(kind: str) -> Flaw:
    """JL2 against JL5: one sign, but not one that engines confuse."""

    def flaw(draft: Draft) -> None:
        own, other = draft.random.choice((("JL2", "JL5"), ("第一监理合同段", "第四监理合同段"), ("TJ-JL04", "TJ-JL07")))
        draft.changed(project=Project(draft.facts.project.name, own))
        with draft.pretending(project=Project(draft.facts.project.name, other)):
            draft.draw(kind)
        draft.expect("section_disagrees", may=("project_disagrees",))

    return flaw


def _post_on(kind: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        other = next(post for post in POSTS[::-1] if post[:2] != draft.facts.post[:2])
        with draft.pretending(post=other):
            draft.draw(kind)
        draft.expect("post_disagrees")

    return flaw


def _short_posts(draft: Draft) -> None:
    """总监 is 总监理工程师 (contract 3)."""
    draft.changed(post="总监理工程师")
    draft.blanks(post="总监")


def _other_action(draft: Draft) -> None:
    """The subject says 新增, the letter 更新 (D35)."""
    other = {"add": "更新", "update": "新增"}[draft.facts.action or ""]
    draft.blanks(action=other)
    draft.expect("action_disagrees")


def _start_on_national(draft: Draft) -> None:
    day = draft.facts.started_on - timedelta(days=draft.random.choice((1, 3, 10)))
    with draft.pretending(started_on=day):
        draft.screen("national")
    draft.expect("dates_disagree", may=("late_unexplained",))


def _end_on(kind: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        ended = draft.facts.ended_on or draft.facts.received_on
        with draft.pretending(ended_on=ended - timedelta(days=draft.random.choice((2, 5)))):
            draft.screen(kind)
        draft.expect("dates_disagree", may=("late_unexplained",))

    return flaw


def _still_there(draft: Draft) -> None:
    """The municipal list says 至今, the entry asks for the end (D04)."""
    with draft.pretending(ended_on=None):
        draft.screen("municipal")
    draft.expect("dates_disagree")


def _no_end_shown(draft: Draft) -> None:
    with draft.pretending(ended_on=None):
        draft.screen("national")
    draft.expect("end_date_not_shown", doubt=True, may=("dates_disagree",))


def _end_to_come(draft: Draft) -> None:
    """E21: 截止 as of a day that has not come."""
    draft.changed(ended_on=draft.facts.received_on + timedelta(days=20))
    draft.expect("end_date_in_future")


def _planned_end(draft: Draft) -> None:
    """A planned end on the municipal page is never a finding (D40)."""
    with draft.pretending(ended_on=draft.facts.received_on + timedelta(days=400)):
        draft.screen("municipal")


def _second_firm(draft: Draft) -> None:
    """An old letter filled in anew: the engineer's own sentence still names another employer."""
    draft.letter(changed={"{firm}的员工": f"{_another_firm(draft).name}的员工"})
    draft.expect("firm_disagrees")


def _second_engineer(draft: Draft) -> None:
    draft.letter(changed={"本人{engineer}是": f"本人{draft.another_person().name}是"})
    draft.expect("engineer_disagrees")


ENGAGEMENT: Kinds = {
    "another firm on the letter": ("AF", _firm_on("letter")),
    "another firm on the national page": ("AC", _firm_on("national")),
    "another firm on the municipal page": ("UF", _firm_on("municipal")),
    "near firm on the letter": ("IA", _near_firm),
    "short firm on the letter": ("IU", _short_firm),
    "another firm's code": ("IAF", _code_of_another),
    "letter of another firm": ("IU", _letter_of_another_firm),
    "another employer in the engineer's sentence": ("AU", _second_firm),
    "another name in the engineer's sentence": ("AU", _second_engineer),
    "another engineer on the letter": ("AUF", _engineer_on_letter),
    "another engineer on the national page": ("AUC", _engineer_on("national")),
    "engineer not in the municipal list": ("AF", _engineer_on("municipal")),
    "another engineer in the subject": ("UCF", _engineer_in_subject),
    "one sign of the name in the subject": ("AC", _one_sign_of_the_name),
    "another project on the letter": ("AF", _project_on("letter")),
    "another project on the national page": ("UC", _project_on("national")),
    "another project on the municipal page": ("F", _project_on("municipal")),
    "another section on the letter": ("AUF", _section_on("letter")),
    "another section on the national page": ("AC", _section_on("national")),
    "another section on the municipal page": ("UF", _section_on("municipal")),
    "another post on the letter": ("AUF", _post_on("letter")),
    "another post on the national page": ("AC", _post_on("national")),
    "another post on the municipal page": ("CF", _post_on("municipal")),
    "post in short": ("AU", _short_posts),
    "another action on the letter": ("AU", _other_action),
    "another start on the national page": ("AU", _start_on_national),
    "another end on the national page": ("C", _end_on("national")),
    "another end on the municipal page": ("C", _end_on("municipal")),
    "municipal page says 至今": ("C", _still_there),
    "national page shows no end": ("C", _no_end_shown),
    "end in the future": ("C", _end_to_come),
    "planned end on the municipal page": ("AU", _planned_end),
}
