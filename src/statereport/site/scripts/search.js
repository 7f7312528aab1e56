// Search in a page, without a server: the same words find the same things in the same order as on the server.
// The index (statereportIndex) comes from the server's own, SQLite's FTS5: stems with their places. Here words of an
// expression are folded and stemmed as FTS5 does it, and rows are ordered by its BM25.

const statereportSearch = ((index) => {
  "use strict";
  const COLUMNS = 3;
  const K1 = 1.2;
  const B = 0.75;

  // Folding (unicode61, remove_diacritics 2): lower case, without the accents of Latin letters.
  const fold = (word) =>
    [...word.toLowerCase()]
      .map((sign) => {
        const parts = sign.normalize("NFD");
        return parts.length > 1 && /^[a-z]\p{M}+$/u.test(parts) ? parts[0] : sign;
      })
      .join("");
  const tokens = (text) => (text.match(/[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\u0300-\u036f]*/gu) ?? []).map((word) => stem(fold(word.replace(/[\u0300-\u036f]/g, ""))));

  // The stems of M. F. Porter's algorithm (1980), as FTS5 has them.
  const isVowel = (sign, y) => "aeiou".includes(sign) || (y && sign === "y");
  const gobble = (word, from, before) => {
    let consonant = before;
    let at = from;
    for (; at < word.length; at += 1) {
      consonant = !isVowel(word[at], consonant);
      if (!consonant) break;
    }
    for (at += 1; at < word.length; at += 1) {
      consonant = !isVowel(word[at], consonant);
      if (consonant) return at + 1;
    }
    return 0;
  };
  const measure = (word) => {
    const first = gobble(word, 0, false);
    return first ? (gobble(word, first, true) ? 2 : 1) : 0;
  };
  const hasVowel = (word) => [...word].some((sign, at) => isVowel(sign, at > 0));
  const isShort = (word) => {
    if ("wxy".includes(word.at(-1))) return false;
    let consonant = false;
    let mask = 0;
    for (const sign of word) {
      consonant = !isVowel(sign, consonant);
      mask = ((mask << 1) | (consonant ? 1 : 0)) & 7;
    }
    return mask === 5;
  };
  const SECOND = { ational: "ate", tional: "tion", enci: "ence", anci: "ance", izer: "ize", logi: "log", bli: "ble", alli: "al", entli: "ent", eli: "e", ousli: "ous", ization: "ize", ation: "ate", ator: "ate", alism: "al", iveness: "ive", fulness: "ful", ousness: "ous", aliti: "al", iviti: "ive", biliti: "ble" };
  const THIRD = { icate: "ic", ative: "", alize: "al", iciti: "ic", ical: "ic", ful: "", ness: "" };
  const FOURTH = ["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize"];
  const ending = (word, endings) => endings.filter((it) => word.length > it.length && word.endsWith(it)).sort((a, b) => b.length - a.length)[0];
  const cut = (word, end) => word.slice(0, word.length - end.length);

  function stem(word) {
    const bytes = new TextEncoder().encode(word).length;
    if (bytes < 3 || bytes > 64) return word;
    let it = word;
    if (it.endsWith("s")) {
      if (it.endsWith("sses") || (it.endsWith("ies") && it.length > 3)) it = it.slice(0, -2);
      else if (!it.endsWith("ss")) it = it.slice(0, -1);
    }
    if (it.endsWith("eed") && it.length > 3) {
      if (measure(cut(it, "eed")) > 0) it = it.slice(0, -1);
    } else {
      const end = it.endsWith("ed") && it.length > 2 ? "ed" : it.endsWith("ing") && it.length > 3 ? "ing" : "";
      if (end && hasVowel(cut(it, end))) {
        it = cut(it, end);
        const last = it.at(-1);
        if (it.length > 2 && /(at|bl|iz)$/.test(it)) it += "e";
        else if (!isVowel(last, false) && !"lsz".includes(last) && last === it.at(-2)) it = it.slice(0, -1);
        else if (measure(it) === 1 && isShort(it)) it += "e";
      }
    }
    if (it.endsWith("y") && hasVowel(it.slice(0, -1))) it = `${it.slice(0, -1)}i`;
    const second = ending(it, Object.keys(SECOND));
    if (second && measure(cut(it, second)) > 0) it = cut(it, second) + SECOND[second];
    const third = ending(it, Object.keys(THIRD));
    if (third && measure(cut(it, third)) > 0) it = cut(it, third) + THIRD[third];
    const fourth = ending(it, FOURTH);
    if (fourth && measure(cut(it, fourth)) > 1 && (fourth !== "ion" || /[st]$/.test(cut(it, fourth)))) it = cut(it, fourth);
    if (it.endsWith("e")) {
      const rest = it.slice(0, -1);
      if (measure(rest) > 1 || (measure(rest) === 1 && !isShort(rest))) it = rest;
    }
    if (it.length > 1 && it.endsWith("ll") && measure(it.slice(0, -1)) > 1) it = it.slice(0, -1);
    return it;
  }

  // Rows with the places of a word: row → places, each column and offset in one number.
  const places = new Map();
  function rowsOf(word) {
    if (!places.has(word)) {
      const rows = new Map();
      const flat = Object.hasOwn(index.terms, word) ? index.terms[word] : [];
      let row = 0;
      for (let at = 0; at < flat.length; at += 2) {
        row += flat[at];
        if (!rows.has(row)) rows.set(row, []);
        rows.get(row).push(flat[at + 1]);
      }
      places.set(word, rows);
    }
    return places.get(word);
  }

  /** A phrase: row → the places where it begins. */
  function phrase(words) {
    const found = new Map();
    for (const [row, begins] of words.length ? rowsOf(words[0]) : []) {
      const good = begins.filter((place) => words.every((word, at) => rowsOf(word).get(row)?.includes(place + at * COLUMNS)));
      if (good.length) found.set(row, good);
    }
    return found;
  }

  // The expression: words, "a phrase", AND, OR, NOT, brackets, a star at a word's end.
  class Unreadable extends Error {}
  function parse(text) {
    const given = text.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
    if ((text.split('"').length - 1) % 2) throw new Unreadable("A quotation mark is open.");
    let at = 0;
    const phrases = [];
    const leaf = (words) => {
      const found = phrase(words);
      if (words.length) phrases.push(found);
      return new Set(found.keys());
    };
    const both = (one, other) => new Set([...one].filter((row) => other.has(row)));
    function single() {
      const token = given[at];
      at += 1;
      if (token === undefined || ["AND", "OR", "NOT", ")"].includes(token)) throw new Unreadable("The expression is not complete.");
      if (token === "(") {
        const inner = any();
        if (given[at] !== ")") throw new Unreadable("A bracket is open.");
        at += 1;
        return inner;
      }
      if (!/[\p{L}\p{N}]/u.test(token)) throw new Unreadable(`${token} is not a word.`);
      if (token.endsWith("*") && !token.startsWith('"')) {
        const begins = plain(token.replace(/\*+$/, ""));
        const words = index.words.filter((word) => plain(word).startsWith(begins));
        return (words.length ? words : [token]).map((word) => leaf(tokens(word))).reduce((one, other) => new Set([...one, ...other]));
      }
      return leaf(tokens(token));
    }
    function without() {
      let rows = single();
      while (given[at] === "NOT") {
        at += 1;
        const counted = phrases.length;
        const other = single();
        phrases.length = counted;
        rows = new Set([...rows].filter((row) => !other.has(row)));
      }
      return rows;
    }
    function all() {
      let rows = without();
      while (at < given.length && given[at] !== "OR" && given[at] !== ")") {
        if (given[at] === "AND") at += 1;
        rows = both(rows, without());
      }
      return rows;
    }
    function any() {
      let rows = all();
      while (given[at] === "OR") {
        at += 1;
        rows = new Set([...rows, ...all()]);
      }
      return rows;
    }
    if (!given.length) throw new Unreadable("There is no word to look for.");
    const rows = any();
    if (at < given.length) throw new Unreadable("A bracket closes nothing.");
    return { rows, phrases };
  }
  const plain = (word) => word.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");

  const total = index.rows.length;
  const average = index.sizes.reduce((sum, size) => sum + size, 0) / total;

  /** The rows that an expression finds, best first. Throws an error that says what is wrong with the expression. */
  function find(text, most = 60) {
    const { rows, phrases } = parse(text);
    const rarity = phrases.map((found) => {
      const value = Math.log((total - found.size + 0.5) / (found.size + 0.5));
      return value <= 0 ? 1e-6 : value;
    });
    const score = (row) =>
      phrases.reduce((sum, found, at) => {
        const often = (found.get(row) ?? []).reduce((all, place) => all + index.weights[place % COLUMNS], 0);
        return sum + rarity[at] * ((often * (K1 + 1)) / (often + K1 * (1 - B + (B * index.sizes[row]) / average)));
      }, 0);
    const scored = [...rows].map((row) => [score(row), row]);
    return scored.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, most).map(([, row]) => index.rows[row]);
  }

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** The results as elements; `address` makes the link of a row. */
  function shown(text, address) {
    const words = text.trim().split(/\s+/).join(" ").slice(0, 200);
    if (!words) return [];
    let found;
    try {
      found = find(words);
    } catch (reason) {
      if (!(reason instanceof Unreadable)) throw reason;
      return [make("p", { class: "fault", role: "alert" }, `${reason.message} Try: schools NOT pupils, or "stateless persons".`)];
    }
    if (!found.length) return [make("p", { class: "empty", role: "status" }, make("strong", {}, "Nothing found"), ` for “${words}”. Try fewer words or another form of them.`)];
    const items = found.map(([iri, label, language, kind, path, passages]) => {
      const many = passages.slice(0, 6).flatMap(([name, place], at) => [at ? " " : "", make("a", { class: "passage", href: address(place, "") }, name)]);
      return make("li", {}, make("span", { class: "kind" }, kind), " ", make("a", { href: address(path, iri), lang: language !== "en" && language }, label), " ", make("span", { class: "where" }, ...many, passages.length > 6 ? " …" : ""));
    });
    return [make("p", { class: "result", role: "status" }, `${found.length}${found.length === 60 ? " or more" : ""} found for “${words}”.`), make("ol", { class: "results" }, ...items)];
  }

  return { find, shown, stem, tokens };
})(globalThis.statereportIndex);

// The page of results of a static site: the expression is in its address.
(() => {
  const here = document.documentElement.dataset;
  const wanted = new URLSearchParams(location.search).get("q");
  const content = document.getElementById("content");
  if (here.search !== "page" || !content || wanted === null) return;
  document.getElementById("find").value = wanted;
  const found = statereportSearch.shown(wanted, (path) => path);
  if (found.length) content.replaceChildren(content.querySelector("h1"), ...found);
})();
