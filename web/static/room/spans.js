/** Spans of time, without a page: what is left of a speech, and how a span is written. */

/** @typedef {"ok" | "warn60" | "warn15" | "over"} Stage */

/** Time left of a speech at `now`; negative in overtime (R26). @param {{allotted: number, used: number, since?: number}} speech @param {number} now */
export const timeLeft = ({ allotted, used, since }, now) => allotted - used - (since === undefined ? 0 : Math.max(0, now - since));

/** The stage that colour and shape show: the last 60 and 15 seconds, and overtime. @param {number} left @returns {Stage} */
export const stageOf = (left) => (left < 0 ? "over" : left <= 15_000 ? "warn15" : left <= 60_000 ? "warn60" : "ok");

/** A span of time as "mm:ss" (or "h:mm:ss"); below zero it says how far over: "+00:12". @param {number} ms */
export function duration(ms) {
  const seconds = ms >= 0 ? Math.ceil(ms / 1000) : Math.floor(-ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const text = `${hours ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
  return ms < 0 && seconds > 0 ? `+${text}` : text;
}
