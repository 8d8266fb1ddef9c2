// Finishing, reading back, signing, and the drafts of the papers (R38).
import { html, nothing } from "../../../vendor/lit.js";
import { button, commandButton, confirmDialog, icon, t, timeOf, whyNot } from "../ui.js";

/** @param {import("../secretary.js").Desk} desk */
export function signingPanel({ room, drafts }) {
  const { view, me } = room;
  const minutes = view.minutes;
  const digest = minutes?.digest ?? "";
  const finish = async () => {
    drafts.flush();
    if (await confirmDialog({ title: t("secretary.sign.finish"), body: t("secretary.sign.finish_ask"), submit: t("secretary.sign.finish") })) await room.do({ do: "finish_minutes" });
  };
  const sign = async () => {
    if (await confirmDialog({ title: t("secretary.sign.sign"), body: t("secretary.sign.ask", { head: digest.slice(0, 8) }), submit: t("secretary.sign.sign") })) await room.do({ do: "sign_minutes", digest });
  };
  const signed = minutes?.signatures.some((s) => s.role === "secretary");
  return html`<section class="signing" aria-labelledby="signing-title">
    <h2 id="signing-title">${t("secretary.sign")}</h2>
    ${["planned", "running", "break"].includes(view.phase) ? html`<p class="hint">${t("secretary.sign.when")}</p>` : nothing}
    ${view.phase === "closed" && !minutes?.finished ? button({ label: t("secretary.sign.finish"), icon: "check", kind: "primary", why: drafts.unsaved ? t("secretary.sign.unsaved") : whyNot(room, "finish_minutes"), onclick: finish }) : nothing}
    ${minutes?.finished ? html`<p>${t("secretary.sign.finished", { time: timeOf(minutes.finished) })}</p><p class="hint">${t("secretary.sign.digest")}</p><p class="digest">${digest.match(/.{8}/g)?.map((eight) => html`<span>${eight}</span> `)}</p>` : nothing}
    <ul class="signatures">${minutes?.signatures.map((s) => html`<li>${icon("check")} ${t("secretary.sign.signed", { role: t(`secretary.sign.role.${s.role}`), person: s.person, time: timeOf(s.at) })}</li>`)}</ul>
    ${view.phase === "closed" && minutes?.finished && me.appointed
      ? html`<div class="buttons">
          ${signed ? nothing : button({ label: t("secretary.sign.sign"), icon: "lock", kind: "primary", why: whyNot(room, "sign_minutes"), onclick: sign })}
          ${minutes.signatures.length ? nothing : commandButton(room, { do: "reopen_minutes" }, { label: t("secretary.sign.reopen"), icon: "unlock", kind: "quiet" })}
        </div>`
      : nothing}
    ${view.phase === "frozen" ? html`<p class="good">${icon("lock")} ${t("secretary.sign.frozen")}</p>` : nothing}
    ${papers()}
  </section>`;
}

/** Links to the drafts of minutes and conclusion notice. */
export function papers() {
  const seat = document.body.dataset.seat;
  /** @param {string} paper @param {string} words */
  const links = (paper, words) => html`<li>
    <a href="/hop/${seat}/${paper}" target="_blank" rel="noopener">${icon("file-text")}${words}</a>
    <a href="/hop/${seat}/${paper}.docx" download aria-label="${words}: ${t("secretary.papers.docx")}">${icon("download")}.docx</a>
  </li>`;
  return html`<h3>${t("secretary.papers")}</h3><ul class="papers">${links("bien-ban", t("secretary.papers.minutes"))}${links("ket-luan", t("secretary.papers.conclusion"))}</ul>`;
}
