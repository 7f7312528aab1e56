"""Write the table of questions in README.md from the headers of the saved queries: python docs/questions.py"""

from __future__ import annotations

from pathlib import Path

from statereport.project import find_project
from statereport.questions.saved import SavedQueries, SavedQuery

TARGET = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- questions -->\n", "<!-- end of questions -->\n"
TOPICS = {
    "law": "Law",
    "bodies": "Bodies and offices",
    "measures": "Measures",
    "statistics": "Statistics",
    "groups": "Groups of people",
    "convention": "The Convention",
    "committee": "The Committee and the report",
    "events": "Events",
    "quality": "What is sure and what is not",
}


def table() -> str:
    """The questions by topic, each with its file, what it leaves open, and whether it has a chart."""
    saved = [query for query in SavedQueries.of(find_project()) if query.topic in TOPICS]
    lines = [f"{len(saved)} questions, and {_tables()} whole tables under `queries/tables/`:\n"]
    for topic, title in TOPICS.items():
        mine = [query for query in saved if query.topic == topic]
        lines += [
            f"<details><summary>{title} ({len(mine)})</summary>\n",
            "| Question | Left open | Chart |",
            "|---|---|---|",
        ]
        lines += [_row(query) for query in mine]
        lines += ["\n</details>\n"]
    return "\n".join(lines)


def _row(query: SavedQuery) -> str:
    still = ", ".join(parameter.label.lower() for parameter in query.parameters)
    return f"| [{query.summary}](queries/{query.name}.rq) | {still} | {'yes' if query.chart else ''} |"


def _tables() -> int:
    return sum(name.startswith("tables/") for name in SavedQueries.of(find_project()).names)


def main() -> None:
    """Put the table between the two marks."""
    text = TARGET.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    TARGET.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
