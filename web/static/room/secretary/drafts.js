// The lines being written on this screen: saved while one types, kept here while the network is gone, merged where two wrote at once (R37).
import { uuid7 } from "../ids.js";
import { dirty, tidy, weigh, wordsOf } from "./words.js";

/** @typedef {import("./words.js").Draft} Draft */
/** @typedef {import("./words.js").Words} Words */

/** A line is saved this long after the first unsaved key, ms: at most a second from key to stored line. */
const PAUSE = 600;
/** A save that takes longer than this is called what it is: kept here, ms. */
const SLOW = 3_000;
/** How often the others are told where one writes, ms. */
const TELL = 2_000;

/** Fires `change` whenever something about a draft changed. */
export class Drafts extends EventTarget {
  /** @type {Map<string, Draft>} */
  #drafts = new Map();
  /** @type {Map<string, number>} timers of the saves to come */
  #timers = new Map();
  /** @type {Map<string, number>} lines whose save is under way, and since when */
  #flying = new Map();
  /** @type {Map<string, string>} line → why the server does not take it */
  #refused = new Map();
  /** The line in whose fields the cursor stands: it is not taken from under one's hands. */
  #writing = "";
  #told = 0;

  /** @param {import("../connection.js").Room} room @param {import("./store.js").Store} store */
  constructor(room, store) {
    super();
    this.room = room;
    this.store = store;
    room.addEventListener("change", () => this.#look());
  }

  /** Takes up what an earlier page left behind. */
  async open() {
    for (const draft of await this.store.all()) this.#drafts.set(draft.id, draft);
    this.#look();
  }

  /** @param {string} id @returns {Draft | undefined} */
  of(id) {
    return this.#drafts.get(id);
  }

  /** New lines that the server does not have yet. */
  get fresh() {
    const lines = this.room.view?.minutes?.lines ?? {};
    return [...this.#drafts.values()].filter((d) => !lines[d.id]);
  }

  /** The lines where somebody else wrote at the same time. */
  get clashes() {
    return [...this.#drafts.values()].filter((d) => d.other);
  }

  /** How many lines hold words that the server does not have. */
  get unsaved() {
    return [...this.#drafts.values()].filter((d) => dirty(d)).length;
  }

  /** @returns {"saved" | "saving" | "kept" | "clash" | "refused"} */
  get state() {
    if (this.clashes.length) return "clash";
    if (this.#refused.size) return "refused";
    if (this.#flying.size === 0 && this.unsaved === 0) return "saved";
    return this.#reachable && ![...this.#flying.keys()].some((id) => this.#slow(id)) ? "saving" : "kept";
  }

  /** The state of one line. @param {string} id @returns {"" | "saved" | "saving" | "kept" | "clash" | "refused"} */
  stateOf(id) {
    const draft = this.#drafts.get(id);
    if (!draft) return "";
    if (draft.other) return "clash";
    if (this.#refused.has(id)) return "refused";
    if (!dirty(draft) && !this.#flying.has(id)) return draft.base.version ? "saved" : "";
    return this.#reachable && !this.#slow(id) ? "saving" : "kept";
  }

  /** @param {string} id */
  #slow(id) {
    return Date.now() - (this.#flying.get(id) ?? Infinity) >= SLOW;
  }

  /** Why the server does not take a line, or "". @param {string} id */
  why(id) {
    return this.#refused.get(id) ?? "";
  }

  /** A new line in the step of the moment. @param {{kind: string, about?: string, speech?: string, petition?: string, body?: string}} what @returns {string} its id */
  begin({ kind, about, speech, petition = "", body = "" }) {
    const id = uuid7();
    const words = { ...wordsOf(), petition, body };
    const base = { version: 0, words };
    const draft = { id, kind, step: this.room.view.agenda.step, at: this.room.now(), base, mine: { ...words }, sent: [] };
    this.#drafts.set(id, { ...draft, ...(about && { about }), ...(speech && { speech }) });
    this.#writing = id;
    this.#changed();
    return id;
  }

  /** Somebody typed. @param {string} id @param {Partial<Words>} words */
  edit(id, words) {
    const draft = this.#drafts.get(id) ?? this.#take(id);
    Object.assign(draft.mine, words);
    this.#refused.delete(id);
    this.#keep(draft);
    this.#due(id);
    const now = Date.now();
    if (now - this.#told > TELL) {
      this.#told = now;
      this.room.signal({ kind: "typing", line: id });
    }
    this.#changed();
  }

  /** The cursor came into a line. @param {string} id */
  enter(id) {
    this.#writing = id;
  }

  /** The cursor left a line: it is saved at once, and an empty new one is forgotten. @param {string} id */
  leave(id) {
    if (this.#writing === id) this.#writing = "";
    if (this.#told) this.room.signal({ kind: "typing", line: null });
    this.#told = 0;
    this.flush(id);
    this.#look();
  }

  /** Saves now what waits for its second. @param {string} [only] one line, or all */
  flush(only) {
    for (const [id, timer] of this.#timers)
      if (!only || id === only) {
        clearTimeout(timer);
        this.#timers.delete(id);
        void this.#save(id);
      }
  }

  /** A clash is settled with these words. @param {string} id @param {Words} words */
  settle(id, words) {
    const draft = this.#drafts.get(id);
    if (!draft?.other) return;
    draft.base = { version: draft.other.version, words: draft.other.words };
    draft.mine = { ...words };
    delete draft.other;
    this.#keep(draft);
    void this.#save(id);
    this.#changed();
  }

  /** Forgets what was written here and not taken by the server. @param {string} id */
  discard(id) {
    this.#forget(id);
    this.#changed();
  }

  get #reachable() {
    return this.room.state === "live" && this.room.signals.saving?.ok !== false;
  }

  /** @param {string} id @returns {Draft} a draft of a line that the room has */
  #take(id) {
    const line = this.room.view.minutes.lines[id];
    const words = wordsOf(line);
    const base = { version: line.version, words };
    const draft = { id, kind: line.kind, step: line.step, at: line.at, base, mine: { ...words }, sent: [] };
    this.#drafts.set(id, draft);
    return draft;
  }

  /** @param {Draft} draft */
  #keep(draft) {
    this.store.put(draft).catch(() => this.dispatchEvent(new Event("unkept")));
  }

  /** @param {string} id */
  #forget(id) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#refused.delete(id);
    if (this.#drafts.delete(id)) this.store.drop(id).catch(() => this.dispatchEvent(new Event("unkept")));
  }

  /** @param {string} id */
  #due(id) {
    if (!this.#timers.has(id))
      this.#timers.set(
        id,
        setTimeout(() => {
          this.#timers.delete(id);
          void this.#save(id);
        }, PAUSE),
      );
  }

  /** The room changed: weigh every draft anew, save what can be saved now, forget what is done. */
  #look() {
    const lines = this.room.view?.minutes?.lines;
    if (!lines) return;
    for (const [id, draft] of this.#drafts) {
      if (this.#flying.has(id) || (draft.behind ?? 0) > (lines[id]?.version ?? 0)) continue;
      delete draft.behind;
      weigh(draft, lines[id]);
      if (!dirty(draft) && id !== this.#writing && (lines[id]?.version ?? 0) >= draft.base.version) this.#forget(id);
      else if (dirty(draft) && !this.#timers.has(id)) void this.#save(id);
    }
    this.#changed();
  }

  /** Sends what a line holds now; nothing while a save of it is under way, so that each save builds on the version before. @param {string} id */
  async #save(id) {
    const draft = this.#drafts.get(id);
    if (!draft || !dirty(draft) || draft.other || !this.#reachable || this.#flying.has(id) || this.#refused.has(id)) return;
    if (draft.behind !== undefined || (draft.sent.length && this.room.pending > 0)) return; // an earlier page's save goes first
    const words = tidy(draft.mine);
    const version = draft.base.version;
    draft.sent.push({ version, words });
    this.#flying.set(id, Date.now());
    const slow = setTimeout(() => this.#changed(), SLOW);
    this.#keep(draft);
    this.#changed();
    try {
      const kind = draft.kind === "event" ? "note" : draft.kind;
      const { text, topic, field } = words;
      const place = { speech: draft.speech ?? null, about: draft.about ?? null, petition: words.petition || null, body: words.body || null };
      await this.room.do({ do: "write_line", line: id, version, kind, text, topic, field, ...place }, { quiet: true });
      draft.base = { version: version + 1, words };
      draft.sent = [];
    } catch (error) {
      const refusal = /** @type {import("../connection.js").Refused} */ (error);
      if (refusal.code === "stale") {
        draft.behind = Number(refusal.details.version);
        draft.base.version = -1; // whatever the room shows then is weighed anew
      } else this.#refused.set(id, refusal.message);
    }
    clearTimeout(slow);
    this.#flying.delete(id);
    this.#keep(draft);
    this.#look();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
