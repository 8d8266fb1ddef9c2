import { html, nothing } from "/vendor/lit.js";
import { testTone } from "../media.js";
import { button, icon, shows, t } from "../ui.js";
import { chooseCamera, chooseDevices, withCamera } from "./choices.js";

/** @import { Microphone } from "./microphone.js" */

/** The device check (R8): microphone with level, camera preview, loudspeaker. @param {Microphone} microphone */
export function deviceCheck(microphone) {
  const on = microphone.state === "ready";
  return html`<div class="check">
    <div class="check-row">
      <div class="check-words">
        <h3>${icon(on ? "mic" : "mic-off")} ${t("check.microphone")}</h3>
        <p>${t(on ? (microphone.meter?.heard ? "check.heard" : "check.speak") : "check.microphone_text")}</p>
      </div>
      ${on
        ? html`<level-meter .meter=${microphone.meter}></level-meter>`
        : button({ label: t(microphone.state === "asking" ? "check.asking" : "check.open"), icon: "mic", onclick: () => open(microphone) })}
    </div>
    ${microphone.state === "trouble" ? html`<div class="notice warn" role="status"><p>${t(`trouble.${microphone.trouble}`)}</p></div>` : nothing}
    ${on ? preview(microphone) : nothing}
    <div class="check-row">
      <div class="check-words">
        <h3>${icon("volume-2")} ${t("check.speaker")}</h3>
        <p>${t("check.speaker_text")}</p>
      </div>
      ${button({ label: t("check.play"), icon: "play", onclick: () => void testTone() })}
    </div>
  </div>`;
}

/** @param {Microphone} microphone */
function open(microphone) {
  microphone.checking = true;
  chooseDevices(true);
  void microphone.open();
}

/** @param {Microphone} microphone */
function preview(microphone) {
  /** @param {Event} event */
  const camera = (event) => {
    chooseCamera(/** @type {HTMLInputElement} */ (event.target).checked);
    void microphone.reopen();
  };
  return html`<div class="check-row">
    <div class="check-words">
      <h3>${icon(microphone.seen ? "video" : "video-off")} ${t("check.camera")}</h3>
      <label class="tick"><input type="checkbox" .checked=${withCamera()} @change=${camera} /><span>${t("check.use_camera")}</span></label>
      ${withCamera() && !microphone.seen ? html`<p>${t("check.no_camera")}</p>` : nothing}
    </div>
    ${microphone.seen ? html`<video class="own-picture" ${shows(microphone.stream)} .muted=${true} autoplay playsinline aria-label=${t("check.own_picture")}></video>` : nothing}
  </div>`;
}
