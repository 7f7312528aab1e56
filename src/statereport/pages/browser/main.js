// The editor's page with scripts: the form and answers of the page without, but a query can be cancelled.
// The address is the whole state; drafts and earlier queries are kept in this browser only.

import { codeEditor, mark, replaceText } from "./codemirror.js";
import { draft, dropDraft, earlier, forget, keepDraft, remember } from "./storage.js";
import { Terms } from "./completion.js";

const form = document.getElementById("editor-form");
const box = document.getElementById("editor-text");
const button = document.getElementById("editor-run");
const hint = document.getElementById("editor-hint");
const fault = document.getElementById("editor-error");
const answer = document.getElementById("editor-answer");

const make = (name, attributes = {}, ...children) => {
  const element = Object.assign(document.createElement(name), attributes);
  element.append(...children);
  return element;
};

const cancel = make("button", { type: "button", id: "editor-cancel", textContent: "Cancel", hidden: true });
const status = make("p", { id: "editor-status", className: "editor-status" });
status.setAttribute("role", "status");
const host = make("div", { id: "editor-code", className: "editor-code" });
const list = make("ol", { className: "editor-earlier" });
const clear = make("button", { type: "button", textContent: "Forget them" });
const past = make("details", { id: "editor-history" }, make("summary", { textContent: "Your earlier queries (kept in this browser only)" }), list, clear);

// A link shows the query in its address. The draft is used only on a page that was reloaded or has no query.
const isLink = location.search && performance.getEntriesByType("navigation")[0]?.type === "navigate";
const unfinished = isLink ? undefined : draft(location.href);

let terms;
let running;

const view = codeEditor({
  host,
  text: unfinished ?? box.value,
  label: box.labels[0]?.textContent.trim() || "SPARQL query",
  description: hint.textContent,
  terms: () => terms,
  run: () => run(),
  changed: (text) => {
    box.value = text;
    keepDraft(location.href, text);
  },
});
box.value = view.state.doc.toString();
box.hidden = true;
hint.hidden = false;
box.after(host);
for (const name of box.labels) name.addEventListener("click", (event) => (event.preventDefault(), view.focus()));
button.after(cancel, status);
answer.after(past);
for (const role of answer.querySelectorAll("[role=status]")) role.removeAttribute("role");

/** Show the error and the answer of the page that the server returned. */
function show(page) {
  const parts = [fault, answer].map((old) => [old, page.getElementById(old.id)]);
  if (parts.some(([, fresh]) => fresh)) {
    for (const [old, fresh] of parts) {
      for (const name of ["line", "column"]) delete old.dataset[name];
      Object.assign(old.dataset, fresh?.dataset);
      old.hidden = fresh?.hidden ?? true;
      old.replaceChildren(...(fresh?.childNodes ?? []));
    }
  } else {
    // A page about a limit: its text is the message.
    explain(page.querySelector("main")?.textContent.trim().replace(/\s+/g, " ") || "The server's answer is not a page.");
  }
  const count = answer.querySelector("[role=status]");
  count?.removeAttribute("role");
  status.textContent = count?.textContent.trim().replace(/\s+/g, " ") ?? "";
  if (page.title) document.title = page.title;
  showPlace();
}

function explain(message) {
  for (const name of ["line", "column"]) delete fault.dataset[name];
  fault.replaceChildren(make("p", { textContent: message }));
  fault.hidden = false;
  answer.replaceChildren();
  status.textContent = "";
}

function showPlace() {
  const { line, column } = fault.dataset;
  mark(view, line ? { line: Number(line), column: Number(column || 1), message: fault.textContent.trim().replace(/\s+/g, " ") } : undefined);
}

/** Fetch the page of an address and show it. A second fetch cancels the first. */
async function fetchAndShow(address) {
  running?.abort();
  const own = (running = new AbortController());
  cancel.hidden = false;
  answer.setAttribute("aria-busy", "true");
  status.textContent = "Running…";
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, signal: own.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (running === own) show(page);
    return page;
  } catch (reason) {
    if (running === own) {
      if (reason.name === "AbortError") status.textContent = "Cancelled. The query was stopped.";
      else explain("The server could not be reached. Is it still running?");
    }
    return undefined;
  } finally {
    if (running === own) {
      cancel.hidden = true;
      answer.removeAttribute("aria-busy");
      running = undefined;
    }
  }
}

async function run() {
  const lines = terms?.missing(view.state.doc.toString());
  if (lines) view.dispatch({ changes: { from: 0, insert: lines } });
  const text = view.state.doc.toString();
  if (!text.trim()) return view.focus();
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  dropDraft(location.href);
  if (address.href !== location.href) history.pushState(null, "", address);
  remember(text);
  showEarlier();
  return fetchAndShow(address);
}

function showEarlier() {
  const texts = earlier();
  past.hidden = !texts.length;
  list.replaceChildren(
    ...texts.map((text) => {
      const again = make("button", { type: "button", textContent: text.replace(/^(\s*PREFIX\s+\S*\s*<[^>]*>)*\s*/i, "").replace(/\s+/g, " ").slice(0, 120) });
      again.addEventListener("click", () => (replaceText(view, text), view.focus()));
      return make("li", {}, again);
    }),
  );
}

form.addEventListener("submit", (event) => (event.preventDefault(), run()));
cancel.addEventListener("click", () => (running?.abort(), view.focus()));
clear.addEventListener("click", () => (forget(), showEarlier(), view.focus()));
window.addEventListener("popstate", async () => {
  const page = await fetchAndShow(location.href);
  const text = page?.getElementById("editor-text")?.value;
  if (text !== undefined) replaceText(view, text);
});

showEarlier();
showPlace();
try {
  const response = await fetch(form.dataset.words);
  if (response.ok) terms = new Terms(await response.json());
} catch {
  // Without the terms there is no completion; the rest works.
}
form.dataset.ready = "true";
