import { html, nothing, repeat } from "../../vendor/lit.js";
import { outcomeCard, petitionCard, statementCard } from "./case/cards.js";
import { nowPanel } from "./case/now.js";
import { Studio } from "./case/studio.js";
import { bodyName, whole } from "./case/words.js";
import { start } from "./shell.js";
import { announce, commandButton, t } from "./ui.js";

/** @import { Room } from "./connection.js" */
/** @import { Petition, View } from "./protocol.js" */

/** The screen of a body that answers (R1): when it is called, what is asked of it, its petitions, and what the conclusion assigns to it. */

/** @type {Studio | undefined} */
let studio;
let speaking = false;

/** @param {Room} room */
function draw(room) {
  const view = whole(room);
  const body = room.me.body ?? "";
  studio ??= new Studio(room);
  tellCall(room);
  const petitions = Object.values(view.petitions).filter((p) => concerns(body, p));
  const addressed = new Set(Object.values(view.minutes.lines).filter((line) => line.kind === "statement" && line.body === body).map((line) => line.speech));
  const statements = Object.values(view.statements).filter((s) => s.motive === "statement" && (addressed.has(s.id) || petitions.some((p) => p.id === s.petition || p.raised_by === s.id)));
  const outcomes = Object.values(view.outcomes).filter((o) => o.lead === body || o.coordinating.includes(body) || o.to === body);
  return html`<h1 class="sr-only">${t("agency.title")}</h1>
    <div class="overview">
      <div class="column">
        ${called(room)}
        <section class="panel">${speaks(room) ? nothing : nowPanel(view)} ${studio.template()}</section>
      </div>
      <div class="column">
        <section class="panel">
          <h2>${t("agency.statements")} <span class="count">${statements.length}</span></h2>
          ${list(statements, (s) => statementCard(view, s))}
        </section>
        <section class="panel">
          <h2>${t("agency.outcomes")} <span class="count">${outcomes.length}</span></h2>
          ${list(outcomes, (o) => outcomeCard(view, o))}
        </section>
      </div>
      <div class="column">
        <section class="panel">
          <h2>${t("agency.petitions", { body: bodyName(view, body) })} <span class="count">${petitions.length}</span></h2>
          ${list(petitions, (p) => petitionCard(view, p, report(room, p)))}
        </section>
      </div>
    </div>`;
}

/** @template {{id: string}} T @param {T[]} items @param {(item: T) => unknown} card */
const list = (items, card) => (items.length ? html`<ul class="plain">${repeat(items, (one) => one.id, card)}</ul>` : html`<p class="empty">${t("agency.none")}</p>`);

/** Whether a body leads or helps with a petition. @param {string} body @param {Petition} p */
const concerns = (body, p) => p.lead === body || p.coordinating.includes(body);

/** The call to answer, with what is to be answered (Art. 9.5). @param {Room} room */
function called(room) {
  const view = whole(room);
  const { prompt } = room.me;
  if (prompt)
    return html`<section class="panel call">
      <h2>${t("agency.prompted")}</h2>
      <p><count-down .until=${prompt.until}></count-down> ${t("agency.seconds")}</p>
      <div class="tools">
        ${commandButton(room, { do: "take_floor", entry: prompt.entry }, { label: t("agency.take"), icon: "mic", kind: "primary big" })}
        ${commandButton(room, { do: "decline_floor", entry: prompt.entry }, { label: t("agency.decline"), kind: "big" })}
      </div>
    </section>`;
  const { speech } = view.floor;
  if (!speech || !speaks(room)) return nothing;
  return html`<section class="panel call">
    <h2>${t(speech.answers ? "agency.answer_now" : "agency.speak_now")}</h2>
    <speech-clock .speech=${speech}></speech-clock>
    ${speech.answers ? asked(view, speech.answers) : nothing}
    <div class="tools">${commandButton(room, { do: "yield_floor" }, { label: t("agency.finish"), icon: "check", kind: "primary big" })}</div>
  </section>`;
}

/** What is to be answered: the statement, and the petition with the prepared answer. @param {Required<View>} view @param {string} id */
function asked(view, id) {
  const speech = view.statements[id];
  const petition = view.petitions[speech?.petition ?? id];
  return html`<ul class="plain">${speech ? statementCard(view, speech) : nothing} ${petition ? petitionCard(view, petition) : nothing}</ul>`;
}

/** Step 3: the body reports that a petition is answered as prepared (Art. 9.3). @param {Room} room @param {Petition} p */
function report(room, p) {
  if (p.answered || !p.prepared || p.lead !== room.me.body || room.view.agenda.step !== 3) return nothing;
  return commandButton(room, { do: "answer_petitions", petitions: [p.id], by: p.lead }, { label: t("agency.reported"), icon: "check", kind: "small" });
}

/** Whether the one before this screen has the floor. @param {Room} room */
const speaks = ({ me, view }) => view.floor.speech?.person === me.id;

/** @param {Room} room */
function tellCall(room) {
  const now = speaks(room);
  if (now && !speaking) announce(t("agency.answer_now"), { assertive: true });
  speaking = now;
}

start(draw);
