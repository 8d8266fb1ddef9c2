// What was said so far, and what has been answered; the desk sorts statements and records new petitions (R1).
import { html, nothing } from "../../../vendor/lit.js";
import { button, dialogForm, field, nameOf, t, timeOf, toast, whyNot } from "../ui.js";
import { fieldName, fieldsOf } from "../secretary/names.js";

/** @typedef {import("../connection.js").Room} Room */
/** @typedef {import("../protocol.js").Speech} Speech */

/** @param {Room} room */
export function statements(room) {
  const said = Object.values(room.view.statements ?? {}).filter((s) => s.motive === "statement").reverse();
  return html`<section class="card" aria-labelledby="statements-title">
    <h2 id="statements-title">${t("desk.statements")} <span class="soft num">${said.length}</span></h2>
    ${said.length ? html`<ul class="rows">${said.map((s) => row(room, s))}</ul>` : html`<p class="empty">${t("desk.statements.empty")}</p>`}
  </section>`;
}

/** @param {Room} room @param {Speech} s */
function row(room, s) {
  const state = s.in_writing ? "writing" : s.answered ? "answered" : "open";
  return html`<li class="person-row">
    <p><time class="soft num">${timeOf(s.started)}</time> ${nameOf(s)}: ${s.topic} <span class="chip ${state === "open" ? "warn" : "good"}">${t(`desk.statements.${state}`)}</span> ${s.over ? html`<span class="chip warn">${t("desk.statements.over")}</span>` : nothing}</p>
    ${button({ label: t("desk.raise"), icon: "plus", kind: "quiet small", name: `${t("desk.raise")}: ${s.name}`, why: whyNot(room, "raise_petition"), onclick: () => void raise(room, s) })}
  </li>`;
}

/** The next free number of a petition: KN-13 after KN-12. @param {import("../protocol.js").View} view */
export function nextNumber(view) {
  const numbers = Object.keys(view.petitions ?? {}).map((id) => Number(/^KN-(\d+)$/.exec(id)?.[1] ?? 0));
  return `KN-${String(Math.max(0, ...numbers) + 1).padStart(2, "0")}`;
}

/** A speech brought up something new: it becomes a petition with the next free number. @param {Room} room @param {{id: string, topic?: string}} speech @param {{content?: string, field?: string}} [known] */
export async function raise(room, speech, known = {}) {
  const form = await dialogForm({
    title: t("secretary.raise.title"),
    submit: t("secretary.raise"),
    body: html`
      ${field({ label: t("secretary.raise.number"), control: html`<input name="number" required pattern="[A-Za-z0-9._\\-]{4,64}" value=${nextNumber(room.view)} />` })}
      ${field({ label: t("secretary.raise.content"), control: html`<textarea name="content" rows="4" required maxlength="8000" .value=${known.content || speech.topic || ""}></textarea>` })}
      ${field({ label: t("secretary.field"), control: html`<input name="field" maxlength="60" list="raise-fields" .value=${fieldName(known.field)} />` })}
      <datalist id="raise-fields">${fieldsOf(room.view).map((name) => html`<option value=${name}></option>`)}</datalist>
    `,
  });
  if (!form) return;
  const petition = String(form.get("number"));
  await room.do({ do: "raise_petition", petition, speech: speech.id, content: String(form.get("content")).normalize("NFC"), field: String(form.get("field")).normalize("NFC") });
  toast(t("secretary.raise.done", { petition }), "good");
}
