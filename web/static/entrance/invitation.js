/** Opens an invitation: what stands behind the # goes to the server in a form, never in an address. */
import "../frame.js";

const token = location.hash.slice(1);
const form = /** @type {HTMLFormElement} */ (document.getElementById("open"));

addEventListener("hashchange", () => location.reload());

if (token) {
  /** @type {HTMLInputElement} */ (form.elements.namedItem("token")).value = token;
  form.submit();
} else {
  document.getElementById("checking")?.setAttribute("hidden", "");
  document.getElementById("void")?.removeAttribute("hidden");
}
