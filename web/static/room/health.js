// How the lines of sound and picture do, of the stage and the venues: one calm line each, figures on demand.
import { html, nothing, repeat } from "../../vendor/lit.js";
import { has, icon, number, t, timeOf } from "./ui.js";

/** @typedef {import("./connection.js").Room} Room */
/** @typedef {import("./protocol.js").Line} Line */
/** @typedef {import("./protocol.js").Way} Way */
/** @typedef {"lost" | "weak" | "good" | "off"} State off: nothing goes out and nothing comes in, and nothing need */
/** @typedef {{source: string, name: string, state: State, line: Line}} Health */

/** From what must be looked at first. */
const STATES = /** @type {const} */ (["lost", "weak", "good", "off"]);
export const COLOURS = { lost: "bad", weak: "warn", good: "good", off: "" };
/** dBFS below which a microphone gives nothing. */
const QUIET = -60;
const SIGNS = { lost: "alert-triangle", weak: "alert-triangle", good: "check", off: "pause" };

/** The worse of both ways. @param {Line} line @returns {State} */
const stateOf = (line) => STATES.find((state) => line.out?.state === state || line.in?.state === state) ?? "off";

/** All lines that this screen is told of, the worst first. @param {Room} room @returns {Health[]} */
export function healthOf({ signals, view }) {
  const known = Object.entries(signals.health?.lines ?? {}).map(([source, line]) => ({ source, line, name: nameOf(view, source), state: stateOf(line) }));
  return known.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.name.localeCompare(b.name, "vi"));
}

/** The source that this screen's devices, or a program in their place, send: a venue, the main hall, or a person. @param {Room} room */
export function ownSource({ me, view }) {
  if (me.roles.includes("operator")) return `venue:${me.venue}`;
  const main = Object.entries(view.venues).find(([, { kind }]) => kind === "main")?.[0] ?? "main";
  return me.roles.includes("chair") ? me.id : `venue:${main}`;
}

/** @param {import("./protocol.js").View} view @param {string} source */
const nameOf = (view, source) => (source.startsWith("venue:") ? view.venues[source.slice(6)]?.name : view.people?.[source]?.name) ?? source;

/** One line in a word. @param {Health} one */
export const healthChip = ({ state }) => html`<span class="chip ${COLOURS[state]}">${icon(SIGNS[state])} ${t(`health.${state}`)}</span>`;

/** One line with its figures behind it. @param {Health} one */
const row = (one) => html`<li class="path" data-source=${one.source} data-state=${one.state}>
  <details><summary><bdi>${one.name}</bdi> ${healthChip(one)}</summary>${figures(one.line)}</details>
</li>`;

/** What goes out and what comes in, in figures. @param {Line} line */
export function figures({ out, in: incoming, since }) {
  if (!out && !incoming) return html`<p class="soft">${t("health.off_text")}</p>`;
  return html`${out ? html`<p><b>${t("health.out")}:</b> ${t(`health.${out.state}`)}${since && out.state !== "lost" ? ` ${t("health.since", { time: timeOf(since) })}` : nothing}<br /><span class="soft num">${measured(out)}</span></p>` : nothing}
    ${incoming ? html`<p><b>${t("health.in")}:</b> ${t(`health.${incoming.state}`)}${incoming.rung ? ` · ${t(`health.rung_${incoming.rung}`)}` : nothing}${reason(incoming)}<br /><span class="soft num">${measured(incoming)}</span></p>` : nothing}`;
}

/** @param {Way} way */
const reason = ({ rung, why }) => (why && rung !== "both" && has(`health.why_${why}`) ? ` (${t(`health.why_${why}`)})` : nothing);

/** @param {Way} way */
export function measured({ loss, jitter, round_trip, bits, codecs, level }) {
  const parts = [];
  if (codecs?.length) parts.push([...new Set(codecs)].map((codec) => t(`health.codec_${codec}`)).join(" + "));
  if (bits !== undefined) parts.push(rate(bits));
  if (level !== undefined) parts.push(level <= QUIET ? t("health.quiet") : t("health.level", { db: number(level) }));
  if (loss !== undefined) parts.push(t("health.loss", { share: number(Math.round(loss * 1000) / 10) }));
  if (jitter !== undefined) parts.push(t("health.jitter", { ms: number(jitter) }));
  if (round_trip !== undefined) parts.push(t("health.round_trip", { ms: number(round_trip) }));
  return parts.join(" · ");
}

/** @param {number} bits a second */
const rate = (bits) => (bits >= 1_000_000 ? `${number(Math.round(bits / 100_000) / 10)} Mbit/s` : `${number(Math.round(bits / 1000))} kbit/s`);

/** All lines, and how many others hear well. @param {Room} room */
export function healthList(room) {
  const { health } = room.signals;
  if (!health) return html`<p class="soft">${t("health.unknown")}</p>`;
  const others = health.audience;
  return html`${health.up ? nothing : html`<p class="notice bad">${t("health.down")}</p>`}
    <ul class="plain paths">${repeat(healthOf(room), (one) => one.source, row)}</ul>
    ${others ? html`<p class="soft num">${t("health.audience", { count: number(others.count), weak: number(others.weak) })}</p>` : nothing}`;
}
