import { MediaSession } from "./session.js";
import { hasPictures, lineOf } from "./rungs.js";

/** @import { Room } from "../connection.js" */
/** @import { Rung } from "../protocol.js" */

const LOOK_EVERY = 500;
/** Milliseconds without sound after which the written lines take its place. */
const SILENT_AFTER = 2500;

/**
 * Hears (and sees) the programme of the conference. One <audio> element, #sound, plays it from beginning to end: phones fall silent when it is exchanged.
 * After a call, or whatever else stopped it, it plays on by itself where the browser allows it. Fires `change`.
 */
class Listener extends EventTarget {
  /** The picture of who has the floor. @type {MediaStream | null} */
  floor = null;
  /** The picture of the hall, or of the chair. @type {MediaStream | null} */
  hall = null;
  /** The browser does not play sound before somebody touches the page: offer a button which calls `play()`. */
  blocked = false;
  /** The most that this listener wants (data saver). @type {Rung} */
  most;
  /** What it is sent now. @type {Rung} */
  rung;
  /** Why it is on this rung: bandwidth, loss, delay, saver, recovered, probe; "" from the beginning. */
  why = "";
  /** No sound has arrived for some seconds: the written lines take its place. */
  silent = false;
  /** Of the picture of the floor as it arrives; 0 for none. */
  picture = { width: 0, height: 0, rate: 0 };
  #audio;
  /** @type {MediaSession} */
  #session;
  #room;
  #restarts;
  /** @type {RTCRtpReceiver | undefined} */
  #receiver;
  /** @type {RTCRtpReceiver | undefined} */
  #picture;
  #packets = 0;
  #heardAt = performance.now();
  #timer;
  #over = new AbortController();

  /** @param {Room} room @param {Rung} most @param {boolean} sound @param {boolean} own */
  constructor(room, most, sound, own) {
    super();
    this.#room = room;
    this.most = most;
    this.rung = most;
    this.#audio = sound ? /** @type {HTMLAudioElement | null} */ (document.getElementById("sound")) : null;
    this.#restarts = room.signals.media;
    const { seat = "" } = document.body.dataset;
    this.#session = new MediaSession(() => `/whep/${seat}?most=${this.most}${own ? "&own=1" : ""}`, (peer) => this.#prepare(peer));
    const until = { signal: this.#over.signal };
    this.#session.addEventListener("change", () => this.#changed(), until);
    room.addEventListener("change", () => this.#follow(), until);
    room.addEventListener("signal", (event) => this.#told(/** @type {CustomEvent} */ (event).detail), until);
    document.addEventListener("visibilitychange", () => this.#resume(), until);
    document.addEventListener("click", () => this.blocked && void this.play(), until);
    this.#audio?.addEventListener("pause", () => this.#resume(), until);
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY);
  }

  /** @returns {import("./session.js").SessionState} */
  get state() {
    return this.#session.state;
  }

  /** Whether there are pictures to be seen. */
  get pictures() {
    return hasPictures(this.rung);
  }

  /** The key of the line that says on which rung this is, and who chose it; "" where there is nothing to say. */
  get line() {
    return lineOf(this);
  }

  /** The listener's own bound, from now on; nothing is interrupted. @param {Rung} most */
  async save(most) {
    if (most === this.most) return;
    this.most = most;
    const { address } = this.#session;
    const answer = address && (await fetch(`${address}/rung`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ most }) }).catch(() => undefined));
    if ((!answer || !answer.ok) && most === this.most) this.again(); // no session yet, or one that the server has forgotten
    this.#changed();
  }

  /** Tries again at once. */
  again() {
    this.#session.again();
  }

  /** After a touch of the page. */
  async play() {
    await this.#audio?.play().then(
      () => (this.blocked = false),
      (error) => (this.blocked ||= error.name === "NotAllowedError"),
    );
    this.#changed();
  }

  stop() {
    this.#over.abort();
    clearInterval(this.#timer);
    this.#session.stop();
    if (this.#audio) this.#audio.srcObject = null;
    this.floor = this.hall = null;
    this.#changed();
  }

  /** @param {RTCPeerConnection} peer */
  #prepare(peer) {
    this.rung = this.most;
    this.why = "";
    this.#packets = 0;
    this.#receiver = peer.addTransceiver("audio", { direction: "recvonly" }).receiver;
    const { track } = this.#receiver;
    track.onunmute = () => this.#resume();
    if (this.#audio) {
      this.#audio.srcObject = new MediaStream([track]);
      void this.play();
    }
    const [floor, hall] = [0, 1].map(() => peer.addTransceiver("video", { direction: "recvonly" }).receiver);
    this.#picture = floor;
    this.floor = new MediaStream([floor.track]);
    this.hall = new MediaStream([hall.track]);
  }

  #follow() {
    const restarted = this.#room.signals.media !== this.#restarts;
    this.#restarts = this.#room.signals.media;
    if (restarted) this.#session.again();
    if (this.#room.state === "closed") this.stop();
  }

  /** @param {{kind: string, session?: string, rung?: Rung, why?: string}} signal */
  #told({ kind, session, rung, why = "" }) {
    if (kind !== "rung" || !rung || !session || !this.#session.address.endsWith(`/${session}`)) return;
    Object.assign(this, { rung, why });
    this.#changed();
  }

  /** A call has ended, the page is looked at again: the sound goes on. */
  #resume() {
    if (this.#audio?.srcObject && this.#audio.paused && document.visibilityState === "visible") void this.play();
  }

  /** Whether sound arrives, and what picture. */
  async #look() {
    const now = performance.now();
    const [{ packetsReceived: packets = 0 }, { frameWidth = 0, frameHeight = 0, framesPerSecond = 0 }] = await Promise.all([this.#receiver, this.#picture].map(arrived));
    this.picture = { width: frameWidth, height: frameHeight, rate: framesPerSecond };
    if (packets !== this.#packets) [this.#packets, this.#heardAt] = [packets, now];
    const silent = now - this.#heardAt > SILENT_AFTER;
    if (silent === this.silent) return;
    this.silent = silent;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** What the browser counts of what arrives. @param {RTCRtpReceiver | undefined} receiver @returns {Promise<Record<string, number>>} */
async function arrived(receiver) {
  const report = await receiver?.getStats().catch(() => undefined);
  return /** @type {any[]} */ ([...(report?.values() ?? [])]).find(({ type }) => type === "inbound-rtp") ?? {};
}

/** @typedef {Listener} Programme */

/**
 * Starts to hear the programme. `most`: the listener's own bound of what it is sent; `sound`: false for a page whose sound comes from elsewhere.
 * `own`: in place of the programme what one sends oneself, as it arrives at the server; its picture is `floor`.
 * @param {Room} room @param {{most?: Rung, sound?: boolean, own?: boolean}} [how]
 */
export const listen = (room, { most = "both", sound = true, own = false } = {}) => new Listener(room, most, sound, own);
