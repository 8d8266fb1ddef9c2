import { html, nothing } from "/vendor/lit.js";
import { button, dateOf, icon, t, timeOf, whyNot } from "../ui.js";
import { deviceCheck } from "./check.js";
import { chooseDevices } from "./choices.js";
import { ways } from "./watch.js";

/** @import { Room } from "../connection.js" */
/** @import { Microphone } from "./microphone.js" */

/** The lobby: nothing of the room, but that one waits and for what (R6). @param {Room} room */
export function lobby({ view, me }) {
  const away = me.standing === "turned_away";
  return html`<section class="notice-page">
    <p class="page-icon">${icon(away ? "user-x" : "clock")}</p>
    <h1>${t(away ? "lobby.away_title" : "lobby.title")}</h1>
    <p><strong><bdi>${view.title}</bdi></strong></p>
    ${away
      ? html`<p>${t("lobby.away_text")}</p>`
      : html`<p>${t("lobby.text", { name: me.name })}</p>
          <p>${view.phase === "planned" ? t("lobby.not_open", { time: timeOf(view.starts), date: dateOf(view.starts) }) : t("lobby.open")}</p>
          <p class="soft">${t("lobby.stay")}</p>`}
    <p class="small-text">${privacy()}</p>
  </section>`;
}

/** What becomes of personal data, in a tab of its own: whoever waits does not lose the place. */
const privacy = () => html`<a href="/cong-khai/quyen-rieng-tu" target="_blank" rel="noopener">${t("lobby.privacy")}</a>`;

/** The two ticks of the page before joining; never ticked beforehand. */
const agreed = { notice: false, rules: false };

/**
 * Before joining (R8): what is recorded and why, the house rules, the check of one's devices. Taking part without microphone and camera is always possible.
 * @param {Room} room @param {Microphone} microphone
 */
export function beforeJoining(room, microphone) {
  const { view, me } = room;
  const remote = me.channel === "online" && view.format !== "in_person";
  /** @param {keyof typeof agreed} what @returns {(event: Event) => void} */
  const tick = (what) => (event) => {
    agreed[what] = /** @type {HTMLInputElement} */ (event.target).checked;
    room.dispatchEvent(new Event("change"));
  };
  /** @param {boolean} devices */
  const join = (devices) => {
    chooseDevices(devices);
    microphone.checking = false;
    void room.do({ do: "join", notice_read: agreed.notice, rules_accepted: agreed.rules, with_devices: devices });
  };
  const why = agreed.notice && agreed.rules ? whyNot(room, "join") : t("join.tick_first");
  const ready = microphone.state === "ready";
  return html`<div class="joining">
    <h1>${t("join.title")}</h1>
    <p class="lead"><bdi>${view.title}</bdi></p>
    <p class="soft">${timeOf(view.starts)}, ${dateOf(view.starts)}${view.place ? html` · ${view.place}` : nothing}</p>
    <section class="card" aria-labelledby="recorded">
      <h2 id="recorded">${icon("circle-dot")} ${t("join.recording_title")}</h2>
      <p>${view.recording}</p>
      <p>${t("join.recording_text")} ${privacy()}</p>
      <label class="tick"><input type="checkbox" .checked=${agreed.notice} @change=${tick("notice")} /><span>${t("join.recording_tick")}</span></label>
    </section>
    <section class="card" aria-labelledby="rules">
      <h2 id="rules">${icon("file-text")} ${t("join.rules_title")}</h2>
      <ol>${view.rules.map((rule) => html`<li>${rule}</li>`)}</ol>
      <label class="tick"><input type="checkbox" .checked=${agreed.rules} @change=${tick("rules")} /><span>${t("join.rules_tick")}</span></label>
    </section>
    ${remote
      ? html`<section class="card" aria-labelledby="devices"><h2 id="devices">${icon("mic")} ${t("join.devices_title")}</h2>${deviceCheck(microphone)}</section>
          <section class="card" aria-label=${t("watch.mode")}>${ways(room, () => room.dispatchEvent(new Event("change")))}</section>`
      : html`<p class="notice">${t(me.channel === "online" ? "join.in_person" : "join.in_hall")}</p>`}
    <div class="join-buttons">
      ${ready
        ? button({ label: t("join.with_devices"), icon: "mic", kind: "primary big wide", why, onclick: () => join(true) })
        : button({ label: t(remote ? "join.without_devices" : "join.go"), icon: "check", kind: "primary big wide", why, onclick: () => join(false) })}
      ${ready ? button({ label: t("join.without_devices"), kind: "quiet wide", why, onclick: () => join(false) }) : nothing}
      ${remote && !ready ? html`<p class="soft small-text">${t("join.later")}</p>` : nothing}
    </div>
  </div>`;
}
