// The recording: the sign that everybody sees while it is on, the act that begins and ends it, and the way from a line of the minutes to its second.
import { html, nothing } from "/vendor/lit.js";
import { button, confirmDialog, dialogForm, icon, t, timeOf, whyNot } from "./ui.js";

/** @import { Room } from "./connection.js" */
/** @import { MinutesLine, View } from "./protocol.js" */

/** The sign. @param {View | undefined} view */
export const recordedSign = (view) =>
  view?.recorded?.since ? html`<p class="recorded-sign" role="status"><span aria-hidden="true">●</span> ${t("recording.on")} <span class="sr-only">${t("recording.since", { time: timeOf(view.recorded.since) })}</span></p>` : nothing;

/** The button that begins or ends it, and why it ended by itself. @param {Room} room */
export function recordingDeed(room) {
  const { since, failed } = room.view.recorded ?? {};
  const trouble = failed ? html`<p class="notice bad" role="status">${icon("alert-triangle")} ${t(`recording.failed.${failed}`)}</p>` : nothing;
  return since
    ? button({ label: t("recording.end_short"), name: t("recording.end"), icon: "square", kind: "quiet", why: whyNot(room, "end_recording"), onclick: () => void end(room) })
    : html`${button({ label: t("recording.begin_short"), name: t("recording.begin"), icon: "circle-dot", kind: "quiet", why: whyNot(room, "begin_recording"), onclick: () => void begin(room) })} ${trouble}`;
}

/** @param {Room} room */
async function begin(room) {
  const form = await dialogForm({
    title: t("recording.begin"),
    submit: t("recording.begin"),
    body: html`<p>${t("recording.begin_text")}</p>
      <label class="tick"><input type="checkbox" name="stage" value="1" /><span>${t("recording.stage")}</span></label>`,
  });
  if (form) await room.do({ do: "begin_recording", stage: form.has("stage") });
}

/** @param {Room} room */
async function end(room) {
  const sure = await confirmDialog({ title: t("recording.end"), body: html`<p>${t("recording.end_text")}</p>`, submit: t("recording.end"), kind: "danger" });
  if (sure) await room.do({ do: "end_recording" });
}

/** A link to the second of a line, where it was recorded. @param {Room} room @param {MinutesLine} line */
export function playLink(room, line) {
  const at = line.from_ ?? line.at;
  const covered = room.view.minutes?.recorded?.some(({ begin, end }) => begin <= at && (!end || at < end));
  const { seat } = document.body.dataset;
  return covered ? html`<a class="button quiet small" href="/hop/${seat}/ghi-hinh?luc=${at}" target="_blank">${icon("play")}${t("recording.play")}<span class="sr-only"> ${timeOf(at)}</span></a>` : nothing;
}
