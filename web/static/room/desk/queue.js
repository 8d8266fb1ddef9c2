// The queue as the desk works with it, and the floor on behalf of those who have no screen (R19–R24).
import { html, nothing } from "../../../vendor/lit.js";
import { button, channelLabel, commandButton, confirmDialog, dialogForm, field, icon, motiveLabel, nameOf, t, whyLabel, whyNot } from "../ui.js";
import { petitionOptions } from "../secretary/names.js";
import { proposeButton } from "./conduct.js";

/** @typedef {import("../connection.js").Room} Room */
/** @typedef {import("../protocol.js").Entry} Entry */

/** The whole line. @param {Room} room @param {{venue?: string}} [only] */
export function queue(room, { venue } = {}) {
  const { view } = room;
  const line = (view.line ?? []).map((id, at) => ({ entry: /** @type {Entry} */ (view.entries?.[id]), place: at + 1 })).filter(({ entry }) => entry && (!venue || entry.venue === venue));
  return html`${view.queue.open ? nothing : html`<p class="notice warn">${t("desk.queue.closed")}</p>`}
    ${line.length ? html`<ol class="queue">${line.map(({ entry, place }) => row(room, entry, place))}</ol>` : html`<p class="empty">${venue ? t("operator.waiting.none") : t("desk.queue.empty")}</p>`}`;
}

/** @param {Room} room @param {Entry} entry @param {number} place */
function row(room, entry, place) {
  const { view } = room;
  const minutes = Math.round((entry.ahead ?? 0) / 60_000);
  return html`<li class="queue-row">
    <span class="place" aria-hidden="true">${place}</span>
    <div class="queue-who">
      <p><span class="sr-only">${place}. </span>${nameOf(entry)} ${entry.area ? html`<span class="area">${entry.area}</span>` : nothing}</p>
      <p class="queue-topic">${entry.topic}${entry.petition ? html` <span class="chip">${entry.petition}</span>` : nothing}</p>
      <p class="queue-facts"><span class="chip info">${channelLabel(entry, view)}</span>${entry.motive === "statement" ? nothing : html`<span class="chip warn">${motiveLabel(entry.motive)}</span>`}${entry.held ? html`<span class="chip bad">${t("desk.queue.held")}</span>` : nothing}${entry.source ? html` <span class="chip">${t(`entry.source.${entry.source}`)}</span>` : nothing}
        <span class="soft">${minutes > 0 ? t("desk.queue.wait", { minutes }) : t("desk.queue.soon")}${entry.entered_by ? ` · ${t("desk.queue.behalf", { who: entry.entered_by })}` : ""}</span></p>
      <p class="queue-why soft">${whyLabel(entry, view)}</p>
    </div>
    <div class="queue-acts">
      ${button({ label: t("desk.edit"), icon: "pencil", kind: "quiet small", name: `${t("desk.edit")}: ${entry.name}`, why: whyNot(room, "amend_entry"), onclick: () => void amend(room, entry) })}
      ${button({ label: t("desk.withdraw"), icon: "x", kind: "quiet small", name: `${t("desk.withdraw")}: ${entry.name}`, why: whyNot(room, "withdraw"), onclick: () => void withdraw(room, entry) })}
      ${proposeButton(room, { id: entry.person, name: entry.name })}
    </div>
  </li>`;
}

/** @param {Room} room @param {Entry} entry */
async function withdraw(room, entry) {
  if (await confirmDialog({ title: t("desk.withdraw.ask", { name: entry.name }), submit: t("desk.withdraw"), kind: "danger" })) await room.do({ do: "withdraw", entry: entry.id });
}

/** @param {Room} room @param {Entry} entry */
async function amend(room, entry) {
  const form = await dialogForm({
    title: t("desk.edit.title", { name: entry.name }),
    submit: t("common.save"),
    body: html`${field({ label: t("desk.topic"), control: html`<input name="topic" required maxlength="300" .value=${entry.topic} />` })}
      ${room.view.petitions ? field({ label: t("desk.petition"), control: html`<select name="petition">${petitionOptions(room.view, entry.petition, t("desk.petition.none"))}</select>` }) : nothing}`,
  });
  if (form) await room.do({ do: "amend_entry", entry: entry.id, topic: String(form.get("topic")).normalize("NFC"), petition: String(form.get("petition") ?? "") || null });
}

/** Who has the floor, or is called to it; the desk answers for those on the telephone. @param {Room} room */
export function floor(room) {
  const { floor } = room.view;
  const speech = floor.interposed ?? floor.speech;
  return html`<section class="card floor-now" aria-labelledby="floor-title">
    <h2 id="floor-title">${t("desk.floor")}</h2>
    ${floor.prompt
      ? html`<div class="prompted"><p>${icon("phone")} <b>${t("desk.floor.called", { name: floor.prompt.name })}</b> <count-down .until=${floor.prompt.until}></count-down></p>
          <div class="buttons">${commandButton(room, { do: "take_floor", entry: floor.prompt.entry }, { label: t("desk.floor.take"), icon: "mic", kind: "primary" })}
            ${commandButton(room, { do: "decline_floor", entry: floor.prompt.entry }, { label: t("desk.floor.decline"), icon: "x" })}</div></div>`
      : nothing}
    ${speech
      ? html`<div class="speaking"><p>${icon("mic")} ${nameOf(speech)} ${speech.area ? html`<span class="area">${speech.area}</span>` : nothing} <span class="chip info">${channelLabel(speech, room.view)}</span></p>
          ${speech.topic ? html`<p class="soft">${speech.topic}</p>` : nothing}
          <speech-clock .speech=${speech}></speech-clock>
          ${commandButton(room, { do: "yield_floor" }, { label: t("desk.floor.yield"), icon: "square" })}</div>`
      : floor.prompt ? nothing : html`<p class="empty">${t("desk.floor.nobody")}</p>`}
  </section>`;
}
