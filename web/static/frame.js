/** The frame of every page: size of text and language, kept in cookies so that they hold before anybody signs in. */
const YEAR = 31_536_000;

/** @param {string} name @param {string} value */
const keep = (name, value) => (document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`);

for (const button of document.querySelectorAll("button[data-text-size]")) {
  button.addEventListener("click", () => {
    const large = document.documentElement.dataset.text !== "large";
    document.documentElement.dataset.text = large ? "large" : "usual";
    button.setAttribute("aria-pressed", String(large));
    keep("large", large ? "1" : "0");
  });
}

for (const button of document.querySelectorAll("button[data-language]")) {
  button.addEventListener("click", () => {
    keep("lang", /** @type {HTMLElement} */ (button).dataset.language ?? "vi");
    location.reload();
  });
}
