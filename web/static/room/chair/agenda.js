import { html, nothing } from "../../../vendor/lit.js";
import { whole } from "../case/words.js";
import { icon, stepLabel, t, timeOf } from "../ui.js";
import { amount, ask, choice, options, words } from "./ask.js";
import { deed } from "./deed.js";

/** @import { Room } from "../connection.js" */
/** @import { Step } from "../protocol.js" */

const STEPS = [1, 2, 3, 4, 5, 6, 7];
/** Steps between which the chair moves freely (R12). */
const ROUND = [4, 5, 6];

/** The seven steps with what is planned, what happened, and what is missing (R10–R14). @param {Room} room */
export function agendaPanel(room) {
  const { agenda, phase } = room.view;
  const at = phase === "closed" || phase === "frozen" ? 0 : agenda.step;
  return html`<div class="tools">${moves(room)}</div>
    <ol class="steps">
      ${STEPS.map((step) => html`<li class="step" data-step=${step} aria-current=${step === at ? "step" : nothing}>
          <span class="place" aria-hidden="true">${step}</span>
          <div>
            <p class="name">${stepLabel(step)}</p>
            ${times(agenda.steps[step], step === at, room.now())} ${step === at ? checklist(room) : nothing}
          </div>
        </li>`)}
    </ol>`;
}

/** Planned against actual. @param {Step} step @param {boolean} current @param {number} now */
function times(step, current, now) {
  const planned = step.planned.reduce((sum, item) => sum + item.minutes, 0);
  const { start } = step;
  const end = current ? undefined : step.end;
  const ran = start ? Math.round(((end ?? now) - start) / 60_000) : 0;
  return html`<p class="why">
      ${planned ? t("chair.planned_minutes", { minutes: planned }) : nothing} ${start ? html`<b>${timeOf(start)}${end ? `–${timeOf(end)}` : nothing}</b>` : nothing}
      ${start ? html`<span class=${planned && ran > planned ? "late" : ""}>${t("chair.ran_minutes", { minutes: ran })}</span>` : nothing}
    </p>
    ${(current ? step.planned : []).map((item) => html`<p class="planned"><bdi>${item.title}</bdi>${item.by ? html` · <bdi>${item.by}</bdi>` : nothing}</p>`)}`;
}

/** What must hold before the next step, and the points to tick or pass over (R11). @param {Room} room */
function checklist(room) {
  const { conditions, items, agenda } = whole(room);
  const points = Object.entries(items).filter(([, item]) => item.step === agenda.step);
  const others = conditions.filter((one) => !(one.id in items));
  return html`<ul class="checklist">
    ${points.map(([id, item]) => html`<li class=${item.done ? "met" : "unmet"}>
        ${icon(item.done ? "check" : "square")}
        <span>${t(`agenda.${id}`)} ${item.waived ? html`<small>${t("chair.waived")} <bdi>${item.waived}</bdi></small>` : nothing}${item.required || item.done ? nothing : html`<small>${t("chair.optional")}</small>`}</span>
        ${item.done ? nothing : html`<span class="tools">${point(room, id)}</span>`}
      </li>`)}
    ${others.map((one) => html`<li class=${one.met ? "met" : "unmet"}>
        ${icon(one.met ? "check" : "alert-triangle")} <span>${t(`condition.${one.id}`)}${one.missing ? html` <b>${t("chair.missing", { count: one.missing })}</b>` : nothing}</span>
      </li>`)}
  </ul>`;
}

/** @param {Room} room @param {string} id */
function point(room, id) {
  const label = t(`agenda.${id}`);
  if (id === "secretaries") return deed(room, { do: "appoint_secretary" }, t("chair.appoint"), { icon: "user-plus", kind: "small", blocked: unappointed(room).length ? "" : "not_a_secretary", ask: () => askSecretary(room) });
  return html`${deed(room, { do: "tick", item: id }, t("chair.tick"), { icon: "check", kind: "small", name: t("chair.tick_what", { label }) })}
  ${deed(room, { do: "waive" }, t("chair.waive"), { kind: "small quiet", name: t("chair.waive_what", { label }), ask: () => askWaiver(id, label) })}`;
}

/** @param {Room} room */
function moves(room) {
  const { agenda, phase } = room.view;
  const at = agenda.step;
  if (phase === "closed" || phase === "frozen") return nothing;
  if (phase === "break") return deed(room, { do: "resume_session" }, t("chair.resume_session"), { icon: "play", kind: "primary" });
  const unmet = whole(room).conditions.some((one) => !one.met);
  const elsewhere = at && !room.me.gavel ? "gavel_elsewhere" : "";
  /** @param {number} to */
  const move = (to) =>
    deed(room, { do: "move_to_step", step: to }, at ? t("chair.go_to_step", { step: to }) : t("chair.open_conference"), {
      icon: "chevron-right",
      kind: to === at + 1 ? "primary" : "",
      blocked: elsewhere || (unmet && !(ROUND.includes(at) && ROUND.includes(to)) ? "conditions_unmet" : ""),
    });
  const near = ROUND.includes(at) ? [...ROUND.filter((step) => step !== at), ...(at === 6 ? [7] : [])] : at < 7 ? [at + 1] : [];
  return html`${near.map(move)}
  ${at === 7 ? deed(room, { do: "close_conference" }, t("chair.close_conference"), { icon: "check", kind: "primary", blocked: unmet ? "conditions_unmet" : "", ask: askClosing }) : nothing}
  ${at ? deed(room, { do: "move_to_step" }, t("chair.other_step"), { icon: "list-ordered", blocked: elsewhere, ask: () => askStep(at) }) : nothing}
  ${at ? deed(room, { do: "take_break" }, t("chair.take_break"), { icon: "coffee", ask: askBreak }) : nothing}`;
}

/** Who can still be appointed. @param {Room} room */
function unappointed(room) {
  const { people, minutes } = whole(room);
  const appointed = minutes.secretaries.map((one) => one.id);
  return Object.values(people).filter((one) => one.roles.includes("secretary") && !appointed.includes(one.id));
}

/** @param {Room} room */
async function askSecretary(room) {
  const form = await ask(t("chair.appoint"), choice("person", t("role.secretary"), unappointed(room).map((one) => [one.id, one.name])));
  return form && { do: "appoint_secretary", person: form.person };
}

/** @param {string} item @param {string} label */
async function askWaiver(item, label) {
  const form = await ask(t("chair.waive_what", { label }), words("reason", t("common.reason"), { required: true }));
  return form && { do: "waive", item, reason: form.reason };
}

/** @param {number} at */
async function askStep(at) {
  const others = STEPS.filter((step) => step !== at);
  const fields = html`${options("step", t("chair.which_step"), others.map((step) => [String(step), `${step}. ${stepLabel(step)}`]))} ${words("reason", t("common.reason"), { required: true })}`;
  const form = await ask(t("chair.other_step"), fields);
  return form && { do: "move_to_step", step: Number(form.step), reason: form.reason };
}

async function askBreak() {
  const form = await ask(t("chair.take_break"), amount("minutes", t("chair.break_minutes"), { min: 1, max: 180, value: 10, required: true }), { submit: t("chair.take_break") });
  return form && { do: "take_break", minutes: Number(form.minutes) };
}

async function askClosing() {
  const form = await ask(t("chair.close_conference"), html`<p>${t("chair.close_sure")}</p>`, { submit: t("chair.close_conference"), kind: "danger" });
  return form && { do: "close_conference" };
}
