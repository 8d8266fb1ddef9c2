import { html, nothing } from "../../../vendor/lit.js";
import { whole } from "../case/words.js";
import { recordingDeed } from "../recording.js";
import { COLOURS, healthList, healthOf } from "../health.js";
import { announce, icon, number, t } from "../ui.js";
import { deed } from "./deed.js";

/** @import { Room } from "../connection.js" */

const FRESH = 10_000;
/** How many lines in trouble are named in the strip; the others are counted. */
const NAMED = 3;

/** What the chair must know at a glance, and the two acts that must be at hand at once: undo, and silence. @param {Room} room @param {(panel: string) => void} open */
export function healthStrip(room, open) {
  return html`<div class="strip">
    <div class="lamps">${saving(room)} ${link(room)} ${record(room)} ${sound(room)} ${lines(room)} ${present(room)} ${venues(room)} ${lobby(room, open)} ${gavel(room)}</div>
    <div class="strip-deeds">${undo(room)} ${recordingDeed(room)} ${silence(room)}</div>
  </div>`;
}

/** @param {"good" | "warn" | "bad" | ""} state @param {string} sign @param {unknown} words */
const lamp = (state, sign, words) => html`<span class="lamp chip ${state}">${icon(sign)}<span>${words}</span></span>`;

/** @param {Room} room */
function saving({ signals, pending }) {
  if (signals.saving?.ok === false) return lamp("bad", "alert-triangle", t("chair.not_saved"));
  return pending ? lamp("warn", "send", t("chair.sending", { count: pending })) : lamp("good", "check", t("chair.saved"));
}

/** @param {Room} room */
const link = ({ state }) => (state === "live" ? lamp("good", "circle-dot", t("chair.link_live")) : lamp("bad", "wifi-off", t("chair.link_lost")));

/** @param {Room} room */
const record = ({ head }) => html`<span class="lamp chip num" title=${t("chair.record_head")}>${icon("lock")} ${t("chair.record")} ${head}</span>`;

/** Whether anything comes from those who have the right to be heard; nothing is shown where there is no microphone. @param {Room} room */
function sound({ signals, view }) {
  if (!signals.levels || view.phase !== "running") return nothing;
  return signals.levels.speaking.length ? lamp("good", "volume-2", t("chair.sound")) : lamp("", "volume-x", t("chair.no_sound"));
}

let lost = 0;

/** How the lines of stage and venues do: what is lost or weak by name, all of them with their figures behind it. @param {Room} room */
function lines(room) {
  const { health } = room.signals;
  if (!health || room.view.format === "in_person") return nothing;
  const bad = healthOf(room).filter(({ state }) => state === "lost" || state === "weak");
  const gone = bad.filter(({ state }) => state === "lost").length;
  if (gone > lost) announce(t("health.line_lost", { name: bad[0].name }));
  lost = gone;
  const words = bad.slice(0, NAMED).map(({ name, state }) => html`<span class="lamp chip ${COLOURS[state]}">${icon("alert-triangle")}<span>${t(`health.line_${state}`, { name })}</span></span>`);
  const rest = bad.length - NAMED;
  /** @param {KeyboardEvent} event */
  const escape = (event) => {
    if (event.key !== "Escape") return;
    const open = /** @type {HTMLDetailsElement} */ (event.currentTarget);
    open.open = false;
    open.querySelector("summary")?.focus();
  };
  return html`<details class="lines" @keydown=${escape}>
    <summary>${health.up ? (words.length ? words : lamp("good", "check", t("health.all_good"))) : lamp("bad", "alert-triangle", t("health.down_short"))}${rest > 0 ? html`<span class="lamp chip">${t("health.more", { count: number(rest) })}</span>` : nothing}</summary>
    <div class="lines-open">${healthList(room)}</div>
  </details>`;
}

/** Those present, counted by the room and by the operators. @param {Room} room */
function present(room) {
  const view = whole(room);
  const counts = room.signals.counts;
  const halls = Object.values(view.venue_states).reduce((sum, venue) => sum + (venue.count ?? 0), 0);
  const online = counts?.online ?? 0;
  const parts = Object.entries(view.venue_states).filter(([, venue]) => venue.count).map(([id, venue]) => `${view.venues[id]?.name ?? id}: ${number(venue.count ?? 0)}`);
  return html`<span class="lamp chip" title=${parts.join(" · ") || nothing}>${icon("users")} ${t("chair.present", { count: number(halls + online) })} <small>${t("chair.online", { count: number(online) })}</small></span>`;
}

/** Venues in trouble. @param {Room} room */
function venues(room) {
  const view = whole(room);
  return Object.entries(view.venue_states)
    .filter(([, venue]) => !["stable", "unknown"].includes(venue.status))
    .map(([id, venue]) => lamp("bad", "alert-triangle", html`<bdi>${view.venues[id]?.name ?? id}</bdi>: ${t(`venue.${venue.status}`)}`));
}

/** @param {Room} room @param {(panel: string) => void} open */
function lobby(room, open) {
  const count = Object.keys(whole(room).lobby).length;
  return count ? html`<button type="button" class="lamp chip warn" @click=${() => open("order")}>${icon("user-plus")} ${t("chair.in_lobby", { count })}</button>` : nothing;
}

/** @param {Room} room */
const gavel = ({ me, view }) => (me.gavel ? nothing : lamp("warn", "gavel", html`${t("chair.presided_by")} <bdi>${view.chair.name ?? "—"}</bdi>`));

/** The last act, shown brightly for ten seconds (R27). @param {Room} room */
function undo(room) {
  const { name, at } = whole(room).undo;
  const fresh = at !== undefined && room.now() - at < FRESH;
  const label = name ? html`${t("chair.undo")}<small class="act">${t(`act.${name}`)}</small>` : t("chair.undo");
  return deed(room, { do: "undo" }, label, { icon: "undo-2", key: "u", kind: fresh ? "fresh" : "", blocked: name ? "" : "nothing_to_undo" });
}

/** Everybody but the chair inaudible, queue closed, hall on a neutral picture; no question asked (R34). @param {Room} room */
const silence = (room) =>
  room.view.floor.silenced
    ? deed(room, { do: "lift_silence" }, t("chair.lift_silence"), { icon: "volume-2", kind: "primary", key: "m" })
    : deed(room, { do: "silence_all" }, t("chair.silence_all"), { icon: "mic-off", kind: "danger", key: "m" });
