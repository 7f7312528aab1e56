// The single HTML file: the graph, the saved questions and an engine in one page, without a network.
// The fragment of its address is its whole state.

import init, { Store, literal } from "oxigraph/web.js";
import { missing } from "./unfinished_query.js";

const part = (id) => document.getElementById(id);
const main = part("content");
const NUMBER = /#(integer|decimal|double|float|nonNegativeInteger|positiveInteger)$/;
const CHECKS = {
  integer: [/^[+-]?\d{1,18}$/, "Give a whole number, such as 10."],
  year: [/^\d{4}$/, "Give a year of four digits, such as 2020."],
  date: [/^\d{4}-\d{2}-\d{2}$/, "Give a day as 2020-12-31."],
  iri: [/^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]*$/i, "Give an IRI without blanks and brackets."],
  string: [/^/, ""],
};
const FIRST = "SELECT ?measure ?label\nWHERE {\n  ?measure a sr:Measure ; skos:prefLabel ?label .\n}\nORDER BY ?label\nLIMIT 20\n";
// A browser draws a longer table slowly; the file that can be saved has every row.
const MOST = 2000;

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== false) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
};

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const read = async (name) => JSON.parse(new TextDecoder().decode(await unpacked(part(name).textContent)));
const held = await read("held");
// The pages of the reports are unpacked when the first of them is asked for.
let unfolded;
const pages = () => (unfolded ??= read("pages"));
await init({ module_or_path: await unpacked(part("engine").textContent) });
const store = new Store();
store.load(held.graph, { format: "application/trig", no_transaction: true });

const ask = (query, options = {}) => store.query(query, { use_default_graph_as_union: true, ...options });

const labels = new Map();
for (const row of ask(held.labels)) {
  const label = row.get("label");
  if (!labels.has(row.get("thing").value) || label.language === "en") labels.set(row.get("thing").value, label);
}
const namespaces = Object.entries(held.prefixes).sort((a, b) => b[1].length - a[1].length);
function short(iri) {
  const found = namespaces.find(([, namespace]) => iri.startsWith(namespace) && iri.length > namespace.length);
  return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
}

/** A term as an element: a label with a link to the page of the thing, or the text of a literal with its language. */
function shown(term) {
  if (!term) return "";
  if (term.termType === "Literal") return term.language && term.language !== "en" ? make("span", { lang: term.language }, term.value) : term.value;
  const label = labels.get(term.value);
  const words = label?.value ?? short(term.value);
  if (!label) return words;
  return make("a", { href: `#thing=${encodeURIComponent(term.value)}`, title: short(term.value), lang: label.language && label.language !== "en" ? label.language : undefined }, words);
}

/** The addresses within this file of what the pages of a server link to; "" for what the file does not have. */
function here(href, known) {
  const [path, place] = href.split("#");
  if (path === "" && place) return `#${new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))), at: place })}`;
  if (path === "/report") return "#";
  if (known.pages[path] || known.cited[path]) return `#${new URLSearchParams({ page: path, ...(place && known.pages[path] ? { at: place } : {}) })}`;
  const asked = /^\/query\/(.+?)\.html(?:\?(.*))?$/.exec(path);
  if (asked && held.questions.some((one) => one.name === asked[1])) return `#question=${encodeURIComponent(asked[1])}${asked[2] ? `&${asked[2]}` : ""}`;
  const thing = /^\/((?:id|def|shape)\/.+)\.html$/.exec(path);
  return thing ? `#thing=${encodeURIComponent(`https://w3id.org/statereport/${decodeURIComponent(thing[1])}`)}` : "";
}

/** The content of a page, its links leading within the file, or out of it as they are; other links are left as text. */
function within(content, known) {
  const box = make("div");
  box.innerHTML = content;
  for (const link of box.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href");
    if (/^https?:/.test(href)) continue;
    const place = here(href, known);
    if (place) link.setAttribute("href", place);
    else link.replaceWith(make("span", {}, ...link.childNodes));
  }
  return [...box.childNodes];
}

/** References of passages ("13.5; 13.6") with links into the pages of their report, where it is known which that is. */
function passages(term, row) {
  const names = Object.keys(held.places);
  const values = [...row.values()].filter(Boolean).map((value) => value.value);
  const report = names.find((name) => values.includes(name)) ?? names.find((name) => values.some((value) => value.includes(`/id/${name}/`)));
  const known = held.places[report ?? (held.reports.length === 1 ? names[0] : "")] ?? {};
  return term.value.split("; ").flatMap((reference, i) => {
    const [path, place] = (known[reference] ?? "").split("#");
    return [i ? " " : "", path ? make("a", { class: "passage", href: `#${new URLSearchParams({ page: path, ...(place ? { at: decodeURIComponent(place) } : {}) })}` }, reference) : reference];
  });
}

/** For each column that holds only the labels of the things in another column: that other column. */
function things(names, rows) {
  const says = (name, thing) => rows.every((row) => row.get(name)?.termType === "Literal" && row.get(thing)?.termType === "NamedNode" && labels.get(row.get(thing).value)?.value === row.get(name).value);
  return new Map(names.flatMap((name) => names.filter((thing) => thing !== name && says(name, thing)).slice(0, 1).map((thing) => [name, thing])));
}

function table(columns, rows, caption, cited = []) {
  const links = things(Object.keys(columns), rows);
  const names = Object.keys(columns).filter((name) => ![...links.values()].includes(name));
  const isNumber = (term) => !term || (term.termType === "Literal" && NUMBER.test(term.datatype.value));
  const kind = Object.fromEntries(names.map((name) => [name, rows.some((row) => row.get(name)) && rows.every((row) => isNumber(row.get(name))) ? "number" : undefined]));
  const head = (name) => make("th", { role: "columnheader", scope: "col", class: kind[name] }, columns[name]);
  const cell = (row, name) => make("td", { role: "cell", "data-title": columns[name], class: kind[name] }, ...(cited.includes(name) && row.get(name) ? passages(row.get(name), row) : [shown(row.get(links.get(name) ?? name))]));
  return make(
    "div",
    { class: "scroll", role: "region", tabindex: "0", "aria-label": caption },
    make(
      "table",
      { class: "rows", role: "table" },
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...names.map(head))),
      make("tbody", { role: "rowgroup" }, ...rows.map((row) => make("tr", { role: "row" }, ...names.map((name) => cell(row, name))))),
    ),
  );
}

/** A value as a SPARQL term of the parameter's type. Throws an error that says what is wrong with the value. */
function term(parameter, value) {
  const choice = parameter.choices.find(([known]) => known === value);
  if (choice) return choice[2];
  const [pattern, hint] = CHECKS[parameter.type];
  if (parameter.choices.length) throw new Error("This is not among the choices.");
  if (!pattern.test(value)) throw new Error(hint);
  if (parameter.type === "iri") return `<${value}>`;
  if (parameter.suffix === null) return String(Number(value));
  return `"${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r")}"${parameter.suffix}`;
}

function field(parameter, value, fault) {
  const id = `f-${parameter.name}`;
  const attributes = { id, name: parameter.name, "aria-invalid": fault ? "true" : undefined, "aria-describedby": fault ? `fault-${parameter.name}` : undefined };
  const isChoice = parameter.choices.some(([known]) => known === value);
  const input = parameter.choices.length
    ? make("select", attributes, ...(isChoice ? [] : [[value, value]]).concat(parameter.choices).map(([known, label]) => make("option", { value: known, selected: known === value ? "" : false }, label)))
    : make("input", { ...attributes, value, type: "text" });
  return make(
    "div",
    { class: fault ? "field bad" : "field" },
    make("label", { for: id }, parameter.label),
    input,
    fault ? make("p", { class: "fault", role: "alert", id: `fault-${parameter.name}` }, fault) : undefined,
  );
}

function saved(text, name, kind) {
  const link = make("a", { class: "button", download: name, href: URL.createObjectURL(new Blob([text], { type: kind })) }, name.endsWith("csv") ? "CSV" : "Turtle");
  return make("div", { class: "actions" }, link);
}

/** The page of a question: its form, its answer, its SPARQL. */
function question(found, given) {
  const values = Object.fromEntries(found.parameters.map((parameter) => [parameter.name, given.get(parameter.name) ?? parameter.default]));
  const faults = {};
  const terms = {};
  for (const parameter of found.parameters) {
    try {
      terms[parameter.name] = term(parameter, values[parameter.name]);
    } catch (reason) {
      faults[parameter.name] = reason.message;
    }
  }
  const parts = [make("p", { class: "crumbs" }, make("a", { href: "#" }, "Questions"), ` / ${found.topic}`), make("h1", {}, found.summary), make("p", { class: "lead" }, found.description)];
  if (found.parameters.length) {
    const form = make("form", { class: "ask" }, ...found.parameters.map((parameter) => field(parameter, values[parameter.name], faults[parameter.name])), make("button", {}, "Ask"));
    const go = () => (location.hash = new URLSearchParams([["question", found.name], ...new FormData(form)]));
    form.addEventListener("submit", (event) => (event.preventDefault(), go()));
    parts.push(form);
  }
  if (!Object.keys(faults).length) parts.push(...answered(found, found.pieces.map((piece) => (typeof piece === "string" ? piece : terms[piece.parameter])).join(""), chart(found, values)));
  return parts;
}

/** The chart of a question with its default values; the file cannot draw others. */
function chart(found, values) {
  if (!found.chart || found.parameters.some((parameter) => values[parameter.name] !== parameter.default)) return undefined;
  const image = make("img", { src: `data:image/svg+xml,${encodeURIComponent(found.chart)}`, alt: `Chart: ${found.summary} The table below has its numbers.` });
  return make("figure", { class: "chart" }, make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": `Chart: ${found.summary}` }, image));
}

function answered(found, text, picture) {
  const place = `#${new URLSearchParams({ sparql: text })}`;
  const change = make("p", {}, make("a", { href: place }, "Change it, and ask again"));
  const behind = make("details", {}, make("summary", {}, "The SPARQL query"), make("pre", { tabindex: "0", "aria-label": "SPARQL" }, text), change);
  return [...answer(ask(text), text, { name: found.name.replaceAll("/", "-"), columns: found.columns, joins: found.joins, cited: found.passages, summary: found.summary, picture }), behind];
}

/** Rows that differ only in columns of `joins` as one row, as the other pages have them: each value once, in the order of the rows. */
function joined(rows, columns, joins) {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify(columns.map((name) => (joins[name] ? null : String(row.get(name) ?? ""))));
    if (groups.has(key)) groups.get(key).push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].map((same) => {
    const whole = new Map(same[0]);
    for (const [name, [between, empty]] of Object.entries(joins)) {
      const values = [...new Set(same.map((row) => row.get(name)?.value).filter((value) => value !== undefined))];
      const value = values.length ? values.join(between) : empty;
      if (value) whole.set(name, literal(value));
      else whole.delete(name);
    }
    return whole;
  });
}

/** Rows as a CSV file (RFC 4180). */
function csv(columns, rows) {
  const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return [columns, ...rows.map((row) => columns.map((name) => cell(row.get(name)?.value ?? "")))].map((cells) => `${cells.join(",")}\r\n`).join("");
}

/** The answer as elements: yes or no, a graph, or rows under the titles of `columns` (else the variables), joined as `joins` says. */
function answer(result, text, { name, columns, joins, cited, summary, picture }) {
  if (typeof result === "boolean") return [make("p", { class: "truth", role: "status" }, result ? "Yes." : "No.")];
  // An empty result does not show whether rows or triples were asked for.
  if (!result.length) return [make("p", { class: "empty", role: "status" }, "No rows. Nothing in the graph matches this question.")];
  if (!(result[0] instanceof Map)) {
    const graph = ask(text, { results_format: "text/turtle" });
    return [make("p", { role: "status" }, "A graph."), saved(graph, `${name}.ttl`, "text/turtle"), make("pre", { tabindex: "0", "aria-label": "The graph in Turtle" }, graph)];
  }
  const whole = joins ? joined(result, Object.keys(columns), joins) : result;
  const file = joins ? csv(Object.keys(columns), whole) : ask(text, { results_format: "text/csv" });
  const titles = columns ?? Object.fromEntries(file.slice(0, file.indexOf("\r\n")).split(",").map((variable) => [variable, variable]));
  const rows = whole.slice(0, MOST);
  const more = rows.length < whole.length ? ` The first ${MOST.toLocaleString("en")} are shown.` : "";
  const count = make("p", { class: "result", role: "status" }, `${whole.length.toLocaleString("en")} ${whole.length === 1 ? "row" : "rows"}.${more}`);
  return [count, saved(`\ufeff${file}`, `${name}.csv`, "text/csv"), ...(picture ? [picture] : []), table(titles, rows, summary, cited)];
}

/** The page for a query of one's own: a text box, and the answer to the query in the address. */
function own(text) {
  const box = make("textarea", { id: "sparql", name: "sparql", rows: String(Math.min(Math.max(text.split("\n").length + 1, 10), 30)), spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
  box.value = text || FIRST;
  const form = make("form", { class: "editor" }, make("label", { for: "sparql" }, "Query"), box, make("button", {}, "Ask"));
  form.addEventListener("submit", (event) => (event.preventDefault(), (location.hash = new URLSearchParams(new FormData(form)))));
  box.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.requestSubmit());
  const parts = [
    make("p", { class: "crumbs" }, make("a", { href: "#" }, "Questions"), " / SPARQL"),
    make("h1", {}, "Your own SPARQL query"),
    make("p", { class: "lead" }, "Any query over the whole graph: what is stated, inferred and noted. The usual prefixes need not be declared. To stop a long query, close the page."),
    form,
  ];
  if (!text) return parts;
  const supplied = missing(text, new Map(Object.entries(held.prefixes)));
  const whole = supplied + text;
  try {
    return [...parts, ...answer(ask(whole), whole, { name: "answer", summary: "The answer" })];
  } catch (reason) {
    // Lines are counted without those of the supplied prefixes.
    const message = String(reason.message ?? reason).replace(/\berror at (\d+):(\d+)/, (_, line, column) => `Error near line ${line - supplied.split("\n").length + 1}, column ${column}`);
    box.setAttribute("aria-invalid", "true");
    box.setAttribute("aria-describedby", "sparql-fault");
    return [...parts, make("p", { class: "fault", role: "alert", id: "sparql-fault" }, message)];
  }
}

/** The page of a thing: its statements, and the statements of others that mention it. */
function thing(iri) {
  const out = ask(`SELECT DISTINCT ?property ?value WHERE { <${iri}> ?property ?value } ORDER BY ?property ?value`);
  const into = ask(`SELECT DISTINCT ?property ?value WHERE { ?value ?property <${iri}> FILTER(isIRI(?value)) } ORDER BY ?property ?value LIMIT 1000`);
  const parts = [make("h1", {}, labels.get(iri)?.value ?? short(iri)), make("p", { class: "iri" }, make("code", {}, iri))];
  if (out.length) parts.push(make("h2", {}, "Statements"), table({ property: "Property", value: "Value" }, out, "Statements"));
  if (into.length) parts.push(make("h2", {}, "Mentioned by"), table({ value: "Entry", property: "Property" }, into, "Mentioned by"));
  return out.length || into.length ? parts : [make("h1", {}, "There is no such entry in this file"), make("p", {}, make("a", { href: "#" }, "All questions"))];
}

/** The page of a report, of a section of it, or how a passage is cited. */
async function page(path) {
  const known = await pages();
  const cited = known.cited[path];
  if (cited) {
    const [number, text, entry, place] = cited;
    return [
      make("h1", {}, `Passage ${number}`),
      make("p", {}, make("a", { href: here(place, known) }, "Read it among the passages of its section")),
      make("h2", {}, "Cite this passage"),
      make("p", { class: "citation" }, text),
      make("pre", { tabindex: "0", "aria-label": "BibTeX entry" }, entry),
    ];
  }
  if (!known.pages[path]) return [make("h1", {}, "There is no such page in this file"), make("p", {}, make("a", { href: "#" }, "All questions and reports"))];
  return within(known.pages[path], known);
}

function home() {
  const topics = new Map();
  for (const found of held.questions) topics.set(found.topic, [...(topics.get(found.topic) ?? []), found]);
  const list = (some) => make("ul", {}, ...some.map((found) => make("li", {}, make("a", { href: `#${new URLSearchParams({ question: found.name })}` }, found.summary))));
  return [
    make("h1", {}, held.title),
    make("p", { class: "lead" }, "The whole graph in one file: choose a question and other values for it, save the table, or ", make("a", { href: "#sparql=" }, "ask in SPARQL"), ". Nothing is sent anywhere."),
    ...(held.reports.length ? [make("h2", {}, "Reports"), make("ul", {}, ...held.reports.map(([path, name]) => make("li", {}, make("a", { href: `#${new URLSearchParams({ page: path })}` }, name))))] : []),
    ...[...topics].flatMap(([topic, some]) => [make("h2", {}, topic), list(some)]),
  ];
}

async function show() {
  const place = location.hash;
  const wanted = new URLSearchParams(location.hash.slice(1));
  const found = held.questions.find((one) => one.name === wanted.get("question"));
  const iri = wanted.get("thing");
  const parts = wanted.has("page") ? await page(wanted.get("page")) : found ? question(found, wanted) : wanted.has("sparql") ? own(wanted.get("sparql")) : iri && CHECKS.iri[0].test(iri) ? thing(iri) : home();
  // Another address may have been gone to while the pages were unpacked.
  if (location.hash !== place) return;
  main.replaceChildren(...parts);
  document.title = `${main.querySelector("h1").textContent} · statereport`;
  document.documentElement.dataset.shown = location.hash || "#";
  const at = wanted.has("at") && part(wanted.get("at"));
  if (at) at.scrollIntoView();
}

window.addEventListener("hashchange", async () => {
  scrollTo(0, 0);
  await show();
  main.focus({ preventScroll: true });
});
part("footer").textContent = held.about;
await show();
