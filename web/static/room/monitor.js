import { html, nothing, repeat } from "../../vendor/lit.js";
import { outcomeCard, petitionCard, statementCard } from "./case/cards.js";
import { nowPanel, queueList } from "./case/now.js";
import { Studio } from "./case/studio.js";
import { bodyName, whole } from "./case/words.js";
import { start } from "./shell.js";
import { icon, stepLabel, t, timeOf } from "./ui.js";

/** @import { Room } from "./connection.js" */
/** @import { MinutesLine } from "./protocol.js" */

/** The screen of those who watch over the conference (MTTQ, Ban Dân vận): it shows everything on record, and gives no command (R1). */

/** @type {Studio | undefined} */
let studio;

/** @param {Room} room */
function draw(room) {
  const view = whole(room);
  studio ??= new Studio(room, { sends: false });
  const line = view.line.map((id) => view.entries[id]);
  const statements = Object.values(view.statements);
  const petitions = Object.values(view.petitions);
  const outcomes = Object.values(view.outcomes);
  const { answered, petitions_answered } = view.counts;
  return html`<h1 class="sr-only">${t("monitor.title")}</h1>
    <div class="overview">
      <div class="column">
        <section class="panel">${nowPanel(view)} ${studio.template()}</section>
        <section class="panel">
          <h2>${t("monitor.queue")} <span class="count">${line.length}</span></h2>
          ${queueList(view, line)}
        </section>
        <section class="panel">
          <h2>${t("monitor.agenda")}</h2>
          ${steps(room)}
          <p class="why">${icon("lock")} ${t("monitor.record")} <b class="num">${room.head}</b></p>
        </section>
      </div>
      <div class="column">
        <section class="panel">
          <h2>${t("monitor.statements")} <span class="count">${t("monitor.of", { done: answered, all: view.counts.statements })}</span></h2>
          <ul class="plain">${repeat(statements, (s) => s.id, (s) => statementCard(view, s))}</ul>
          ${statements.length ? nothing : html`<p class="empty">${t("monitor.none")}</p>`}
        </section>
        <section class="panel">
          <h2>${t("monitor.petitions")} <span class="count">${t("monitor.of", { done: petitions_answered, all: petitions.length })}</span></h2>
          <ul class="plain">${repeat(petitions, (p) => p.id, (p) => petitionCard(view, p))}</ul>
        </section>
      </div>
      <div class="column">
        <section class="panel">
          <h2>${t("monitor.outcomes")} <span class="count">${outcomes.length}</span></h2>
          <ul class="plain">${repeat(outcomes, (o) => o.id, (o) => outcomeCard(view, o))}</ul>
          <p class="why">${t("monitor.without_outcome", { count: view.without_outcome.length })}</p>
        </section>
        <section class="panel">
          <h2>${t("monitor.minutes")}</h2>
          <ol class="plain">${repeat(Object.values(view.minutes.lines), (line) => line.id, minutesLine)}</ol>
          ${view.minutes.digest ? html`<p class="digest num">${view.minutes.digest}</p>` : nothing}
        </section>
        <section class="panel">
          <h2>${t("monitor.venues")}</h2>
          <ul class="plain">
            ${Object.entries(view.venue_states).map(([id, venue]) => html`<li class="item row">
                <bdi>${view.venues[id]?.name ?? id}</bdi>
                <span class="chips"><span class="chip">${t("monitor.people", { count: venue.count ?? 0 })}</span><span class="chip ${venue.status === "stable" ? "good" : ""}">${t(`venue.${venue.status}`)}</span></span>
              </li>`)}
          </ul>
        </section>
      </div>
    </div>`;
}

/** @param {Room} room */
function steps({ view }) {
  return html`<ol class="steps">
    ${Object.entries(view.agenda.steps).map(([id, step]) => html`<li class="step" aria-current=${Number(id) === view.agenda.step ? "step" : nothing}>
        <span class="place" aria-hidden="true">${id}</span>
        <p>${stepLabel(Number(id))} ${step.start ? html`<small>${timeOf(step.start)}${step.end && Number(id) !== view.agenda.step ? `–${timeOf(step.end)}` : nothing}</small>` : nothing}</p>
      </li>`)}
  </ol>`;
}

/** @param {MinutesLine} line */
function minutesLine(line) {
  return html`<li class="item">
    <p class="${line.struck ? "struck" : ""}"><small class="num">${timeOf(line.at)}</small> <bdi>${line.draft}</bdi> ${line.text ? html`<bdi class="gist">${line.text}</bdi>` : nothing}</p>
    ${line.body ? html`<p class="why">${bodyName(room.view, line.body)}</p>` : nothing}
  </li>`;
}

const room = start(draw);
