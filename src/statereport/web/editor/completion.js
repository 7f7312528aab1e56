// Completion from this graph: terms and things by their labels, properties as the shapes of a class name them.

const MOST = 60;
const KEYWORDS = ["SELECT", "DISTINCT", "WHERE", "OPTIONAL", "FILTER", "UNION", "MINUS", "BIND", "VALUES", "GRAPH", "GROUP BY", "HAVING",
  "ORDER BY", "DESC", "ASC", "LIMIT", "OFFSET", "COUNT", "SUM", "MIN", "MAX", "AVG", "CONSTRUCT", "ASK", "NOT EXISTS", "EXISTS", "LANG",
  "STR", "CONTAINS", "LCASE", "REGEX", "COALESCE", "IF", "BOUND", "GROUP_CONCAT", "SAMPLE"];
const TOKEN = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|#[^\n]*|[?$]\w+|[\w-]*:[\w.-]*[\w-]|[\w-]*:|[A-Za-z_]\w*|\d[\d.]*|\^\^|&&|\|\||[^\s]/g;

let loading = null;

function words() {
  loading ??= fetch("/editor/words.json").then((answer) => answer.json()).catch(() => ((loading = null), { prefixes: {}, words: [] }));
  return loading;
}

/** Prefix → whether the query declares it. */
export function declared(text) {
  return new Set([...text.matchAll(/PREFIX\s+([\w-]*):/gi)].map((match) => match[1]));
}

/** What may stand where the cursor is. */
export async function completions(context) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (/#|"[^"]*$/.test(before.replace(/<[^>]*>/g, "").replace(/"[^"]*"/g, ""))) return null;
  const variable = /[?$]\w*$/.exec(before);
  const text = context.state.doc.toString();
  if (variable) return variables(text, context.pos, variable[0]);
  const typed = /(?:[\w-]+:)?[\p{L}\p{N}_.-]*$/u.exec(before)[0];
  if (!typed && !context.explicit) return null;
  const known = await words();
  const where = position(text.slice(0, context.pos - typed.length), text);
  // Labels have several words: the longest run of words before the cursor that some label holds.
  for (const start of starts(before, typed)) {
    const found = matching(known.words, before.slice(start).toLowerCase(), where);
    if (found.length || start === before.length - typed.length) {
      const from = line.from + start;
      const options = found.slice(0, MOST).map((entry) => option(entry, where, known.prefixes));
      if (start === before.length - typed.length && typed && !typed.includes(":")) options.push(...keywords(typed));
      return options.length ? { from, options, filter: false } : null;
    }
  }
  return null;
}

function starts(before, typed) {
  const run = /[\p{L}][\p{L}\p{N}' -]*$/u.exec(before)?.[0] ?? "";
  const beginnings = [...run.matchAll(/(?<![\p{L}\p{N}])\p{L}/gu)].map((match) => before.length - run.length + match.index);
  const own = before.length - typed.length;
  return [...beginnings.filter((start) => start < own && before.length - start <= 60), own];
}

function variables(text, position_, typed) {
  const here = position_ - typed.length;
  const names = new Set([...text.matchAll(/[?$]\w+/g)].filter((match) => match.index !== here).map((match) => match[0]));
  const options = [...names].filter((name) => name.startsWith(typed)).sort().map((label) => ({ label, type: "variable" }));
  return options.length ? { from: here, options } : null;
}

function keywords(typed) {
  return KEYWORDS.filter((word) => word.startsWith(typed.toUpperCase())).map((label) => ({ label, type: "keyword", detail: "keyword" }));
}

/** Which part of a triple comes next, and the classes that its subject is said to have. */
export function position(before, whole) {
  let subject = null;
  let predicate = null;
  let next = "subject";
  const read = [...before.matchAll(TOKEN)].map((match) => match[0]).filter((token) => !token.startsWith("#"));
  for (const token of read) {
    if (token === "{" || token === "}" || token === ".") [subject, predicate, next] = [null, null, "subject"];
    else if (token === ";") [predicate, next] = [null, "predicate"];
    else if (token === ",") next = "object";
    else if ("()[]/|^*+".includes(token) && next !== "subject") next = token === "/" || token === "|" || token === "^" ? "predicate" : next;
    else if (next === "subject") [subject, next] = [token, "predicate"];
    else if (next === "predicate") [predicate, next] = [token, "object"];
    else next = "end";
  }
  return { next, predicate, classes: subject ? classesOf(subject, whole) : [] };
}

function classesOf(subject, text) {
  const found = [];
  let here = null;
  let place = 0;
  let said = null;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith("#")) continue;
    if (token === "{" || token === "}" || token === ".") [here, place] = [null, 0];
    else if (token === ";") place = 1;
    else if (token === ",") place = 2;
    else if (place === 0) [here, place] = [token, 1];
    else if (place === 1) [said, place] = [token, 2];
    else if (here === subject && (said === "a" || said === "rdf:type") && token.includes(":")) found.push(token);
  }
  return found;
}

function matching(entries, typed, where) {
  const suited = entries.filter((entry) => suits(entry, where));
  const ranked = [];
  for (const entry of suited) {
    const rank = rankOf(entry, typed);
    if (rank < 9) ranked.push([rank - (needed(entry, where) ? 0.5 : 0), entry.label.length, entry]);
  }
  return ranked.sort((one, other) => one[0] - other[0] || one[1] - other[1] || (one[2].name < other[2].name ? -1 : 1)).map((it) => it[2]);
}

function suits(entry, where) {
  if (where.next === "predicate") {
    const shaped = where.classes.some((name) => entry.of && name in entry.of);
    return entry.kind === "property" && (where.classes.length === 0 || shaped);
  }
  if (where.next === "object" && (where.predicate === "a" || where.predicate === "rdf:type")) return entry.kind === "class";
  return where.next !== "object" || entry.kind !== "property";
}

function needed(entry, where) {
  return where.classes.some((name) => entry.of?.[name]);
}

function rankOf(entry, typed) {
  if (!typed) return 3;
  const label = entry.label.toLowerCase();
  const name = entry.name.toLowerCase();
  const local = name.slice(name.indexOf(":") + 1);
  if (label === typed || name === typed) return 0;
  if (label.startsWith(typed)) return 1;
  if (name.startsWith(typed) || local.startsWith(typed)) return 2;
  if (label.includes(` ${typed}`)) return 3;
  return typed.length > 2 && (label.includes(typed) || local.includes(typed)) ? 5 : 9;
}

function option(entry, where, prefixes) {
  const must = needed(entry, where);
  const detail = [entry.name, must ? "required" : where.next === "predicate" && where.classes.length ? "optional" : ""].filter(Boolean).join(", ");
  return {
    label: entry.label,
    detail,
    type: entry.kind,
    info: entry.says,
    apply: (view, _completion, from, to) => insert(view, entry.name, from, to, prefixes),
  };
}

/** Put a name in, with the line of its prefix at the top where it is not declared yet. */
function insert(view, name, from, to, prefixes) {
  const prefix = name.slice(0, name.indexOf(":"));
  const missing = prefixes[prefix] && !declared(view.state.doc.toString()).has(prefix);
  const line = missing ? `PREFIX ${prefix}: <${prefixes[prefix]}>\n` : "";
  view.dispatch({
    changes: [...(line ? [{ from: 0, insert: line }] : []), { from, to, insert: name }],
    selection: { anchor: from + line.length + name.length },
    userEvent: "input.complete",
  });
}
