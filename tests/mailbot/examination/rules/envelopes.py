"""What the rules of the envelope say of a mail."""

from mailbot.examination.examine import judge
from mailbot.examination.rules import correspondents, envelope, standing

RULES = (*envelope.RULES, *correspondents.RULES, *standing.RULES)
TRACK_BOX, INFORMATION_BOX = "cqjtzjzd@vip.163.com", "cqjtgjzx@vip.163.com"
FIRM = "重庆王五监理咨询有限公司"


def said(submission, known):
    """code → severity of everything that the envelope's rules find."""
    found = [finding for rule in RULES for finding in rule(submission, known)]
    return {finding.code: judge(finding, submission).severity for finding in found}
