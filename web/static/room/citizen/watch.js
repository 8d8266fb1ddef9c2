import { html, nothing, repeat } from "/vendor/lit.js";
import { button, channelLabel, icon, motiveLabel, nameOf, number, rungLine, shows, stepLabel, t, timeOf } from "../ui.js";
import { chooseMode, modeOf, MODES } from "./choices.js";

/** @import { Room } from "../connection.js" */
/** @import { Caption, Speech, View } from "../protocol.js" */
/** @typedef {ReturnType<typeof import("../media.js").listen>} Listener */

/** Where the conference stands: step, recording sign, how many take part. @param {Room} room */
export function standing({ view, signals }) {
  const { step } = view.agenda;
  const live = view.phase === "running";
  return html`<div class="standing">
    <h1>${step ? html`<span class="step-number">${t("watch.step", { step })}</span> ` : nothing}${stepLabel(step)}</h1>
    <p class="chips">
      <span class="chip ${live ? "live" : ""}">${icon(live ? "circle-dot" : "clock")}${t(`watch.${view.phase}`)}</span>
      ${signals.counts ? html`<span class="chip">${icon("users")}${t("watch.present", { count: number(signals.counts.present) })}</span>` : nothing}
    </p>
  </div>`;
}

/** What interrupts the course of things: not opened yet, a break, silence. @param {View} view */
export function interruption({ phase, starts, agenda, floor }) {
  if (phase === "planned") return html`<p class="notice">${t("watch.planned_text", { time: timeOf(starts) })}</p>`;
  if (phase === "break") return html`<div class="notice warn"><p><strong>${icon("coffee")} ${t("watch.break_title")}</strong> ${t("watch.break_text", { time: timeOf(agenda.break_since ?? starts) })}</p></div>`;
  if (floor.silenced) return html`<div class="notice bad"><p><strong>${icon("volume-x")} ${t("watch.silenced_title")}</strong> ${t("watch.silenced_text")}</p></div>`;
  return nothing;
}

/** The pictures, or in their place how one follows. @param {Listener | null} listener @param {Room} room */
export function pictures(listener, room) {
  if (!listener || room.view.phase !== "running") return nothing;
  const shown = room.view.floor.interposed ?? room.view.floor.speech ?? room.view.chair;
  const troubled = listener.state === "lost" || listener.state === "refused";
  return html`${listener.pictures
      ? html`<div class="pictures">
          <figure class="floor-picture"><video ${shows(listener.floor)} .muted=${true} autoplay playsinline aria-label=${t("watch.floor_picture")}></video><figcaption>${nameOf(shown)}</figcaption></figure>
          <figure class="hall-picture"><video ${shows(listener.hall)} .muted=${true} autoplay playsinline aria-label=${t("watch.hall_picture")}></video><figcaption>${t(room.view.format === "combined" ? "watch.hall" : "watch.chair")}</figcaption></figure>
        </div>`
      : nothing}
    ${listener.silent ? gist(room.view) : rungLine(listener)}
    ${listener.blocked ? html`<div class="unmute">${button({ label: t("watch.play"), icon: "volume-2", kind: "primary big wide", onclick: () => void listener.play() })}</div>` : nothing}
    ${troubled ? html`<p class="notice warn">${icon("wifi-off")} ${t(listener.state === "lost" ? "watch.media_lost" : "watch.media_refused")} ${button({ label: t("common.retry"), kind: "quiet small", onclick: () => listener.again() })}</p>` : nothing}`;
}

/** The last rung: where no sound arrives, what the secretary has released last is read in its place. @param {View} view */
const gist = ({ captions }) => html`<section class="gist-now notice warn" role="status"><p><strong>${icon("captions")} ${t("rung.text")}</strong></p>${captions.slice(-2).map(caption)}</section>`;

/** Who speaks, about what, and for how long still. @param {Room} room */
export function speaker({ view }) {
  const speech = view.floor.interposed ?? view.floor.speech;
  if (!speech) return noSpeaker(view);
  return html`<section class="speaker card" aria-label=${t("watch.speaking")}>
    <p class="speaker-motive"><span class="chip info">${motiveLabel(speech.motive)}</span> <span class="soft">${channelLabel(speech, view)}</span></p>
    <h2 class="speaker-name">${nameOf(speech)}</h2>
    ${speech.area || speech.title ? html`<p class="soft">${speech.title || speech.area}</p>` : nothing}
    ${about(speech)}
    <speech-clock .speech=${speech}></speech-clock>
  </section>`;
}

/** @param {Speech} speech */
function about(speech) {
  if (speech.motive === "answer" && speech.about) return html`<p>${t("watch.answers", { who: speech.about })}</p>`;
  return speech.topic ? html`<p class="topic">${speech.topic}</p>` : nothing;
}

/** @param {View} view */
function noSpeaker({ phase, floor, chair }) {
  if (phase !== "running") return nothing;
  if (floor.prompt) return html`<section class="speaker card"><p class="soft">${t("watch.called")}</p><h2 class="speaker-name">${nameOf(floor.prompt)}</h2></section>`;
  return html`<section class="speaker card"><p class="soft">${t("watch.conducting")}</p><h2 class="speaker-name">${nameOf(chair)}</h2>${chair.title ? html`<p class="soft">${chair.title}</p>` : nothing}</section>`;
}

/** How to follow: a choice of one's own, before joining and at any time after. @param {Room} room @param {() => void} changed */
export function ways(room, changed) {
  const now = modeOf(room.me);
  return html`<fieldset class="ways-to-follow">
    <legend>${t("watch.mode")}</legend>
    <div class="segments">
      ${MODES.map(
        (mode) => html`<label class="segment"><input type="radio" name="mode" .checked=${mode === now} @change=${() => (chooseMode(mode), changed())} /><span>${icon({ video: "video", small: "smartphone", sound: "volume-2", text: "captions" }[mode])}${t(`watch.mode_${mode}`)}</span></label>`,
      )}
    </div>
    <p class="soft small-text">${t(`watch.mode_${now}_text`)}</p>
  </fieldset>`;
}

/** The lines which the secretary has released: they serve as captions (R42). @param {View} view */
export function captions({ captions }) {
  return html`<section class="captions card" aria-labelledby="captions-title">
    <h2 id="captions-title">${icon("captions")} ${t("watch.captions")}</h2>
    <div class="caption-lines" role="log" aria-labelledby="captions-title" tabindex="0">
      ${captions.length === 0 ? html`<p class="soft">${t("watch.no_captions")}</p>` : nothing}
      ${repeat(captions, ({ id }) => id, caption)}
    </div>
  </section>`;
}

/** @param {Caption} line */
const caption = ({ at, who, text }) => html`<p class="caption"><span class="soft num">${timeOf(at)}</span> ${who ? html`<strong><bdi>${who}</bdi>:</strong> ` : nothing}${text}</p>`;

/** Programme, house rules and recording, to be unfolded. @param {View} view */
export function papers({ agenda, rules, recording, counts }) {
  return html`<details class="card">
      <summary>${t("watch.programme")}</summary>
      <ol class="programme">
        ${Object.entries(agenda.steps).map(([step, { start, end }]) => {
          const now = Number(step) === agenda.step;
          return html`<li aria-current=${now ? "step" : nothing} class=${now ? "now" : end ? "past" : ""}><span>${stepLabel(Number(step))}</span>${start ? html` <span class="soft num">${timeOf(start)}${end && !now ? `–${timeOf(end)}` : ""}</span>` : nothing}</li>`;
        })}
      </ol>
      <p>${t("watch.counts", { statements: number(counts.statements), answered: number(counts.answered), open: number(counts.statements - counts.answered) })}</p>
    </details>
    <details class="card">
      <summary>${t("watch.rules")}</summary>
      <ol>${rules.map((rule) => html`<li>${rule}</li>`)}</ol>
      <p class="soft">${recording}</p>
    </details>`;
}
