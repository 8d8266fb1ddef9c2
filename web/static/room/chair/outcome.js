import { html } from "../../../vendor/lit.js";
import { whatIs } from "../case/cards.js";
import { whole } from "../case/words.js";
import { uuid7 } from "../ids.js";
import { dialogForm, field, t } from "../ui.js";
import { choice, lines, ticks } from "./ask.js";

/** @import { Room } from "../connection.js" */
/** @import { Outcome, View } from "../protocol.js" */

const KINDS = ["accepted", "settled", "assigned", "explained", "beyond_authority", "to_study"];

/** What each kind must name besides the words (R40): lead agency and deadline, or the authority that it goes to. @type {Record<string, string[]>} */
const NEEDS = { assigned: ["lead", "due"], to_study: ["lead", "due"], beyond_authority: ["to"] };

/**
 * Asks for one item of the conclusion: a new one about a petition or statement, with what is known of it filled in, or a change of `old`.
 * @param {Room} room @param {string} about @param {Outcome} [old]
 */
export async function askOutcome(room, about, old) {
  const view = whole(room);
  const draft = old ?? drafted(view, about);
  const bodies = Object.entries(view.bodies).map(([id, body]) => /** @type {[string, string]} */ ([id, body.short]));
  /** @type {[string, string][]} */
  const maybe = [["", "—"], ...bodies];
  const open = [...new Set([...draft.about, ...view.without_outcome])];
  const body = html`<div class="outcome-form" data-kind=${draft.kind} @change=${shape}>
    ${choice("kind", t("chair.outcome_kind"), KINDS.map((kind) => [kind, t(`outcome.${kind}`)]), draft.kind)} ${lines("text", t("chair.outcome_text"), { required: true, value: draft.text })}
    ${choice("lead", t("chair.outcome_lead"), maybe, draft.lead ?? "")}
    ${field({ label: t("chair.outcome_due"), control: html`<input type="date" name="due" .value=${draft.due ?? ""} />` })} ${choice("to", t("chair.outcome_to"), maybe, draft.to ?? "")}
    <details><summary>${t("chair.outcome_coordinating")}</summary>${ticks("coordinating", t("chair.outcome_coordinating"), bodies, draft.coordinating)}</details>
    <details ?open=${!old}><summary>${t("chair.outcome_about")}</summary>${ticks("about", t("chair.outcome_about"), open.map((id) => [id, whatIs(view, id)]), draft.about)}</details>
  </div>`;
  const answer = dialogForm({ title: t("chair.set_outcome_for", { what: about }), body, submit: t("common.save"), className: "wide" });
  demand(document.querySelector(".outcome-form"));
  const form = await answer;
  if (!form) return null;
  const [kind, text, lead, due, to] = ["kind", "text", "lead", "due", "to"].map((name) => String(form.get(name) ?? "").trim());
  return {
    do: "set_outcome", outcome: old?.id ?? uuid7(), version: old?.version ?? 0, kind, text, about: form.getAll("about"),
    coordinating: form.getAll("coordinating").filter((id) => id !== lead), ...(lead && { lead }), ...(due && { due }), ...(to && kind === "beyond_authority" && { to }),
  };
}

/** @param {Event} event */
function shape(event) {
  demand(/** @type {HTMLElement} */ (event.currentTarget));
}

/** Makes the browser demand what the chosen kind needs, so that nothing written is lost to a refusal. @param {HTMLElement | null} form */
function demand(form) {
  if (!form) return;
  const kind = /** @type {HTMLSelectElement} */ (form.querySelector("[name=kind]")).value;
  form.dataset.kind = kind;
  for (const name of ["lead", "due", "to"]) {
    const control = /** @type {HTMLSelectElement | HTMLInputElement} */ (form.querySelector(`[name=${name}]`));
    control.required = NEEDS[kind]?.includes(name) ?? false;
  }
}

/** What is known beforehand: the prepared answer, the agencies, whose authority it is. @param {Required<View>} view @param {string} id @returns {Omit<Outcome, "id" | "version" | "by" | "at">} */
function drafted(view, id) {
  const speech = view.statements[id];
  const petition = view.petitions[speech?.petition ?? id];
  const about = speech?.petition && view.without_outcome.includes(speech.petition) ? [speech.petition, id] : [id];
  if (!petition) return { kind: "assigned", about, text: "", coordinating: [] };
  const kind = petition.beyond ? "beyond_authority" : "settled";
  return { kind, about, text: petition.answer ?? petition.prepared ?? "", lead: petition.lead, coordinating: petition.coordinating, to: petition.to };
}
