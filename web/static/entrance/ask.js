/** How the entrances ask the server: JSON there and back, and a refusal's sentence shown where the person looks. */
import "../frame.js";
import { t } from "../room/i18n.js";

/** @typedef {{seat?: string, redirect?: string, asks?: string, code?: string, sentence?: string}} Answer */

/** Posts; gives the answer, or null after a refusal, whose sentence then stands on the page. @param {string} path @param {Record<string, string>} [body] */
export async function ask(path, body) {
  tell("");
  try {
    const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
    const answer = /** @type {Answer} */ (await response.json());
    if (response.ok) return answer;
    tell(answer.sentence ?? t("entrance.failed"));
  } catch {
    tell(t("entrance.no_network"));
  }
  return null;
}

/** @param {string} sentence */
export function tell(sentence) {
  const place = document.querySelector(".form-error");
  if (place) place.textContent = sentence;
}

/** Goes on to where the answer says; the page left behind is not in the history. @param {Answer | null} answer */
export function goOn(answer) {
  if (answer?.redirect) location.replace(answer.redirect);
}

/** Has a form sent by script, once at a time. @param {string} id @param {(data: Record<string, string>) => Promise<void>} send */
export function onSubmit(id, send) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById(id));
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
    const data = Object.fromEntries(Array.from(new FormData(form), ([name, value]) => [name, String(value)]));
    button.disabled = true;
    await send(data);
    button.disabled = false;
  });
}
