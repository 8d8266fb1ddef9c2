import { html, render } from "../../vendor/lit.js";
import { connect } from "./connection.js";
import { lowerThird, scene } from "./display/scene.js";
import { listen } from "./media.js";
import { t } from "./ui.js";

/**
 * The hall display: it follows and never acts. `?layout=lower-third` gives the band for OBS, `?video=1` shows the programme's picture.
 * While the connection is down it keeps its last picture.
 */

const { seat = "", lang, layout } = document.body.dataset;
const band = layout === "lower-third";
const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const room = connect({ seat, lang, as: "display" });
const video = new URLSearchParams(location.search).get("video") === "1" && !band ? picture() : undefined;

main.replaceChildren();
room.addEventListener("change", () => {
  document.body.dataset.state = room.state;
  render(html`<div class="screen">${content()}</div>`, main);
});

function content() {
  if (room.state === "closed") return notice(room.close?.message || t("display.void"));
  if (!room.audience) return notice(t("line.connecting"));
  if (room.audience === "lobby") return notice(t("display.waiting_room"));
  return band ? lowerThird(room.view) : scene(room.view, { head: room.head, lost: room.state !== "live", qr: `/hop/${seat}/qr.svg`, video });
}

/** @param {string} words */
const notice = (words) => html`<div class="scene"><section class="display-quiet"><p class="big">${words}</p></section></div>`;

/** The picture of who has the floor, without sound: the hall hears through its own loudspeakers. */
function picture() {
  const screen = document.createElement("video");
  screen.muted = screen.autoplay = screen.playsInline = true;
  screen.setAttribute("aria-label", t("display.video_floor"));
  const programme = listen(room, { sound: false });
  room.addEventListener("change", () => {
    if (screen.srcObject !== programme.floor) screen.srcObject = programme.floor;
  });
  return screen;
}
