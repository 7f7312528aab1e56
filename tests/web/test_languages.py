"""Names are in the language that the address or the client's header chooses, and English stands behind it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from reading import Page

from statereport.web.answers import router
from statereport.web.wire.http import Request

COURT = "/id/body/kaz-supreme-court.html"
RUSSIAN = "Верховный Суд Республики Казахстан"


def asked(path: str, query: tuple = (), language: str = "") -> Request:
    headers = (("accept", "text/html"), *((("accept-language", language),) if language else ()))
    return Request("GET", path, query, headers)


def page(read, request: Request):
    response = router.answer(read.site, request)
    assert response.status == 200
    assert "Accept-Language" in dict(response.headers)["Vary"]
    return Page(response.body.decode()).root


@pytest.mark.parametrize(
    "request_",
    [asked(COURT, (("lang", "ru"),)), asked(COURT, (), "ru"), asked(COURT, (("lang", "ru"),), "kk")],
    ids=["address", "header", "both"],
)
def test_a_name_is_in_the_language_that_is_chosen(read, request_):
    found = page(read, request_)
    assert found.one("h1").text == RUSSIAN and found.one("h1")["lang"] == "ru"
    assert "Supreme Court of the Republic of Kazakhstan" in found.one("dl", class_="names").text
    assert found.one("html")["lang"] == "en" and found.one("p", class_="what").text == "This is a court (body)."


def test_only_an_address_that_chose_a_language_hands_it_on(read):
    kept = [e["href"] for e in page(read, asked(COURT, (("lang", "kk"),))).all("a")]
    assert "/def/Body.html?lang=kk" in kept and "/id/body/kaz-supreme-court.ttl" in kept
    assert not [
        link
        for link in (e["href"] for e in page(read, asked(COURT, (), "kk")).one("main").all("a"))
        if "lang=" in urlsplit(link).query
    ]


def test_where_there_is_no_name_in_a_language_it_is_in_english(read):
    assert page(read, asked("/id/ethnic-group/roma.html", (("lang", "pt"),))).one("h1").text == "Roma"
    assert page(read, asked(COURT, (("lang", "zz"),))).one("h1").text.startswith("Supreme Court")


def test_tables_of_answers_have_names_in_the_language(read):
    found = page(read, asked("/query/law/laws-cited-most.html", (("lang", "ru"),)))
    assert "Конституция Республики Казахстан" in found.one("table", id="table").text


def test_pages_are_kept_by_their_language_and_other_answers_are_not(read):
    site = read.site
    assert router.form(site, asked(COURT, (), "ru")) != router.form(site, asked(COURT, (), "kk"))
    assert router.form(site, asked(COURT, (), "de")) == router.form(site, asked(COURT))
    table = "/query/law/laws-cited-most.csv"
    assert router.form(site, asked(table, (), "ru")) == router.form(site, asked(table))
    assert router.canonical(site, asked(COURT, (("lang", "ru"), ("x", "1")))).query == (("lang", "ru"),)
    assert router.canonical(site, asked(COURT, (("lang", "zz"),))).query == ()
