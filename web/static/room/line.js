// The camera and microphone of a hall or venue out, the programme in. Sending is not being heard: the room decides (R22).
import { createRef, html, nothing, ref } from "../../vendor/lit.js";
import { button, field, icon, t } from "./ui.js";
import { devices, LevelMeter, listen, publish, testTone } from "./media.js";

/** @typedef {import("./connection.js").Room} Room */

export class Line {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {ReturnType<typeof publish> | null} */
  #sending = null;
  /** @type {ReturnType<typeof listen> | null} */
  #hearing = null;
  /** @type {LevelMeter | null} */
  #meter = null;
  /** @type {MediaDeviceInfo[]} */
  #microphones = [];
  /** The level meter's place on the screen. */
  #shown = /** @type {import("lit/directives/ref.js").Ref<HTMLMeterElement>} */ (createRef());
  #trouble = "";
  #redraw;

  /** @param {Room} room @param {() => void} redraw */
  constructor(room, redraw) {
    this.room = room;
    this.#redraw = redraw;
  }

  draw() {
    if (this.room.view.format === "in_person") return html`<section class="card"><p class="soft">${t("operator.hear.in_person")}</p></section>`;
    return html`${this.#out()} ${this.#in()}`;
  }

  #out() {
    const state = this.#sending?.state;
    return html`<section class="card" aria-labelledby="send-title">
      <h2 id="send-title">${t("operator.send")}</h2>
      ${this.#trouble ? html`<p class="notice bad">${t(`operator.send.${this.#trouble}`)}</p>` : nothing}
      ${this.#stream
        ? html`<video class="preview" muted autoplay playsinline aria-label=${t("operator.send.preview")} .srcObject=${this.#stream}></video>
            <label class="level"><span>${t("operator.send.level")}</span> <meter min="0" max="1" low="0.35" optimum="0.7" ${ref(this.#shown)}></meter></label>
            ${this.#microphones.length > 1 ? field({ label: t("operator.send.microphone"), control: html`<select @change=${(/** @type {Event} */ e) => void this.start(/** @type {HTMLSelectElement} */ (e.target).value)}>${this.#microphones.map((m) => html`<option value=${m.deviceId} ?selected=${m.deviceId === this.#microphone}>${m.label}</option>`)}</select>` }) : nothing}
            <p class="notice ${state === "live" ? "good" : "warn"}">${t(state === "live" ? "operator.send.on" : "operator.send.lost")}</p>
            ${button({ label: t("operator.send.stop"), icon: "video-off", onclick: () => this.stop() })}`
        : button({ label: t("operator.send.start"), icon: "video", kind: "primary big wide", onclick: () => void this.start() })}
    </section>`;
  }

  #in() {
    const hearing = this.#hearing;
    const state = hearing?.state ?? "off";
    return html`<section class="card" aria-labelledby="hear-title">
      <h2 id="hear-title">${t("operator.hear")}</h2>
      ${hearing
        ? html`<video class="programme" muted autoplay playsinline aria-label=${t("operator.hear.picture")} .srcObject=${hearing.floor}></video>
            <p class="soft">${icon(state === "live" ? "volume-2" : "volume-x")} ${t(`operator.hear.${state === "live" ? "on" : state === "connecting" ? "connecting" : "lost"}`)}</p>
            <div class="buttons">
              ${hearing.blocked ? button({ label: t("operator.hear.start"), icon: "volume-2", kind: "primary", onclick: () => void hearing.play() }) : nothing}
              ${button({ label: t("operator.hear.stop"), icon: "volume-x", onclick: () => this.#deaf() })}
              ${button({ label: t("operator.hear.test"), icon: "bell", kind: "quiet", onclick: () => void testTone() })}
            </div>`
        : html`<div class="buttons">${button({ label: t("operator.hear.start"), icon: "volume-2", kind: "primary", onclick: () => this.#hear() })}
            ${button({ label: t("operator.hear.test"), icon: "bell", kind: "quiet", onclick: () => void testTone() })}</div>`}
    </section>`;
  }

  get #microphone() {
    return this.#stream?.getAudioTracks()[0]?.getSettings().deviceId;
  }

  /** Opens the devices and sends them. @param {string} [microphone] */
  async start(microphone) {
    this.stop();
    const { stream, trouble } = await devices({ microphone });
    this.#trouble = trouble ?? "";
    if (stream) {
      this.#stream = stream;
      const meter = (this.#meter = new LevelMeter(stream));
      meter.addEventListener("level", () => this.#shown.value && (this.#shown.value.value = meter.level));
      this.#microphones = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === "audioinput");
      this.#sending = publish(this.room, stream);
      this.#sending.addEventListener("change", this.#redraw);
    }
    this.#redraw();
  }

  stop() {
    this.#sending?.stop();
    this.#meter?.stop();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#sending = this.#meter = this.#stream = null;
    this.#redraw();
  }

  #hear() {
    this.#hearing = listen(this.room, { video: true });
    this.#hearing.addEventListener("change", this.#redraw);
    this.#redraw();
  }

  #deaf() {
    this.#hearing?.stop();
    this.#hearing = null;
    this.#redraw();
  }
}
