"""Why an inferred statement holds, unfolded in its page, where the server has a page of its own for each reason."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from statereport.errors import NotInferred
from statereport.pages import cells
from statereport.pages.page import url

if TYPE_CHECKING:
    from statereport.pages.context import Context

_LINK = re.compile(r'<a class="why" href="([^"]*)" aria-label="([^"]*)">why</a>')


def unfolded(context: Context, page: str) -> str:
    """A page whose links to reasons are the reasons: the rule or axiom, and the statements it was applied to."""

    def reason(match: re.Match[str]) -> str:
        given = dict(parse_qsl(urlsplit(html.unescape(match[1])).query))
        statement = f"<{given.get('subject')}> <{given.get('predicate')}> {given.get('object')}"
        try:
            explained = context.explanations.explain(statement)
        except NotInferred:
            return match[0]
        rule = context.rules.get(explained.rule.removeprefix("rule "))
        says = f"{explained.rule[:1].upper()}{explained.rule[1:]}{f': {rule.summary}' if rule else ''}"
        premises = "".join(
            f"<li>{' '.join(_linked(context, part) for part in premise)} {_tag(premise in explained.inferred)}</li>"
            for premise in explained.premises
        )
        return (
            f'<details class="why"><summary aria-label="{match[2]}">why</summary><p>{html.escape(says)}</p>'
            f"<ol>{premises}</ol></details>"
        )

    return _LINK.sub(reason, page)


def _linked(context: Context, term: object) -> str:
    thing = cells.term(term, context.names)
    language = f' lang="{html.escape(thing.language)}"' if thing.language not in ("", "en") else ""
    text = html.escape(thing.text)
    if not thing.path:
        return f"<span{language}>{text}</span>"
    title = f' title="{html.escape(thing.title)}"' if thing.title else ""
    return f'<a href="{html.escape(url(context.base, thing.path))}"{language}{title}>{text}</a>'


def _tag(is_inferred: bool) -> str:
    name = "inferred" if is_inferred else "asserted"
    return f'<span class="tag {name}">{name}</span>'
