"""How does a letter name whom it writes to, and what it is about?"""

from typing import Final

ACTIONS: Final = {"add": "新增", "update": "更新", "close": "截止"}
_SUBMITTERS: Final = {"engineer": "（本人提交）", "firm": "（企业提交）"}


def addressee_of(submitted_by: str | None, engineer: str | None, firm: str | None) -> str:
    """An engineer by name where he applies himself; else his firm."""
    return f"{engineer}同志" if submitted_by == "engineer" and engineer else firm or "申请人"


def you_of(submitted_by: str | None, firm: str | None) -> str:
    return "你" if submitted_by == "engineer" else "你单位" if firm else "你（单位）"


def business_of(matter: str, action: str | None, submitted_by: str | None) -> str:
    """监理工程师业绩登记截止（本人提交）审核申请, by the matter's name."""
    verb = ACTIONS.get(action or "", "")
    return f"{matter}{verb}{_SUBMITTERS.get(submitted_by or '', '') if verb else ''}审核申请"
