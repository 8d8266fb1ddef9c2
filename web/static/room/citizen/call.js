import { html, nothing, render } from "/vendor/lit.js";
import { testTone } from "../media.js";
import { button, icon, shows, t } from "../ui.js";
import { deviceCheck } from "./check.js";
import { chooseDevices } from "./choices.js";

/** @import { Room } from "../connection.js" */
/** @import { Microphone } from "./microphone.js" */

const CALL = [659, 784, 1047, 784];
const dialog = document.createElement("dialog");
dialog.className = "call";
dialog.setAttribute("aria-labelledby", "call-title");
dialog.addEventListener("cancel", (event) => event.preventDefault()); // Escape does not answer a call
document.body.append(dialog);
let called = "";

/** The call to speak: one full screen, one button; with sound and vibration, also in the background (R24). @param {Room} room @param {Microphone} microphone */
export function showCall(room, microphone) {
  const { prompt, entries } = room.me;
  if (!prompt || room.state === "closed") {
    if (dialog.open) dialog.close();
    called = "";
    return;
  }
  const entry = entries.find(({ id }) => id === prompt.entry);
  const take = () => {
    chooseDevices(true);
    if (room.me.channel === "online") void microphone.open();
    void room.do({ do: "take_floor", entry: prompt.entry });
  };
  render(
    html`<div class="call-body">
      <p class="call-icon">${icon("mic")}</p>
      <h2 id="call-title">${t("call.title")}</h2>
      ${entry?.topic ? html`<p class="topic">${entry.topic}</p>` : nothing}
      ${button({ label: t("call.take"), icon: "mic", kind: "call-take", onclick: take })}
      <p>${t("call.time_left_before")} <count-down class="num" .until=${prompt.until}></count-down> ${t("call.time_left_after")}</p>
      ${microphone.state === "trouble" ? html`<p class="notice warn">${t(`trouble.${microphone.trouble}`)}</p>` : nothing}
      ${button({ label: t("call.decline"), kind: "quiet", onclick: () => void room.do({ do: "decline_floor", entry: prompt.entry }) })}
    </div>`,
    dialog,
  );
  if (called === prompt.entry) return;
  called = prompt.entry;
  for (const other of document.querySelectorAll("dialog[open]")) if (other !== dialog) /** @type {HTMLDialogElement} */ (other).close();
  dialog.showModal();
  /** @type {HTMLElement | null} */ (dialog.querySelector(".call-take"))?.focus();
  navigator.vibrate?.([400, 200, 400, 200, 800]);
  void testTone(CALL).catch(() => undefined); // a browser that plays nothing yet still shows and vibrates
}

/** One's turn is near: the devices are made ready (R24). @param {Room} room @param {Microphone} microphone */
export function getReady(room, microphone) {
  const { me } = room;
  if (!me.near || !me.entries.some(({ status }) => status === "waiting")) return nothing;
  if (me.channel !== "online") return html`<div class="notice warn"><p><strong>${t("ready.title")}</strong> ${t(`ready.${me.channel}`)}</p></div>`;
  return html`<section class="card ready" aria-labelledby="ready-title">
    <h2 id="ready-title">${icon("bell")} ${t("ready.title")}</h2>
    <p>${t(microphone.state === "ready" ? "ready.open" : "ready.closed")}</p>
    ${microphone.state === "ready" ? html`<level-meter .meter=${microphone.meter}></level-meter>` : nothing}
    ${microphone.state === "off" || microphone.state === "asking" ? button({ label: t("check.open"), icon: "mic", kind: "primary", onclick: () => (chooseDevices(true), void microphone.open()) }) : nothing}
    ${microphone.state === "trouble" ? trouble(microphone) : nothing}
  </section>`;
}

/** Whether this person has the floor. @param {Room} room */
export const hasFloor = ({ view, me }) => (view.floor.interposed ?? view.floor.speech)?.person === me.id;

/** One has the floor: clock, whether one is heard, and the end (R22, R26). @param {Room} room @param {Microphone} microphone */
export function speaking(room, microphone) {
  const speech = room.view.floor.interposed ?? room.view.floor.speech;
  const remote = room.me.channel === "online";
  return html`<section class="speaking" aria-labelledby="speaking-title">
    <div class="speaking-head">
      <h2 id="speaking-title">${icon("mic")} ${t("speaking.title")}</h2>
      ${microphone.seen && remote ? html`<video class="own-picture" ${shows(microphone.stream)} .muted=${true} autoplay playsinline aria-label=${t("check.own_picture")}></video>` : nothing}
    </div>
    <speech-clock .speech=${speech}></speech-clock>
    ${remote ? soundState(room, microphone) : html`<p>${t(`speaking.${room.me.channel}`)}</p>`}
    ${button({ label: t("speaking.end"), icon: "square", kind: "big wide", onclick: () => void room.do({ do: "yield_floor" }) })}
  </section>`;
}

/** @param {Room} room @param {Microphone} microphone */
function soundState(room, microphone) {
  if (room.view.floor.silenced) return html`<p class="notice bad">${t("watch.silenced_text")}</p>`;
  if (microphone.interrupted) return html`<p class="notice bad">${icon("phone")} ${t("speaking.interrupted")}</p>`;
  if (microphone.state === "trouble") return trouble(microphone);
  if (microphone.state !== "ready") return html`<div class="notice warn"><p>${t("speaking.off")}</p>${button({ label: t("check.open"), icon: "mic", kind: "primary", onclick: () => (chooseDevices(true), void microphone.open()) })}</div>`;
  return html`<level-meter .meter=${microphone.meter}></level-meter>
    ${microphone.silent
      ? html`<div class="notice warn"><p>${icon("mic-off")} ${t("speaking.silent")}</p><p class="small-text">${t("speaking.silent_help")}</p>${button({ label: t("speaking.reopen"), kind: "small", onclick: () => void microphone.reopen() })}</div>`
      : html`<p role="status">${t(microphone.sending ? "speaking.heard" : "speaking.connecting")}</p>`}`;
}

/** What stands in the way of the microphone, in plain words, and what to do. @param {Microphone} microphone */
function trouble(microphone) {
  return html`<div class="notice warn"><p><strong>${t("trouble.title")}</strong> ${t(`trouble.${microphone.trouble}`)}</p>${button({ label: t("common.retry"), icon: "refresh-cw", kind: "small", onclick: () => void microphone.reopen() })}</div>`;
}

/** Help with one's devices at any time. @param {Microphone} microphone */
export function help(microphone) {
  return html`<details class="card" @toggle=${(/** @type {Event} */ event) => (microphone.checking = /** @type {HTMLDetailsElement} */ (event.target).open && microphone.checking)}>
    <summary>${t("help.title")}</summary>
    ${deviceCheck(microphone)}
    <ul class="small-text"><li>${t("help.volume")}</li><li>${t("help.headphones")}</li><li>${t("help.desk")}</li></ul>
  </details>`;
}
