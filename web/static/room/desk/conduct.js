// What desk, office, operators and secretaries can do about disorder: propose a rung to the chair, and carry out an escort (R30, R31).
import { html, nothing } from "../../../vendor/lit.js";
import { button, commandButton, dialogForm, field, icon, nameOf, t, timeOf, toast, whyNot } from "../ui.js";
import { uuid7 } from "../ids.js";

/** @typedef {import("../connection.js").Room} Room */

const RUNGS = ["remind", "stop", "unqueue", "refuse"];
const GROUNDS = ["no_capacity", "under_influence", "breach"];

/** Asks what to propose, and sends it. @param {Room} room @param {{id: string, name: string}} who */
export async function proposeDialog(room, { id, name }) {
  const { view } = room;
  /** Ground and rule are asked for only where the rules want them (R29). @param {Event} e */
  const changed = (e) => {
    const form = /** @type {HTMLElement} */ (e.target).closest("form");
    const data = new FormData(/** @type {HTMLFormElement} */ (form));
    const refuse = data.get("rung") === "refuse";
    const breach = refuse && data.get("ground") === "breach";
    for (const [part, wanted] of /** @type {const} */ ([["ground", refuse], ["rule", breach]])) {
      const place = /** @type {HTMLElement} */ (form?.querySelector(`[data-part=${part}]`));
      place.hidden = !wanted;
      /** @type {HTMLSelectElement} */ (place.querySelector("select")).required = wanted;
    }
  };
  const form = await dialogForm({
    title: t("desk.propose.title", { name }),
    submit: t("desk.propose.send"),
    body: html`<p class="soft">${t("desk.propose.explain")}</p>
      <fieldset class="kinds" @change=${changed}><legend>${t("desk.propose.rung")}</legend>
        ${RUNGS.map((rung) => html`<label class="kind"><input type="radio" name="rung" value=${rung} required /> <span>${t(`desk.propose.${rung}`)}</span></label>`)}
      </fieldset>
      <div data-part="ground" hidden @change=${changed}>${field({ label: t("desk.propose.ground"), control: html`<select name="ground"><option value=""></option>${GROUNDS.map((g) => html`<option value=${g}>${t(`desk.propose.${g}`)}</option>`)}</select>` })}</div>
      <div data-part="rule" hidden>${field({ label: t("desk.propose.rule"), control: html`<select name="rule"><option value=""></option>${view.rules.map((rule, at) => html`<option value=${at + 1}>${at + 1}. ${rule}</option>`)}</select>` })}</div>
      ${field({ label: t("desk.propose.words"), control: html`<textarea name="words" rows="3" required maxlength="300"></textarea>` })}`,
  });
  if (!form) return;
  const rung = String(form.get("rung"));
  const ground = rung === "refuse" ? String(form.get("ground")) : null;
  const rule = ground === "breach" ? Number(form.get("rule")) : null;
  await room.do({ do: "propose", proposal: uuid7(), rung, person: id, words: String(form.get("words")).normalize("NFC"), ground, rule });
  toast(t("desk.propose.sent"), "good");
}

/** Tells at once when somebody is to be led out, wherever on the page one is. @param {Room} room */
export function watchEscorts(room) {
  /** @type {Set<string>} */
  let known = new Set();
  room.addEventListener("change", () => {
    const due = room.view.escorts ?? [];
    for (const { person } of due) if (!known.has(person.id)) toast(t("desk.escort.what", { name: person.name }), "bad");
    known = new Set(due.map(({ person }) => person.id));
  });
}

/** People who must be led out of the room now. @param {Room} room */
export function escorts(room) {
  const due = room.view.escorts ?? [];
  if (!due.length) return nothing;
  return html`<section class="card escorts" aria-labelledby="escorts-title">
    <h2 id="escorts-title">${icon("shield-alert")} ${t("desk.escort")}</h2>
    <ul class="rows">${due.map(({ person, at }) => html`<li class="person-row">
      <p><time class="soft">${timeOf(at)}</time> ${t("desk.escort.what", { name: person.name })}</p>
      ${commandButton(room, { do: "report_escorted", person: person.id }, { label: t("desk.escort.done"), icon: "check", kind: "primary", name: `${t("desk.escort.done")}: ${person.name}` })}
    </li>`)}</ul>
  </section>`;
}

/** Proposals which the chair has not settled. @param {Room} room */
export function openProposals(room) {
  const open = Object.values(room.view.proposals ?? {}).filter((p) => !p.settled);
  if (!open.length) return nothing;
  return html`<section class="card" aria-labelledby="proposals-title">
    <h2 id="proposals-title">${t("desk.propose.open")}</h2>
    <ul class="rows">${open.map((p) => html`<li><span class="chip warn">${t(`desk.propose.${p.rung}`)}</span> ${nameOf(p.person)}: ${p.words} <span class="soft">(${p.by}, ${timeOf(p.at)})</span></li>`)}</ul>
  </section>`;
}

/** The way to propose about a person; the ladder is for citizens, so nobody else has it (R28). @param {Room} room @param {{id: string, name: string}} who */
export function proposeButton(room, who) {
  if (room.view.people?.[who.id]?.roles.join() !== "citizen") return nothing;
  return button({ label: t("desk.propose"), icon: "shield-alert", kind: "quiet small", name: `${t("desk.propose")}: ${who.name}`, why: whyNot(room, "propose"), onclick: () => void proposeDialog(room, who) });
}
