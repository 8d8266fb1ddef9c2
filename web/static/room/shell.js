/** What all screens of the room share: connection, lost line, refusals, size of text, language; and the loop that keeps a screen drawn. */
import { html, nothing, render } from "/vendor/lit.js";
import "../frame.js";
import { connect } from "./connection.js";
import { recordedSign } from "./recording.js";
import { announce, icon, t, toast } from "./ui.js";

/** @import { Room } from "./connection.js" */

/**
 * Opens the room for this page and keeps `draw(room)` in #main. `draw` gets the room only once it has something to show. `closed`: draws the end, when the
 * connection will not come back, if the usual words are not enough.
 * @param {(room: Room) => unknown} draw @param {{closed?: (room: Room) => unknown}} [how]
 */
export function start(draw, { closed = farewell } = {}) {
  const { seat = "", as, lang } = document.body.dataset;
  const room = connect({ seat, as, lang });
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const line = /** @type {HTMLElement} */ (document.getElementById("line"));
  let state = room.state;
  let waiting = true;
  /** @param {unknown} picture */
  const paint = (picture) => {
    if (waiting) main.replaceChildren(); // the words that the page came with
    waiting = false;
    render(picture, main);
  };
  const show = () => {
    if (room.state !== state) tellState(room, state);
    state = room.state;
    document.body.dataset.state = room.state;
    render([lineBar(room), recordedSign(room.view)], line);
    if (room.state === "closed") paint(closed(room));
    else if (room.audience) paint(draw(room));
  };
  room.addEventListener("change", show);
  room.addEventListener("refused", (event) => {
    const { error, quiet } = /** @type {CustomEvent} */ (event).detail;
    if (!quiet) toast(error.message, "bad");
  });
  show();
  return room;
}

/** @param {Room} room @param {string} before */
function tellState(room, before) {
  if (room.state === "lost") announce(t("line.lost"));
  if (room.state === "live" && before === "lost") announce(t("line.back"));
}

/** The bar over the page while the line is lost, or while the server cannot save. @param {Room} room */
function lineBar(room) {
  const waiting = room.pending ? html` <span>${t("line.pending", { count: room.pending })}</span>` : nothing;
  if (room.state === "lost") return html`<p class="line-bar">${icon("wifi-off")}<span>${t("line.lost")}</span>${waiting}</p>`;
  if (room.state === "live" && room.signals.saving?.ok === false) return html`<p class="line-bar bad">${icon("alert-triangle")}<span>${t("line.not_saving")}</span>${waiting}</p>`;
  return nothing;
}

/** @param {Room} room */
function farewell(room) {
  return html`<section class="notice-page">
    <h1>${t("closed.title")}</h1>
    <p>${room.close?.message || t("closed.text")}</p>
    <p><a class="button" href="/">${t("closed.home")}</a></p>
  </section>`;
}
