// What this browser keeps, and no server learns of: drafts by address, and the queries that were run.

const DRAFTS = "statereport.drafts";
const EARLIER = "statereport.queries";
const MOST = 30;

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser may keep nothing; then nothing is kept.
  }
}

const place = (address) => new URL(address).search;

/** The draft of an address, where there is one. */
export const draft = (address) => read(DRAFTS, []).find((kept) => kept.place === place(address))?.text;

/** Keep the draft of an address; the oldest goes. */
export function keepDraft(address, text) {
  const others = read(DRAFTS, []).filter((kept) => kept.place !== place(address));
  write(DRAFTS, [{ place: place(address), text }, ...others].slice(0, MOST));
}

/** The queries that were run, latest first. */
export const earlier = () => read(EARLIER, []);

/** Keep a query that is run. */
export function remember(text) {
  write(EARLIER, [text, ...earlier().filter((other) => other !== text)].slice(0, MOST));
}

/** Keep no query any more, and no draft. */
export function forget() {
  localStorage.removeItem(EARLIER);
  localStorage.removeItem(DRAFTS);
}
