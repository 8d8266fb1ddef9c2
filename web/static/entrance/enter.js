import { ask, goOn, onSubmit } from "./ask.js";

const token = location.hash.slice(1);
/** @param {string} id @param {boolean} shown */
const show = (id, shown) => document.getElementById(id)?.toggleAttribute("hidden", !shown);

async function enter(name = "") {
  const answer = await ask("/api/enter", name ? { token, name } : { token });
  show("checking", false);
  show("name", answer?.asks === "name" || (name !== "" && !answer?.redirect));
  show("void", !answer && !name);
  if (answer?.asks === "name") /** @type {HTMLInputElement} */ (document.querySelector("#name input")).focus();
  goOn(answer);
}

onSubmit("name", ({ name }) => enter(name));
addEventListener("hashchange", () => location.reload());

if (token) void enter();
else {
  show("checking", false);
  show("void", true);
}
