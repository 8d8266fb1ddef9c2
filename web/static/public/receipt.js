/** The receipt prints itself. */
document.querySelector("[data-print]")?.addEventListener("click", () => print());
