// What the editor keeps, in this browser and nowhere else: the draft of each address, and the queries asked before.

const QUERIES = "statereport.queries";
const DRAFT = "statereport.draft";
const MOST = 40;

function read(store, key, otherwise) {
  try {
    return JSON.parse(store.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(store, key, value) {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the editor works without memory.
  }
}

/** The queries that were answered, the latest first. */
export function kept() {
  return read(localStorage, QUERIES, []);
}

/** Keep a query as the latest. */
export function keep(query) {
  write(localStorage, QUERIES, [query, ...kept().filter((other) => other !== query)].slice(0, MOST));
}

/** Keep none. */
export function forget() {
  write(localStorage, QUERIES, []);
}

/** What was typed at this address before it was loaded again; null where nothing was. */
export function draft() {
  const saved = read(sessionStorage, DRAFT, null);
  return saved && saved.address === location.href ? saved.text : null;
}

/** Keep what is typed at this address. */
export function saveDraft(text) {
  write(sessionStorage, DRAFT, { address: location.href, text });
}
