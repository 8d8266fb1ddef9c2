// The camera and microphone of a hall or venue out, the programme in. Sending is not being heard: the room decides (R22).
import { createRef, html, nothing, ref } from "../../vendor/lit.js";
import { button, field, icon, rungLine, shows, t } from "./ui.js";
import { ownSource } from "./health.js";
import { devices, LevelMeter, listen, publish, release, testTone } from "./media.js";

/** @typedef {import("./connection.js").Room} Room */

/** The page of whoever brings this place by OBS, in a tab of its own: often on another machine than the one that follows. */
function obsPage() {
  const { seat, as } = document.body.dataset;
  return `/hop/${seat}/obs${as ? `?as=${as}` : ""}`;
}

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
  #devices = [];
  /** The level meter's place on the screen. */
  #shown = /** @type {import("lit/directives/ref.js").Ref<HTMLMeterElement>} */ (createRef());
  #trouble = "";
  #redraw;
  #words;

  /** @param {Room} room @param {() => void} redraw @param {"operator" | "desk.hall"} [words] where the texts are that differ between a venue and the main hall */
  constructor(room, redraw, words = "operator") {
    this.room = room;
    this.#redraw = redraw;
    this.#words = words;
  }

  /** @returns {import("./media/session.js").SessionState} */
  get state() {
    return this.#sending?.state ?? "off";
  }

  draw() {
    if (this.room.view.format === "in_person") return html`<section class="card"><p class="soft">${t("operator.hear.in_person")}</p></section>`;
    return html`${this.#out()} ${this.#in()}`;
  }

  #out() {
    return html`<section class="card" aria-labelledby="send-title">
      <h2 id="send-title">${t(`${this.#words}.send`)}</h2>
      ${this.#trouble ? html`<p class="notice bad">${t(`operator.send.${this.#trouble}`)}</p>` : nothing}
      ${this.#stream
        ? html`<video class="preview" muted autoplay playsinline aria-label=${t(`${this.#words}.send.preview`)} ${shows(this.#stream)}></video>
            <label class="level"><span>${t("operator.send.level")}</span> <meter min="0" max="1" low="0.35" optimum="0.7" ${ref(this.#shown)}></meter></label>
            ${this.#choice("video", "operator.send.camera")} ${this.#choice("audio", "operator.send.microphone")}
            <p class="notice ${this.state === "live" ? "good" : "warn"}">${this.#told()}</p>
            <div class="buttons">${this.state === "replaced" ? button({ label: t("operator.send.again"), icon: "video", kind: "primary", onclick: () => this.#sending?.again() }) : nothing}
              ${button({ label: t("operator.send.stop"), icon: "video-off", onclick: () => this.stop() })}</div>`
        : html`${this.#elsewhere() ? html`<p class="notice good">${icon("check")} ${t("operator.send.elsewhere")}</p>` : nothing}
          <div class="buttons">${button({ label: t("operator.send.start"), icon: "video", kind: "primary big wide", onclick: () => void this.start() })}
            <a class="button quiet" href=${obsPage()} target="_blank">${icon("settings")}<span>${t("operator.obs")}</span></a></div>`}
    </section>`;
  }

  /** Another machine, or a program, sends in this place. */
  #elsewhere() {
    const out = this.room.signals.health?.lines[ownSource(this.room)]?.out;
    return out && out.state !== "lost";
  }

  #told() {
    if (this.state === "replaced") return t("operator.send.replaced");
    if (this.state === "refused") return t(`refusal.${this.#sending?.refused}`);
    return t(this.state === "live" ? `${this.#words}.send.on` : "operator.send.lost");
  }

  /** Another camera or microphone, where there are several. @param {"audio" | "video"} kind @param {string} label */
  #choice(kind, label) {
    const all = this.#devices.filter((d) => d.kind === `${kind}input`);
    if (all.length < 2) return nothing;
    const used = this.#used(kind);
    const other = kind === "audio" ? "video" : "audio";
    const chosen = (/** @type {Event} */ e) => void this.start({ [kind]: /** @type {HTMLSelectElement} */ (e.target).value, [other]: this.#used(other) });
    return field({ label: t(label), control: html`<select @change=${chosen}>${all.map((d) => html`<option value=${d.deviceId} ?selected=${d.deviceId === used}>${d.label}</option>`)}</select>` });
  }

  /** The device in use. @param {"audio" | "video"} kind */
  #used(kind) {
    return this.#stream?.getTracks().find((track) => track.kind === kind)?.getSettings().deviceId;
  }

  #in() {
    const hearing = this.#hearing;
    const state = hearing?.state ?? "off";
    return html`<section class="card" aria-labelledby="hear-title">
      <h2 id="hear-title">${t("operator.hear")}</h2>
      ${hearing
        ? html`<video class="programme" muted autoplay playsinline aria-label=${t("operator.hear.picture")} ${shows(hearing.floor)}></video>
            ${rungLine(hearing)}
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

  /** Opens the devices and sends them. @param {{audio?: string, video?: string}} [which] ids of devices */
  async start({ audio, video } = {}) {
    this.stop();
    const { stream, trouble } = await devices({ microphone: audio, camera: video ?? true });
    this.#trouble = trouble ?? "";
    if (stream) {
      this.#stream = stream;
      const meter = (this.#meter = new LevelMeter(stream));
      meter.addEventListener("level", () => this.#shown.value && (this.#shown.value.value = meter.level));
      this.#devices = await navigator.mediaDevices.enumerateDevices();
      this.#sending = publish(this.room, stream);
      this.#sending.addEventListener("change", this.#redraw);
      stream.addEventListener("lost", (event) => {
        if (/** @type {CustomEvent} */ (event).detail.gone.kind !== "audio" || stream !== this.#stream) return;
        this.#trouble = "missing";
        this.stop();
      });
    }
    this.#redraw();
  }

  stop() {
    this.#sending?.stop();
    this.#meter?.stop();
    release(this.#stream);
    this.#sending = this.#meter = this.#stream = null;
    this.#redraw();
  }

  #hear() {
    this.#hearing = listen(this.room);
    this.#hearing.addEventListener("change", this.#redraw);
    this.#redraw();
  }

  #deaf() {
    this.#hearing?.stop();
    this.#hearing = null;
    this.#redraw();
  }
}
