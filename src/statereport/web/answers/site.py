"""What the server answers from: the context of the pages, and the limits of the server."""

from __future__ import annotations

from dataclasses import dataclass, field

from statereport.pages.context import Context
from statereport.web.wire.limits import Limits


@dataclass(frozen=True)
class Site(Context):
    """The context of the pages, with the limits that an answer may reach."""

    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, context: Context, limits: Limits | None = None) -> Site:
        """A site from a context that was loaded."""
        return cls(**vars(context), limits=limits or Limits())
