// What pages do more of where there are scripts; each works without them.

// A form whose choices are few answers as soon as one is made.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// A link to a place inside of a closed part opens it.
function open() {
  const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = place; part; part = part.parentElement) {
    if (part.tagName === "DETAILS") part.open = true;
  }
  if (place) place.scrollIntoView();
}
window.addEventListener("hashchange", open);
open();
