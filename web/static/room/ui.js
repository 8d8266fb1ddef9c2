/** The small parts every screen is made of. */
import { html, nothing, ref, render } from "/vendor/lit.js";
import { announce } from "./announce.js";
import "./clock.js";
import { has, t } from "./i18n.js";

export { announce, repeatLast } from "./announce.js";
export { dateOf, duration, exactTimeOf, has, lang, number, t, timeOf } from "./i18n.js";
export { keys, keysOn, switchKeys } from "./keys.js";

/** @import { Command, Entry, Face, View } from "./protocol.js" */
/** @import { Room } from "./connection.js" */

/** An icon of the sprite, for the eye alone: words stand beside it. @param {string} name */
export const icon = (name) => html`<svg class="icon" aria-hidden="true"><use href="/vendor/icons.svg#${name}"></use></svg>`;

/**
 * A button with words, and an icon before them if given. With `why` (a sentence) it is shown as not available and says why when asked: by pointer, by
 * screen reader, and when it is pressed all the same.
 * @param {{label: unknown, onclick: (event: Event) => void, icon?: string, kind?: string, why?: string, name?: string, key?: string, pressed?: boolean, type?: "button" | "submit"}} parts
 * `kind`: classes, such as "primary", "danger", "quiet", "big"; `name`: what the button does to what, for screen readers, where the words alone do not say it
 */
export function button({ label, onclick, icon: drawing, kind = "", why = "", name, key, pressed, type = "button" }) {
  /** @param {Event} event */
  const click = (event) => {
    if (!why) return onclick(event);
    event.preventDefault();
    return toast(why);
  };
  return html`<button
    type=${type}
    class="button ${kind}"
    aria-disabled=${why ? "true" : nothing}
    aria-label=${name ? name + (why ? ". " + why : "") : nothing}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    aria-keyshortcuts=${key ?? nothing}
    title=${why || nothing}
    @click=${click}
  >${drawing ? icon(drawing) : nothing}<span>${label}</span>${key ? html`<kbd aria-hidden="true">${key.toUpperCase()}</kbd>` : nothing}${why && !name ? html`<span class="sr-only">. ${why}</span>` : nothing}</button>`;
}

/** Why a command cannot be given now, as a sentence; "" when it can (R3). @param {Room} room @param {string} command */
export function whyNot(room, command) {
  const code = room.me.may?.[command] ?? room.view.may?.[command] ?? "not_allowed";
  return code === "" ? "" : t(`refusal.${code}`, room.me.may ? {} : { phase: t(`phase.${room.view.phase}`) });
}

/**
 * A button that gives a command, available exactly when the rules say so.
 * @param {Room} room @param {Command} command @param {Omit<Parameters<typeof button>[0], "onclick">} parts
 */
export const commandButton = (room, command, parts) => button({ ...parts, why: parts.why || whyNot(room, command.do), onclick: () => void room.do(command) });

/** A short message at the edge of the screen, also told to screen readers. @param {string} message @param {"info" | "good" | "bad"} [kind] */
export function toast(message, kind = "info") {
  const place = document.getElementById("toasts");
  if (!place || !message) return;
  const one = document.createElement("p");
  one.className = `toast ${kind}`;
  one.textContent = message;
  for (const old of place.children) if (old.textContent === message) old.remove();
  place.append(one);
  if (place.children.length > 3) place.firstElementChild?.remove();
  announce(message, { assertive: kind === "bad" });
  setTimeout(() => one.remove(), 4000 + 60 * message.length);
}

/**
 * Opens a modal dialog with a form and waits: gives the form's data, or null when the person changed their mind.
 * @param {{title: string, body?: unknown, submit: string, cancel?: string, kind?: "primary" | "danger", className?: string}} parts
 * `body`: a template with named fields, checked by the browser (required, maxlength, …); `cancel`: "" where there is nothing to decide
 * @returns {Promise<FormData | null>}
 */
export function dialogForm({ title, body = nothing, submit, cancel = t("common.cancel"), kind = "primary", className = "" }) {
  const dialog = document.createElement("dialog");
  dialog.className = `dialog ${className}`;
  dialog.setAttribute("aria-labelledby", "dialog-title");
  return new Promise((resolve) => {
    /** @type {FormData | null} */
    let given = null;
    /** @param {SubmitEvent} event */
    const sent = (event) => {
      event.preventDefault();
      given = new FormData(/** @type {HTMLFormElement} */ (event.target), event.submitter);
      dialog.close();
    };
    /** @param {KeyboardEvent} event */
    const composing = (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
    };
    render(
      html`<form @submit=${sent} @keydown=${composing}>
        <h2 id="dialog-title">${title}</h2>
        <div class="dialog-body">${body}</div>
        <div class="dialog-buttons">
          ${cancel ? html`<button type="button" class="button quiet" @click=${() => dialog.close()}>${cancel}</button>` : nothing}
          <button type="submit" class="button ${kind}">${submit}</button>
        </div>
      </form>`,
      dialog,
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(given);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks before something that cannot be taken back. @param {{title: string, body?: unknown, submit: string, kind?: "primary" | "danger"}} parts */
export const confirmDialog = async (parts) => (await dialogForm(parts)) !== null;

/** On which rung somebody hears the programme, and who chose it: one calm line, or nothing. @param {{line: string} | null | undefined} programme */
export const rungLine = (programme) => (programme?.line ? html`<p class="rung-line soft" role="status">${icon(programme.line === "rung.text" ? "captions" : "volume-2")} ${t(programme.line)}</p>` : nothing);

/** What a <video> shows: `<video ${shows(stream)}>`. The same stream is left alone: given again, it would begin anew, in black. @param {MediaStream | null | undefined} stream */
export const shows = (stream) =>
  ref((element) => {
    if (element instanceof HTMLVideoElement && element.srcObject !== (stream ?? null)) element.srcObject = stream ?? null;
  });

/** A named field for forms. @param {{label: unknown, control: unknown, hint?: unknown}} parts */
export const field = ({ label, control, hint }) => html`<label class="field"><span class="field-label">${label}</span>${control}${hint ? html`<span class="field-hint">${hint}</span>` : nothing}</label>`;

/** Through what somebody takes part, in words: "Tại hội trường", "Điểm cầu Thượng Đoạn", … @param {Pick<Face, "channel" | "venue">} who @param {View} view */
export function channelLabel({ channel, venue }, view) {
  return channel === "venue" && venue ? t("channel.venue", { venue: view.venues?.[venue]?.name ?? venue }) : t(`channel.${channel}`);
}

/** @param {string} motive */
export const motiveLabel = (motive) => t(`motive.${motive}`);

/** Why an entry stands where it stands, in one sentence (R18). @param {Entry} entry @param {View} view */
export function whyLabel(entry, view) {
  if (!entry.why) return "";
  const details = { ...entry.details };
  if (typeof details.lane === "string") details.lane = laneLabel(details.lane, view);
  return has(`why.${entry.why}`) ? t(`why.${entry.why}`, details) : "";
}

/** A lane of the fair turn: the hall, a venue, all who are in neither. @param {string} lane @param {View} view */
const laneLabel = (lane, view) => (lane.startsWith("venue:") ? t("lane.venue", { venue: view.venues?.[lane.slice(6)]?.name ?? lane.slice(6) }) : t(`lane.${lane}`));

/** A person's name with whom they speak for; names are data of unknown direction. @param {Partial<Face>} who */
export const nameOf = (who) => html`<bdi class="name">${who.name}</bdi>${who.represents ? html` <span class="represents">(${who.represents})</span>` : nothing}`;

/** The name of a step of the agenda, R10. @param {number} step */
export const stepLabel = (step) => (step ? t(`step.${step}`) : t("step.none"));
