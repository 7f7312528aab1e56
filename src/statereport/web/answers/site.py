"""What the server answers from: the context of the pages, and the limits of the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

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

    @property
    def root(self) -> str:
        """The path of its host below which the site stands, without a slash at its end: "" or "/kg"."""
        return urlsplit(self.base).path.rstrip("/")
