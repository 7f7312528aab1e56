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
