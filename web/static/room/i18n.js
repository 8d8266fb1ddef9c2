export { duration } from "./spans.js";

/** The texts of this page, in its language: one JSON object in the page, keys `area.name` (web/i18n). */
const texts = /** @type {Record<string, string>} */ (JSON.parse(document.getElementById("texts")?.textContent || "{}"));
export const lang = document.documentElement.lang || "vi";

/** The text of a key, its `{places}` filled in; a key without a text is said as it is. @param {string} key @param {Record<string, unknown>} [details] */
export function t(key, details = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (place, name) => String(details[name] ?? place));
}

/** Whether there is a text of this key. @param {string} key */
export const has = (key) => key in texts;

const numbers = new Intl.NumberFormat(lang === "vi" ? "vi-VN" : "en-GB");
const times = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
const exactTimes = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "Asia/Ho_Chi_Minh" });
const dates = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "Asia/Ho_Chi_Minh" });

/** 1234 → "1.234". @param {number} value */
export const number = (value) => numbers.format(value);
/** "13:30", in Vietnam's time. @param {number} ms */
export const timeOf = (ms) => times.format(ms);
/** "13:30:07", in Vietnam's time. @param {number} ms */
export const exactTimeOf = (ms) => exactTimes.format(ms);
/** "20/10/2026", in Vietnam's time. @param {number} ms */
export const dateOf = (ms) => dates.format(ms);
