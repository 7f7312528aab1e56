"""An address and a page as values: the argument and the result of every function that makes a page.

Neither knows a server or a store: the same functions make the pages that a server sends and those that are written to
files.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import pass_context
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from statereport.pages.context import Context

HTML = "text/html; charset=utf-8"
# The languages in which pages show names, with what each is called; English stands behind all.
LANGUAGES = {"en": "English", "kk": "Қазақша", "pt": "Português", "ru": "Русский"}
# The parameter that chooses one; no question has a parameter of this name.
LANGUAGE = "lang"
_QUESTION = re.compile(r"\b[a-z]+/[a-z0-9]+(?:-[a-z0-9]+)*\b")
# The ending of a file; the number of a passage (13.6, II.D) is none.
_ENDING = re.compile(r"\.[a-z]")
MENU = (
    ("/query", "Questions"),
    ("/report", "Reports"),
    ("/statistics", "Statistics"),
    ("/discrepancies", "Discrepancies"),
    ("/law", "Law"),
    ("/timeline", "Timeline"),
    ("/places", "Places"),
    ("/def", "Vocabulary"),
    ("/editor", "SPARQL"),
    ("/about", "About"),
)


@dataclass(frozen=True)
class Address:
    """Where a page stands.

    path    decoded, beginning with a slash, without the path of the site's public address
    query   the decoded parameters in their order, without that of the language
    language   the language of names, one of LANGUAGES; "" where pages are in English only, as those of a static site
    chosen     whether the address itself chooses it, so that links have to keep it
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    language: str = ""
    chosen: bool = False

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter, in their order."""
        return tuple(value for key, value in self.query if key == name)

    def value(self, name: str, otherwise: str = "") -> str:
        """The first value of a parameter, or `otherwise` where there is none."""
        return next(iter(self.values(name)), otherwise)


@dataclass(frozen=True)
class Page:
    """What stands at an address: its body, media type and HTTP status, and headers beyond content type and length.

    Links in the body begin with the path of the site's public address. Paths in headers do not; the server adds it.
    """

    body: bytes = field(repr=False)
    media_type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


def url(base: str, path: str) -> str:
    """The address for a link to a path of this site: the path below that of the site's public address.

    base   the public address without a slash at its end, such as `https://example.org` or `https://example.org/kg`
    path   begins with a slash, and may have a query and a fragment; an address elsewhere is returned as it is
    """
    return f"{urlsplit(base).path.rstrip('/')}{path}" if path.startswith("/") else path


def link(context: Context, address: Address, path: str) -> str:
    """The address for a link on a page: to other pages with the language of names, where the address chose that."""
    last = path.partition("#")[0].partition("?")[0].rpartition("/")[2]
    if address.chosen and path.startswith("/") and (last.endswith(".html") or not _ENDING.search(last)):
        before, sign, place = path.partition("#")
        path = f"{before}{'&' if '?' in before else '?'}{LANGUAGE}={address.language}{sign}{place}"
    return url(context.base, path)


def languages(address: Address) -> list[tuple[str, str, str]]:
    """Each language of names: its tag, what it is called, and this page with names in it."""
    found = []
    for tag, name in LANGUAGES.items() if address.language else ():
        query = urlencode([*address.query, (LANGUAGE, tag)])
        found.append((tag, name, f"{quote(address.path)}?{query}"))
    return found


def with_links(context: Context, text: str) -> Markup:
    """A text with each name of a saved question in it (`law/what-amends-what`) replaced by a link to that question."""
    questions = {question.name: question for question in context.questions}

    def link(match: re.Match[str]) -> str:
        question = questions.get(match[0])
        path = url(context.base, f"/query/{match[0]}.html")
        return str(Markup('“<a href="{}">{}</a>”').format(path, question.summary)) if question else match[0]

    return Markup(_QUESTION.sub(link, str(escape(text))))


# The filters of templates beside Jinja's own, as in `{{ path | url }}`.
FILTERS = {
    "url": pass_context(lambda variables, path: link(variables["context"], variables["address"], path)),
    "here": pass_context(lambda variables, path: url(variables["context"].base, path)),
    "sentence": lambda text: text[:1].upper() + text[1:],
    "query_string": urlencode,
    "with_links": pass_context(lambda variables, text: with_links(variables["context"], text)),
}


def render(
    context: Context,
    address: Address,
    template: str,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    **values: Any,
) -> Page:
    """The page that a template makes of these values, and of the context, the address and the menu."""
    body = context.templates.get_template(template).render(
        context=context, address=address, menu=MENU, languages=languages(address), **values
    )
    return Page(body.encode("utf-8", "replace"), HTML, status, (("Vary", "Accept, Accept-Language"), *headers))


def json_script(value: Any) -> Markup:
    """JSON for the inside of a script element, safe whatever characters it has."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))
