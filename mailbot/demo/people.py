"""Who applies? Firms and people who do not exist, with numbers whose check digits are right."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from parsers.identifiers import citizen_check_digit, credit_check_digit, organisation_check_digit

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗方俞任袁柳"
_GIVEN = "建国明华志强丽敏静伟芳娜秀英涛磊军洋勇艳杰娟超霞平刚桂兰鹏飞宇航欣然子轩雨泽晨曦佳琪思远博文"
_MINORITY = ("阿依古丽·买买提", "吉克·阿木")
_BRANDS = ["渝通", "巴山", "江源", "嘉陵", "立信", "众合", "天路", "云岭", "安泰", "华筑", "鼎信", "川渝"]
_KINDS = ["工程监理", "交通工程监理", "公路工程咨询", "建设监理咨询", "路桥监理"]
_ENDINGS = ("有限公司", "有限责任公司", "（集团）有限公司")
_PLACES = ["渝湘", "沿江", "合璧", "城开", "巫镇", "开云", "武道", "梁开", "奉建", "彭酉"]
_DISTRICTS = (500101, 500103, 500107, 500108, 500113, 500151, 500156)
_MAIL_HOSTS = ("example.invalid", "firm.invalid", "office.invalid")


@dataclass(frozen=True)
class Person:
    name: str
    citizen_id: str
    mobile: str
    address: str  #: e-mail


@dataclass(frozen=True)
class Firm:
    name: str
    credit_identifier: str
    contact_address: str
    legal_representative: Person
    handler: Person


@dataclass(frozen=True)
class Project:
    name: str
    section: str


class Registry:
    """Makes people up; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  # invented people need no secret randomness
        self._firms: set[str] = set()

    def person(self) -> Person:
        rng = self.random
        name = rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))
        if rng.random() < 0.04:
            name = rng.choice(_MINORITY)
        born = date(1965, 1, 1) + timedelta(days=rng.randrange(12_000))
        body = f"{rng.choice(_DISTRICTS)}{born:%Y%m%d}{rng.randrange(1000):03d}"
        mobile = f"1{rng.choice('35789')}{rng.randrange(10**9):09d}"
        return Person(name, body + citizen_check_digit(body), mobile, f"p{rng.randrange(10**8)}@person.invalid")

    def firm(self) -> Firm:
        rng = self.random
        while (
            name := f"重庆{rng.choice(('', '市'))}{rng.choice(_BRANDS)}{rng.choice(_KINDS)}{rng.choice(_ENDINGS)}"
        ) in self._firms:
            pass
        self._firms.add(name)
        organisation = "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(8))
        body = f"91{rng.choice(_DISTRICTS)}{organisation}{organisation_check_digit(organisation)}"
        return Firm(
            name,
            body + credit_check_digit(body),
            f"firm{rng.randrange(10**6)}@{rng.choice(_MAIL_HOSTS)}",
            self.person(),
            self.person(),
        )

    def project(self) -> Project:
        rng = self.random
        road = rng.choice(("高速公路", "高速公路扩能工程", "快速通道", "公路改建工程"))
        section = rng.choice(
            (
                f"JL{rng.randint(1, 6)}",
                f"第{rng.choice('一二三四五')}监理合同段",
                "总监办",
                f"监理{rng.randint(1, 4)}标",
            )
        )
        return Project(f"{rng.choice(_PLACES)}{road}", section)
