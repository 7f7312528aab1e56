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
