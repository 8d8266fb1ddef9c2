import { html } from "../../../vendor/lit.js";
import { dialogForm, field, t } from "../ui.js";

/** The questions of the console: a dialog, and the fields in it. */

/**
 * Opens a dialog; gives what was written by the names of the fields (of several ticks the last), or null.
 * @param {string} title @param {unknown} body @param {{submit?: string, kind?: "primary" | "danger", className?: string}} [how]
 * @returns {Promise<Record<string, string> | null>}
 */
export async function ask(title, body, { submit = t("chair.do_it"), ...how } = {}) {
  const form = await dialogForm({ title, body, submit, ...how });
  return form && Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()]));
}

/** One line of text. @param {string} name @param {string} label @param {{required?: boolean, value?: string, maxlength?: number}} [how] */
export const words = (name, label, { required = false, value = "", maxlength = 300 } = {}) =>
  field({ label, control: html`<input name=${name} maxlength=${maxlength} .value=${value} ?required=${required} autocomplete="off" />` });

/** Several lines of text. @param {string} name @param {string} label @param {{required?: boolean, value?: string}} [how] */
export const lines = (name, label, { required = false, value = "" } = {}) =>
  field({ label, control: html`<textarea name=${name} rows="3" maxlength="8000" .value=${value} ?required=${required}></textarea>` });

/** A number. @param {string} name @param {string} label @param {{min: number, max: number, value?: number, required?: boolean}} how */
export const amount = (name, label, { min, max, value, required = false }) =>
  field({ label, control: html`<input type="number" inputmode="numeric" name=${name} min=${min} max=${max} .value=${String(value ?? "")} ?required=${required} />` });

/** One of many, from a list. @param {string} name @param {string} label @param {[string, string][]} among @param {string} [chosen] */
export const choice = (name, label, among, chosen) =>
  field({
    label,
    control: html`<select name=${name}>
      ${among.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
    </select>`,
  });

/** One of a few, all of them in sight. @param {string} name @param {string} label @param {[string, string][]} among @param {string} [chosen] */
export const options = (name, label, among, chosen) =>
  html`<fieldset class="options">
    <legend>${label}</legend>
    ${among.map(([value, text]) => html`<label><input type="radio" name=${name} value=${value} ?checked=${value === chosen} required /> <span>${text}</span></label>`)}
  </fieldset>`;

/** Any number of several. @param {string} name @param {string} label @param {[string, unknown][]} among @param {string[]} chosen */
export const ticks = (name, label, among, chosen) =>
  html`<fieldset class="options">
    <legend>${label}</legend>
    ${among.map(([value, text]) => html`<label><input type="checkbox" name=${name} value=${value} ?checked=${chosen.includes(value)} /> <span>${text}</span></label>`)}
  </fieldset>`;
