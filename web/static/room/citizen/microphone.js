import { devices, LevelMeter, publish, release } from "../media.js";
import { withCamera, withDevices } from "./choices.js";

/** @import { Room } from "../connection.js" */
/** @import { Trouble } from "../media/devices.js" */

const SILENT_AFTER = 5000;

/**
 * One's own microphone and camera: opened for the check and when one's turn is near, sent while one is on stage, and let go afterwards.
 * Fires `change`.
 */
export class Microphone extends EventTarget {
  /** @type {"off" | "asking" | "ready" | "trouble"} */
  state = "off";
  /** @type {Trouble | undefined} */
  trouble;
  /** @type {MediaStream | undefined} */
  stream;
  /** @type {LevelMeter | undefined} */
  meter;
  /** A telephone call, or the system, has taken the microphone away for now. */
  interrupted = false;
  /** Nothing is heard although one has the floor. */
  silent = false;
  /** @type {ReturnType<typeof publish> | undefined} */
  #session;
  #loudAt = 0;
  #heard = false;
  /** Kept open for the device check. */
  checking = false;

  get sending() {
    return this.#session?.state === "live";
  }

  get seen() {
    return Boolean(this.stream?.getVideoTracks().length);
  }

  async open() {
    if (this.state === "asking" || this.state === "ready") return;
    this.#become("asking");
    const { stream, trouble } = await devices({ camera: withCamera() });
    this.trouble = trouble;
    if (!stream) return this.#become("trouble");
    this.stream = stream;
    this.meter = new LevelMeter(stream);
    this.meter.addEventListener("level", this.#listen);
    this.#watch(stream.getAudioTracks()[0]);
    stream.addEventListener("revived", (event) => this.#watch(/** @type {CustomEvent} */ (event).detail.track));
    stream.addEventListener("lost", (event) => /** @type {CustomEvent} */ (event).detail.gone.kind === "audio" && stream === this.stream && this.#lost());
    this.#become("ready");
  }

  close() {
    this.#session?.stop();
    this.#session = undefined;
    this.meter?.stop();
    release(this.stream);
    this.stream = this.meter = undefined;
    this.interrupted = this.silent = false;
    this.#become("off");
  }

  /** Opens again, with what was chosen anew. */
  async reopen() {
    this.close();
    await this.open();
  }

  /** Does what the room asks for: made ready before one's turn, sent on stage, let go after it (R24). @param {Room} room */
  follow(room) {
    const { me, view, state } = room;
    const taking = me.standing === "joined" && me.channel === "online" && view.format !== "in_person" && state !== "closed";
    const turn = taking && Boolean(me.on_stage);
    this.#heard = Boolean(me.heard);
    if (turn && this.state === "off" && withDevices()) void this.open();
    if (turn && this.stream && !this.#session) {
      this.#session = publish(room, this.stream);
      this.#session.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    }
    if (turn && this.#session?.state === "replaced" && document.hasFocus()) this.#session.again(); // of several pages, the one in use
    if (!turn && !this.checking && this.stream) this.close();
    else if (!turn && this.#session) {
      this.#session.stop();
      this.#session = undefined;
    }
  }

  #listen = () => {
    const now = performance.now();
    if (!this.#heard || (this.meter?.level ?? 0) > 0.25) this.#loudAt = now;
    const silent = now - this.#loudAt > SILENT_AFTER;
    if (silent === this.silent) return;
    this.silent = silent;
    this.dispatchEvent(new Event("change"));
  };

  /** Whether a call has silenced the microphone, or taken it away until it is opened again. @param {MediaStreamTrack} track */
  #watch(track) {
    if (track.kind !== "audio") return;
    const look = () => {
      this.interrupted = track.muted || track.readyState === "ended";
      this.dispatchEvent(new Event("change"));
    };
    track.onmute = track.onunmute = track.onended = look;
    look();
  }

  /** The device was pulled out, and no other is there. */
  #lost() {
    this.close();
    this.trouble = "missing";
    this.#become("trouble");
  }

  /** @param {Microphone["state"]} state */
  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/** The level of a microphone as a bar: `<level-meter .meter=${meter}>`. */
class Level extends HTMLElement {
  /** @type {LevelMeter | undefined} */
  #meter;
  #fill = document.createElement("span");

  set meter(/** @type {LevelMeter | undefined} */ meter) {
    if (meter === this.#meter) return;
    this.#meter?.removeEventListener("level", this.#show);
    this.#meter = meter;
    meter?.addEventListener("level", this.#show);
    if (!meter) this.#fill.style.transform = "scaleX(0)";
  }

  connectedCallback() {
    if (!this.firstChild) this.append(this.#fill);
    this.setAttribute("aria-hidden", "true");
  }

  #show = () => {
    this.#fill.style.transform = `scaleX(${this.#meter?.level ?? 0})`;
  };
}

customElements.define("level-meter", Level);
