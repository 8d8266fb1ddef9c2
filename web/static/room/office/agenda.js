// The agenda in its seven steps with planned and actual times, and what is to be done before the next (R10, R11, R14).
import { html, nothing } from "../../../vendor/lit.js";
import { button, commandButton, confirmDialog, icon, stepLabel, t, timeOf, whyNot } from "../ui.js";

/** @typedef {import("../connection.js").Room} Room */

/** @param {Room} room */
export function agenda(room) {
  const { view } = room;
  return html`<section class="card" aria-labelledby="agenda-title">
    <h2 id="agenda-title">${t("office.agenda")}</h2>
    <ol class="steps">${Object.entries(view.agenda.steps).map(([step, s]) => {
      const now = Number(step) === view.agenda.step;
      const planned = s.planned.reduce((sum, i) => sum + i.minutes, 0);
      const took = s.start && s.end ? Math.max(1, Math.round((s.end - s.start) / 60_000)) : 0;
      return html`<li class=${now ? "now" : s.end ? "past" : ""} aria-current=${now ? "step" : nothing}>
        <span class="step-number" aria-hidden="true">${s.end && !now ? icon("check") : step}</span>
        <span class="step-name">${stepLabel(Number(step))}</span>
        <span class="step-times soft num">${s.start ? (s.end ? t("office.agenda.times", { start: timeOf(s.start), end: timeOf(s.end) }) : t("office.agenda.from", { time: timeOf(s.start) })) : (s.planned[0]?.starts ?? "")}
          ${planned ? html`· ${t("office.agenda.planned", { minutes: planned })}` : nothing} ${took ? html`· ${t("office.agenda.took", { minutes: took })}` : nothing}</span>
        ${now ? html`<span class="chip live">${t("office.agenda.now")}</span>` : nothing}
      </li>`;
    })}</ol>
  </section>`;
}

/** Opening, the points of step 1, and the gate to the next step. @param {Room} room */
export function checklist(room) {
  const { view } = room;
  const { step } = view.agenda;
  const items = Object.entries(view.items ?? {}).filter(([, i]) => i.step === (step || 1));
  const gates = (view.conditions ?? []).filter((k) => !view.items?.[k.id]);
  const unmet = (view.conditions ?? []).some((k) => !k.met);
  const open = async () => {
    if (await confirmDialog({ title: t("office.open"), body: t("office.open.ask"), submit: t("office.open") })) await room.do({ do: "move_to_step", step: 1 });
  };
  return html`<section class="card checklist" aria-labelledby="checklist-title">
    <h2 id="checklist-title">${t("office.checklist")}</h2>
    <p class="step-now"><b>${step ? t("office.step_now", { step }) : t("office.not_open")}</b>${step ? html`: ${stepLabel(step)}` : nothing}</p>
    ${items.length ? html`<ul class="items">${items.map(([id, i]) => item(room, id, i))}</ul>` : html`<p class="empty">${t("office.checklist.none")}</p>`}
    ${step === 2 ? html`<p class="soft">${t("office.checklist.chair")}</p>` : nothing}
    ${gates.length ? html`<h3>${t("office.gate")}</h3><ul class="items">${gates.map((k) => html`<li class=${k.met ? "done" : ""}>${icon(k.met ? "check" : "circle-dot")} <span>${t(`office.item.${k.id}`)}</span> <span class="chip ${k.met ? "good" : "warn"}">${k.met ? t("office.gate.met") : k.missing ? t("office.gate.missing", { count: k.missing }) : t("office.gate.unmet")}</span></li>`)}</ul>` : nothing}
    ${step === 0 ? button({ label: t("office.open"), icon: "play", kind: "primary big wide", why: whyNot(room, "move_to_step"), onclick: () => void open() }) : nothing}
    ${step === 1 ? commandButton(room, { do: "move_to_step", step: 2 }, { label: t("office.to_two"), icon: "skip-forward", kind: "primary wide", why: unmet ? t("refusal.conditions_unmet") : "" }) : nothing}
  </section>`;
}

/** @param {Room} room @param {string} id @param {{step: number, required: boolean, done?: number, waived?: string}} i */
function item(room, id, i) {
  const { step } = room.view.agenda;
  const mine = step === 1 && id !== "secretaries" && !i.done;
  return html`<li class=${i.done ? "done" : ""}>
    ${icon(i.done ? "check" : "circle-dot")}
    <span>${t(`office.item.${id}`)} ${i.required && !i.done ? html`<span class="chip">${t("office.checklist.required")}</span>` : nothing}
      ${i.done ? html`<span class="soft num">${i.waived ? t("office.checklist.waived", { reason: i.waived }) : t("office.checklist.done", { time: timeOf(i.done) })}</span>` : nothing}</span>
    ${mine ? commandButton(room, { do: "tick", item: id }, { label: t("office.checklist.tick"), kind: "small", name: `${t("office.checklist.tick")}: ${t(`office.item.${id}`)}` }) : nothing}
    ${id === "secretaries" ? secretaries(room) : nothing}
  </li>`;
}

/** Who writes the minutes: appointed one by one (Art. 9.1). @param {Room} room */
function secretaries(room) {
  const known = Object.values(room.view.people ?? {}).filter((p) => p.roles.includes("secretary"));
  const appointed = new Set(room.view.minutes?.secretaries.map((s) => s.id));
  if (!known.length) return html`<p class="soft">${t("office.secretaries.none")}</p>`;
  return html`<div class="buttons secretaries">${known.map((p) =>
    appointed.has(p.id)
      ? html`<span class="chip good">${icon("check")}${t("office.secretaries.appointed", { name: p.name })}</span>`
      : commandButton(room, { do: "appoint_secretary", person: p.id }, { label: t("office.secretaries.appoint", { name: p.name }), icon: "pencil", kind: "small" }),
  )}</div>`;
}
