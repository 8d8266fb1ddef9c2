// Where drafts lie until the server has them: IndexedDB, so that a reload, a crash of the browser or a cut of the network takes nothing (R37).

const NAME = "doithoai-drafts";

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * The drafts of one seat.
 * @typedef {{all: () => Promise<any[]>, put: (draft: any) => Promise<void>, drop: (id: string) => Promise<void>}} Store
 */

/** A browser that keeps nothing (private window): the drafts live as long as the page. @type {Store} */
const NOTHING = { all: async () => [], put: async () => undefined, drop: async () => undefined };

/** @param {string} seat @returns {Promise<Store>} */
export async function openStore(seat) {
  const base = await opened().catch(() => null);
  if (!base) return NOTHING;
  const own = IDBKeyRange.bound([seat], [seat, []]);
  /** Handed to the system at once (`relaxed`: not forced onto the disk, which would make the last keys queue up behind the first).
   * @param {(drafts: IDBObjectStore) => IDBRequest} act @returns {Promise<void>} */
  const write = (act) =>
    new Promise((resolve, reject) => {
      const change = base.transaction("drafts", "readwrite", { durability: "relaxed" });
      change.oncomplete = () => resolve();
      change.onerror = () => reject(change.error);
      act(change.objectStore("drafts"));
      change.commit();
    });
  return {
    all: () => done(base.transaction("drafts").objectStore("drafts").getAll(own)),
    put: (draft) => write((drafts) => drafts.put(structuredClone(draft), [seat, draft.id])),
    drop: (id) => write((drafts) => drafts.delete([seat, id])),
  };
}

function opened() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("drafts");
  return done(opening);
}
