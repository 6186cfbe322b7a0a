"""The office's own tables: whose project it is, and who is suspended."""

import os
from datetime import date

import pytest

from mailbot.errors import ConfigurationError
from mailbot.office.authorities import CITY, DISTRICT, Authority, Pressing, district_names, load_projects
from mailbot.office.files import Watched
from mailbot.office.suspension import load_suspensions

D = date.fromisoformat


@pytest.fixture
def table(tmp_path):
    def write(*lines, encoding="utf-8", name="projects.csv"):
        path = tmp_path / name
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    return write


class TestDistricts:
    def test_there_are_37_and_two_zones_of_their_own(self):
        assert len(set(district_names().values())) == 37 + 2

    @pytest.mark.parametrize(
        ("said", "now"),
        [
            ("两江新区", "两江新区"),
            ("江北区", "两江新区"),
            ("渝北区", "两江新区"),
            ("原渝北区", "两江新区"),
            ("开县", "开州区"),
            ("秀山县", "秀山土家族苗族自治县"),
            ("万盛区", "万盛经开区"),
            ("万州", "万州区"),
            ("石柱", "石柱土家族自治县"),
            ("万盛", "万盛经开区"),
            ("双桥区", "大足区"),
        ],
    )
    def test_abolished_names_lead_to_the_district_of_today(self, said, now):
        assert district_names()[said] == now


class TestProjects:
    def test_city_district_and_mailbox(self, table):
        projects = load_projects(
            table(
                "管理权限,项目名称,审核邮箱",
                "市级,渝东高速公路,",
                "渝北区,古路镇道路改建工程,",
                "万州区,,WZ@example.invalid",
                "重庆市万州区交通局,长岭公路改建工程,",
                ",龙溪大桥,bridge@example.invalid",
                "区县级,某乡村公路,",
            )
        )
        assert projects.of("渝东高速公路") == Authority(CITY, None)
        assert projects.of("古路镇道路改建工程") == Authority("两江新区", None)
        assert projects.of("长岭公路改建工程") == Authority("万州区", "wz@example.invalid")
        assert projects.of("龙溪大桥") == Authority("bridge@example.invalid", "bridge@example.invalid")
        assert projects.of("某乡村公路") == Authority(DISTRICT, None)

    def test_what_it_does_not_know_it_does_not_guess(self, table):
        projects = load_projects(table("项目名称,管理权限", "渝东高速公路,市级"))
        assert projects.of("渝西高速公路") is None

    def test_the_same_project_twice_with_two_authorities_is_unknown(self, table):
        projects = load_projects(table("项目名称,管理权限", "渝东高速公路,市级", "渝东高速公路,万州区"))
        assert projects.of("渝东高速公路") is None

    def test_reads_what_excel_saves_in_china(self, table):
        path = table("项目名称,管理权限", "渝东高速公路,市级", encoding="gb18030")
        assert load_projects(path).of("渝东高速公路") == Authority(CITY, None)

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            ("渝东高速公路,火星区", "line 2: folders.projects: '火星区' is no district"),
            ("渝东高速公路,", "line 2: folders.projects: no authority"),
        ],
    )
    def test_a_wrong_row_is_told_by_its_line(self, table, row, told):
        with pytest.raises(ConfigurationError, match=told):
            load_projects(table("项目名称,管理权限", row))

    @pytest.mark.parametrize(("text", "told"), [("", "empty"), ("甲,乙\n1,2", "names no known column")])
    def test_a_table_without_its_header_is_refused(self, table, text, told):
        with pytest.raises(ConfigurationError, match=told):
            load_projects(table(text))


class TestWhatPresses:
    HEADER = "项目名称,管理权限,质量监督通知书日期,合同额（万元）,合同工期（月）,公路等级"

    @pytest.mark.parametrize(
        ("row", "presses"),
        [
            pytest.param("甲,市级,2026-09-30,,,", Pressing(D("2026-09-30")), id="G26, B07 notice of supervision"),
            pytest.param("甲,市级,,50,3,二级公路", Pressing(focus=True), id="G28 just within"),
            pytest.param("甲,市级,2026年9月30日,800,24,高速公路", Pressing(D("2026-09-30"), focus=True), id="both"),
            pytest.param("甲,市级,,49.9,3,二级公路", None, id="G28 too small"),
            pytest.param("甲,市级,,50,2,二级公路", None, id="G28 too short"),
            pytest.param("甲,市级,,50,3,三级公路", None, id="G28 too low"),
            pytest.param("甲,市级,,,,", None, id="nothing said"),
        ],
    )
    def test_a_project_comes_first_for(self, table, row, presses):
        assert load_projects(table(self.HEADER, row)).presses("甲") == presses
        assert load_projects(table(self.HEADER, row)).presses("乙") is None

    @pytest.mark.parametrize(
        ("row", "told"),
        [("甲,市级,下月,,,", "'下月' is no day; write it as"), ("甲,市级,,五十,3,二级", "are plain numbers")],
    )
    def test_what_is_no_day_or_number_is_told_by_its_line(self, table, row, told):
        with pytest.raises(ConfigurationError, match=f"line 2: folders.projects: .*{told}"):
            load_projects(table(self.HEADER, row))


class TestSuspensions:
    @pytest.fixture
    def suspended(self, table):
        return load_suspensions(
            table(
                "名称/姓名,统一社会信用代码,原因,起,止",
                "重庆渝州工程监理有限公司,,虚假承诺,2026-03-01,2026-06-30",
                "赵明远,,虚假承诺,2026年3月1日,",
                ",91500000000000000X,虚假承诺,,",
            )
        )

    @pytest.mark.parametrize(
        ("day", "is_so"), [("2026-02-28", False), ("2026-03-01", True), ("2026-06-30", True), ("2026-07-01", False)]
    )
    def test_holds_from_the_first_day_to_the_last(self, suspended, day, is_so):
        assert suspended.names(D(day), firms=["重庆渝州工程监理有限公司"]) is is_so

    def test_without_an_end_until_it_is_taken_off(self, suspended):
        assert suspended.names(D("2030-01-01"), people=["赵明远"])
        assert not suspended.names(D("2030-01-01"), people=["赵明"])

    def test_a_code_names_the_enterprise_whatever_it_is_called(self, suspended):
        assert suspended.names(D("2026-01-01"), firms=["改名后的公司"], credit_identifier="91500000000000000X")
        assert not suspended.names(D("2026-01-01"), credit_identifier="915000000000000005")

    @pytest.mark.parametrize(
        ("row", "told"),
        [(",,原因,,", "neither name nor code"), ("甲公司,,原因,去年,", "'去年' is no date")],
    )
    def test_a_wrong_row_is_told_by_its_line(self, table, row, told):
        with pytest.raises(ConfigurationError, match=f"line 2: folders.suspended: {told}"):
            load_suspensions(table("名称/姓名,统一社会信用代码,原因,起,止", row))


class TestWatched:
    @staticmethod
    def changed(path, text):
        """Written so that the file's time differs however coarse the clock is."""
        before = path.stat().st_mtime_ns
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(before + 10**9, before + 10**9))

    def test_a_changed_file_is_read_again_and_a_broken_one_changes_nothing(self, table):
        path = table("名称,起", "甲公司,2026-01-01")
        watched = Watched(path, load_suspensions)
        self.changed(path, "名称,起\n乙公司,2026-01-01\n")
        assert watched.now().names(D("2026-02-01"), firms=["乙公司"])
        self.changed(path, "名称,起\n丙公司,昨天\n")
        assert watched.now().names(D("2026-02-01"), firms=["乙公司"])

    def test_wrong_from_the_start_it_is_refused(self, table):
        with pytest.raises(ConfigurationError):
            Watched(table("名称,起", "丙公司,昨天"), load_suspensions)
