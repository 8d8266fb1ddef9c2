/** What every office page does: size of text and language, the first fault in view, no loss of what was typed. */
import "../frame.js";

const faults = /** @type {HTMLElement | null} */ (document.querySelector("[data-faults]"));
if (faults) (/** @type {HTMLElement | null} */ (document.querySelector("[aria-invalid='true']")) ?? faults).focus();

// The sentence of what was done belongs to this visit alone, not to a reload or a bookmark.
if (document.querySelector("[data-done]")) {
  const here = new URL(location.href);
  here.searchParams.delete("xong");
  history.replaceState(null, "", here);
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-form]"))) {
  let typed = false;
  form.addEventListener("input", () => (typed = true));
  form.addEventListener("submit", () => {
    typed = false;
    for (const button of form.querySelectorAll("button[type='submit']")) setTimeout(() => button.setAttribute("aria-disabled", "true"));
  });
  addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}

/** A button with data-confirm asks before it sends its form. */
document.addEventListener("submit", (event) => {
  const button = /** @type {SubmitEvent} */ (event).submitter;
  const asks = button?.dataset.confirm;
  if (asks && !confirm(asks)) event.preventDefault();
});
