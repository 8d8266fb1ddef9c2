import { html, nothing, repeat } from "../../vendor/lit.js";
import { Studio } from "./case/studio.js";
import { agendaPanel } from "./chair/agenda.js";
import { casesPanel } from "./chair/cases.js";
import { closingColumn, papers } from "./chair/closing.js";
import { conductPanel, openProposals, proposal } from "./chair/conduct.js";
import { floorColumn } from "./chair/floor.js";
import { hallPanel } from "./chair/hall.js";
import { healthStrip } from "./chair/health.js";
import { queueColumn } from "./chair/queue.js";
import { start } from "./shell.js";
import { announce, icon, keys, t } from "./ui.js";

/** @import { Room } from "./connection.js" */

/**
 * The chair's console: on a wide screen the queue, the floor and one panel beside them; on a phone one panel at a time, chosen at the lower edge.
 */

/** Name of a panel → its icon. The first two are columns of their own on a wide screen. */
const PANELS = { queue: "list-ordered", floor: "mic", agenda: "check", cases: "file-text", order: "shield-alert", hall: "monitor" };
const NAMES = Object.keys(PANELS);

let shown = "floor";
let beside = "agenda";
let proposed = 0;
/** @type {Studio | undefined} */
let studio;

/** @param {string} panel */
function open(panel) {
  shown = panel;
  if (panel !== "queue" && panel !== "floor") beside = panel;
  room.dispatchEvent(new Event("change"));
}

/** @param {Room} room */
function draw(room) {
  studio ??= new Studio(room);
  tellProposals(room);
  return html`<h1 class="sr-only">${t("chair.title")}</h1>
    <div class="console" data-shown=${shown}>
      <div class="above">
        ${healthStrip(room, open)} ${room.view.floor.silenced ? html`<p class="silenced">${icon("mic-off")} ${t("chair.all_silenced")}</p>` : nothing} ${proposalsBar(room)}
      </div>
      <section class="panel queue" data-panel="queue" aria-label=${t("chair.panel_queue")}>${queueColumn(room)}</section>
      <section class="panel floor" data-panel="floor" aria-label=${t("chair.panel_floor")}>${over(room) ? closingColumn(room) : floorColumn(room)}</section>
      ${tabs(room)}
      <section class="panel side" data-panel=${beside} aria-label=${t(`chair.panel_${beside}`)}><h2 class="sr-only">${t(`chair.panel_${beside}`)}</h2>${side(room)}</section>
    </div>`;
}

/** @param {Room} room */
const over = ({ view }) => view.phase === "closed" || view.phase === "frozen";

/** @param {Room} room */
function side(room) {
  switch (beside) {
    case "cases":
      return html`${casesPanel(room)} ${papers()}`;
    case "order":
      return conductPanel(room);
    case "hall":
      return hallPanel(room, studio?.template());
    default:
      return agendaPanel(room);
  }
}

/** @param {Room} room */
function tabs(room) {
  const count = openProposals(room).length;
  return html`<nav class="tabs" aria-label=${t("chair.panels")}>
    ${NAMES.map((name) => html`<button type="button" data-tab=${name} aria-current=${name === shown ? "page" : nothing} data-beside=${name === beside ? "yes" : nothing} @click=${() => open(name)}>
        ${icon(PANELS[/** @type {keyof typeof PANELS} */ (name)])}<span>${t(`chair.panel_${name}`)}</span>${name === "order" && count ? html`<b class="badge">${count}</b>` : nothing}
      </button>`)}
  </nav>`;
}

/** What others propose to the chair stands above everything until it is decided (R30). @param {Room} room */
function proposalsBar(room) {
  const open = openProposals(room);
  return open.length ? html`<div class="proposals-bar">${repeat(open, (p) => p.id, (p) => proposal(room, p))}</div>` : nothing;
}

/** @param {Room} room */
function tellProposals(room) {
  const now = openProposals(room).length;
  if (now > proposed) announce(t("chair.proposal_came", { count: now }), { assertive: true });
  proposed = now;
}

/** A key does what the button with its hint does, so that the two never differ. @param {string} key */
const press = (key) => () => /** @type {HTMLElement | null} */ (document.querySelector(`[aria-keyshortcuts="${key}"]`))?.click();

const room = start(draw);
setInterval(() => room.dispatchEvent(new Event("change")), 1000);
keys({
  ...Object.fromEntries(["n", "s", "e", "p", "i", "r", "u", "m"].map((key) => [key, press(key)])),
  ...Object.fromEntries(NAMES.map((name, i) => [String(i + 1), () => open(name)])),
});
