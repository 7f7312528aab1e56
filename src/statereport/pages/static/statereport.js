// What every page does where scripts run; each page works without them.

// A link to a place inside a closed <details> opens it.
function open() {
  const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = place; part; part = part.parentElement) {
    if (part.tagName === "DETAILS") part.open = true;
  }
  if (place) place.scrollIntoView();
}
window.addEventListener("hashchange", open);
open();

// A table can be copied as a table: for spreadsheets and word processors with its rows and columns, else as lines.
for (const list of document.querySelectorAll('ul[aria-label="Download the answer"]')) {
  const table = document.getElementById("table");
  if (!table || !navigator.clipboard?.write) continue;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Copy as table" });
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")));
    const copy = document.createElement("table");
    for (const line of lines) {
      const row = copy.insertRow();
      for (const text of line) row.insertCell().textContent = text;
    }
    const as = (type, text) => [type, new Blob([text], { type })];
    const text = lines.map((line) => line.join("\t")).join("\n");
    try {
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries([as("text/plain", text), as("text/html", copy.outerHTML)]))]);
      status.textContent = ` ${lines.length - 1} rows copied`;
    } catch {
      status.textContent = " The browser does not permit it";
    }
  });
  const item = document.createElement("li");
  item.append(button, status);
  list.append(item);
}

// Copies a text; where a page may not write to the clipboard, as without HTTPS, by selecting it.
async function copy(part) {
  if (navigator.clipboard) return navigator.clipboard.writeText(part.textContent);
  const hidden = part.hidden;
  part.hidden = false;
  getSelection().selectAllChildren(part);
  document.execCommand("copy");
  part.hidden = hidden;
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  const name = button.textContent;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = name; }, 2000);
  });
}

// On a narrow screen the contents begin closed.
if (matchMedia("(max-width: 40rem)").matches) {
  for (const contents of document.querySelectorAll("nav.contents > details")) contents.open = false;
}

// The map of the law: the instrument under the pointer, finger or focus stands out with all that belongs to it, and is
// described in words, which stand in the table below the map. The map is one stop for the keyboard.
for (const map of document.querySelectorAll(".map svg")) {
  const laws = [...map.querySelectorAll("g.law")];
  const words = map.closest("figure").querySelector(".map-words");
  const show = (law) => {
    const name = law?.dataset.name;
    const ties = [...map.querySelectorAll("g.tie")].filter(({ dataset }) => name && [dataset.one, dataset.other].includes(name));
    const related = new Set([name, ...ties.flatMap(({ dataset }) => [dataset.one, dataset.other])]);
    map.classList.toggle("chosen", Boolean(law));
    for (const tie of map.querySelectorAll("g.tie")) tie.classList.toggle("on", ties.includes(tie));
    for (const one of laws) one.classList.toggle("on", related.has(one.dataset.name));
    for (const one of laws) one.classList.toggle("this", one === law);
    const row = name && document.querySelector(`table [data-name="${CSS.escape(name)}"]`);
    words.hidden = !row;
    if (row) words.textContent = [...row.cells].map((cell, i) => (i > 1 && cell.textContent.trim() ? `${cell.dataset.title}: ` : "") + cell.textContent.trim().replace(/\s+/g, " ")).filter(Boolean).join(". ");
  };
  map.addEventListener("pointerover", (event) => show(event.target.closest("g.law")));
  map.addEventListener("pointerleave", () => show(map.querySelector("g.law a:focus")?.closest("g.law")));
  map.addEventListener("focusin", (event) => show(event.target.closest("g.law")));
  map.addEventListener("focusout", () => show(undefined));
  // The first tap shows, the second follows the link.
  map.addEventListener("click", (event) => {
    const law = event.target.closest("g.law");
    if (event.pointerType !== "touch" || !law || map.tapped === law) return;
    event.preventDefault();
    map.tapped = law;
    show(law);
  });
  map.addEventListener("keydown", (event) => {
    const here = laws.indexOf(event.target.closest("g.law"));
    const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: laws.length - 1 }[event.key];
    if (here < 0 || !laws[next]) return;
    event.preventDefault();
    const [from, to] = [laws[here], laws[next]].map((law) => law.querySelector("a"));
    from.setAttribute("tabindex", "-1");
    to.setAttribute("tabindex", "0");
    to.focus();
  });
}
