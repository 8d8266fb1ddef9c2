import { html, nothing } from "../../../vendor/lit.js";
import { t, timeOf } from "../ui.js";
import { aboutName, bodyName, dayOf } from "./words.js";

/** @import { Outcome, Petition, Speech, View } from "../protocol.js" */

/** One petition: its words, who asks, who answers, how it stands. @param {View} view @param {Petition} p @param {unknown} [deeds] */
export function petitionCard(view, p, deeds = nothing) {
  const coordinating = p.coordinating.map((id) => bodyName(view, id)).join(", ");
  return html`<li class="item" data-petition=${p.id}>
    <p class="chips"><b>${p.id}</b> ${petitionState(p)} ${p.beyond ? html`<span class="chip warn">${t("case.beyond")}</span>` : nothing} ${p.complex ? html`<span class="chip warn">${t("case.complex")}</span>` : nothing}</p>
    <p><bdi>${p.content}</bdi></p>
    <p class="why">
      ${p.petitioner ? html`<bdi>${p.petitioner}</bdi>. ` : nothing}${p.lead ? html`${t("case.lead")} <b>${bodyName(view, p.lead)}</b>` : nothing}${coordinating ? html`; ${t("case.coordinating")} ${coordinating}` : nothing}
    </p>
    ${p.deferred ? html`<p class="why">${t("case.deferred_because")} <bdi>${p.deferred}</bdi></p>` : nothing}
    ${p.answer || p.prepared
      ? html`<details><summary>${t(p.answer ? "case.answer" : "case.prepared")}</summary><p><bdi>${p.answer ?? p.prepared}</bdi></p></details>`
      : nothing}
    ${deeds === nothing ? nothing : html`<div class="tools">${deeds}</div>`}
  </li>`;
}

/** @param {Petition} p */
function petitionState(p) {
  if (p.answered) return html`<span class="chip good">${t("case.answered_at", { time: timeOf(p.answered) })}</span>`;
  return p.deferred ? html`<span class="chip info">${t("case.deferred")}</span>` : html`<span class="chip">${t("case.open")}</span>`;
}

/** One item of the conclusion. @param {View} view @param {Outcome} o @param {unknown} [deeds] */
export function outcomeCard(view, o, deeds = nothing) {
  const coordinating = o.coordinating.map((id) => bodyName(view, id)).join(", ");
  return html`<li class="item" data-outcome=${o.id}>
    <p class="chips"><span class="chip info">${t(`outcome.${o.kind}`)}</span> <b>${o.about.map((id) => aboutName(view, id)).join(", ")}</b></p>
    <p><bdi>${o.text}</bdi></p>
    <p class="why">
      ${o.lead ? html`${t("case.lead")} <b>${bodyName(view, o.lead)}</b>${coordinating ? html`; ${t("case.coordinating")} ${coordinating}` : nothing}. ` : nothing}
      ${o.due ? html`<b>${t("case.due", { date: dayOf(o.due) })}</b> ` : nothing}${o.to ? html`${t("case.goes_to")} <b>${bodyName(view, o.to)}</b>` : nothing}
    </p>
    ${deeds === nothing ? nothing : html`<div class="tools">${deeds}</div>`}
  </li>`;
}

/** One speech that has been held or is being held. @param {View} view @param {Speech} s */
export function statementCard(view, s) {
  const state = s.answered ? "case.is_answered" : s.in_writing ? "case.in_writing" : "case.to_answer";
  return html`<li class="item" data-statement=${s.id}>
    <p><bdi class="name">${s.name}</bdi> ${s.represents ? html`<small><bdi>${s.represents}</bdi></small>` : nothing} <small>${timeOf(s.started)}</small></p>
    <p><bdi>${s.topic}</bdi></p>
    <p class="chips">
      <span class="chip">${t(`motive.${s.motive}`)}</span> ${s.petition ? html`<span class="chip">${s.petition}</span>` : nothing}
      ${s.motive === "statement" ? html`<span class="chip ${s.answered ? "good" : s.in_writing ? "info" : "warn"}">${t(state)}</span>` : nothing}
      ${s.about ? html`<span class="why">${t("case.answers")} <bdi>${s.about}</bdi></span>` : nothing}
    </p>
  </li>`;
}

/** What stands behind the id of a petition or statement, in a line. @param {View} view @param {string} id */
export function whatIs(view, id) {
  const speech = view.statements?.[id];
  const petition = view.petitions?.[id];
  if (speech) return html`<b><bdi>${speech.name}</bdi></b>: <bdi>${speech.topic}</bdi>`;
  return html`<b>${id}</b>: <bdi>${petition?.content}</bdi>`;
}
