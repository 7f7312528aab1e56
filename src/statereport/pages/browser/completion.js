// The terms and named things of this graph, as /editor/words.json lists them, and completion by their labels.

import { expected, missing } from "./unfinished_query.js";

const MOST = 60;
const KEYWORDS = {
  head: "SELECT DISTINCT CONSTRUCT ASK DESCRIBE WHERE PREFIX ORDER BY GROUP BY HAVING LIMIT OFFSET VALUES COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT AS",
  subject: "OPTIONAL FILTER BIND VALUES UNION MINUS GRAPH SELECT",
  condition: "EXISTS NOT IN BOUND IF COALESCE STR LANG LANGMATCHES DATATYPE CONTAINS STRSTARTS STRENDS REGEX REPLACE LCASE UCASE YEAR CONCAT ABS ROUND COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT DISTINCT AS",
};
// What follows a keyword in its clause; after any other only a block or a bracket can.
const AFTER = { filter: "EXISTS NOT", not: "EXISTS IN", service: "SILENT" };
const KINDS = {
  subject: ["thing"],
  predicate: ["property"],
  class: ["class"],
  object: ["thing", "class"],
  data: ["thing", "class", "property"],
  condition: ["thing", "class", "property"],
  head: ["thing", "class", "property"],
  clause: [],
  end: [],
};

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const words = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

/** The terms and named things of the graph, prepared for search, and its prefixes. */
export class Terms {
  constructor({ prefixes, words: list }) {
    this.prefixes = new Map(Object.entries(prefixes));
    this.list = list.map((term) => ({
      ...term,
      // For a property: the IRI of each class whose shape names it, and whether the shape requires it.
      of: new Map(Object.entries(term.of ?? {}).map(([name, required]) => [this.#iri(name), required])),
      words: words(term.label),
      plain: plain(term.label),
      short: term.name.toLowerCase(),
    }));
  }

  #iri(name) {
    const colon = name.indexOf(":");
    return (this.prefixes.get(name.slice(0, colon)) ?? "") + name.slice(colon + 1);
  }

  /** The code lists, by their prefixes, from which the values of a property are. */
  #listsOf(predicate) {
    return new Set(this.list.find((term) => term.values && this.#iri(term.name) === predicate)?.values ?? []);
  }

  /** The PREFIX lines that a query lacks. */
  missing(text) {
    return missing(text, this.prefixes);
  }

  /** How well a term matches what was typed: 0 is not at all. */
  static fit(term, typed) {
    if (!typed) return 1;
    const text = plain(typed);
    if (text.includes(":")) return term.short.startsWith(text) ? 4 : 0;
    if (term.plain === text) return 5;
    if (term.plain.startsWith(text)) return 4;
    if (term.short.slice(term.short.indexOf(":") + 1).startsWith(text)) return 3;
    const given = words(typed);
    return given.length && given.every((word) => term.words.some((other) => other.startsWith(word))) ? 2 : 0;
  }

  /** The completions at a place of the query: a source for CodeMirror. */
  complete = (context) => {
    const text = context.state.doc.toString();
    const variable = context.matchBefore(/[?$][\p{L}\p{N}_]*/u);
    if (variable) return this.#variables(text, variable, context);
    // A label may have several words: the longest run of words that matches a label is what was typed.
    const run = context.matchBefore(/(?:[\p{L}\p{N}_-]+ ){0,5}(?:[\p{L}\p{N}_:.-]|\\\S)*/u) ?? { from: context.pos, text: "" };
    if (!run.text && !context.explicit) return null;
    for (let from = run.from; ; ) {
      const typed = text.slice(from, context.pos);
      const here = expected(text, from, context.pos, this.prefixes);
      const options = [...this.#terms(typed, here), ...this.#keywords(typed, here)];
      const last = !typed.includes(" ");
      if (options.length && (last || typed.trimEnd() === typed)) return { from, options, filter: false };
      if (last) return null;
      from += typed.indexOf(" ") + 1;
      if (from === context.pos && !context.explicit) return null;
    }
  };

  #terms(typed, { place, classes, predicate, clause }) {
    const kinds = place === "clause" && /^(graph|silent)$/.test(clause) ? ["thing"] : (KINDS[place] ?? []);
    const lists = place === "object" ? this.#listsOf(predicate) : new Set();
    const fits = [];
    for (const term of this.list) {
      if (!kinds.includes(term.kind)) continue;
      if (place === "predicate" && classes.length && !classes.some((name) => term.of.has(name))) continue;
      if (lists.size && !lists.has(term.name.slice(0, term.name.indexOf(":")))) continue;
      const fit = Terms.fit(term, typed);
      if (fit) fits.push({ term, fit, required: place === "predicate" && classes.some((name) => term.of.get(name)) });
    }
    fits.sort((a, b) => b.required - a.required || b.fit - a.fit || (a.term.plain < b.term.plain ? -1 : a.term.plain > b.term.plain ? 1 : 0));
    return fits.slice(0, MOST).map(({ term, required }) => ({
      label: term.label,
      detail: required ? `${term.name} · required` : term.name,
      info: term.says,
      type: term.kind,
      apply: (view, option, from, to) => this.#insert(view, term.name, from, to),
    }));
  }

  #keywords(typed, { place, clause }) {
    const start = typed.toLowerCase();
    const known = place === "clause" ? AFTER[clause] : KEYWORDS[place];
    const list = place === "predicate" ? ["a"] : [...new Set((known ?? "").split(" "))];
    return list.filter((word) => word && word.toLowerCase() !== start && word.toLowerCase().startsWith(start)).map((word) => ({ label: word, type: "keyword" }));
  }

  #variables(text, typed, context) {
    const names = [...new Set(text.match(/[?$][\p{L}\p{N}_]+/gu) ?? [])].filter((name) => name !== typed.text).sort();
    return names.length && (context.explicit || typed.text.length > 1)
      ? { from: typed.from, options: names.map((label) => ({ label, type: "variable" })), validFor: /^[?$][\p{L}\p{N}_]*$/u }
      : null;
  }

  /** Insert a name, and at the top of the query the PREFIX line that it needs. */
  #insert(view, name, from, to) {
    const text = view.state.doc.toString();
    const lines = this.missing(`${text.slice(0, from)} ${name} ${text.slice(to)}`);
    const changes = [{ from, to, insert: name }];
    if (lines) changes.unshift({ from: 0, insert: lines });
    view.dispatch({ changes, selection: { anchor: from + name.length + lines.length }, userEvent: "input.complete", scrollIntoView: true });
  }
}
