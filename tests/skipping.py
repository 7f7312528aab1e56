"""A test that cannot run on this machine is skipped with a reason, which the summary prints."""

import pytest


def skip_with_reason(what: str) -> None:
    """Skip the test; `what` names what is therefore not tested."""
    pytest.skip(f"NOT TESTED: {what}")
