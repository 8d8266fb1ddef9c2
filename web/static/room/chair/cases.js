import { html, nothing, repeat } from "../../../vendor/lit.js";
import { outcomeCard, petitionCard, whatIs } from "../case/cards.js";
import { whole } from "../case/words.js";
import { t } from "../ui.js";
import { callToAnswer } from "./answers.js";
import { ask, options, words } from "./ask.js";
import { deed } from "./deed.js";
import { askOutcome } from "./outcome.js";

/** @import { Room } from "../connection.js" */
/** @import { Petition } from "../protocol.js" */

/** Petitions with their answers, and the conclusion as it grows (Art. 9.3, 9.7, 10). @param {Room} room */
export function casesPanel(room) {
  return html`${conclusion(room)} ${petitions(room)}`;
}

/** @param {Room} room */
function petitions(room) {
  const all = Object.values(whole(room).petitions);
  const ready = all.filter((p) => !p.answered && !p.deferred && p.prepared && !p.raised_by).map((p) => p.id);
  return html`<section>
    <h3>${t("chair.petitions")} <span class="count">${all.length}</span></h3>
    ${ready.length
      ? html`<div class="tools">${deed(room, { do: "answer_petitions", petitions: ready }, t("chair.answer_all", { count: ready.length }), { icon: "check" })}</div>`
      : nothing}
    <ul class="plain">
      ${repeat(all, (p) => p.id, (p) => petitionCard(room.view, p, petitionDeeds(room, p)))}
    </ul>
  </section>`;
}

/** @param {Room} room @param {Petition} p */
function petitionDeeds(room, p) {
  if (p.answered) return nothing;
  return html`${deed(room, { do: "call_to_answer" }, t("chair.call_to_answer"), { icon: "mic", kind: "small", blocked: room.view.floor.prompt ? "somebody_is_called" : "", ask: () => callToAnswer(room, p.id, p.id) })}
  ${p.prepared ? deed(room, { do: "answer_petitions", petitions: [p.id] }, t("chair.answered_as_prepared"), { icon: "check", kind: "small" }) : nothing}
  ${p.deferred ? nothing : deed(room, { do: "defer_petition" }, t("chair.defer"), { icon: "message-square", kind: "small", ask: () => askDeferral(p.id) })}`;
}

/** @param {string} petition */
async function askDeferral(petition) {
  const form = await ask(t("chair.defer_what", { petition }), words("reason", t("common.reason"), { required: true }));
  return form && { do: "defer_petition", petition, reason: form.reason };
}

/** @param {Room} room */
function conclusion(room) {
  const view = whole(room);
  const all = Object.values(view.outcomes);
  return html`<section>
    <h3>${t("chair.without_outcome")} <span class="count">${view.without_outcome.length}</span></h3>
    <ul class="plain">
      ${repeat(view.without_outcome, (id) => id, (id) => html`<li class="item row">
          <p>${whatIs(view, id)}</p>
          ${deed(room, { do: "set_outcome" }, t("chair.set_outcome"), { icon: "pencil", kind: "small", name: t("chair.set_outcome_for", { what: id }), ask: () => askOutcome(room, id) })}
        </li>`)}
    </ul>
    <h3>${t("chair.outcomes")} <span class="count">${all.length}</span></h3>
    <ul class="plain">
      ${repeat(all, (o) => o.id, (o) =>
        outcomeCard(view, o, html`${deed(room, { do: "set_outcome" }, t("chair.change"), { icon: "pencil", kind: "small", ask: () => askOutcome(room, o.about[0], o) })}
        ${deed(room, { do: "drop_outcome", outcome: o.id, version: o.version }, t("chair.drop"), { icon: "x", kind: "small quiet" })}`))}
    </ul>
    ${notice(room)}
  </section>`;
}

/** How long the notice may take, and the ground when it is longer (R41). @param {Room} room */
function notice(room) {
  const { notice } = whole(room);
  return html`<p class="notice">
    ${t("chair.notice_days", { days: notice.days })}
    ${notice.ground ? html`${t(`notice.${notice.ground}`)} <bdi>${notice.words}</bdi>` : nothing}
    ${notice.ground ? nothing : deed(room, { do: "extend_notice" }, t("chair.extend_notice"), {
          icon: "clock", kind: "small", blocked: notice.may_extend.length ? "" : "no_ground_to_extend", ask: () => askExtension(notice.may_extend),
        })}
  </p>`;
}

/** @param {string[]} grounds */
async function askExtension(grounds) {
  const fields = html`${options("ground", t("chair.ground"), grounds.map((ground) => [ground, t(`notice.${ground}`)]), grounds[0])} ${words("words", t("chair.extend_words"), { required: true })}`;
  const form = await ask(t("chair.extend_notice"), fields);
  return form && { do: "extend_notice", ground: form.ground, words: form.words };
}
