// The desk: registers speakers, keeps the lobby, hands out codes, watches the venues (R1, R6, R7, R21).
import { html, render } from "../../vendor/lit.js";
import { recordingDeed } from "./recording.js";
import { start } from "./shell.js";
import { stepLabel, t } from "./ui.js";
import { Register } from "./desk/register.js";
import { Lobby } from "./desk/lobby.js";
import { People } from "./desk/people.js";
import { floor, queue } from "./desk/queue.js";
import { escorts, openProposals, watchEscorts } from "./desk/conduct.js";
import { groups } from "./desk/groups.js";
import { statements } from "./desk/statements.js";
import { venues } from "./desk/venues.js";
import { Hall } from "./hall.js";

/** @typedef {import("./connection.js").Room} Room */

const room = start(draw);
watchEscorts(room);
const redraw = () => render(draw(room), /** @type {HTMLElement} */ (document.getElementById("main")));
const register = new Register(room, redraw);
const lobby = new Lobby(room, redraw);
const hall = new Hall(room, redraw);
const people = new People(room, redraw, { enqueue: (person) => register.choose(person) });

/** @param {Room} room */
function draw(room) {
  const { view } = room;
  return html`<div class="desk-grid">
    <header class="desk-head"><h1>${t("desk.title")}</h1><p><b>${view.agenda.step || ""}</b> ${stepLabel(view.agenda.step)} · ${t("desk.waiting", { count: view.queue.waiting })}</p>${recordingDeed(room)}</header>
    <div class="column">
      ${escorts(room)}
      <section class="card" aria-labelledby="register-title"><h2 id="register-title">${t("desk.register")}</h2>${register.draw()}</section>
    </div>
    <div class="column">
      ${floor(room)}
      <section class="card" aria-labelledby="queue-title"><h2 id="queue-title">${t("desk.queue")} <span class="soft num">${view.queue.waiting}</span></h2>${queue(room)}</section>
      ${groups(room)} ${statements(room)}
    </div>
    <div class="column">${lobby.draw()} ${openProposals(room)} ${venues(room)} ${hall.draw()} ${people.draw(t("desk.people"))}</div>
  </div>`;
}
