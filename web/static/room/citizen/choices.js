/** What a person chose on this device; kept by the browser, never sent. */

/** How to follow: with pictures and sound, with small pictures, with sound alone, or by the written lines. @typedef {"video" | "small" | "sound" | "text"} Mode */

/** @import { Me, Rung } from "../protocol.js" */

export const MODES = /** @type {const} */ (["video", "small", "sound", "text"]);

/** The most that is wanted in each way of following. @type {Record<Mode, Rung>} */
export const MOST = { video: "both", small: "low_video", sound: "low_audio", text: "low_audio" };

/** The chosen way, else the one that fits: who sits in a hall hears the hall, and who saves data gets sound alone. @param {Me} me @returns {Mode} */
export function modeOf(me) {
  const chosen = MODES.find((mode) => mode === localStorage.getItem("mode"));
  if (chosen) return chosen;
  if (me.channel !== "online") return "text";
  return /** @type {any} */ (navigator).connection?.saveData ? "sound" : "video";
}

/** @param {Mode} mode */
export const chooseMode = (mode) => localStorage.setItem("mode", mode);

/** Whether to use microphone and camera when one's turn comes. */
export const withDevices = () => localStorage.getItem("devices") === "yes";
/** @param {boolean} use */
export const chooseDevices = (use) => localStorage.setItem("devices", use ? "yes" : "no");

export const withCamera = () => localStorage.getItem("camera") !== "no";
/** @param {boolean} use */
export const chooseCamera = (use) => localStorage.setItem("camera", use ? "yes" : "no");
