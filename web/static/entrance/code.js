import { ask, goOn, onSubmit } from "./ask.js";

onSubmit("code", async (data) => goOn(await ask("/api/code", data)));

const scanned = location.hash.slice(1); // the desk's screen shows the code as a QR, too
if (scanned) {
  /** @type {HTMLInputElement} */ (document.querySelector("[name=code]")).value = scanned;
  /** @type {HTMLFormElement} */ (document.getElementById("code")).requestSubmit();
}
