"""The single HTML file: what it holds cannot end its script, and it is not made where its page was not bundled."""

import json

import pyoxigraph as ox
import pytest
from real import PREFIXES

from statereport.project import find_project
from statereport.questions.saved import SavedQueries
from statereport.site import single_file
from statereport.sparql import engine

PAGE = '<script type="text/plain" id="held">{{held}}</script>'


@pytest.fixture
def saved():
    return SavedQueries.of(find_project())


def write(folder, saved) -> None:
    asked = [saved.get("measures/measures-of-a-year"), saved.get("law/laws-cited-most")]
    single_file.write(folder, asked, [], engine.Store.memory([]), "0" * 64, PREFIXES)


def test_without_its_page_no_file_is_written_and_it_is_said_what_is_missing(tmp_path, saved, monkeypatch):
    monkeypatch.delenv("STATEREPORT_NO_EDITOR", raising=False)
    monkeypatch.setattr(single_file, "PAGE", tmp_path / "nowhere")
    write(tmp_path, saved)
    assert list(tmp_path.iterdir()) == []
    assert "plain text box" in single_file.missing() and "make .venv/editor" in single_file.missing()
    monkeypatch.setenv("STATEREPORT_NO_EDITOR", "1")
    assert single_file.missing() == ""
    monkeypatch.delenv("STATEREPORT_NO_EDITOR")
    (tmp_path / "nowhere").touch()
    assert single_file.missing() == ""


@pytest.mark.parametrize("command", [("build", "--out", "made"), ("serve", "--build", "build")])
def test_the_command_line_says_once_what_was_not_bundled(command, tmp_path, monkeypatch, capsys):
    import miniproject

    from statereport.cli import commands, console
    from statereport.publish import build
    from statereport.web.serving import server

    monkeypatch.setenv("STATEREPORT_PROJECT", str(miniproject.make(tmp_path / "project").root))
    monkeypatch.chdir(tmp_path)
    build.build(find_project(), tmp_path / "build")
    monkeypatch.setattr(single_file, "PAGE", tmp_path / "nowhere")
    monkeypatch.setattr(server, "serve", lambda load, *_, **__: load("http://127.0.0.1:8000"))
    assert console.run(commands.cli, list(command)) == 0
    assert capsys.readouterr().err.count("plain text box") == 1


def test_nothing_that_is_held_can_end_the_script_that_holds_it(tmp_path, saved, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(single_file, "PAGE", page)
    write(tmp_path, saved)
    text = (tmp_path / single_file.NAME).read_text(encoding="utf-8")
    assert text.count("<") == 2 and "{{" not in text
    assert "VALUES ?year" in json.dumps(single_file.unpacked(text))


def test_a_file_of_another_page_or_script_is_not_whole(tmp_path, saved, monkeypatch):
    page, script = tmp_path / "page.html", tmp_path / "search.js"
    monkeypatch.setattr(single_file, "PAGE", page)
    monkeypatch.setattr(single_file.search_script, "SCRIPT", script)
    assert single_file.is_whole(tmp_path), "without a page there is no file"
    script.write_text("look()", encoding="utf-8")
    (tmp_path / "store").mkdir()
    (tmp_path / single_file.search.FILE).write_text("[]", encoding="utf-8")
    for text in (PAGE, f"<body>{PAGE}<p></body></html>"):
        page.write_text(text, encoding="utf-8")
        assert not single_file.is_whole(tmp_path)
        write(tmp_path, saved)
        assert single_file.is_whole(tmp_path)
        page.write_text(f"{text}\n", encoding="utf-8")
        assert not single_file.is_whole(tmp_path)
        page.write_text(text, encoding="utf-8")
    script.write_text("look(again)", encoding="utf-8")
    assert not single_file.is_whole(tmp_path)
    page.unlink()
    assert not single_file.is_whole(tmp_path)


def test_the_graph_that_is_held_is_the_graph_whatever_white_space_its_literals_have(tmp_path, saved, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(single_file, "PAGE", page)
    a, graph = ox.NamedNode("a:a"), ox.NamedNode("a:g")
    texts = ("a\nb", "\n  \t", "a\r\n\tb", '"\n"', "\\n x", "a\u2028\u0085b")
    quads = [ox.Quad(a, a, ox.Literal(text), graph) for text in texts]
    single_file.write(tmp_path, [saved.get("law/laws-cited-most")], quads, engine.Store.memory([]), "0" * 64, PREFIXES)
    text = (tmp_path / single_file.NAME).read_text(encoding="utf-8")
    held = single_file.unpacked(text)["graph"]
    assert set(ox.parse(held, format=ox.RdfFormat.TRIG)) == set(quads) and "\n" not in held
