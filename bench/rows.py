"""A measured value beside a peer's: as a line of the table and as JSON; and how much is measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Setting:
    """How much is measured: everything (`full`), how often, for how many seconds a load lasts, beside which servers."""

    full: bool = False
    repeats: int = 5
    seconds: float = 4
    servers: tuple[str, ...] = ("oxigraph", "virtuoso")


@dataclass(frozen=True)
class Row:
    """What was measured, our value and its unit (`s`, `MB`, `/s`), and the peer's value in the same unit, if any.

    `more` holds further numbers of the measure, by their names.
    """

    HEAD: ClassVar[str] = f"{'what':<42}{'ours':>12}  {'peer':<24}{'theirs':>12}{'ratio':>9}"

    what: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How often better ours is: smaller times, larger rates."""
        if not self.theirs or not self.ours:
            return None
        return self.ours / self.theirs if self.unit == "/s" else self.theirs / self.ours

    def record(self) -> dict[str, Any]:
        """The row as JSON, empty parts left out."""
        return {
            name: value for name, value in {**asdict(self), "ratio": self.ratio}.items() if value not in ("", None, {})
        }

    def __str__(self) -> str:
        theirs = shown(self.theirs, self.unit) if self.theirs is not None else ""
        ratio = f"{self.ratio:8.2f}×" if self.ratio else ""
        more = ", ".join(f"{name} {value}" for name, value in self.more.items())
        line = f"{self.what:<42}{shown(self.ours, self.unit):>12}  {self.peer:<24}{theirs:>12}{ratio:>9}"
        return f"{line}  {more}".rstrip()


def shown(value: float, unit: str) -> str:
    """A value in a unit that a person reads."""
    if unit != "s":
        return f"{value:,.0f} {unit}" if unit != "/s" else f"{value:,.0f}/s"
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.2f} ms"
