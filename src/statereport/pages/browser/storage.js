// What is kept in this browser and never sent: drafts by address, and the queries that were run.

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
    // Storage may be switched off; the editor works without it.
  }
}

const place = (address) => new URL(address).pathname + new URL(address).search;

/** The draft for an address; undefined where there is none. */
export const draft = (address) => read(DRAFTS, []).find((kept) => kept.place === place(address))?.text;

const otherDrafts = (address) => read(DRAFTS, []).filter((kept) => kept.place !== place(address));

/** Keep the draft for an address; the oldest draft is dropped. */
export const keepDraft = (address, text) => write(DRAFTS, [{ place: place(address), text }, ...otherDrafts(address)].slice(0, MOST));

/** Drop the draft for an address. */
export const dropDraft = (address) => write(DRAFTS, otherDrafts(address));

/** The queries that were run, latest first. */
export const earlier = () => read(EARLIER, []);

/** Keep a query that was run. */
export function remember(text) {
  write(EARLIER, [text, ...earlier().filter((other) => other !== text)].slice(0, MOST));
}

/** Drop all queries and drafts. */
export function forget() {
  localStorage.removeItem(EARLIER);
  localStorage.removeItem(DRAFTS);
}
