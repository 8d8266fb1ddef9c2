import { html, nothing } from "../../../vendor/lit.js";
import { byName, chips, whoIs, whole } from "../case/words.js";
import { uuid7 } from "../ids.js";
import { duration, t, timeOf } from "../ui.js";
import { answers } from "./answers.js";
import { ask, choice } from "./ask.js";
import { remind } from "./conduct.js";
import { deed } from "./deed.js";

/** @import { Room } from "../connection.js" */
/** @import { Face, Person, Speech } from "../protocol.js" */

/** Who speaks now, the clock, and everything the chair does with the floor (R22–R26). @param {Room} room */
export function floorColumn(room) {
  const { speech, interposed, prompt } = room.view.floor;
  return html`<header class="panel-head"><h2>${t("chair.floor")}</h2></header>
    ${interposed ? speaker(room, interposed) : nothing} ${speech ? speaker(room, speech, Boolean(interposed)) : nothing}
    ${prompt ? called(room, prompt) : nothing} ${speech || prompt ? nothing : nobody(room)}
    <div class="floor-deeds">${deeds(room)}</div>
    ${answers(room)}`;
}

/** @param {Room} room @param {Speech} speech @param {boolean} [beneath] a main speech that waits for the interposition to end */
function speaker(room, speech, beneath = false) {
  const interposes = speech.motive === "interposition";
  const title = interposes ? "chair.interposes" : speech.answers ? "chair.answers" : "chair.speaks";
  return html`<article class="speaker ${beneath ? "beneath" : ""}" data-speech=${speech.id}>
    <p class="label">${t(title)}</p>
    <p class="who">${whoIs(speech)}</p>
    ${speech.about ? html`<p class="topic">${t("chair.about")} <bdi>${speech.about}</bdi></p>` : nothing}
    ${speech.topic && !interposes ? html`<p class="topic"><bdi>${speech.topic}</bdi></p>` : nothing}
    <p class="chips">${chips(room.view, speech)}</p>
    <speech-clock .speech=${speech}></speech-clock>
    <p class="why">${t("chair.of_time", { time: duration(speech.allotted), start: timeOf(speech.started) })}</p>
  </article>`;
}

/** Somebody was called and has not answered yet (R24). @param {Room} room @param {Face & {until: number}} prompt */
function called(room, prompt) {
  return html`<article class="speaker called">
    <p class="label">${t("chair.called")}</p>
    <p class="who">${whoIs(prompt)}</p>
    ${room.view.phase === "break"
      ? nothing
      : html`<p class="topic">${t("chair.called_words")} <b><count-down .until=${prompt.until}></count-down> ${t("chair.seconds")}</b></p>`}
    ${whole(room).undo.name === "called" ? html`<div class="tools">${deed(room, { do: "undo" }, t("chair.take_back"), { icon: "undo-2", kind: "small" })}</div>` : nothing}
  </article>`;
}

/** @param {Room} room */
function nobody(room) {
  const [next] = room.view.queue.next;
  return html`<article class="speaker nobody">
    <p class="label">${t("chair.nobody_speaks")}</p>
    <p class="topic">${next ? html`${t("chair.next_is")} <b><bdi>${next.name}</bdi></b>` : t("chair.queue_nobody")}</p>
  </article>`;
}

/** @param {Room} room */
function deeds(room) {
  const { speech, interposed, paused } = room.view.floor;
  const nobody = speech ? "" : "nobody_speaks";
  /** @param {number} seconds @param {string} label @param {string} [key] */
  const extend = (seconds, label, key) => deed(room, { do: "extend_time", seconds }, label, { key, blocked: nobody, name: t("chair.add_time", { label }) });
  return html`${deed(room, { do: "call_next" }, t("chair.next"), { icon: "skip-forward", kind: "primary big", key: "n" })}
    ${interposed
      ? deed(room, { do: "end_interposition" }, t("chair.end_interposition"), { icon: "square", kind: "big", key: "s" })
      : deed(room, { do: "stop_speech" }, t("chair.stop"), { icon: "square", kind: "big", key: "s", blocked: nobody })}
    <div class="extend" role="group" aria-label=${t("chair.more_time")}>${extend(30, "+30 s")} ${extend(60, t("chair.plus_1"), "e")} ${extend(120, t("chair.plus_2"))}</div>
    ${paused
      ? deed(room, { do: "resume_clock" }, t("chair.resume_clock"), { icon: "play", key: "p" })
      : deed(room, { do: "pause_clock" }, t("chair.pause_clock"), { icon: "pause", key: "p" })}
    ${deed(room, { do: "interpose" }, t("chair.interpose"), { icon: "message-square", key: "i", blocked: nobody, ask: () => askInterposition(room) })}
    ${deed(room, { do: "remind" }, t("chair.remind"), { icon: "bell", key: "r", blocked: nobody || onlyCitizens(room, speech), ask: () => remindSpeaker(room) })}`;
}

/** The code for those whom the ladder is not for (Art. 2.2). @param {Room} room @param {Speech | undefined} speech */
const onlyCitizens = (room, speech) => (speech && whole(room).people[speech.person]?.roles.join() === "citizen" ? "" : "only_citizens");

/** @param {Room} room */
async function remindSpeaker(room) {
  const { speech } = room.view.floor;
  return speech ? remind(whole(room).people[speech.person]) : null;
}

/** @param {Room} room */
async function askInterposition(room) {
  const speaking = room.view.floor.speech?.person;
  const able = Object.values(whole(room).people).filter((one) => one.id !== speaking && takesPart(one));
  able.sort((a, b) => Number(a.roles.includes("citizen")) - Number(b.roles.includes("citizen")) || byName(a, b));
  const form = await ask(t("chair.interpose"), choice("person", t("chair.who"), able.map((one) => [one.id, one.name])));
  return form && { do: "interpose", speech: uuid7(), person: form.person };
}

/** Whether somebody is in the room with a voice. @param {Person} one */
export const takesPart = (one) => ["expected", "admitted", "joined"].includes(one.standing) && one.roles.some((role) => role !== "monitor" && role !== "display");
