import { uuid7 } from "./ids.js";
import { merge } from "./merge.js";
import { Outbox } from "./outbox.js";
import { serverTime } from "./server-time.js";

/** @import { Command, Me, View, Signals } from "./protocol.js" */

const PING_EVERY = 10_000;
const SILENCE = 12_000;
const FIRST_WAIT = 300;
const LONGEST_WAIT = 10_000;
const FINAL = new Set([4401, 4403]);
/** Refusals that decide nothing: the command stays in the outbox and is sent again. */
const NOT_DECIDED = new Set(["saving_stopped", "too_fast"]);
const OFFER_AGAIN = 3000;
/** Close codes that say how long to stay away: [at least, and up to so much more], in milliseconds. @type {Record<number, [number, number]>} */
const AWAY = { 1001: [100, 3000], 1012: [100, 3000], 1008: [10_000, 10_000], 1009: [10_000, 10_000], 4429: [60_000, 10_000] };

/** A command that was not carried out; nothing has changed. `code` is stable, `message` a sentence for people. */
export class Refused extends Error {
  /** @param {string} code @param {Record<string, unknown>} details @param {string} message */
  constructor(code, details, message) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/**
 * One conference as this screen sees it, over one WebSocket that comes back by itself (docs/protocol.md).
 *
 * Events: `change` (something of it changed; at most once per frame), `signal` (each volatile signal; detail: the signal), `refused` (detail: {command, error,
 * quiet}), `closed` (it will not come back).
 */
export class Room extends EventTarget {
  /** @type {View} what the audience sees; empty until the first snapshot */
  view = /** @type {View} */ ({});
  /** @type {Me} what concerns this person alone */
  me = /** @type {Me} */ ({});
  audience = "";
  /** The first characters of the journal's last hash. */
  head = "";
  /** @type {"connecting" | "live" | "lost" | "closed"} */
  state = "connecting";
  /** @type {{code: number, reason: string, message: string} | null} why it will not come back */
  close = null;
  /** @type {Signals} the latest volatile values, by kind */
  signals = {};
  /** Since when (server's time) nothing has come from the server. @type {number | null} */
  lostSince = null;

  #seat;
  #hello;
  #outbox;
  /** @type {Map<string, {resolve: (done: {seq: number}) => void, reject: (why: Refused) => void, quiet: boolean}>} */
  #asked = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  #greeted = false;
  #seq = 0;
  #epoch = "";
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #pinged = 0;
  #heard = 0;
  /** @type {{code: number, reason: string, message: string} | null} */
  #bye = null;
  #told = false;
  /** @type {Set<string>} ids of commands that the server could not take yet */
  #postponed = new Set();
  #offered = 0;

  /** @param {{seat: string, as?: string, lang?: string}} who */
  constructor({ seat, as, lang }) {
    super();
    this.#seat = seat;
    this.#hello = { ...(as && { as }), ...(lang && { lang }) };
    this.#outbox = new Outbox(seat);
    void this.#outbox.load().then(() => this.#open());
    const heart = new Worker(new URL("./heartbeat.js", import.meta.url));
    heart.onmessage = () => this.#beat();
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
  }

  /** The number of commands that nobody has acknowledged. */
  get pending() {
    return this.#outbox.size;
  }

  /** The server's time, in milliseconds since the epoch. */
  now() {
    return serverTime.now();
  }

  /**
   * Gives a command. It is kept until it is answered, also over a lost connection or a reload, and carried out at most once.
   *
   * `key`: takes the place of an earlier command with the same key that was not sent yet; that one then shares the newer one's answer.
   * `quiet`: the caller tells the person about a refusal. Rejects with `Refused`.
   * @param {Command} command @param {{key?: string, quiet?: boolean}} [how] @returns {Promise<{seq: number}>}
   */
  do(command, { key, quiet = false } = {}) {
    const id = uuid7();
    const asked = new Promise((resolve, reject) => {
      const older = this.#outbox.add({ id, seat: this.#seat, command, key });
      const before = older === undefined ? undefined : this.#asked.get(older);
      if (older !== undefined) this.#asked.delete(older);
      this.#asked.set(id, {
        resolve: (done) => (before?.resolve(done), resolve(done)),
        reject: (why) => (before?.reject(why), reject(why)),
        quiet,
      });
    });
    asked.catch(() => undefined); // a refusal is also told by the event: who does not wait for the answer need not catch it
    if (this.state === "live") this.#post(id, command);
    this.#changed();
    return asked;
  }

  /** Tells something volatile; lost when there is no connection. @param {Record<string, unknown>} signal */
  signal(signal) {
    if (this.state === "live") this.#send({ type: "signal", signal });
  }

  #open() {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#greeted = false;
    this.#bye = null;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/${this.#seat}`);
    this.#socket = socket;
    this.#heard = this.#pinged = serverTime.mark();
    socket.onopen = () => {
      const since = this.#epoch ? { since: this.#seq, epoch: this.#epoch } : {};
      this.#send({ type: "hello", ...this.#hello, ...since });
      this.#ping();
    };
    socket.onmessage = (event) => socket === this.#socket && this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#closed(event.code, event.reason);
  }

  /** From now on the line is live: what waits is sent again, with its old ids. */
  #greet() {
    if (this.#greeted) return;
    this.#greeted = true;
    this.#tries = 0;
    this.state = "live";
    this.lostSince = null;
    for (const { id, command } of this.#outbox.list()) this.#post(id, command);
    this.#changed();
  }

  /** @param {string} id @param {Command} command */
  #post(id, command) {
    this.#send({ type: "do", id, command });
    this.#outbox.sent(id);
  }

  /** @param {Record<string, unknown>} message */
  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** @param {any} message */
  #receive(message) {
    this.#heard = serverTime.mark();
    if (message.type === "pong") return serverTime.pong(message.t, message.now);
    if (message.now) serverTime.told(message.now);
    switch (message.type) {
      case "snapshot":
        this.view = message.view;
        this.me = message.me;
        this.audience = message.audience;
        this.head = message.head;
        this.#seq = message.seq;
        this.#epoch = message.epoch;
        this.#greet();
        break;
      case "patch":
        this.view = merge(this.view, message.patch);
        this.head = message.head;
        this.#seq = message.seq;
        this.#greet();
        break;
      case "me": // also the end of what was missed, after a resumption
        this.me = message.me;
        this.#greet();
        break;
      case "ack":
        this.#answered(message.id)?.resolve({ seq: message.seq });
        break;
      case "refused":
        this.#refused(message);
        break;
      case "signal":
        this.signals = { ...this.signals, [message.signal.kind]: message.signal };
        this.dispatchEvent(new CustomEvent("signal", { detail: message.signal }));
        break;
      case "bye":
        this.#bye = { code: message.code, reason: message.reason, message: message.message ?? "" };
        break;
    }
    return this.#changed();
  }

  /** @param {{id: string, code: string, details: Record<string, unknown>, message: string}} message */
  #refused({ id, code, details, message }) {
    if (NOT_DECIDED.has(code)) return void this.#postponed.add(id);
    const command = this.#outbox.list().find((one) => one.id === id)?.command;
    const asked = this.#answered(id);
    const error = new Refused(code, details, message);
    asked?.reject(error);
    this.dispatchEvent(new CustomEvent("refused", { detail: { command, error, quiet: asked?.quiet ?? false } }));
  }

  /** Takes a command out of the outbox; gives who waits for its answer. @param {string} id */
  #answered(id) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    this.#outbox.remove(id);
    return asked;
  }

  /** Once a second. */
  #beat() {
    if (this.state === "closed" || this.#retry !== undefined || !this.#socket) return;
    const now = serverTime.mark();
    if (now - this.#heard > SILENCE && now - this.#pinged > 2000) return this.#drop();
    if (now - this.#pinged >= PING_EVERY) this.#ping();
    if (this.#postponed.size > 0 && this.state === "live" && now - this.#offered > OFFER_AGAIN) this.#offer(now);
  }

  /** What the server could not take is offered again. @param {number} now */
  #offer(now) {
    this.#offered = now;
    const again = this.#outbox.list().filter((one) => this.#postponed.has(one.id));
    this.#postponed.clear();
    for (const { id, command } of again) this.#post(id, command);
  }

  #ping() {
    this.#pinged = serverTime.mark();
    this.#send({ type: "ping", t: this.#pinged });
  }

  /** Somebody looks at the page again, or the network is back: no waiting. */
  #hurry() {
    if (this.state === "closed") return;
    if (this.#retry !== undefined) this.#open();
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#ping();
  }

  /** The line is dead without having been closed. */
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#closed(1006, "silence");
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    this.#socket = null;
    if (FINAL.has(code) || (this.#bye && FINAL.has(this.#bye.code))) {
      this.state = "closed";
      this.close = this.#bye ?? { code, reason, message: "" };
      this.#changed();
      this.dispatchEvent(new Event("closed"));
      return;
    }
    if (this.state === "live") this.lostSince = serverTime.now();
    this.state = this.#epoch || this.#tries > 2 ? "lost" : "connecting";
    const usual = Math.min(LONGEST_WAIT, FIRST_WAIT * 1.7 ** this.#tries);
    const [least, more] = AWAY[code] ?? [usual / 2, usual];
    this.#tries += 1;
    this.#retry = setTimeout(() => this.#open(), least + Math.random() * more);
    this.#changed();
  }

  /** Tells the screens once per frame, and in the background, where there are no frames, at once. */
  #changed() {
    if (this.#told) return;
    this.#told = true;
    const tell = () => {
      this.#told = false;
      this.dispatchEvent(new Event("change"));
    };
    if (document.visibilityState === "visible") requestAnimationFrame(tell);
    else setTimeout(tell, 0);
  }
}

/** @param {{seat: string, as?: string, lang?: string}} who */
export const connect = (who) => new Room(who);
