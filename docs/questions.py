"""Write queries/README.md, the list of saved questions by topic, from their headers: make questions."""

from __future__ import annotations

from pathlib import Path

from statereport.project import find_project
from statereport.questions.catalogue import LEFT_OUT, TOPICS, title_of
from statereport.questions.saved import SavedQueries, SavedQuery

TARGET = Path(__file__).resolve().parents[1] / "queries/README.md"
HEAD = """# The saved questions

Each question is a SPARQL query in a file of its own, and runs in any SPARQL 1.1 engine. Lines that begin with `#+` are
its header (YAML): `summary`, `description`, `params`, `columns`, `chart`. A parameter is a line
`VALUES ?name {{ default }}`. Ask one with `statereport query NAME`, and read what it counts and what it does not with
`statereport query NAME --help`.

{count} questions and {tables} whole tables. `pages/` serves the pages of the site, and `checks/` must answer nothing.
This list is made from the headers by `make questions`.
"""


def listing() -> str:
    """The questions under the titles of their topics: file, parameters, and whether there is a chart."""
    saved = [query for query in SavedQueries.of(find_project()) if query.topic not in LEFT_OUT]
    tables = sum(query.topic == "tables" for query in saved)
    parts = [HEAD.format(count=len(saved) - tables, tables=tables)]
    for topic in dict.fromkeys([*TOPICS, *(query.topic for query in saved)]):
        rows = [_row(query) for query in saved if query.topic == topic]
        if rows:
            parts.append(
                "\n".join([f"## {title_of(topic)}\n", "| Question | Parameters | Chart |", "|---|---|---|", *rows, ""])
            )
    return "\n".join(parts)


def _row(query: SavedQuery) -> str:
    parameters = ", ".join(parameter.label[:1].lower() + parameter.label[1:] for parameter in query.parameters)
    return f"| [{query.summary}]({query.name}.rq) | {parameters} | {'yes' if query.chart else ''} |"


def main() -> None:
    """Write the list."""
    TARGET.write_text(listing(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
