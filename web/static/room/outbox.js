/**
 * Commands that nobody has acknowledged yet, kept in IndexedDB so that they outlive a reload or a crash. A browser that keeps nothing
 * (private window, full disk) still keeps them in memory.
 * @typedef {{id: string, seat: string, command: {do: string, [field: string]: unknown}, key?: string, sent?: boolean}} Waiting
 */
export class Outbox {
  /** @type {Map<string, Waiting>} in the order in which they were given */
  #waiting = new Map();
  /** @type {Promise<IDBDatabase | null>} */
  #database;

  /** @param {string} seat @param {IDBFactory | undefined} [store] */
  constructor(seat, store = globalThis.indexedDB) {
    this.seat = seat;
    this.#database = opened(store);
  }

  /** Brings back what an earlier page left behind, before what this page was asked meanwhile. */
  async load() {
    const left = (await this.#all()).filter((one) => one.seat === this.seat && !this.#waiting.has(one.id));
    left.sort((a, b) => (a.id < b.id ? -1 : 1));
    const own = [...this.#waiting.values()];
    this.#waiting = new Map([...left.map((one) => /** @type {Waiting} */ ({ ...one, sent: true })), ...own].map((one) => [one.id, one]));
  }

  get size() {
    return this.#waiting.size;
  }

  /** All of them, oldest first. */
  list() {
    return [...this.#waiting.values()];
  }

  /**
   * Keeps one more. One with the same `key` that was never sent gives way to it: of several drafts of one text only the last matters.
   * @param {Waiting} one @returns {string | undefined} the id of the one which gave way
   */
  add(one) {
    const older = one.key === undefined ? undefined : this.list().find((other) => other.key === one.key && !other.sent);
    if (older) this.remove(older.id);
    this.#waiting.set(one.id, one);
    void this.#change((store) => store.put({ id: one.id, seat: one.seat, command: one.command }));
    return older?.id;
  }

  /** It was put on the wire: from now on only its answer ends it. @param {string} id */
  sent(id) {
    const one = this.#waiting.get(id);
    if (one) one.sent = true;
  }

  /** It was answered. @param {string} id */
  remove(id) {
    this.#waiting.delete(id);
    void this.#change((store) => store.delete(id));
  }

  /** @returns {Promise<Waiting[]>} */
  async #all() {
    const database = await this.#database;
    if (!database) return [];
    return new Promise((resolve) => {
      const request = database.transaction("commands").objectStore("commands").getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve([]);
    });
  }

  /** @param {(store: IDBObjectStore) => void} change */
  async #change(change) {
    const database = await this.#database;
    if (database) change(database.transaction("commands", "readwrite").objectStore("commands"));
  }
}

/** @param {IDBFactory | undefined} store @returns {Promise<IDBDatabase | null>} */
function opened(store) {
  if (!store) return Promise.resolve(null);
  return new Promise((resolve) => {
    const request = store.open("outbox", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("commands", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}
