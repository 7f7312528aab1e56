// The form of a question leads to the single file, where it is asked with the values of the form.
for (const form of document.querySelectorAll("form[data-question]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = [["question", form.dataset.question], ...new FormData(form)].filter(([name]) => name !== "identifiers");
    location.href = `${form.getAttribute("action")}#${new URLSearchParams(values)}`;
  });
}
