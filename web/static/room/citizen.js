/** The citizen's screen: follow, ask to speak, be called, speak. */
import { html, nothing } from "/vendor/lit.js";
import { listen } from "./media.js";
import { start } from "./shell.js";
import { keys, repeatLast, t, timeOf } from "./ui.js";
import { getReady, hasFloor, help, showCall, speaking } from "./citizen/call.js";
import { MOST, modeOf } from "./citizen/choices.js";
import { afterwards, goodbye } from "./citizen/ends.js";
import { handBar, nextOnes, ownRequests } from "./citizen/hand.js";
import { Microphone } from "./citizen/microphone.js";
import { tell } from "./citizen/tell.js";
import { beforeJoining, lobby } from "./citizen/waiting.js";
import { captions, interruption, papers, pictures, speaker, standing, ways } from "./citizen/watch.js";

/** @import { Room } from "./connection.js" */

const microphone = new Microphone();
/** @type {ReturnType<typeof listen> | null} */
let listener = null;
/** @type {WakeLockSentinel | null} */
let awake = null;
let asked = false;
let shown = "";

const room = start(draw, { closed: goodbye });
const redraw = () => room.dispatchEvent(new Event("change"));
microphone.addEventListener("change", redraw);
keys({ r: repeatLast });

/** @param {Room} room */
function draw(room) {
  const { me, view } = room;
  showCall(room, microphone);
  atTop(me.standing);
  if (room.audience === "lobby") return me.standing === "refused" ? goodbye(room) : lobby(room);
  if (me.standing !== "joined") return beforeJoining(room, microphone);
  microphone.follow(room);
  follow(room);
  tell(room);
  if (view.phase === "closed" || view.phase === "frozen") return afterwards(room);
  const floor = hasFloor(room);
  return html`<div class="citizen-page">
      <div class="alerts">${reminders(room)}${getReady(room, microphone)}</div>
      <div class="stage">
        ${standing(room)} ${interruption(view)} ${floor ? speaking(room, microphone) : nothing} ${pictures(listener, room)} ${floor ? nothing : speaker(room)}
      </div>
      <div class="beside">${ownRequests(room)} ${captions(view)} ${nextOnes(room)} ${ways(room, () => (changeWay(room), redraw()))} ${papers(view)} ${help(microphone)}</div>
    </div>
    ${floor ? nothing : handBar(room)}`;
}

/** Another page has begun: it is read from its top. @param {string} standing */
function atTop(standing) {
  if (shown && standing !== shown) {
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }
  shown = standing;
}

/** Hears the programme while there is one, in the chosen way; and keeps the screen awake. @param {Room} room */
function follow(room) {
  const { me, view } = room;
  const on = view.format !== "in_person" && (view.phase === "running" || view.phase === "break") && modeOf(me) !== "text";
  if (on && !listener) {
    listener = listen(room, { most: MOST[modeOf(me)] });
    listener.addEventListener("change", redraw);
  } else if (!on && listener) stopListening();
  if (on && !awake && document.visibilityState === "visible") void stayAwake();
}

/** @param {Room} room */
function changeWay({ me }) {
  if (modeOf(me) === "text") stopListening();
  else void listener?.save(MOST[modeOf(me)]);
}

function stopListening() {
  listener?.removeEventListener("change", redraw);
  listener?.stop();
  listener = null;
  void awake?.release();
}

async function stayAwake() {
  if (asked) return;
  asked = true;
  awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  awake?.addEventListener("release", () => {
    awake = null;
    asked = false;
  });
}

/** Words of the chair to this person (R28). @param {Room} room */
function reminders({ me }) {
  if (!me.reminders.length) return nothing;
  return html`<div class="notice warn">${me.reminders.map(({ at, words }) => html`<p><strong>${t("reminder.title")}</strong> ${words} <span class="soft num">${timeOf(at)}</span></p>`)}</div>`;
}
