"""What the tests keep of the real project, and load instead of examining it again."""

import pytest
import real

from statereport.graph import examine
from statereport.rdf import writers


@pytest.mark.slow
def test_what_is_kept_is_what_is_found_when_the_project_is_examined(project):
    now, kept = examine.examine(project), real.examined()
    assert (now.inference, now.findings, now.questions) == (kept.inference, kept.findings, kept.questions)
    assert writers.canonical(now.quads()) == writers.canonical(kept.quads()), "apart from the names of blank nodes"
    triples = now.inference.triples[:: len(now.inference.triples) // 20]
    assert triples
    assert [now.inference.explain(t) for t in triples] == [kept.inference.explain(t) for t in triples]


def test_what_is_kept_is_made_once_and_again_when_what_it_is_made_from_changes(tmp_path, monkeypatch):
    calls, made_from = [], {"sources": "1"}
    monkeypatch.setattr(real, "KEPT", tmp_path)
    monkeypatch.setattr(real.build_folder, "made_from", lambda project: made_from)

    def make() -> int:
        calls.append(made_from["sources"])
        return len(calls)

    assert [real.kept("count", make), real.kept("count", make)] == [1, 1]
    made_from["sources"] = "2"
    assert [real.kept("count", make), real.kept("count", make)] == [2, 2]
    assert calls == ["1", "2"] and len(list(tmp_path.glob("*.pickle"))) == 1
