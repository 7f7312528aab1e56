"""The explanation of each problem code, and the page of a problem that a request met."""

from __future__ import annotations

from statereport import errors
from statereport.errors import Problem
from statereport.pages import search
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render


def explanation_page(context: Context, address: Address, code: str) -> Page:
    """The long explanation of a problem code. Raises UnknownCode."""
    explanation = errors.explain(code).split("\n\n", 1)[1]
    first, _, rest = explanation.partition("\n")
    return render(
        context,
        address,
        "explanation.html",
        code=code,
        first=first,
        paragraphs=[paragraph for paragraph in rest.strip().split("\n\n") if paragraph],
    )


def problem_page(
    context: Context,
    address: Address,
    problem: Problem,
    status: int,
    title: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> Page:
    """A problem as a page: what is wrong and how to fix it; where nothing is found, a search and the nearest names.

    `title` is that of the HTTP status.
    """
    missing = status == 404
    return render(
        context,
        address,
        "problem.html",
        status,
        headers,
        problem=problem,
        problem_title=title,
        words=search.words_of(address) if missing else "",
        near=search.nearest_things(context, address) if missing else (),
    )
