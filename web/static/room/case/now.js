import { html, nothing } from "../../../vendor/lit.js";
import { duration, stepLabel, t, timeOf, whyLabel } from "../ui.js";
import { chips, whoIs } from "./words.js";

/** @import { Entry, Speech, View } from "../protocol.js" */

/** What happens at this moment, for those who follow: phase, step, who speaks, who is called. @param {View} view */
export function nowPanel(view) {
  const { speech, interposed, prompt, silenced } = view.floor;
  return html`<header class="panel-head">
      <h2>${stepLabel(view.agenda.step)}</h2>
      <span class="chip info">${t(`phase.${view.phase}`)}</span>
    </header>
    ${silenced ? html`<p class="notice bad">${t("now.silenced")}</p>` : nothing} ${interposed ? speaker(view, interposed) : nothing} ${speech ? speaker(view, speech) : nothing}
    ${prompt ? html`<article class="speaker called"><p class="label">${t("now.called")}</p><p class="who">${whoIs(prompt)}</p></article>` : nothing}
    ${speech || prompt || view.phase !== "running" ? nothing : html`<article class="speaker nobody"><p class="label">${t("now.nobody")}</p></article>`}`;
}

/** @param {View} view @param {Speech} speech */
function speaker(view, speech) {
  return html`<article class="speaker">
    <p class="label">${t(`motive.${speech.motive}`)}</p>
    <p class="who">${whoIs(speech)}</p>
    ${speech.about ? html`<p>${t("case.answers")} <bdi>${speech.about}</bdi></p>` : nothing}
    ${speech.topic ? html`<p class="topic"><bdi>${speech.topic}</bdi></p>` : nothing}
    <p class="chips">${chips(view, speech)}</p>
    <speech-clock .speech=${speech}></speech-clock>
    <p class="why">${t("now.of_time", { time: duration(speech.allotted), start: timeOf(speech.started) })}</p>
  </article>`;
}

/** The queue to read: who waits, and why in this order. @param {View} view @param {Entry[]} line */
export function queueList(view, line) {
  if (!line.length) return html`<p class="empty">${t("now.queue_empty")}</p>`;
  return html`<ol class="turns">
    ${line.map((entry, place) => html`<li class="turn">
        <span class="place" aria-hidden="true">${place + 1}</span>
        <div>
          <p>${whoIs(entry)}</p>
          <p class="topic"><bdi>${entry.topic}</bdi>${entry.source ? html` <span class="chip">${t(`entry.source.${entry.source}`)}</span>` : nothing}</p>
          <p class="chips">${chips(view, entry)}</p>
          <p class="why">${whyLabel(entry, view)}</p>
        </div>
      </li>`)}
  </ol>`;
}
