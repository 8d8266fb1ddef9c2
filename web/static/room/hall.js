// The main hall's camera and microphone, sent from the desk's or the office's machine, or by OBS.
import { html, nothing } from "../../vendor/lit.js";
import { icon, t } from "./ui.js";
import { Line } from "./line.js";

/** @typedef {import("./connection.js").Room} Room */
/** @typedef {import("./protocol.js").View} View */

export class Hall {
  #room;
  #line;

  /** @param {Room} room @param {() => void} redraw */
  constructor(room, redraw) {
    this.#room = room;
    this.#line = new Line(room, redraw, "desk.hall");
  }

  draw() {
    const { view } = this.#room;
    const open = isHeard(view);
    return html`<details class="card hall">
      <summary>${icon("chevron-right")}<h2>${t("desk.hall")}</h2>
        ${this.#line.state === "live" ? html`<span class="chip good">${icon("video")} ${t("desk.hall.sending")}</span>` : nothing}
        ${view.format === "combined" && view.phase === "running" ? html`<span class="chip ${open ? "live" : ""}">${icon(open ? "mic" : "mic-off")} ${t(open ? "desk.hall.heard" : "desk.hall.not_heard")}</span>` : nothing}</summary>
      <p class="soft">${t("desk.hall.text")}</p>
      ${this.#line.draw()}
    </details>`;
  }
}

/** Whether the room lets everybody hear the hall's microphone: the chair sits there, or somebody there has the floor, or the office opens there. @param {View} view */
function isHeard({ phase, format, chair, floor, agenda, people }) {
  if (phase !== "running" || format !== "combined") return false;
  if (chair.channel === "hall") return true;
  const ownDevice = (/** @type {string} */ id) => people[id]?.roles.some((role) => role === "chair" || role === "agency");
  const speaks = [floor.speech, floor.interposed].some((s) => s?.channel === "hall" && !ownDevice(s.person));
  const opens = agenda.step === 1 && Object.values(people).some((p) => p.roles.includes("office") && p.channel === "hall" && !ownDevice(p.id));
  return !floor.silenced && (speaks || opens);
}
