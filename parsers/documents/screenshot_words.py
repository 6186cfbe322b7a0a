"""Which words do the pages of the two systems print beside a value, and which tell where an entry stands?

附件4-2 shows one state of one version of either system, so words are matched, never places (I26).
"""

import re
from enum import StrEnum
from typing import Final

from parsers.documents.document import DocumentKind
from parsers.names import squeeze


class Status(StrEnum):
    """Where the entry stands in its system (D15)."""

    DONE = "done"  #: 已提交上报, 已发布
    CONTRARY = "contrary"  #: 未上报, 草稿, 待提交, 未发布, 退回 …


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: Field → the labels under which it stands. `None` collects labels whose values are of no use but end another's.
LABELS: Final[dict[str | None, tuple[str, ...]]] = {
    "person": ("姓名", "人员姓名", "监理工程师姓名", "监理人员姓名", "申请人姓名", "申请人"),
    "citizen_id": ("身份证号", "身份证号码", "公民身份号码", "证件号码", "证件号"),
    "firm": _words(
        "企业名称 监理企业名称 监理企业 监理单位 监理单位名称 所属企业 所在企业 单位名称 所在单位 从业单位 "
        "登记企业 注册企业 聘用单位 聘用企业"
    ),
    "project": ("项目名称", "工程名称", "工程项目名称", "所属项目", "项目工程名称"),
    "section": _words(
        "标段名称 标段 标段号 标段编号 合同段 合同段名称 合同段号 合同段编号 监理标段 监理合同段 监理标段名称 "
        "监理合同段名称 所属标段 标段名"
    ),
    "post": _words("监理岗位 岗位 岗位名称 任职岗位 担任岗位 担任职务 职务 岗位职务 现任岗位 项目职务"),
    "started_on": _words(
        "在岗起始日期 在岗起始时间 在岗开始日期 在岗开始时间 任职开始时间 任职开始日期 任职起始时间 "
        "任职起始日期 进场时间 进场日期 到岗时间 到岗日期 起始日期 起始时间 开始日期 开始时间"
    ),
    "ended_on": _words(
        "在岗截止日期 在岗截止时间 在岗结束日期 在岗结束时间 任职结束时间 任职结束日期 任职截止时间 "
        "任职截止日期 退场时间 退场日期 离岗时间 离岗日期 截止日期 截止时间 结束日期 结束时间"
    ),
    "period": _words("任职时间 在岗时间 任职起止时间 任职期限 在岗起止时间 起止时间 起止日期 履约时间"),
    "left_on": ("离职时间", "离职日期"),
    "submitted_on": _words("上报时间 上报日期 提交时间 提交日期 提交上报时间 上报提交时间 申请时间 申请日期"),
    "completed_on": _words(
        "交工时间 交工日期 交工验收时间 交工验收日期 交(竣)工时间 交(竣)工日期 实际交工时间 实际交工日期 "
        "合同段交工验收日期 交竣工时间 交竣工日期"
    ),
    "commenced_on": ("开工时间", "开工日期", "实际开工时间", "实际开工日期"),
    "state": ("类型", "项目状态", "工程状态", "建设状态", "合同段状态", "项目类型"),
    "registration": ("登记类型", "业绩登记类型", "申请类型", "业务类型", "操作类型", "登记事项"),
    "status": _words("状态 上报状态 提交状态 发布状态 数据状态 审核状态 当前状态 信息状态 填报状态 办理状态"),
    "user": ("当前用户", "登录用户", "欢迎您", "用户名", "用户", "您好", "欢迎"),
    None: _words(
        "项目行业 备注 技术等级 公路等级 合同名称 合同编号 合同价 合同价(万元) 合同金额 合同金额(万元) "
        "合同额(万元) 项目所在省 项目所在省份 项目所在地 所在省 所在省份 所在地区 项目建设管理单位 建设单位 "
        "项目建设单位 项目法人 施工单位 业主单位 设计单位 性别 联系电话 手机号码 手机号 联系方式 证书编号 "
        "注册证书编号 注册编号 专业 监理专业 职称 技术职称 学历 附件 操作 序号 编号 发布时间 发布日期 填报时间 "
        "填报日期 更新时间 创建时间 审核时间 审核人 审核意见 复核意见 计划交工时间 计划交工日期 预计交工时间 "
        "预计交工日期 竣工时间 竣工日期 竣工验收时间 计划开工日期 计划开工时间 计划竣工日期 合同工期 "
        "统一社会信用代码 项目代码 项目编号 项目类别 工程类别 建设性质 主要工作内容 工作内容 证明材料 是否在岗 "
        "在岗状态 任职状态 出生日期 年龄 证件类型"
    ),
}
FIELD_OF: Final[dict[str, str | None]] = {word: field for field, words in LABELS.items() for word in words}

_DONE: Final = {
    DocumentKind.NATIONAL_SCREENSHOT: _words(
        "已提交上报 提交上报 已上报 上报成功 已提交 提交成功 已提交审核 待复核 待企业复核 复核中 企业复核中 "
        "已复核 企业已复核 待审核 待审批 审核中 已审核 审核通过 已通过 已受理 已报送"
    ),
    DocumentKind.MUNICIPAL_SCREENSHOT: ("已发布", "发布成功", "已公开", "已公布", "已公示", "发布中"),
}
_DRAFT: Final = _words(
    "草稿 暂存 已暂存 未保存 编辑中 填报中 未提交 待提交 未上报 待上报 未提交上报 待提交上报 退回 已退回 被退回 "
    "审核退回 复核退回 退回修改 退回待修改 待修改 驳回 已驳回 审核不通过 不通过 未通过 复核不通过 审核未通过 "
    "已撤回 撤回 已撤销 已作废 提交失败 上报失败"
)
_CONTRARY: Final = {
    DocumentKind.NATIONAL_SCREENSHOT: _DRAFT,
    DocumentKind.MUNICIPAL_SCREENSHOT: (
        *_DRAFT,
        *_words(
            "未发布 待发布 未公开 取消发布 已取消发布 撤销发布 发布失败 已下架 待审核 审核中 未审核 已保存 未公示 "
            "停止发布"
        ),
    ),
}
#: Words that are buttons or menu entries as well: only beside a 状态 label do they say where the entry stands.
_BUTTONS: Final = frozenset(
    _words(
        "提交上报 退回 撤回 驳回 暂存 草稿 取消发布 撤销发布 停止发布 待审核 审核中 待复核 待提交 待上报 待审批 "
        "已审核 已受理 已复核 不通过 已通过 发布中"
    )
)
#: Made like the words above, in whatever system's wording: 已撤销发布, 尚未报送. Without 已 they may be buttons.
_NOT_DONE: Final = re.compile(
    "(?:已(?:撤销|撤回|撤下|取消|停止|暂停|拒绝)|尚?未|没有|待|不予)(?:提交|上报|发布|公开|公布|公示|报送){1,2}"
)
#: How words that tell a state are made; 正常 of a person and 全部 of a filter are none.
_SOME_STATE: Final = re.compile("(?:已|尚?未|待|等待|等候|正在|不).{1,7}|.{1,6}(?:中|失败|完成|成功)")
_TAKEN_FOR: Final = str.maketrans("己巳末", "已已未")
#: Inside a sentence ("您的业绩信息已提交上报") only these say it; a contrary word says it anywhere.
_PLAIN: Final = re.compile("已(?:提交)?上报|已提交|已发布")
_PLAINLY_NOT: Final = re.compile("(?:尚?未|没有|待)(?:提交|上报|发布)|已?(?:退回|驳回)|草稿")
_EDGES: Final = re.compile(r"^[\W_]+|[\W_]+$")
_PARTS: Final = re.compile(r"[()\[\]【】,，;；/、。:：]")


def status_of(text: str, kind: DocumentKind, *, labelled: bool) -> Status | None:
    """What one cell or badge says, if it is a status word of that system and nothing else.

    `labelled`: it stands beside a 状态 label and may say more ("已上报(待企业复核)"). A bare button says nothing.
    """
    parts = _PARTS.split(squeeze(text)) if labelled else [text]
    words = {_EDGES.sub("", squeeze(part)).translate(_TAKEN_FOR) for part in parts}
    if not labelled and words & _BUTTONS:
        return None
    if words & set(_CONTRARY[kind]) or any(_NOT_DONE.fullmatch(word) for word in words):
        return Status.CONTRARY
    return Status.DONE if words & set(_DONE[kind]) else None


def is_some_status(text: str) -> bool:
    """Is what stands beside a 状态 label made like a state of the entry, whatever it says?"""
    return bool(_SOME_STATE.fullmatch(_EDGES.sub("", squeeze(text))))


def status_in_sentence(text: str) -> tuple[Status, str] | None:
    """What a line of running text says of the entry, and in which words; weaker than a badge, as help texts use the
    same words."""
    if found := _PLAINLY_NOT.search(text):
        return Status.CONTRARY, found[0]
    return (Status.DONE, found[0]) if (found := _PLAIN.search(text)) else None


_ACTIONS: Final = (("新增", "add"), ("更新", "update"), ("变更", "update"), ("截止", "close"), ("注销", "close"))


def action_of(text: str) -> str | None:
    """新增, 更新 or 截止 as the glossary's word; None when the text names none or several (I09: 注销 is 截止)."""
    named = {action for word, action in _ACTIONS if word in squeeze(text)}
    return named.pop() if len(named) == 1 else None
