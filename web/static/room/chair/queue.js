import { html, nothing, repeat } from "../../../vendor/lit.js";
import { byName, chips, whoIs, whole } from "../case/words.js";
import { timeLeft } from "../clock.js";
import { uuid7 } from "../ids.js";
import { channelLabel, t, whyLabel } from "../ui.js";
import { amount, ask, choice, words } from "./ask.js";
import { deed } from "./deed.js";

/** @import { Room } from "../connection.js" */
/** @import { Entry, View } from "../protocol.js" */

/** The list of speakers: who waits, why they stand there, and what the chair can do about it (R15–R19). @param {Room} room */
export function queueColumn(room) {
  const view = whole(room);
  const line = view.line.map((id) => view.entries[id]);
  return html`<header class="panel-head">
      <h2>${t("chair.queue")} <span class="count">${line.length}</span></h2>
      <span class="chip ${view.queue.open ? "good" : "warn"}">${t(view.queue.open ? "chair.queue_is_open" : "chair.queue_is_closed")}</span>
    </header>
    ${byChannel(view, line)}
    <ol class="turns">
      ${repeat(line, (entry) => entry.id, (entry, place) => turn(room, entry, place, line))}
    </ol>
    ${line.length ? nothing : html`<p class="empty">${t("chair.queue_nobody")}</p>`}
    <div class="tools">${tools(room)}</div>`;
}

/** How many wait in each channel. @param {View} view @param {Entry[]} line */
function byChannel(view, line) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const entry of line) {
    const place = channelLabel(entry, view);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  if (counts.size < 2) return nothing;
  return html`<p class="by-channel">${[...counts].map(([place, count]) => html`<span><bdi>${place}</bdi> <b>${count}</b></span>`)}</p>`;
}

/** @param {Room} room @param {Entry} entry @param {number} place @param {Entry[]} line */
function turn(room, entry, place, line) {
  const above = line[place - 1];
  const beneath = line[place + 1];
  /** @param {Entry | undefined} other @param {boolean} before */
  const move = (other, before) =>
    deed(room, { do: "move_entry", entry: entry.id, other: other?.id, before }, "", {
      icon: before ? "arrow-up" : "arrow-down",
      kind: "small quiet",
      name: t(before ? "chair.move_up" : "chair.move_down", { name: entry.name }),
      blocked: other ? "" : "nothing_to_change",
    });
  const call = { icon: "mic", name: t("chair.call_whom", { name: entry.name }) };
  return html`<li class="turn" data-entry=${entry.id}>
    <span class="place" aria-hidden="true">${place + 1}</span>
    <div class="turn-who">
      <p>${whoIs(entry)}</p>
      <p class="topic"><bdi>${entry.topic}</bdi>${entry.source ? html` <span class="chip">${t(`entry.source.${entry.source}`)}</span>` : nothing}</p>
      <p class="chips">${chips(room.view, entry)}</p>
      <p class="why">${whyLabel(entry, room.view)} <b>${estimate(room, entry)}</b></p>
    </div>
    <div class="turn-deeds">
      ${above
        ? deed(room, { do: "call_entry" }, t("chair.call"), { ...call, kind: "small", blocked: uncallable(room, entry), ask: () => outOfOrder(entry) })
        : deed(room, { do: "call_next" }, t("chair.call"), { ...call, kind: "small primary" })}
      ${move(above, true)} ${move(beneath, false)}
      ${deed(room, { do: "remove_entry", entry: entry.id }, "", { icon: "x", kind: "small quiet", name: t("chair.remove", { name: entry.name }) })}
    </div>
  </li>`;
}

/** The code of what stands in the way of calling somebody now. @param {Room} room @param {Entry} entry */
function uncallable({ view }, entry) {
  if (entry.motive !== "procedure" && ![4, 5, 6].includes(view.agenda.step)) return "not_a_step_for_speaking";
  return view.floor.prompt ? "somebody_is_called" : "";
}

/** When the turn comes: after what is left of the present speech and what is ahead. @param {Room} room @param {Entry} entry */
function estimate(room, entry) {
  const { speech } = room.view.floor;
  const ahead = (entry.ahead ?? 0) + (speech ? Math.max(0, timeLeft(speech, room.now())) : 0);
  const minutes = Math.round(ahead / 60_000);
  return minutes < 1 ? t("chair.turn_now") : t("chair.turn_in", { minutes });
}

/** @param {Entry} entry */
async function outOfOrder(entry) {
  const title = t("chair.call_out_of_order", { name: entry.name });
  const form = await ask(title, words("reason", t("chair.reason_optional")), { submit: t("chair.call") });
  return form && { do: "call_entry", entry: entry.id, reason: form.reason };
}

/** @param {Room} room */
function tools(room) {
  const { open, limit, procedure, waiting } = room.view.queue;
  return html`${open
      ? deed(room, { do: "close_queue" }, t("chair.close_queue"), { icon: "lock", kind: "small" })
      : deed(room, { do: "open_queue" }, t("chair.open_queue"), { icon: "unlock", kind: "small" })}
    ${deed(room, { do: "limit_queue" }, limit ? t("chair.limit_is", { limit }) : t("chair.limit"), { icon: "list-ordered", kind: "small", ask: () => askLimit(limit) })}
    ${deed(room, { do: "allow_procedure", allowed: !procedure }, t(procedure ? "chair.procedure_off" : "chair.procedure_on"), { icon: "message-square", kind: "small" })}
    ${deed(room, { do: "enqueue" }, t("chair.queue_agency"), { icon: "user-plus", kind: "small", ask: () => askAgency(room) })}
    ${deed(room, { do: "empty_queue" }, t("chair.empty_queue"), { icon: "x", kind: "small", blocked: waiting ? "" : "queue_empty", ask: () => askEmpty(waiting) })}`;
}

/** @param {number | undefined} limit */
async function askLimit(limit) {
  const form = await ask(t("chair.limit"), amount("limit", t("chair.limit_words"), { min: 1, max: 10_000, value: limit }));
  return form && { do: "limit_queue", limit: form.limit ? Number(form.limit) : null };
}

/** @param {number} count */
async function askEmpty(count) {
  const form = await ask(t("chair.empty_queue_sure", { count }), words("reason", t("chair.reason_optional")), { submit: t("chair.empty_queue"), kind: "danger" });
  return form && { do: "empty_queue", reason: form.reason };
}

/** @param {Room} room */
async function askAgency(room) {
  const agencies = Object.values(whole(room).people).filter((one) => one.roles.includes("agency"));
  const fields = html`${choice("person", t("chair.agency"), agencies.sort(byName).map((one) => [one.id, one.name]))} ${words("topic", t("chair.topic"), { required: true })}`;
  const form = await ask(t("chair.queue_agency"), fields);
  return form && { do: "enqueue", entry: uuid7(), person: form.person, topic: form.topic };
}
