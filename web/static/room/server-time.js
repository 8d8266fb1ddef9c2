/** The server's clock as this browser knows it: its own steady clock plus an offset measured by pings. */
const steady = () => performance.timeOrigin + performance.now();
const KEPT = 8;

export class ServerTime {
  /** @type {{trip: number, offset: number}[]} the latest measurements, with the time there and back */
  #samples = [];
  #offset = 0;

  /** Milliseconds since the epoch (UTC) on the server. */
  now() {
    return Math.round(steady() + this.#offset);
  }

  /** What to send as `t` of a ping. */
  mark() {
    return Math.round(steady());
  }

  /** A pong: sent at `mark` (own clock), answered at `server`. The quickest of the latest answers is believed. @param {number} mark @param {number} server */
  pong(mark, server) {
    const trip = Math.max(0, steady() - mark);
    this.#samples = [...this.#samples.slice(1 - KEPT), { trip, offset: server + trip / 2 - steady() }];
    this.#offset = this.#samples.reduce((best, one) => (one.trip < best.trip ? one : best)).offset;
  }

  /** The server said what time it is without being asked: used until a ping has been answered. @param {number} server */
  told(server) {
    if (this.#samples.length === 0) this.#offset = server - steady();
  }
}

/** The clock of this page: one page shows one conference. */
export const serverTime = new ServerTime();
