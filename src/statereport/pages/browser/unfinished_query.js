// Reads a query that is still being written: tokens, prefixes, the classes of subjects, and what can come next.
// A parser needs a whole query; completion is needed in the middle of one.

const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|#[^\n]*)`,
    String.raw`(?<iri><[^<>"{}|^\u0060\\\s]*>)`,
    String.raw`(?<string>"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')`,
    String.raw`(?<variable>[?$][\p{L}\p{N}_]+)`,
    String.raw`(?<name>(?:[\p{L}_][\p{L}\p{N}_.\-]*)?:(?:[\p{L}\p{N}_:.\-]|\\[^\p{L}\p{N}\s]|%[0-9A-Fa-f]{2})*(?<!\.))`,
    String.raw`(?<word>@?[\p{L}\p{N}_][\p{L}\p{N}_\-]*(?:\.\p{N}+)?)`,
    String.raw`(?<mark>\^\^|&&|\|\||[\s\S])`,
  ].join("|"),
  "uy",
);
// After these a condition, a name or a block follows, and then a new triple.
const CLAUSES = /^(filter|bind|values|optional|union|minus|graph|service|silent|exists|not|in|where|as)$/i;

/** The tokens of a text, without white space and comments: {kind, text, from}. */
export function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  for (let match; TOKEN.lastIndex < text.length && (match = TOKEN.exec(text)); ) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (kind !== "space") found.push({ kind, text: match[0], from: match.index });
  }
  return found;
}

/** The prefixes that a query declares: a map from name (without its colon) to IRI. */
export function declared(list) {
  const prefixes = new Map();
  list.forEach((token, at) => {
    const [name, iri] = [list[at + 1], list[at + 2]];
    if (token.kind === "word" && /^prefix$/i.test(token.text) && name?.kind === "name" && iri?.kind === "iri") {
      prefixes.set(name.text.slice(0, -1), iri.text.slice(1, -1));
    }
  });
  return prefixes;
}

/** The prefixes that a query uses and does not declare. */
function undeclared(text) {
  const list = tokens(text);
  const known = declared(list);
  return [...new Set(list.filter((token) => token.kind === "name").map(({ text: name }) => name.slice(0, name.indexOf(":"))))].filter(
    (prefix) => !known.has(prefix),
  );
}

/** The PREFIX lines that a query lacks, as far as its prefixes are in `known` (a map from name to IRI). */
export function missing(text, known) {
  return undeclared(text)
    .filter((prefix) => known.has(prefix))
    .sort()
    .map((prefix) => `PREFIX ${prefix}: <${known.get(prefix)}>\n`)
    .join("");
}

/** The IRI of a token, or its text where it is not an IRI (a variable) or its prefix is unknown. */
function meaning(token, prefixes) {
  if (token.kind === "iri") return token.text.slice(1, -1);
  if (token.kind === "word" && token.text === "a") return RDF_TYPE;
  if (token.kind === "name") {
    const colon = token.text.indexOf(":");
    const namespace = prefixes.get(token.text.slice(0, colon));
    if (namespace !== undefined) return namespace + token.text.slice(colon + 1).replace(/\\(.)/gu, "$1");
  }
  return token.text;
}

/** Follow the triples of a text. Returns the place where it ends and the classes that each subject has in it. */
function follow(list, prefixes) {
  const classes = new Map();
  const outside = { place: "head" };
  const stack = [outside];
  let blanks = 0;
  const term = (value) => {
    const here = stack.at(-1);
    if (here.place === "subject") Object.assign(here, { place: "predicate", subject: value, path: false });
    else if (here.place === "predicate") Object.assign(here, { place: "object", predicate: value });
    else if (here.place === "object") {
      here.place = "end";
      if (here.predicate === RDF_TYPE && !here.path) classes.set(here.subject, [...(classes.get(here.subject) ?? []), value]);
    }
  };
  const close = () => (stack.length > 1 ? stack.pop() : undefined);
  for (const token of list) {
    const here = stack.at(-1);
    const { kind, text } = token;
    if (text === "{") {
      stack.push({ place: here.clause === "values" ? "data" : "subject" });
      here.clause = undefined;
    } else if (text === "}") {
      close();
      if (stack.at(-1) !== outside) stack.at(-1).place = "subject";
    } else if (text === "[") {
      stack.push({ place: "predicate", subject: `[${(blanks += 1)}]`, path: false });
    } else if (text === "]") {
      const inner = close();
      if (inner?.subject) term(inner.subject);
    } else if (text === "(") {
      stack.push({ place: "condition" });
    } else if (text === ")") {
      close();
      const after = stack.at(-1);
      if (after.place === "clause") after.place = "subject";
      else if (after.place !== "predicate") term("()");
    } else if (here.place === "data" || here.place === "condition" || here.place === "head") {
      if (kind === "word" && /^(values)$/i.test(text)) here.clause = "values";
    } else if (text === ".") {
      Object.assign(here, { place: "subject", subject: undefined, path: false });
    } else if (text === ";") {
      Object.assign(here, { place: "predicate", path: false });
    } else if (text === ",") {
      here.place = "object";
    } else if (kind === "mark" && /^[/|]$/.test(text)) {
      Object.assign(here, { place: "predicate", path: true });
    } else if (text === "^" || text === "!") {
      here.path = true;
    } else if (kind === "word" && CLAUSES.test(text)) {
      Object.assign(here, { place: "clause", clause: text.toLowerCase() });
    } else if (kind === "word" && text.startsWith("@")) {
      // The language of the text before it.
    } else if (kind !== "mark" && here.place !== "clause") {
      term(meaning(token, prefixes));
    }
  }
  return { ...stack.at(-1), classes };
}

/**
 * What can stand at a place of a query: {place, classes, predicate, clause}. `place` is head, subject, predicate, class, object, end, data,
 * condition or clause; `classes` are those that the subject of the triple has anywhere in the query (empty: unknown);
 * `predicate` is that of the triple, `clause` the keyword before it.
 */
export function expected(text, from, to, known) {
  const [before, after] = [text.slice(0, from), text.slice(to)];
  const prefixes = new Map([...known, ...declared(tokens(`${before} ${after}`))]);
  const here = follow(tokens(before), prefixes);
  if (here.place === "predicate" && here.subject && !here.path) {
    const all = follow(tokens(`${before} ${after}`), prefixes).classes;
    return { place: "predicate", classes: all.get(here.subject) ?? here.classes.get(here.subject) ?? [] };
  }
  const isClass = here.place === "object" && here.predicate === RDF_TYPE;
  return { place: isClass ? "class" : here.place, classes: [], predicate: here.predicate, clause: here.clause };
}
