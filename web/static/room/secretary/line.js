// One line of the minutes: what the room says of itself, and the fields in which the secretary writes the substance (R35, R36).
import { classMap, html, live, nothing } from "../../../vendor/lit.js";
import { button, commandButton, confirmDialog, dialogForm, field, icon, t, timeOf, whyNot } from "../ui.js";
import { uuid7 } from "../ids.js";
import { playLink } from "../recording.js";
import { aboutName, bodyName, bodyOptions, fieldName, fieldsOf, petitionOptions } from "./names.js";
import { outcomeOf, writeOutcome } from "./outcomes.js";
import { mergeDialog } from "./merging.js";
import { proposeButton } from "../desk/conduct.js";
import { raise } from "../desk/statements.js";
import { wordsOf } from "./words.js";

/** @typedef {import("../protocol.js").MinutesLine} MinutesLine */
/** @typedef {import("../secretary.js").Desk} Desk */

/** Whether the secretary may write here now. @param {Desk} desk */
export const writable = ({ room }) => Boolean(room.me.appointed) && !room.view.minutes?.finished && room.me.may?.write_line === "";

/** @param {Desk} desk @param {MinutesLine} line */
export function lineRow(desk, line) {
  const { drafts, writers } = desk;
  const words = drafts.of(line.id)?.mine ?? wordsOf(line);
  const shown = line.kind !== "event" || words.text || desk.opened.has(line.id);
  const others = writers.in(line.id);
  const classes = { record: true, [line.kind]: true, struck: Boolean(line.struck), clash: drafts.stateOf(line.id) === "clash" };
  return html`<article class=${classMap(classes)} data-line=${line.id} aria-labelledby="head-${line.id}">
    <header class="line-head" id="head-${line.id}">
      <time>${timeOf(line.at)}</time>
      <span class="line-kind">${line.corrects ? t("secretary.line.corrects") : t(`secretary.kind.${line.kind}`)}</span>
      <span class="line-draft">${line.draft ?? (line.about ? t("secretary.about", { what: aboutName(desk.room.view, line.about) }) : "")}</span>
      ${statusChips(desk, line)} ${mark(desk, line)} ${playLink(desk.room, line)}
    </header>
    ${line.about && line.draft ? html`<p class="line-about">${t("secretary.about", { what: aboutName(desk.room.view, line.about) })}</p>` : nothing}
    ${others.length ? html`<p class="line-typing">${icon("pencil")}${t("secretary.typing", { who: others.join(", ") })}</p>` : nothing}
    ${shown ? gist(desk, line, words.text) : nothing} ${line.reason ? html`<p class="line-about">${t("secretary.line.reason", { reason: line.reason })}</p>` : nothing}
    ${line.kind === "statement" || line.kind === "answer" ? details(desk, line, words) : actions(desk, line)}
  </article>`;
}

/** @param {Desk} desk @param {MinutesLine} line @param {string} text */
function gist(desk, line, text) {
  const { drafts } = desk;
  const label = t(`secretary.gist.${line.kind}`, { who: desk.room.view.statements?.[line.speech ?? ""]?.name ?? "" });
  if (!writable(desk) || line.corrects) return text ? html`<p class="line-text">${text}</p>` : nothing;
  return html`<textarea
    class="line-gist"
    id="gist-${line.id}"
    aria-label=${label}
    placeholder=${label}
    maxlength="8000"
    rows=${Math.min(12, Math.max(line.kind === "statement" ? 2 : 1, Math.ceil(text.length / 90) + text.split("\n").length - 1))}
    .value=${live(text)}
    @input=${(/** @type {InputEvent} */ e) => drafts.edit(line.id, { text: /** @type {HTMLTextAreaElement} */ (e.target).value })}
    @focus=${() => drafts.enter(line.id)}
    @blur=${() => drafts.leave(line.id)}
  ></textarea>`;
}

/** The structured part of a statement or an answer (R36). @param {Desk} desk @param {MinutesLine} line @param {import("./words.js").Words} words */
function details(desk, line, words) {
  const { room, drafts } = desk;
  const { view } = room;
  const off = !writable(desk);
  const statement = line.kind === "statement";
  const summary = [words.topic, fieldName(words.field), bodyName(view, words.body), words.petition].filter(Boolean).join(" · ");
  /** @param {keyof import("./words.js").Words} name */
  const changed = (name) => (/** @type {Event} */ e) => drafts.edit(line.id, { [name]: /** @type {HTMLInputElement} */ (e.target).value });
  const speech = view.statements?.[line.speech ?? ""];
  const watch = { enter: () => drafts.enter(line.id), leave: () => drafts.leave(line.id) };
  if (line.speech !== undefined && line.speech === view.floor.speech?.id) desk.unfolded.add(line.id);
  return html`<details class="line-more" ?open=${desk.unfolded.has(line.id)}>
    <summary><span>${t("secretary.details")}</span> <span class="line-summary">${summary}</span></summary>
    <div class="line-fields" @focusin=${watch.enter} @focusout=${watch.leave}>
      ${statement && speech ? html`<p class="line-who"><b>${t("secretary.who")}:</b> <bdi>${speech.name}</bdi>${speech.area ? `, ${speech.area}` : ""} · <b>${t("secretary.behalf")}:</b> <bdi>${speech.represents ?? t("secretary.behalf.none")}</bdi></p>` : nothing}
      ${field({ label: t("secretary.topic"), control: html`<input type="text" maxlength="300" ?disabled=${off} .value=${live(words.topic)} @input=${changed("topic")} />` })}
      ${field({ label: t("secretary.field"), control: html`<input type="text" maxlength="60" list="fields" ?disabled=${off} .value=${live(fieldName(words.field))} @input=${changed("field")} />` })}
      ${field({ label: t(`secretary.body.${line.kind}`), control: html`<select ?disabled=${off} @change=${changed("body")}>${bodyOptions(view, words.body, t(statement ? "secretary.body.none" : "secretary.body.chair"))}</select>` })}
      ${field({ label: t("secretary.petition"), control: html`<select ?disabled=${off} @change=${changed("petition")}>${petitionOptions(view, words.petition, t("secretary.petition.none"))}</select>` })}
    </div>
    ${actions(desk, line)}
  </details>`;
}

/** @param {Desk} desk @param {MinutesLine} line */
function actions(desk, line) {
  const { room } = desk;
  const { view } = room;
  if (room.view.phase === "frozen")
    return line.corrects || !room.me.appointed ? nothing : html`<div class="line-actions">${button({ label: t("secretary.correct"), icon: "pencil", kind: "quiet small", why: whyNot(room, "correct_line"), onclick: () => correct(desk, line) })}</div>`;
  if (!writable(desk)) return nothing;
  const speech = line.speech && view.statements?.[line.speech];
  const stored = line.version > 0 || !desk.drafts.fresh.some((d) => d.id === line.id);
  return html`<div class="line-actions">
    ${line.kind === "event" && !line.text && !desk.opened.has(line.id) ? button({ label: t("secretary.add_text"), icon: "pencil", kind: "quiet small", onclick: () => desk.write(line.id) }) : nothing}
    ${line.kind === "statement" && speech
      ? html`${button({ label: t("secretary.add_answer"), icon: "message-square", kind: "quiet small", onclick: () => desk.begin({ kind: "answer", about: line.speech, petition: line.petition }) })}
          ${speech.answered || speech.in_writing ? nothing : commandButton(room, { do: "mark_answered", speech: line.speech }, { label: t("secretary.mark_answered"), icon: "check", kind: "quiet small" })}
          ${button({ label: t("secretary.raise"), icon: "plus", kind: "quiet small", why: whyNot(room, "raise_petition"), onclick: () => void raise(room, speech, { content: line.text, field: line.field }) })}
          ${button({ label: t("secretary.outcome.write"), icon: "gavel", kind: "quiet small", why: whyNot(room, "set_outcome"), onclick: () => writeOutcome(desk, line.petition ?? line.speech ?? "") })}
          ${proposeButton(room, { id: speech.person, name: speech.name })}`
      : nothing}
    ${stored && line.kind !== "event" && !line.struck ? releaseButton(desk, line) : nothing}
    ${stored && (line.kind === "note" || line.kind === "answer") && !line.struck ? button({ label: t("secretary.strike"), icon: "x", kind: "quiet small", onclick: () => strike(desk, line) }) : nothing}
    ${line.struck ? button({ label: t("secretary.restore"), icon: "undo-2", kind: "quiet small", onclick: () => desk.restore(line) }) : nothing}
  </div>`;
}

/** @param {Desk} desk @param {MinutesLine} line */
function releaseButton({ room }, line) {
  const why = whyNot(room, "release_line") || (line.text || line.released ? "" : t("secretary.release.first_text"));
  const label = t(line.released ? "secretary.unrelease" : "secretary.release");
  return button({ label, icon: line.released ? "eye-off" : "captions", kind: "quiet small", why, onclick: () => release(room, line) });
}

/** Lets everybody read the gist, or takes it back. @param {import("../connection.js").Room} room @param {MinutesLine} line */
export const release = (room, line) => void room.do({ do: "release_line", line: line.id, released: !line.released });

/** @param {Desk} desk @param {MinutesLine} line */
function statusChips({ room: { view } }, line) {
  const speech = line.kind === "statement" && line.speech ? view.statements?.[line.speech] : undefined;
  const outcome = speech && outcomeOf(view, speech.id);
  return html`<span class="line-chips">
    ${line.released ? html`<span class="chip good">${icon("captions")}${t("secretary.line.released")}</span>` : nothing}
    ${line.struck ? html`<span class="chip">${t("secretary.line.struck")}</span>` : nothing}
    ${speech ? html`<span class="chip ${speech.answered || speech.in_writing ? "good" : "warn"}">${t(speech.in_writing ? "secretary.in_writing" : speech.answered ? "secretary.answered" : "secretary.unanswered")}</span>` : nothing}
    ${outcome ? html`<span class="chip good">${icon("gavel")}${t(`secretary.out.${outcome.kind}`)}</span>` : nothing}
  </span>`;
}

/** How far the words of this line are: saved, under way, kept here, in clash. @param {Desk} desk @param {MinutesLine} line */
function mark(desk, line) {
  const state = desk.drafts.stateOf(line.id);
  if (!state) return nothing;
  const why = desk.drafts.why(line.id);
  return html`<span class="line-mark ${state}">
    ${t(`secretary.line.${state}`)}${why ? html`<span class="line-why">: ${why}</span>` : nothing}
    ${state === "clash" ? button({ label: t("secretary.merge.open"), kind: "small primary", onclick: () => mergeDialog(desk.drafts, line.id) }) : nothing}
    ${state === "refused"
      ? html`${button({ label: t("secretary.retry"), kind: "small", onclick: () => desk.drafts.edit(line.id, {}) })}
          ${button({ label: t("secretary.discard"), kind: "small quiet", onclick: () => desk.drafts.discard(line.id) })}`
      : nothing}
  </span>`;
}

/** @param {Desk} desk @param {MinutesLine} line */
async function strike({ room }, line) {
  const sure = await confirmDialog({ title: t("secretary.strike"), body: html`<p>${t("secretary.strike.ask")}</p><blockquote>${line.text || line.draft}</blockquote>`, submit: t("secretary.strike"), kind: "danger" });
  if (sure) await room.do({ do: "strike_line", line: line.id, version: line.version });
}

/** After signing: a new line which names the old one and says why (R38). @param {Desk} desk @param {MinutesLine} line */
async function correct({ room }, line) {
  const form = await dialogForm({
    title: t("secretary.correct.title"),
    submit: t("secretary.correct"),
    body: html`<blockquote>${line.draft} ${line.text}</blockquote>
      ${field({ label: t("secretary.correct.text"), control: html`<textarea name="text" rows="4" required maxlength="8000" .value=${line.text ?? ""}></textarea>` })}
      ${field({ label: t("secretary.correct.reason"), control: html`<input name="reason" required maxlength="300" />` })}`,
  });
  if (form) await room.do({ do: "correct_line", line: uuid7(), corrects: line.id, text: String(form.get("text")).normalize("NFC"), reason: String(form.get("reason")).normalize("NFC") });
}

/** Suggestions for the field of a statement. @param {import("../protocol.js").View} view */
export const fieldSuggestions = (view) => html`<datalist id="fields">${fieldsOf(view).map((name) => html`<option value=${name}></option>`)}</datalist>`;
