"""HTML reads as a person would see it, and names what it offers by link only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.links import cloud_links
from parsers.mail.text import readable, rendered


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>一</p><p>二<br/>三</p>", "一\n二\n三"),
        ("a &lt;b&gt; &amp;amp; &#20108;", "a <b> &amp; 二"),
        ("1 < 2 <b>and</b> 3 > 2", "1 < 2 and 3 > 2"),
        ("<head><title>t</title><style>p{}</style></head><body>正文</body>", "正文"),
        ("<script>if (a<b) alert('<p>')</script>正文", "正文"),
        ("<!-- x <p> --><!DOCTYPE html><?xml ?>正文", "正文"),
        ("<table><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>", "甲 乙\n丙"),
        ('<img alt="x" src="http://tracker.example.invalid/">正文<style>never closed', "正文"),
        ("一\u202e二\u200b三", "一二三"),
    ],
)
def test_html_reads_as_it_is_seen(source, text):
    assert readable(rendered(source).text) == text


def test_pictures_of_the_mail_are_those_shown_by_content_id():
    page = rendered("<img src='CID:a@x'><td background=\"cid:b%20c@x\"></td>文 cid:no@x")
    assert page.content_ids == {"a@x", "b%20c@x"}


LARGE = [
    ("https://wx.mail.qq.com/ftn/download?func=3&key=k&code=c", "qq"),
    ("https://iwx.mail.qq.com/ftn/download?func=3&key=k&code=c", "qq"),
    ("http://mail.qq.com/cgi-bin/ftnExs_download?t=exs_ftn_download&k=k&code=c", "qq"),
    ("https://exmail.qq.com/cgi-bin/ftnExs_download?k=k&code=c", "exmail"),
    ("https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file=f&title=t", "netease"),
    ("https://mail.126.com/large-attachment-download/index.html?file=f", "netease"),
    ("https://mail.yeah.net/large-attachment-download/index.html?file=f", "netease"),
    ("http://fs.163.com/fs/display/?p=X-NETEASE-HUGE-ATTACHMENT&file=f", "netease"),
    ("https://dashi.163.com/html/cloud-attachment-download/?key=k", "netease"),
    ("http://u.163.com/abc", "netease"),
    ("https://any.example.cn/x?p=X-NTES-HUGE-ATTACHMENT&file=f", "netease"),
]
NETDISK = [
    ("https://pan.baidu.com/s/1abc?pwd=1234", "baidu"),
    ("https://share.weiyun.com/abc", "weiyun"),
    ("https://www.123pan.com/s/abc", "123pan"),
    ("https://www.aliyundrive.com/s/abc", "aliyundrive"),
    ("https://www.alipan.com/s/abc", "aliyundrive"),
    ("https://pan.quark.cn/s/abc", "quark"),
    ("https://x.feishu.cn/file/abc", "feishu"),
    ("https://docs.qq.com/doc/abc", "tencent_docs"),
    ("https://www.kdocs.cn/l/abc", "wps"),
    ("https://cloud.189.cn/t/abc", "189"),
]


@pytest.mark.parametrize(("url", "provider"), LARGE + NETDISK)
def test_a_link_to_a_file_is_known_by_its_house(url, provider):
    (link,) = cloud_links(f"下载：{url}，谢谢", ())
    assert (link.provider, link.url) == (provider, url)
    assert link.large_attachment is ((url, provider) in LARGE)


@pytest.mark.parametrize(
    "url",
    [
        "https://mail.163.com/",
        "https://www.qq.com/ftn/download",
        "https://jtj.cq.gov.cn/zwgk/index.html",
        "https://pan.baidu.com.evil.example/s/1",
        "https://evilpan.baidu.com.cn/s/1",
        "ftp://pan.baidu.com/s/1",
        "http://[::1/s/1",
    ],
)
def test_an_ordinary_link_is_not_named(url):
    assert cloud_links(f"见 {url} 。", ()) == ()


def test_our_own_words_about_large_attachments_are_no_link():
    assert cloud_links("本次邮件以“超大附件”链接方式发送，请以普通附件方式重新发送。", ()) == ()


def test_one_file_linked_thrice_is_named_once_with_its_size_and_expiry():
    url = "https://mail.163.com/large-attachment-download/index.html?file=f1&amp;title=a"
    page = rendered(
        f'<a href="{url}"><img></a><a href="{url}">承诺书.zip</a><span>(80.96M, 2026年8月17日 0:49 到期)</span>'
        f'<a href="{url}&amp;x=1">下载</a><a href="{url.replace("f1", "f2")}">照片.zip</a>'
    )
    first, second = cloud_links("", (page,))
    assert first.label == "承诺书.zip (80.96M, 2026年8月17日 0:49 到期)"
    assert second.label == "照片.zip"


@given(st.text(alphabet="<>/a'\"=!-&;cid:hrefp 1.\n中", max_size=200))
def test_no_html_raises(source):
    page = rendered(source)
    cloud_links(readable(page.text), (page,))
    assert all(0 <= anchor.end <= len(page.text) for anchor in page.anchors)
