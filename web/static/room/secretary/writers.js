// Who else writes in which line (R37): a volatile signal that fades by itself.

/** How long a signal holds, ms. */
const HOLDS = 6_000;

export class Writers {
  /** @type {Map<string, {name: string, line: string | null, at: number}>} person → where */
  #where = new Map();
  /** @type {unknown} */
  #last;

  /** @param {import("../connection.js").Room} room @param {() => void} faded */
  constructor(room, faded) {
    room.addEventListener("change", () => {
      const said = room.signals.typing;
      if (!said || said === this.#last || said.person === room.me.id) return;
      this.#last = said;
      this.#where.set(said.person, { name: said.name, line: said.line, at: Date.now() });
      setTimeout(faded, HOLDS + 100);
    });
  }

  /** The names of those who write in a line now. @param {string} line */
  in(line) {
    return [...this.#where.values()].filter((w) => w.line === line && Date.now() - w.at < HOLDS).map((w) => w.name);
  }
}
