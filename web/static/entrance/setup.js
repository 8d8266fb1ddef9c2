import { ask, goOn, onSubmit } from "./ask.js";

const token = location.hash.slice(1);
const field = /** @type {HTMLInputElement} */ (document.querySelector("[name=password]"));

onSubmit("setup", async ({ password }) => goOn(await ask("/api/setup", { token, password })));
document.getElementById("show")?.addEventListener("change", (event) => {
  field.type = /** @type {HTMLInputElement} */ (event.target).checked ? "text" : "password";
});
