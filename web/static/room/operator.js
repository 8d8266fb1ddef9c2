// A branch venue's operator: one camera, many people, often a phone (R1, R7, R21). One sign says whether the venue is heard.
import { html, nothing, render } from "../../vendor/lit.js";
import { start } from "./shell.js";
import { announce, button, confirmDialog, icon, stepLabel, t, whyNot } from "./ui.js";
import { Register } from "./desk/register.js";
import { People } from "./desk/people.js";
import { escorts, watchEscorts } from "./desk/conduct.js";
import { headCount, measuredOf, report } from "./desk/venues.js";
import { Line } from "./line.js";
import { sign, stageOf, waiting } from "./operator/stage.js";

/** @typedef {import("./connection.js").Room} Room */

const room = start(draw);
watchEscorts(room);
const redraw = () => {
  if (room.audience && room.state !== "closed") render(draw(room), /** @type {HTMLElement} */ (document.getElementById("main")));
};
const line = new Line(room, redraw);
const people = new People(room, redraw, { enqueue: (person) => form().choose(person) });
/** @type {Register | undefined} */
let register;
const form = () => (register ??= new Register(room, redraw, room.me.venue));

let state = "";
room.addEventListener("change", () => {
  if (!room.audience) return;
  const now = stageOf(room);
  if (now.state !== state && ["live", "next"].includes(now.state)) announce(`${t(`operator.${now.word}`)}. ${t(`operator.${now.sentence}`, { name: (now.speech ?? now.next)?.name ?? "" })}`, { assertive: now.state === "live" });
  state = now.state;
});

/** @param {Room} room */
function draw(room) {
  const { view, me } = room;
  const venue = me.venue ?? "";
  const phone = view.backup_phone;
  return html`<div class="operator-grid">
    <header class="desk-head"><h1>${view.venues[venue]?.name}</h1><p><b>${view.agenda.step || ""}</b> ${stepLabel(view.agenda.step)}</p></header>
    <div class="sign-place">${sign(room)}</div>
    <div class="column">
      ${escorts(room)}
      <section class="card" aria-labelledby="register-title"><h2 id="register-title">${t("desk.register")}</h2>${form().draw()}</section>
      ${waiting(room, (entry) => button({ label: t("desk.withdraw"), icon: "x", kind: "quiet small", name: `${t("desk.withdraw")}: ${entry.name}`, why: whyNot(room, "withdraw"), onclick: () => void withdraw(entry) }))}
    </div>
    <div class="column">
      ${line.draw()}
      <section class="card" aria-labelledby="state-title">
        <h2 id="state-title">${t("operator.state")}</h2>
        ${measuredOf(room, venue)} ${report(room, venue)}
        ${phone ? html`<p class="notice">${icon("phone")} ${t("operator.phone", { phone })}</p>` : nothing}
        ${headCount(room, venue, t("operator.count"))}
      </section>
      ${people.draw(t("operator.people"))}
    </div>
  </div>`;
}

/** @param {import("./protocol.js").Entry} entry */
async function withdraw(entry) {
  if (await confirmDialog({ title: t("desk.withdraw.ask", { name: entry.name }), submit: t("desk.withdraw"), kind: "danger" })) await room.do({ do: "withdraw", entry: entry.id });
}
