// The page of the technician who brings a hall or venue by OBS: what to type, and what of it arrives at the server.
import { html, nothing } from "../../vendor/lit.js";
import { copy } from "./desk/codes.js";
import { measured, ownSource } from "./health.js";
import { listen } from "./media.js";
import { start } from "./shell.js";
import { announce, button, field, icon, number, shows, t, timeOf, toast } from "./ui.js";

/** @typedef {import("./connection.js").Room} Room */
/** @typedef {ReturnType<typeof listen>} Listener */
/** @typedef {{key: string, done: boolean, todo: string}} Check */

/** What is typed, step by step: [name in OBS, value]. Names of OBS's own are no words of ours. @type {Record<string, [string, string][]>} */
const SETTINGS = {
  output: [
    ["Output Mode", "Advanced"],
    ["Video Encoder", "x264"],
    ["Rate Control", "CBR"],
    ["Bitrate", "1000 Kbps"],
    ["Keyframe Interval", "2 s"],
    ["CPU Usage Preset", "veryfast"],
    ["Profile", "baseline"],
    ["Tune", "zerolatency"],
  ],
  video: [
    ["Base (Canvas) Resolution", "1280x720"],
    ["Output (Scaled) Resolution", "1280x720"],
    ["Common FPS Values", "30"],
  ],
  audio: [["Sample Rate", "48 kHz"]],
};
/** dBFS from which a level is called so. @type {[number, string][]} */
const LEVELS = [[-10, "loud"], [-40, "good"], [-60, "low"], [-Infinity, "silent"]];
const PICTURES_PER_SECOND = 24;
const LOSS = 0.01;

/** Address and token. @type {{url: string, token: string, expires: number} | undefined} */
let given;
/** What the server has of us, looked at apart from the programme. @type {Listener | undefined} */
let monitor;
let state = "";
/** Levels of the last moments, since a source that is not heard is measured by samples. @type {[number, number][]} */
let levels = [];

const room = start(draw);
setInterval(() => room.dispatchEvent(new Event("change")), 1000);
void ask();

/** Asks for a token. */
async function ask() {
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ kind: "whip", reusable: true }) };
  const answer = await fetch(`/api/seats/${document.body.dataset.seat}/media-token`, asked).catch(() => undefined);
  const said = await answer?.json().catch(() => undefined);
  if (answer?.ok) given = said;
  else toast(said?.sentence ?? t("source.failed"), "bad");
  room.dispatchEvent(new Event("change"));
}

/** @param {Room} room */
function draw(room) {
  const source = ownSource(room);
  const name = source.startsWith("venue:") ? room.view.venues[source.slice(6)]?.name : room.me.name;
  if (!monitor && room.view.format !== "in_person") {
    monitor = listen(room, { own: true });
    const sound = /** @type {HTMLAudioElement} */ (document.getElementById("sound"));
    sound.muted = true; // played aloud it would come back into the microphone
    monitor.addEventListener("change", () => room.dispatchEvent(new Event("change")));
  }
  return html`<div class="source-grid">
    <header><h1>${t("source.title")}</h1><p class="soft"><bdi>${name}</bdi></p></header>
    ${room.view.format === "in_person" ? html`<p class="notice">${t("operator.hear.in_person")}</p>` : arrives(room, source)}
    <ol class="steps-to-do">
      ${step("stream", html`${settings([["Service", "WHIP"]])}${address()}`)} ${step("output", settings(SETTINGS.output))} ${step("video", settings(SETTINGS.video))} ${step("audio", settings(SETTINGS.audio))}
      ${step("card", html`${copied("URL", "card", `${location.origin}/bang-thu`)}${settings([["Width", "1280"], ["Height", "720"], ["Control audio via OBS", "✓"]])}`)}
      ${step("start", nothing)} ${step("real", html`<p class="notice warn">${t("source.echo")}</p>`)}
    </ol>
  </div>`;
}

/** @param {string} key @param {unknown} body */
const step = (key, body) => html`<li class="card"><h2>${t(`source.step_${key}`)}</h2><p>${t(`source.step_${key}_text`)}</p>${body}</li>`;

/** @param {[string, string][]} rows */
const settings = (rows) => html`<table class="settings"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td><b>${value}</b></td></tr>`)}</tbody></table>`;

function address() {
  if (!given) return html`<p class="soft">${t("line.connecting")} ${button({ label: t("common.retry"), kind: "quiet small", onclick: () => void ask() })}</p>`;
  return html`${copied("Server", "server", given.url)} ${copied("Bearer Token", "token", given.token)}
    <p class="soft">${t("source.expires", { time: timeOf(given.expires) })} ${t("source.warn")}</p>`;
}

/** @param {string} label @param {string} name @param {string} value */
const copied = (label, name, value) => html`<div class="copied">
  ${field({ label, control: html`<input name=${name} readonly spellcheck="false" .value=${value} @focus=${(/** @type {Event} */ e) => /** @type {HTMLInputElement} */ (e.target).select()} />` })}
  ${button({ label: t("office.link.copy"), name: `${t("office.link.copy")}: ${label}`, onclick: () => void copy(value) })}
</div>`;

/** One sign, the picture and the level as they arrive, and the one thing to do next. @param {Room} room @param {string} source */
function arrives(room, source) {
  const line = room.signals.health?.lines[source] ?? {};
  const now = line.out?.state ?? "off";
  if (now !== state && state) announce(t(`source.sign_${now}`), { assertive: now === "lost" });
  state = now;
  const level = loudest(room.signals.levels?.dbfs[source]);
  const checks = now === "off" || now === "lost" ? [] : toCheck(line.out?.loss ?? 0, level);
  const next = checks.find(({ done }) => !done);
  const muted = /** @type {HTMLAudioElement} */ (document.getElementById("sound")).muted;
  return html`<section class="arrives ${now}" data-source-state=${now} aria-label=${t("source.arrives")}>
    <p class="sign-word">${icon(now === "good" ? "check" : now === "off" ? "clock" : "alert-triangle")} ${t(`source.sign_${now}`)}</p>
    <p class="came num">${now === "off" || now === "lost" ? t(`source.${now}_text`) : came(line)}</p>
    ${now === "off" || now === "lost" ? nothing : html`<video class="programme" muted autoplay playsinline aria-label=${t("source.picture")} ${shows(monitor?.floor)}></video>
      <label class="level"><span>${t("source.level")}</span> <meter min="-70" max="0" low="-40" high="-10" optimum="-20" .value=${level}></meter> <b class="num">${levelWord(level)}</b></label>
      <div class="buttons">${button({ label: t(muted ? "source.listen" : "source.listen_stop"), icon: muted ? "volume-2" : "volume-x", kind: "small", pressed: !muted, onclick: hear })}</div>`}
    ${checks.length
      ? html`<ul class="plain checks">${checks.map(({ key, done }) => html`<li class=${done ? "good" : "open"}>${icon(done ? "check" : "clock")} ${t(`source.check_${key}`)}</li>`)}</ul>
          <p class="notice ${next ? "warn" : "good"}" role="status">${next ? next.todo : t("source.all_good")}</p>`
      : nothing}
  </section>`;
}

/** The loudest of the last two seconds, in dBFS. @param {number | undefined} level */
function loudest(level) {
  const now = performance.now();
  levels = [...levels, /** @type {[number, number]} */ ([now, level ?? -90])].filter(([at]) => now - at < 2000);
  return Math.max(...levels.map(([, one]) => one));
}

/** Since when what comes, in the words a technician says on the telephone. @param {import("./protocol.js").Line} line */
function came({ out, since }) {
  const { width, height, rate } = monitor?.picture ?? { width: 0, height: 0, rate: 0 };
  const codec = out?.codecs?.find((one) => one !== "opus");
  const picture = width && codec ? `, ${t(`health.codec_${codec}`)} ${width}×${height}, ${t("source.rate", { rate: Math.round(rate) })}` : "";
  return html`${since ? t("source.came", { time: timeOf(since) }) : t("source.sign_good")}${picture}, ${t("health.loss", { share: number(Math.round((out?.loss ?? 0) * 1000) / 10) })}<br /><small class="soft">${out ? measured({ ...out, loss: undefined, codecs: [] }) : nothing}</small>`;
}

/** @param {number} level in dBFS */
function levelWord(level) {
  const [, word] = LEVELS.find(([least]) => level >= least) ?? LEVELS[3];
  return level > -70 ? `${number(Math.round(level))} dB, ${t(`source.level_${word}`)}` : t("source.level_silent");
}

/** What must be so before the conference, in the order in which it is mended. @param {number} loss @param {number} level @returns {Check[]} */
function toCheck(loss, level) {
  const { width, height, rate } = monitor?.picture ?? { width: 0, height: 0, rate: 0 };
  return [
    { key: "picture", done: width > 0, todo: t("source.do_picture") },
    { key: "sound", done: level > -60, todo: t("source.do_sound") },
    { key: "size", done: width >= 960 && Math.abs(width / height - 16 / 9) < 0.02, todo: t("source.do_size", { width, height }) },
    { key: "rate", done: rate >= PICTURES_PER_SECOND, todo: t("source.do_rate", { rate: Math.round(rate) }) },
    { key: "loss", done: loss < LOSS, todo: t("source.do_loss", { share: number(Math.round(loss * 1000) / 10) }) },
  ];
}

/** With headphones on. */
function hear() {
  const sound = /** @type {HTMLAudioElement} */ (document.getElementById("sound"));
  sound.muted = !sound.muted;
  void monitor?.play();
}
