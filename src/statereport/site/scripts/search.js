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

  // The expression: words, "a phrase", AND, OR, NOT, brackets, a star at a word's end; numbers in any writing.
  class Unreadable extends Error {}
  const plain = (word) => word.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");
  const BLANKS = /(?<![\p{L}\p{N}_,.])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\p{L}\p{N}_,.])/gu;
  const beginning = (letters) => index.words.filter((word) => plain(word).startsWith(plain(letters)));

  /** The words for a token with a star, or for one in a script whose words are not stemmed, less its ending. */
  function ends(token) {
    if (token.endsWith("*")) return beginning(token.replace(/\*+$/, ""));
    const signs = [...token];
    const foreign = signs.length > 3 && /^\p{L}+$/u.test(token) && signs.every((sign) => sign.codePointAt(0) > 0x24f);
    return foreign ? beginning(signs.slice(0, signs.length < 7 ? -1 : -3).join("")) : [];
  }

  function parse(text) {
    if ((text.split('"').length - 1) % 2) throw new Unreadable("A quotation mark is open.");
    const given = text.replace(BLANKS, (number) => number.replace(/\s/g, "\u00a0")).match(/"[^"]*"|[()]|(?:\d+\u00a0)+\d+|[^\s()"]+/g) ?? [];
    let at = 0;
    const phrases = [];
    const leaf = (words) => {
      const found = phrase(words);
      if (words.length) phrases.push(found);
      return new Set(found.keys());
    };
    const both = (one, other) => new Set([...one].filter((row) => other.has(row)));
    const either = (one, other) => new Set([...one, ...other]);
    function word(token) {
      if (!/[\p{L}\p{N}_]/u.test(token)) throw new Unreadable(`${token} is not a word.`);
      if (token.startsWith('"')) return leaf(tokens(token));
      if (token.includes("\u00a0") || /^(?:\d{4,}|\d{1,3}(?:[,.'’]\d{3})+)$/.test(token)) {
        const digits = token.replace(/\D/g, "");
        const apart = digits.replace(/^0+(?=\d)/, "").replace(/\B(?=(?:\d{3})+$)/g, " ");
        const rows = either(leaf(tokens(digits)), leaf(tokens(apart)));
        return token.includes("\u00a0") ? either(rows, token.split("\u00a0").map((part) => leaf(tokens(part))).reduce(both)) : rows;
      }
      const words = ends(token);
      return (words.length ? words : [token]).map((it) => leaf(tokens(it))).reduce(either);
    }
    function single() {
      const token = given[at];
      at += 1;
      if (token === undefined || ["AND", "OR", "NOT", ")"].includes(token)) throw new Unreadable("The expression is not complete.");
      if (token !== "(") return word(token);
      const inner = any();
      if (given[at] !== ")") throw new Unreadable("A bracket is open.");
      at += 1;
      return inner;
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
        rows = either(rows, all());
      }
      return rows;
    }
    if (!given.length) throw new Unreadable("There is no word to look for.");
    const rows = any();
    if (at < given.length) throw new Unreadable("A bracket closes nothing.");
    return { rows, phrases };
  }

  /** How far a row's names are from what is looked for, smallest where it is called so; then the shorter name. */
  function distance(wanted, row) {
    const [own, ...names] = index.called[row];
    const label = own === 0 ? index.rows[row][1] : own;
    const called = [label, ...names].filter((name) => name).map(plain);
    if (called.includes(wanted)) return [label ? 0 : 1, 0];
    if (!index.named.includes(index.rows[row][3])) return [4, 0];
    if (called.some((name) => name.startsWith(wanted))) return [2, [...called[0]].length];
    const words = new Set(plain(label).match(/[\p{L}\p{N}_]+/gu) ?? []);
    return [wanted.split(" ").every((word) => words.has(word)) ? 3 : 4, 0];
  }

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
    const wanted = plain(text.replaceAll('"', " ").trim().split(/\s+/).join(" "));
    const scored = [...rows].map((row) => [...distance(wanted, row), -score(row), row]);
    const order = (one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2] || one[3] - other[3];
    return scored.sort(order).slice(0, most).map((it) => index.rows[it.at(-1)]).map(([local, ...more]) => [index.base + local, ...more]);
  }

  // Words of questions, by which nothing is found.
  const LITTLE = new Set("a about and are by does for from how in is many much of on or said say the to was what who with".split(" "));
  /** What some of the words find, where no row has all of them. */
  function some(text) {
    const words = text.replace(/\?+$/, "").split(" ").filter((word) => word && !LITTLE.has(word.toLowerCase()));
    return words.length && words.every((word) => /^[\p{L}\p{N}]+$/u.test(word)) ? find(words.join(" OR ")) : [];
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
    let part = "";
    try {
      found = find(words);
      if (!found.length) [found, part] = [some(words), " with some of the words"];
    } catch (reason) {
      if (!(reason instanceof Unreadable)) throw reason;
      return [make("p", { class: "fault", role: "alert" }, `${reason.message} Try: schools NOT pupils, or "stateless persons".`)];
    }
    if (!found.length) return [make("p", { class: "empty", role: "status" }, make("strong", {}, "Nothing found"), ` for “${words}”. Try fewer words or another form of them.`)];
    const items = found.map(([iri, label, language, kind, path, passages]) => {
      const many = passages.slice(0, 6).flatMap(([name, place = ""], at) => [at ? " " : "", make("a", { class: "passage", href: address(place, "") }, name)]);
      return make("li", {}, make("span", { class: "kind" }, kind), " ", make("a", { href: address(path, iri), lang: language !== "en" && language }, label), " ", make("span", { class: "where" }, ...many, passages.length > 6 ? " …" : ""));
    });
    return [make("p", { class: "result", role: "status" }, `${found.length}${found.length === 60 ? " or more" : ""} found for “${words}”${part}.`), make("ol", { class: "results" }, ...items)];
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

// The single file: a form in its head, and the results as one of its places (#search=…).
(() => {
  const content = document.getElementById("content");
  if (!document.getElementById("held") || !content) return;
  const input = document.createElement("input");
  const label = document.createElement("label");
  const button = document.createElement("button");
  const form = document.createElement("form");
  Object.assign(input, { type: "search", id: "find", name: "search", autocomplete: "off" });
  Object.assign(label, { htmlFor: "find", textContent: "Search" });
  button.textContent = "Search";
  form.className = "find";
  form.setAttribute("role", "search");
  form.append(label, input, button);
  document.querySelector("header").append(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = new URLSearchParams({ search: input.value });
  });
  const show = () => {
    const wanted = new URLSearchParams(location.hash.slice(1)).get("search");
    if (wanted === null) return;
    input.value = wanted;
    const title = document.createElement("h1");
    title.textContent = "Search";
    content.replaceChildren(title, ...statereportSearch.shown(wanted, (path, iri) => iri && `#thing=${encodeURIComponent(iri)}`));
    document.title = "Search · statereport";
  };
  // The page says in this attribute what it shows, whenever it has put something else in place.
  new MutationObserver(show).observe(document.documentElement, { attributeFilter: ["data-shown"] });
})();
