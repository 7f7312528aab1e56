// The form of a question leads to the single file, where it is asked with the values of the form.
for (const form of document.querySelectorAll("form[data-question]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = [["question", form.dataset.question], ...new FormData(form)].filter(([name]) => name !== "identifiers");
    location.href = `${form.getAttribute("action")}#${new URLSearchParams(values)}`;
  });
}

// A table is sorted by a column where all its rows are in the page: up, down, and as it was. Empty cells come last.
for (const table of document.querySelector('nav[aria-label="Rows"]') ? [] : document.querySelectorAll("table#table")) {
  const body = table.tBodies[0];
  const before = [...body.rows];
  const order = new Intl.Collator("en", { numeric: true });
  for (const span of table.querySelectorAll("thead th > span")) {
    const head = span.parentElement;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "sort" });
    button.append(...span.childNodes);
    span.replaceWith(button);
    button.addEventListener("click", () => {
      const now = { ascending: "descending", descending: "" }[head.getAttribute("aria-sort")] ?? "ascending";
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      const text = (row) => row.cells[head.cellIndex].textContent.trim();
      const number = (row) => Number.parseFloat(text(row).replaceAll(",", ""));
      const compared = (a, b) => (head.classList.contains("number") && number(a) - number(b)) || order.compare(text(a), text(b));
      const filled = before.filter(text);
      if (now) filled.sort(compared);
      if (now === "descending") filled.reverse();
      if (now) head.setAttribute("aria-sort", now);
      body.append(...(now ? [...filled, ...before.filter((row) => !text(row))] : before));
    });
  }
}

// Names in another language, where things have one: links have the short name of what they lead to as their title.
(() => {
  const script = document.currentScript;
  const languages = Object.entries({ en: "English", ...JSON.parse(script.dataset.languages) });
  const header = document.querySelector("header.top");
  if (languages.length < 2 || !header) return;
  const links = [...document.querySelectorAll("a[title]")].map((link) => [link, link.textContent, link.lang]);
  const choice = Object.assign(document.createElement("p"), { className: "languages" });
  const kept = (tag) => {
    try {
      if (tag) localStorage.setItem("statereport-names", tag);
      return localStorage.getItem("statereport-names") ?? "en";
    } catch {
      return "en"; // a page that was opened from a disk may keep nothing
    }
  };
  const named = (tag) => {
    for (const [link, text, language] of links) {
      const name = globalThis.statereportNames?.[tag]?.[link.title];
      link.textContent = name ?? text;
      link.lang = name ? tag : language;
    }
  };
  const show = (tag) => {
    choice.replaceChildren("Names in ");
    for (const [at, [other, name]] of languages.entries()) {
      const part = Object.assign(document.createElement(other === tag ? "b" : "button"), { lang: other, textContent: name });
      if (other !== tag) Object.assign(part, { type: "button", onclick: () => show(kept(other) && other) });
      choice.append(at ? " · " : "", part);
    }
    if (tag === "en" || globalThis.statereportNames?.[tag]) return named(tag);
    const more = document.createElement("script");
    more.src = new URL(`names-${tag}.js`, script.src);
    more.onload = () => named(tag);
    document.head.append(more);
  };
  header.append(choice);
  const first = kept();
  show(languages.some(([tag]) => tag === first) ? first : "en");
})();
