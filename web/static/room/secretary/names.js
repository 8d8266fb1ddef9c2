// How petitions, statements, agencies and fields are called on the staff's screens.
import { html } from "../../../vendor/lit.js";
import { has, t } from "../ui.js";

/** @typedef {import("../protocol.js").View} View */

/** A field as people say it; the plan may hold it as a code. @param {string | undefined} field */
export const fieldName = (field = "") => (has(`secretary.field.${field}`) ? t(`secretary.field.${field}`) : field);

/** @param {View} view @param {string | undefined} id */
export const bodyName = (view, id) => (id ? (view.bodies[id]?.short ?? id) : "");

/** The fields that occur in this case, for suggestions. @param {View} view */
export const fieldsOf = (view) => [...new Set(Object.values(view.petitions ?? {}).map((p) => fieldName(p.field)))].filter(Boolean).sort((a, b) => a.localeCompare(b, "vi"));

/** Options of a `<select>` of agencies. @param {View} view @param {string | undefined} chosen @param {string} none */
export const bodyOptions = (view, chosen, none) =>
  html`<option value="" ?selected=${!chosen}>${none}</option>
    ${Object.entries(view.bodies).map(([id, b]) => html`<option value=${id} ?selected=${id === chosen}>${b.short}</option>`)}`;

/** Options of a `<select>` of petitions. @param {View} view @param {string | undefined} chosen @param {string} none */
export const petitionOptions = (view, chosen, none) =>
  html`<option value="" ?selected=${!chosen}>${none}</option>
    ${Object.values(view.petitions ?? {}).map((p) => html`<option value=${p.id} ?selected=${p.id === chosen}>${p.id} · ${shortened(p.content, 60)}</option>`)}`;

/** @param {string} text @param {number} most characters */
export const shortened = (text, most) => (text.length <= most ? text : text.slice(0, text.lastIndexOf(" ", most) > most / 2 ? text.lastIndexOf(" ", most) : most) + "…");

/** What an outcome or an answer is about: how it is called, and its words. @param {View} view @param {string} id a petition or a speech */
export function subject(view, id) {
  const petition = view.petitions?.[id];
  if (petition) return { name: id, words: shortened(petition.content, 70) };
  const speech = view.statements?.[id];
  return { name: speech?.name ?? id, words: speech?.topic ?? "" };
}

/** The same in one line. @param {View} view @param {string} id */
export function aboutName(view, id) {
  const { name, words } = subject(view, id);
  return words ? `${name}: ${words}` : name;
}
