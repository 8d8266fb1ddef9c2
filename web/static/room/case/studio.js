import { html, nothing } from "../../../vendor/lit.js";
import { devices, listen, publish, release } from "../media.js";
import { button, rungLine, shows, t } from "../ui.js";

/** @import { Room } from "../connection.js" */

/**
 * The devices of somebody who conducts or answers: the programme to watch and hear, and one's own microphone and camera. Both are opened only when asked
 * for, since in a hall a second loudspeaker would echo. Who is heard is decided by the room alone.
 */
export class Studio {
  #room;
  /** @type {ReturnType<typeof listen> | null} */
  #programme = null;
  /** @type {MediaStream | null} */
  #own = null;
  /** @type {ReturnType<typeof publish> | null} */
  #session = null;
  #trouble = "";
  #sends;

  /** @param {Room} room @param {{sends?: boolean}} [how] `sends`: false for who only watches */
  constructor(room, { sends = true } = {}) {
    this.#room = room;
    this.#sends = sends;
  }

  template() {
    return html`<section class="studio">
      <h3>${t("studio.title")}</h3>
      ${this.#programme ? this.#pictures() : nothing}
      <div class="tools">
        ${button({ label: t(this.#programme ? "studio.stop_watching" : "studio.watch"), icon: "monitor", kind: "small", pressed: Boolean(this.#programme), onclick: () => this.#watch() })}
        ${this.#programme?.blocked ? button({ label: t("studio.play"), icon: "volume-2", kind: "small primary", onclick: () => void this.#programme?.play() }) : nothing}
        ${this.#sends ? this.#sendButton() : nothing}
      </div>
      ${this.#own ? html`<p class="why" role="status">${t(this.#room.me.heard ? "studio.heard" : "studio.standby")} · ${t(`studio.session_${this.#session?.state}`)}</p>` : nothing}
      ${this.#trouble ? html`<p class="notice warn">${t(`studio.trouble_${this.#trouble}`)}</p>` : nothing}
    </section>`;
  }

  #sendButton() {
    return button({
      label: t(this.#own ? "studio.stop_sending" : "studio.send"), icon: this.#own ? "mic" : "mic-off", kind: "small", pressed: Boolean(this.#own),
      why: this.#own || this.#room.me.on_stage ? "" : t("studio.not_on_stage"), onclick: () => void this.#send(),
    });
  }

  #pictures() {
    /** @param {MediaStream | null | undefined} stream @param {string} label */
    const picture = (stream, label) => html`<video muted autoplay playsinline aria-label=${label} ${shows(stream)}></video>`;
    return html`${rungLine(this.#programme)}<div class="pictures">${picture(this.#programme?.floor, t("studio.floor"))} ${picture(this.#programme?.hall, t("studio.hall"))}</div>`;
  }

  #watch() {
    if (this.#programme) {
      this.#programme.stop();
      this.#programme = null;
    } else {
      this.#programme = listen(this.#room);
      this.#programme.addEventListener("change", () => this.#changed());
    }
    this.#changed();
  }

  async #send() {
    this.#trouble = "";
    if (this.#own) {
      this.#session?.stop();
      release(this.#own);
      this.#own = this.#session = null;
    } else {
      const { stream, trouble } = await devices();
      if (stream) {
        this.#own = stream;
        this.#session = publish(this.#room, stream);
        this.#session.addEventListener("change", () => this.#changed());
      } else this.#trouble = trouble;
    }
    this.#changed();
  }

  #changed() {
    this.#room.dispatchEvent(new Event("change"));
  }
}
