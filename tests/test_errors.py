"""Every fault is one value that says where, what and how to fix it, and every code is explained."""

import pickle
import re

import pytest

from statereport import errors
from statereport.errors import Problem, TurtleSyntax, UnknownCode


def test_a_problem_prints_its_place_code_cause_and_cure():
    problem = TurtleSyntax("graphs/a.ttl:41:8", "A dot is expected.", "close the block with a lone full stop")
    assert str(problem) == (
        "graphs/a.ttl:41:8  turtle-syntax\n"
        "  A dot is expected.\n"
        "  Fix: close the block with a lone full stop\n"
        "  More: statereport explain turtle-syntax"
    )


def test_a_problem_without_a_place_or_cure_leaves_them_out():
    assert str(TurtleSyntax("", "two\nlines", "")) == (
        "turtle-syntax\n  two\n  lines\n  More: statereport explain turtle-syntax"
    )


def test_a_problem_can_be_raised_compared_hashed_and_pickled():
    problem = TurtleSyntax("a", "b", "c")
    with pytest.raises(Problem) as caught:
        raise problem
    assert caught.value == TurtleSyntax("a", "b", "c") != TurtleSyntax("a", "b", "d")
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert {problem}


@pytest.mark.parametrize("code", errors.codes())
def test_every_code_is_explained(code):
    kind = errors._REGISTRY[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert kind.exit_code in (1, 2)
    first, _, rest = errors.explain(code).partition("\n\n")[2].partition("\n\n")
    assert first.endswith((".", ":")) and len(rest) > 40, "first what it means, then cause and cure"
    assert not kind.__doc__.startswith(f"{kind.__name__}("), "the docstring is written, not made by dataclass"


def test_an_unknown_code_proposes_the_nearest():
    with pytest.raises(UnknownCode, match="turtle-syntax"):
        errors.explain("turtel-syntax")


def test_two_problems_cannot_share_a_code():
    with pytest.raises(TypeError, match="no-java"):
        type("Other", (Problem,), {"code": "no-java"})


def test_nothing_is_proposed_where_nothing_is_near():
    assert errors.nearest("zzzzzz", ["figure", "norm"]) == []
    assert errors.did_you_mean("zzzzzz", ["figure"], "list them") == "list them"
    assert errors.did_you_mean("figur", ["figure", "norm"]) == "did you mean figure?"


class Counted(str):
    """A name that counts how often a word is compared with it letter by letter: difflib asks for its letters then."""

    compared = 0

    def __iter__(self):
        type(self).compared += 1
        return super().__iter__()


@pytest.mark.parametrize("word", ["figure-13-schools-kazakk", "x", "x" * 40, "figure-" * 14, "9", ""])
def test_however_many_names_there_are_few_are_compared_with_a_misspelt_one(word):
    Counted.compared = 0
    names = [
        Counted(f"{kind}-{number}-schools-kazakh") for kind in ("figure", "norm", "body") for number in range(4_000)
    ]
    near = errors.nearest(word, names)
    assert Counted.compared <= 60
    if word.endswith("kazakk"):
        assert Counted.compared > 0 and near[0] == "figure-13-schools-kazakh"


@pytest.mark.parametrize(("word", "expected"), [("srr", "sr"), ("scos", "skos"), ("figur", "figure")])
def test_a_short_word_finds_its_name_among_many_in_whatever_order_they_come(word, expected):
    names = [expected, *(f"structure-{number}" for number in range(40)), *(f"q{number}" for number in range(60))]
    assert errors.nearest(word, names)[:1] == errors.nearest(word, names[::-1])[:1] == [expected]


def test_a_word_longer_than_any_name_is_compared_with_none():
    Counted.compared = 0
    assert errors.nearest("x" * 100_000, [Counted("x" * 100_000), Counted("figure")]) == []
    assert Counted.compared == 0
