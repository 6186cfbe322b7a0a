"""What does a late applicant's explanation with undertaking look like (四.(三); no form is prescribed, I28)?"""

from datetime import date

from mailbot.demo.case import Facts
from mailbot.demo.ink import seal, signature
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Sheet

_REASONS = ("因个人工作调动频繁、对登记时限要求了解不够", "因项目资料移交滞后", "因经办人员变动、工作交接不到位")


def explanation(facts: Facts, registry: Registry, *, undertaking: bool = True, day: date | None = None) -> Sheet:
    """情况说明, and the 承诺书 below it."""
    day = day or facts.received_on
    writer = facts.engineer.name if facts.submitted_by == "engineer" else facts.firm.name
    sheet = Sheet()
    sheet.centred(105, 26, "情况说明及承诺书" if undertaking else "情况说明", 6.5, bold=True)
    body = (
        f"　　{facts.engineer.name}在{facts.project.name}{facts.project.section}担任{facts.post}，"
        f"{registry.random.choice(_REASONS)}，未能在规定的20个工作日内办理业绩登记，现将有关情况予以说明。"
    )
    top = sheet.wrapped(25, 44, 160, body, 4.6, leading=1.8)
    if undertaking:
        top = sheet.wrapped(
            25,
            top + 4,
            160,
            "　　承诺：以上情况属实，今后严格按照规定的时限办理登记，如有虚假，愿承担相应责任。",
            4.6,
            leading=1.8,
        )
    sheet.text(120, top + 14, f"说明人：{writer if facts.submitted_by == 'firm' else ''}", 4.6)
    if facts.submitted_by == "engineer":
        sheet.inset(signature(writer, registry.random), 140, top + 8, 28)
    else:
        sheet.stamp(seal(facts.firm.name), 138, top, 38)
    sheet.text(140, top + 30, f"{day.year}年{day.month}月{day.day}日", 4.6)
    return sheet
