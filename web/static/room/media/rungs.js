/** What a listener is sent, in words. */

/** @import { Rung } from "../protocol.js" */

/** From the least to the most. */
export const RUNGS = /** @type {const} */ (["low_audio", "audio", "low_video", "both"]);

/** Whether there are pictures on a rung. @param {Rung} rung */
export const hasPictures = (rung) => rung === "both" || rung === "low_video";

/**
 * The key of the one line that says on which rung somebody listens, and who chose it: the person, or the path. "" where there is nothing to say.
 * @param {{most: Rung, rung: Rung, why: string, silent: boolean}} now `most`: the listener's own bound; `silent`: no sound arrives
 */
export function lineOf({ most, rung, why, silent }) {
  if (silent) return "rung.text";
  if (RUNGS.indexOf(rung) >= RUNGS.indexOf(most)) return most === "both" ? "" : `rung.own_${most}`;
  if (["bandwidth", "loss", "delay"].includes(why)) return `rung.weak_${rung}`;
  return why === "recovered" || why === "probe" ? `rung.better_${rung}` : "";
}
