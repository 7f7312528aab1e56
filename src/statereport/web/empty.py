"""Why an answer is empty, in words."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from statereport.web.site import Site


def cause(site: Site, text: str) -> Any:
    """The first part of a query's pattern that nothing matches, as `emptiness.explain` tells it; None where it cannot be said."""
    if find_spec("statereport.emptiness") is None:
        return None
    from statereport import emptiness

    return emptiness.explain(text, site.graph.engine)
