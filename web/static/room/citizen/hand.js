import { html, nothing } from "/vendor/lit.js";
import { timeLeft } from "../clock.js";
import { uuid7 } from "../ids.js";
import { button, confirmDialog, dialogForm, field, icon, motiveLabel, nameOf, number, t, whyLabel, whyNot } from "../ui.js";

/** @import { Room } from "../connection.js" */
/** @import { Entry } from "../protocol.js" */

const MAX_TOPIC = 300;
const MAX_NAME = 120;
const MINUTE = 60_000;

/** The motives one may now ask to speak with, most usual first (R16, R17). @param {Room} room */
function motives({ view, me }) {
  const possible = ["statement", ...(me.follow_up ? ["follow_up"] : []), ...(view.queue.procedure ? ["procedure"] : [])];
  return possible.filter((motive) => !me.entries.some((entry) => entry.motive === motive && entry.status === "waiting"));
}

/** Why one cannot ask to speak, as a sentence; "" when one can. @param {Room} room */
function whyNoHand(room) {
  const { queue } = room.view;
  const why = whyNot(room, "enqueue");
  if (why) return why;
  if (!queue.open) return t("refusal.queue_closed");
  if (queue.limit !== undefined && queue.waiting >= queue.limit) return t("refusal.queue_full", { limit: queue.limit });
  return motives(room).length ? "" : t("refusal.already_waiting");
}

/** The bar at the bottom: ask to speak, or one's own place. @param {Room} room */
export function handBar(room) {
  const waiting = room.me.entries.filter(({ status }) => status === "waiting");
  const why = whyNoHand(room);
  if (waiting.length === 0)
    return html`<div class="hand-bar">
      ${button({ label: t("hand.raise"), icon: "hand", kind: "primary hand", why, onclick: () => void raise(room) })}
      <p class="soft small-text">${why || t("hand.waiting", { count: number(room.view.queue.waiting) })}</p>
    </div>`;
  return html`<div class="hand-bar waiting">
    ${waiting.map((entry) => own(room, entry))}
  </div>`;
}

/** One's own place, in words (R18). @param {Room} room @param {Entry} entry */
function own(room, entry) {
  return html`<div class="own-entry">
    <div class="own-words">
      <p class="own-place">${placeWords(entry.place ?? 0)}${several(room) ? html` <span class="chip">${motiveLabel(entry.motive)}</span>` : nothing}</p>
      <p class="small-text">${waitWords(room, entry)}</p>
    </div>
    <div class="buttons">
      ${button({ label: t("hand.amend"), icon: "pencil", kind: "small", onclick: () => void amend(room, entry) })}
      ${button({ label: t("hand.withdraw"), icon: "x", kind: "small danger-quiet", onclick: () => void withdraw(room, entry) })}
    </div>
  </div>`;
}

/** What one has asked for, and why one stands where one stands (R18). @param {Room} room */
export function ownRequests(room) {
  const waiting = room.me.entries.filter(({ status }) => status === "waiting");
  if (!waiting.length) return nothing;
  const why = whyNoHand(room);
  return html`<section class="card" aria-labelledby="own-title">
    <h2 id="own-title">${icon("hand")} ${t("hand.own_title")}</h2>
    ${waiting.map(
      (entry) => html`<p>${entry.topic}</p>
        <p class="soft small-text">${entry.held ? html`<strong>${t("hand.held")}</strong>` : whyLabel(entry, room.view)}</p>`,
    )}
    ${why ? nothing : button({ label: t("hand.another"), kind: "small", onclick: () => void raise(room) })}
  </section>`;
}

/** @param {Room} room */
const several = ({ me }) => me.entries.length > 1;

/** "Ông/bà đứng thứ 3", … @param {number} place */
export const placeWords = (place) => t(place === 1 ? "hand.first" : "hand.place", { place });

/** How long it may still take: the rest of the speech that runs, and those before one's own. @param {Room} room @param {Entry} entry */
export function waitWords(room, entry) {
  const { phase, floor } = room.view;
  if (phase !== "running") return t("hand.wait_unknown");
  const rest = floor.speech ? Math.max(0, timeLeft(floor.speech, room.now())) : 0;
  const minutes = Math.round((rest + (entry.ahead ?? 0)) / MINUTE);
  return minutes < 1 ? t("hand.wait_soon") : t("hand.wait", { minutes: number(minutes) });
}

/** The short form; the chosen motive and topic are kept when the room does not take it. @param {Room} room */
async function raise(room) {
  const possible = motives(room);
  const { times } = room.view;
  const seconds = /** @type {Record<string, number>} */ ({ statement: times.statement, follow_up: times.follow_up, procedure: times.procedure });
  const length = (/** @type {string} */ motive) => t("hand.time", { minutes: number(Math.round(seconds[motive] / 6) / 10) });
  const form = await dialogForm({
    title: t("hand.form_title"),
    submit: t("hand.send"),
    body: html`
      ${field({ label: t("hand.topic"), hint: t("hand.topic_hint"), control: html`<textarea name="topic" required maxlength=${MAX_TOPIC} rows="2" autofocus></textarea>` })}
      ${possible.length > 1
        ? html`<fieldset><legend>${t("hand.motive")}</legend>${possible.map((motive, place) => html`<label class="tick"><input type="radio" name="motive" value=${motive} ?checked=${place === 0} /><span>${motiveLabel(motive)} <span class="soft">(${length(motive)})</span><br /><span class="soft small-text">${t(`hand.motive_${motive}`)}</span></span></label>`)}</fieldset>`
        : html`<input type="hidden" name="motive" value=${possible[0]} /><p class="soft">${motiveLabel(possible[0])}: ${length(possible[0])}</p>`}
      <details><summary>${t("hand.more")}</summary>
        ${field({ label: t("hand.represents"), hint: t("hand.represents_hint"), control: html`<input name="represents" maxlength=${MAX_NAME} value=${room.me.represents ?? ""} />` })}
        ${field({ label: t("hand.petition"), hint: t("hand.petition_hint"), control: html`<input name="petition" maxlength="40" autocapitalize="characters" />` })}
      </details>`,
  });
  if (!form) return;
  const given = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
  const petition = given("petition").toUpperCase();
  void room.do({ do: "enqueue", entry: uuid7(), topic: given("topic"), motive: given("motive"), represents: given("represents"), ...(petition && { petition }) });
}

/** @param {Room} room @param {Entry} entry */
async function amend(room, entry) {
  const form = await dialogForm({
    title: t("hand.amend_title"),
    submit: t("common.save"),
    body: field({ label: t("hand.topic"), control: html`<textarea name="topic" required maxlength=${MAX_TOPIC} rows="3" autofocus .value=${entry.topic}></textarea>` }),
  });
  if (form) void room.do({ do: "amend_entry", entry: entry.id, topic: String(form.get("topic")).trim() });
}

/** @param {Room} room @param {Entry} entry */
async function withdraw(room, entry) {
  if (await confirmDialog({ title: t("hand.withdraw_title"), body: html`<p>${t("hand.withdraw_text")}</p>`, submit: t("hand.withdraw_go"), kind: "danger" }))
    void room.do({ do: "withdraw", entry: entry.id });
}

/** Who comes next, and how many wait. @param {Room} room */
export function nextOnes({ view, me }) {
  const { next, waiting } = view.queue;
  if (view.phase !== "running" && view.phase !== "break" && !waiting) return nothing;
  return html`<section class="card" aria-labelledby="next-title">
    <h2 id="next-title">${icon("list-ordered")} ${t("hand.next_title")}</h2>
    ${next.length
      ? html`<ol class="next">${next.map((entry) => html`<li class=${entry.person === me.id ? "mine" : ""}>${nameOf(entry)}${entry.person === me.id ? html` <span class="chip info">${t("hand.you")}</span>` : nothing}</li>`)}</ol>
          <p class="soft small-text">${t("hand.waiting", { count: number(waiting) })}</p>`
      : html`<p class="soft">${t("hand.nobody")}</p>`}
  </section>`;
}
