// The SPARQL box of the page /editor: colours, completion by the labels of this graph, faults at their place, history.
// The page works without it: everything here stands on the form's own text box and on the same addresses.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

import { completions, declared } from "./completion.js";
import { keep, kept, forget, draft, saveDraft } from "./memory.js";

const form = document.getElementById("editor-form");
const box = document.getElementById("editor-text");
const run = document.getElementById("editor-run");
const status = document.getElementById("editor-status");

const look = EditorView.theme({
  "&": { border: "1px solid var(--faint)", borderRadius: "3px", background: "var(--paper)", color: "var(--ink)", fontSize: ".86rem" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.5", minHeight: "14rem", maxHeight: "34rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { background: "var(--sheet)", color: "var(--faint)", border: "0" },
  ".cm-activeLine": { background: "color-mix(in srgb, var(--sheet) 60%, transparent)" },
  ".cm-activeLineGutter": { background: "var(--rule)", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--mark-1)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--mark-2)", color: "var(--ink)" },
  ".cm-tooltip": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--faint)", borderRadius: "3px", fontFamily: "var(--plain)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--plain)", maxHeight: "18rem", maxWidth: "min(40rem, 90vw)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: ".85", fontStyle: "normal", marginLeft: ".8em" },
  ".cm-completionInfo": { maxWidth: "22rem", padding: ".5rem .7rem", lineHeight: "1.4" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)", padding: ".4rem .7rem" },
  ".cm-lintRange-error": { backgroundImage: "none", borderBottom: "2px solid var(--bad)", background: "var(--bad-sheet)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--link)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool], color: "var(--noted)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--visited)" },
]);

// A root of its own: its sheets are then the script's, which the page's policy allows, and no style elements, which it does not.
const place = document.createElement("div");
box.before(place);
const root = place.attachShadow({ mode: "open" });
const view = new EditorView({
  root,
  parent: root,
  state: EditorState.create({
    doc: startingText(),
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      lintGutter(),
      sparql(),
      syntaxHighlighting(colours),
      autocompletion({ override: [(context) => completions(context)], icons: false, maxRenderedOptions: 60 }),
      Prec.highest(keymap.of([
        { key: "Ctrl-Enter", mac: "Cmd-Enter", run: () => (form.requestSubmit(), true) },
        { key: "Ctrl-Space", run: startCompletion },
      ])),
      // No key for Tab: it leaves the box, as it leaves any other.
      keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Query in SPARQL", "aria-describedby": "editor-keys" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        box.value = text();
        saveDraft(box.value);
      }),
      look,
    ],
  }),
});
const keys = document.createElement("p");
keys.id = "editor-keys";
keys.hidden = true;
keys.textContent = "Ctrl-Enter asks, Ctrl-Space completes, Tab leaves the box.";
root.append(keys);
box.value = text();
box.hidden = true;
document.getElementById("editor-hint").hidden = false;
document.querySelector('label[for="editor-text"]').addEventListener("click", () => view.focus());

const cancel = document.createElement("button");
cancel.type = "button";
cancel.id = "editor-cancel";
cancel.textContent = "Cancel";
cancel.hidden = true;
run.after(" ", cancel);

let asking = null;
cancel.addEventListener("click", () => asking?.abort());

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = `/editor?${new URLSearchParams({ query: text() })}`;
  if (`${location.pathname}${location.search}` !== address) history_().pushState({}, "", address);
  ask(address);
});

window.addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search).get("query");
  if (query) setText(query);
  ask(`${location.pathname}${location.search}`);
});

function history_() {
  return window.history;
}

function text() {
  return view.state.doc.toString();
}

function setText(words) {
  if (words !== text()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: words } });
}

function startingText() {
  return draft() ?? box.value;
}

// Ask an address and put what its page shows of the answer into this page.
async function ask(address) {
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  outcome().classList.add("waiting");
  cancel.hidden = false;
  say("Asking …");
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, signal: mine.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    show(page, response.ok);
  } catch (fault) {
    if (asking !== mine) return;
    const stopped = fault.name === "AbortError";
    const told = document.createElement("p");
    told.className = "fault";
    told.setAttribute("role", "alert");
    told.textContent = stopped ? "Cancelled: the question was not answered." : "The server did not answer. Ask again in a moment.";
    outcome().replaceChildren(told);
    say(told.textContent);
  } finally {
    if (asking === mine) {
      asking = null;
      cancel.hidden = true;
      outcome().classList.remove("waiting");
    }
  }
}

function outcome() {
  return document.getElementById("editor-outcome");
}

function show(page, good) {
  const fresh = page.getElementById("editor-outcome");
  const completed = page.getElementById("editor-text")?.value;
  if (completed) setText(completed);
  if (fresh) outcome().replaceChildren(...fresh.childNodes);
  else outcome().replaceChildren(...page.querySelectorAll("div.fault"));
  mark();
  say(outcome().querySelector("[role=status]")?.textContent ?? "");
  if (good && completed) remember(completed);
}

// The fault that the page tells, marked at its line.
function mark() {
  const told = document.getElementById("editor-error");
  const line = Number(told?.dataset.line ?? 0);
  const marks = [];
  if (line > 0 && line <= view.state.doc.lines) {
    const where = view.state.doc.line(line);
    const from = Math.min(where.from + Math.max(Number(told.dataset.column) - 1, 0), where.to);
    const message = [...told.querySelectorAll("p")].slice(0, 2).map((part) => part.textContent.trim()).join(" ");
    marks.push({ from: from === where.to ? where.from : from, to: where.to, severity: "error", message });
  }
  view.dispatch(setDiagnostics(view.state, marks));
}

function say(words) {
  status.textContent = words;
}

// --- what was asked before, in this browser only ---

const before = document.createElement("details");
before.id = "editor-history";
form.after(before);
before.addEventListener("toggle", list);

function remember(words) {
  keep(words);
  list();
}

function list() {
  const entries = kept();
  const title = document.createElement("summary");
  title.textContent = `Asked before (${entries.length}, kept in this browser only)`;
  const items = document.createElement("ol");
  for (const words of entries) {
    const item = document.createElement("li");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "quiet";
    again.textContent = words.replace(/PREFIX [^\n]*\n/g, "").replace(/\s+/g, " ").trim().slice(0, 120);
    again.addEventListener("click", () => (setText(words), view.focus()));
    item.append(again);
    items.append(item);
  }
  const all = document.createElement("button");
  all.type = "button";
  all.textContent = "Forget them";
  all.addEventListener("click", () => (forget(), list()));
  before.replaceChildren(title, items, ...(entries.length ? [all] : []));
  before.hidden = entries.length === 0;
}

if (document.querySelector("#editor-answer [role=status]")) keep(box.defaultValue.trim());
list();
mark();
declared(text());
