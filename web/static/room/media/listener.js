import { MediaSession } from "./session.js";

/** @import { Room } from "../connection.js" */

/**
 * Hears (and sees) the programme of the conference. One <audio> element, #sound, plays it from beginning to end: phones fall silent when it is exchanged.
 * Fires `change`.
 */
class Listener extends EventTarget {
  /** The picture of who has the floor. @type {MediaStream | null} */
  floor = null;
  /** The picture of the hall, or of the chair. @type {MediaStream | null} */
  hall = null;
  /** The browser does not play sound before somebody touches the page: offer a button which calls `play()`. */
  blocked = false;
  #audio;
  /** @type {MediaSession | null} */
  #session = null;
  #room;
  #restarts;
  #watch;

  /** @param {Room} room @param {boolean} video @param {boolean} sound */
  constructor(room, video, sound) {
    super();
    this.#room = room;
    this.#audio = sound ? /** @type {HTMLAudioElement | null} */ (document.getElementById("sound")) : null;
    this.#restarts = room.signals.media;
    this.#watch = () => {
      const restarted = room.signals.media !== this.#restarts;
      this.#restarts = room.signals.media;
      if (restarted) this.#session?.again();
      if (room.state === "closed") this.stop();
    };
    room.addEventListener("change", this.#watch);
    this.#open(video);
  }

  /** @returns {import("./session.js").SessionState} */
  get state() {
    return this.#session?.state ?? "off";
  }

  /** With pictures, or with sound alone (data saver). @param {boolean} video */
  show(video) {
    this.#session?.stop();
    this.#open(video);
  }

  /** Tries again at once. */
  again() {
    this.#session?.again();
  }

  /** After a touch of the page. */
  async play() {
    await this.#audio?.play().then(
      () => (this.blocked = false),
      () => (this.blocked = true),
    );
    this.#changed();
  }

  stop() {
    this.#room.removeEventListener("change", this.#watch);
    this.#session?.stop();
    this.#session = null;
    if (this.#audio) this.#audio.srcObject = null;
    this.floor = this.hall = null;
    this.#changed();
  }

  /** @param {boolean} video */
  #open(video) {
    this.floor = this.hall = null;
    const { seat = "" } = document.body.dataset;
    this.#session = new MediaSession(`/whep/${seat}${video ? "" : "?low_data=1"}`, (peer) => this.#prepare(peer, video));
    this.#session.addEventListener("change", () => this.#changed());
    this.#changed();
  }

  /** @param {RTCPeerConnection} peer @param {boolean} video */
  #prepare(peer, video) {
    const sound = peer.addTransceiver("audio", { direction: "recvonly" }).receiver.track;
    if (this.#audio) {
      this.#audio.srcObject = new MediaStream([sound]);
      void this.play();
    }
    if (!video) return;
    const [floor, hall] = [0, 1].map(() => peer.addTransceiver("video", { direction: "recvonly" }).receiver.track);
    this.floor = new MediaStream([floor]);
    this.hall = new MediaStream([hall]);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Starts to hear the programme. `video`: with both picture slots, else sound alone; `sound`: false for a page whose sound comes from elsewhere.
 * @param {Room} room @param {{video?: boolean, sound?: boolean}} [how]
 */
export const listen = (room, { video = true, sound = true } = {}) => new Listener(room, video, sound);
