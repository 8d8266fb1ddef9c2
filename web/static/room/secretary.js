// The secretary's desk: the minutes as they come, outcomes beside them, and in the end the signature (R35–R41).
import { html, nothing, render, repeat } from "../../vendor/lit.js";
import { start } from "./shell.js";
import { announce, button, icon, nameOf, stepLabel, t, toast } from "./ui.js";
import { Drafts } from "./secretary/drafts.js";
import { openStore } from "./secretary/store.js";
import { Writers } from "./secretary/writers.js";
import { fieldSuggestions, lineRow, release, writable } from "./secretary/line.js";
import { outcomePanel } from "./secretary/outcomes.js";
import { signingPanel } from "./secretary/signing.js";
import { wordsOf } from "./secretary/words.js";
import { folded } from "./desk/names.js";
import { groups } from "./desk/groups.js";
import { openProposals, proposeButton } from "./desk/conduct.js";
import { Petitions } from "./office/petitions.js";

/** @typedef {import("./connection.js").Room} Room */
/** @typedef {import("./protocol.js").MinutesLine} MinutesLine */

/** What one sees and does at this desk, besides what the room holds. */
export class Desk {
  /** Events opened for writing. @type {Set<string>} */
  opened = new Set();
  /** Lines whose details unfolded when their speech began; they do not close under one's hands when it ends. @type {Set<string>} */
  unfolded = new Set();
  onlyOpen = true;
  events = true;
  search = "";
  /** @type {"minutes" | "outcomes" | "signing"} on narrow screens */
  tab = "minutes";
  #drawing = false;
  #told = "";

  /** @param {Room} room @param {Drafts} drafts */
  constructor(room, drafts) {
    this.room = room;
    this.drafts = drafts;
    this.writers = new Writers(room, () => this.redraw());
    this.petitions = new Petitions(room, () => this.redraw());
    drafts.addEventListener("change", () => {
      this.#tell();
      this.redraw();
    });
    drafts.addEventListener("unkept", () => toast(t("secretary.state.unkept"), "bad"));
  }

  /** @param {Partial<Pick<Desk, "onlyOpen" | "events" | "search" | "tab">>} changes */
  set(changes) {
    Object.assign(this, changes);
    this.redraw();
  }

  /** Somebody who does not see the screen hears that words wait for them. */
  #tell() {
    const { state } = this.drafts;
    if (state !== this.#told && (state === "clash" || state === "refused")) announce(t(`secretary.state.${state}`, { count: this.drafts.clashes.length }), { assertive: true });
    this.#told = state;
  }

  /** Draws once more, before the next frame. */
  redraw() {
    if (this.#drawing || !this.room.audience || this.room.state === "closed") return;
    this.#drawing = true;
    queueMicrotask(() => {
      this.#drawing = false;
      render(draw(this.room), /** @type {HTMLElement} */ (document.getElementById("main")));
    });
  }

  /** Opens a line for writing and puts the cursor there. @param {string} id */
  write(id) {
    this.opened.add(id);
    this.redraw();
    setTimeout(() => document.getElementById(`gist-${id}`)?.focus(), 0);
  }

  /** @param {Parameters<Drafts["begin"]>[0]} what */
  begin(what) {
    if (writable(this)) this.write(this.drafts.begin(what));
  }

  /** A struck line comes back with the words it had. @param {MinutesLine} line */
  restore(line) {
    const { text, topic, field, body } = wordsOf(line);
    void this.room.do({ do: "write_line", line: line.id, version: line.version, kind: line.kind, text, topic, field, body: body || null });
  }
}

/** @type {Desk | undefined} */
let desk;
const room = start(draw);
const drafts = new Drafts(room, await openStore(document.body.dataset.seat ?? ""));
await drafts.open();
desk = new Desk(room, drafts);
room.addEventListener("change", () => queueMicrotask(follow));
desk.redraw();
addEventListener("pagehide", () => drafts.flush());

/** @param {Room} room */
function draw(room) {
  if (!desk) return nothing;
  const tabs = /** @type {const} */ (["minutes", "outcomes", "signing"]);
  const labels = { minutes: t("secretary.minutes"), outcomes: t("secretary.outcome"), signing: t("secretary.sign") };
  return html`<div class="secretary-desk" data-tab=${desk.tab}>
    <h1 class="sr-only">${t("secretary.title")}</h1>
    ${bar(desk)}
    <nav class="tabs narrow" aria-label=${t("secretary.title")}>${tabs.map((tab) => button({ label: labels[tab], kind: "tab", pressed: desk?.tab === tab, onclick: () => desk?.set({ tab }) }))}</nav>
    <section class="minutes" aria-labelledby="minutes-title">${minutes(desk)}</section>
    <aside class="side">${openProposals(room)} ${groups(room)} ${room.view.agenda.step === 3 ? desk.petitions.draw() : nothing} ${outcomePanel(desk)} ${signingPanel(desk)}</aside>
    ${fieldSuggestions(room.view)}
  </div>`;
}

/** Step, speaker, and whether everything is saved. @param {Desk} desk */
function bar({ room, drafts }) {
  const { view } = room;
  const speech = view.floor.interposed ?? view.floor.speech;
  const state = drafts.state;
  const count = state === "clash" ? drafts.clashes.length : drafts.unsaved;
  const drawings = { saved: "check", saving: "refresh-cw", kept: "wifi-off", clash: "alert-triangle", refused: "alert-triangle" };
  return html`<div class="desk-bar">
    <p class="bar-step"><b>${view.agenda.step || ""}</b> ${stepLabel(view.agenda.step)}</p>
    <p class="bar-floor">${speech ? html`${icon("mic")} ${nameOf(speech)} <speech-clock .speech=${speech}></speech-clock>` : nothing} ${speech ? proposeButton(room, { id: speech.person, name: speech.name }) : nothing}</p>
    <p class="saving ${state}" data-saving=${state}>${icon(drawings[state])} <span>${t(`secretary.state.${state}`, { count })}</span></p>
  </div>`;
}

/** @param {Desk} desk */
function minutes(desk) {
  const { room, drafts } = desk;
  const { view } = room;
  const lines = listed(desk);
  const stepOf = (/** @type {MinutesLine} */ line) => line.step || 1; // the opening itself belongs to the first step
  const steps = [...new Set(lines.map(stepOf))];
  const value = (/** @type {Event} */ e) => /** @type {HTMLInputElement} */ (e.target);
  return html`<header class="minutes-head">
      <h2 id="minutes-title">${t("secretary.minutes")}</h2>
      <input type="search" aria-label=${t("secretary.search")} placeholder=${t("secretary.search")} @input=${(/** @type {Event} */ e) => desk.set({ search: value(e).value })} />
      <label class="check"><input type="checkbox" .checked=${desk.events} @change=${(/** @type {Event} */ e) => desk.set({ events: value(e).checked })} /> ${t("secretary.show_events")}</label>
      ${button({ label: t("secretary.newest"), icon: "arrow-down", kind: "quiet small", onclick: () => newest() })}
      ${button({ label: t("secretary.new_note"), icon: "plus", kind: "primary", why: writable(desk) ? "" : notWritable(desk), onclick: () => desk.begin({ kind: "note" }) })}
    </header>
    ${room.me.appointed ? nothing : html`<p class="notice">${t("secretary.not_appointed")}</p>`}
    ${view.minutes?.finished && view.phase === "closed" ? html`<p class="notice">${t("refusal.minutes_finished")}</p>` : nothing}
    <div class="lines" tabindex="-1">
      ${lines.length ? nothing : html`<p class="empty">${desk.search ? t("secretary.search.none") : t("secretary.empty")}</p>`}
      ${repeat(steps, (step) => step, (step) => html`<section class="step-group">
        <h3><span>${t("secretary.step", { step })}</span> ${stepLabel(step)}</h3>
        ${repeat(lines.filter((line) => stepOf(line) === step), (line) => line.id, (line) => lineRow(desk, line))}
      </section>`)}
    </div>
    <p class="keys-hint">${t("secretary.keys")}</p>`;
}

/** @param {Desk} desk */
const notWritable = ({ room: { me, view } }) => t(!me.appointed ? "refusal.not_appointed" : view.minutes?.finished ? "refusal.minutes_finished" : "refusal.not_now");

/** The lines to show, corrections right after what they correct; a step that was gone back to stands once, in order of time. @param {Desk} desk @returns {MinutesLine[]} */
function listed({ room: { view }, drafts, search, events }) {
  /** @type {MinutesLine[]} */
  const fresh = drafts.fresh.map(({ id, at, step, kind, about, speech }) => ({ id, at, step, kind, version: 0, about, speech }));
  const all = [...Object.values(view.minutes?.lines ?? {}), ...fresh].sort((a, b) => a.at - b.at);
  const ordered = all.filter((line) => !line.corrects).flatMap((line) => [line, ...all.filter((other) => other.corrects === line.id)]);
  const wanted = folded(search);
  return ordered.filter((line) => (events || line.kind !== "event") && (!wanted || folded(`${line.draft ?? ""} ${line.text ?? ""} ${line.topic ?? ""}`).includes(wanted)));
}

function newest() {
  const last = [...document.querySelectorAll(".record")].at(-1);
  last?.scrollIntoView({ block: "end" });
  /** @type {HTMLElement | null | undefined} */ (last?.querySelector("textarea"))?.focus();
}

// --- whoever looks at the newest line goes on seeing it ---------------------------------------------------------------------

let following = true;
addEventListener("scroll", ({ target }) => target instanceof HTMLElement && target.matches(".lines") && (following = target.scrollHeight - target.scrollTop - target.clientHeight < 60), true);

function follow() {
  const lines = document.querySelector(".lines");
  if (lines && following && !lines.contains(document.activeElement)) lines.scrollTop = lines.scrollHeight;
}

// --- keyboard first: all with a modifier, so that they work while one types --------------------------------------------------

/** The fields one writes in, from top to bottom. */
const gists = () => /** @type {HTMLTextAreaElement[]} */ ([...document.querySelectorAll("textarea.line-gist")]);

addEventListener("keydown", (event) => {
  if (!desk || event.isComposing || document.querySelector("dialog:modal")) return;
  const here = /** @type {HTMLElement | null} */ (event.target instanceof HTMLElement ? event.target.closest("[data-line]") : null);
  const id = here?.dataset.line ?? "";
  const act = event.ctrlKey || event.metaKey ? { Enter: () => desk?.begin({ kind: "note" }), s: () => drafts.flush() }[event.key] : event.altKey ? alt(event, id) : plain(event);
  if (!act) return;
  event.preventDefault();
  act();
});

/** @param {KeyboardEvent} event @param {string} id */
function alt(event, id) {
  if (event.key === "ArrowUp") return () => go(event.target, -1);
  if (event.key === "ArrowDown") return () => go(event.target, 1);
  const line = room.view.minutes?.lines[id];
  if (event.code === "KeyR" && line && (line.text || line.released)) return () => (release(room, line), announce(t(line.released ? "secretary.unrelease" : "secretary.line.released")));
  return undefined;
}

/** Plain arrows leave a field only from its very beginning or end. @param {KeyboardEvent} event */
function plain({ key, target }) {
  if (!(target instanceof HTMLTextAreaElement) || !target.classList.contains("line-gist") || target.selectionStart !== target.selectionEnd) return undefined;
  if (key === "ArrowUp" && target.selectionStart === 0) return () => go(target, -1);
  if (key === "ArrowDown" && target.selectionStart === target.value.length) return () => go(target, 1);
  return undefined;
}

/** @param {EventTarget | null} from @param {-1 | 1} by */
function go(from, by) {
  const all = gists();
  const at = all.indexOf(/** @type {HTMLTextAreaElement} */ (from));
  const next = at < 0 ? all.at(by < 0 ? -1 : 0) : all[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
