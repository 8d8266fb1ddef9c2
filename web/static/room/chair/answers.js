import { html, nothing, repeat } from "../../../vendor/lit.js";
import { byName, whoIs, whole } from "../case/words.js";
import { uuid7 } from "../ids.js";
import { t, timeOf } from "../ui.js";
import { ask, choice } from "./ask.js";
import { deed } from "./deed.js";
import { takesPart } from "./floor.js";

/** @import { Room } from "../connection.js" */
/** @import { Speech } from "../protocol.js" */

/** What is still to be answered, and by whom (Art. 9.5). @param {Room} room */
export function answers(room) {
  const open = Object.values(whole(room).statements).filter((s) => s.motive === "statement" && s.ended && !s.answered && !s.in_writing);
  if (!open.length) return nothing;
  return html`<section class="answers">
    <h3>${t("chair.to_answer")} <span class="count">${open.length}</span></h3>
    <ul class="plain">
      ${repeat(open, (s) => s.id, (s) => statement(room, s))}
    </ul>
  </section>`;
}

/** @param {Room} room @param {Speech} s */
function statement(room, s) {
  return html`<li class="item" data-statement=${s.id}>
    <p>${whoIs(s)} <small>${timeOf(s.started)}</small></p>
    <p class="topic"><bdi>${s.topic}</bdi> ${s.petition ? html`<span class="chip">${s.petition}</span>` : nothing}</p>
    <div class="tools">
      ${deed(room, { do: "call_to_answer" }, t("chair.call_to_answer"), { icon: "mic", kind: "small primary", blocked: room.view.floor.prompt ? "somebody_is_called" : "", ask: () => callToAnswer(room, s.id, s.petition) })}
      ${deed(room, { do: "mark_answered", speech: s.id }, t("chair.mark_answered"), { icon: "check", kind: "small" })}
      ${deed(room, { do: "answer_in_writing", speech: s.id }, t("chair.in_writing"), { icon: "file-text", kind: "small" })}
    </div>
  </li>`;
}

/**
 * Asks who shall answer; whoever comes from the petition's lead agency stands first, then the other agencies.
 * @param {Room} room @param {string} about @param {string} [petition]
 */
export async function callToAnswer(room, about, petition) {
  const view = whole(room);
  const lead = petition ? view.petitions[petition]?.lead : undefined;
  const able = Object.values(view.people).filter((one) => takesPart(one) && one.roles.some((role) => ["agency", "chair", "office"].includes(role)));
  /** @param {typeof able[number]} one */
  const rank = (one) => (lead && one.body === lead ? 0 : one.roles.includes("agency") ? 1 : 2);
  able.sort((a, b) => rank(a) - rank(b) || byName(a, b));
  const form = await ask(t("chair.call_to_answer"), choice("person", t("chair.agency"), able.map((one) => [one.id, one.name])));
  return form && { do: "call_to_answer", entry: uuid7(), person: form.person, about };
}
