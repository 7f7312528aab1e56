"""Two runs of the benchmark side by side: what became faster or slower, by the ratios to the peers of each run.

    make bench-compare                                    the last two files of bench/results/
    .venv/bin/python bench/compare.py OLD.json NEW.json

A row with a peer is compared by its ratio, which two machines share; a row without one by its value.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rows import shown

RESULTS = Path(__file__).with_name("results")


def main() -> None:
    """Print the comparison of two runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", type=Path, metavar="FILE", help="two files, the older one first")
    files = parser.parse_args().runs or sorted(RESULTS.glob("*.json"))[-2:]
    if len(files) != 2:
        parser.error("give two files, or keep two runs in bench/results/ first: make bench")
    old, new = (json.loads(path.read_text(encoding="utf-8")) for path in files)
    for line in lines(old, new):
        print(line)


def lines(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """The lines of the comparison: what differs of machine and versions, then each measure."""
    for part in ("machine", "versions"):
        for name in sorted(old[part].keys() | new[part].keys()):
            before, now = old[part].get(name, "none"), new[part].get(name, "none")
            if before != now:
                yield f"{name}: {before} → {now}"
    yield f"{'what':<42}{'peer':<26}{'before':>12}{'now':>12}{'better':>9}"
    first, second = (_rows(run) for run in (old, new))
    for key in dict.fromkeys([*first, *second]):
        before, now = first.get(key), second.get(key)
        better = f"{_gain(before, now):8.2f}×" if before and now else ""
        yield f"{key[0]:<42}{key[1]:<26}{_value(before):>12}{_value(now):>12}{better:>9}"


def _rows(run: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of a run by what was measured, without its numbers, and by the peer, without its version."""
    return {(_unnumbered(row["what"]), _unnumbered(row.get("peer", ""))): row for row in run["rows"]}


def _unnumbered(text: str) -> str:
    return " ".join(word for word in text.split() if not word[0].isdigit())


def _gain(before: dict[str, Any], now: dict[str, Any]) -> float:
    """How many times better a row is now; above 1 is better."""
    if "ratio" in before and "ratio" in now:
        return now["ratio"] / before["ratio"]
    return now["ours"] / before["ours"] if now["unit"] == "/s" else before["ours"] / now["ours"]


def _value(row: dict[str, Any] | None) -> str:
    if row is None:
        return "–"
    return f"{row['ratio']:.2f}×" if "ratio" in row else shown(row["ours"], row["unit"])


if __name__ == "__main__":
    main()
