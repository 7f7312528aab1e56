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

const place = (address) => new URL(address).pathname + new URL(address).search;

/** The draft of an address, where there is one. */
export const draft = (address) => read(DRAFTS, []).find((kept) => kept.place === place(address))?.text;

const otherDrafts = (address) => read(DRAFTS, []).filter((kept) => kept.place !== place(address));

/** Keep the draft of an address; the oldest goes. */
export const keepDraft = (address, text) => write(DRAFTS, [{ place: place(address), text }, ...otherDrafts(address)].slice(0, MOST));

/** Keep the draft of an address no longer: it was run. */
export const dropDraft = (address) => write(DRAFTS, otherDrafts(address));

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
