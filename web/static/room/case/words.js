import { html, nothing } from "../../../vendor/lit.js";
import { channelLabel, motiveLabel, t } from "../ui.js";

/** @import { Room } from "../connection.js" */
/** @import { Entry, Face, Speech, View } from "../protocol.js" */

/** How people, places and cases are named on the screens of those who see the whole case. */

/** The view of an audience that sees every part of the conference. @param {Room} room */
export const whole = (room) => /** @type {Required<View>} */ (room.view);

/** A person by name, with title or organisation. @param {Partial<Face>} one */
export function whoIs(one) {
  const more = [one.title, one.represents].filter((part) => part && part !== one.name).join(" · ");
  return html`<bdi class="name">${one.name}</bdi>${more ? html` <small><bdi>${more}</bdi></small>` : nothing}`;
}

/** The marks of a turn: place, area, motive, petition, who entered it. @param {View} view @param {Entry | Speech} turn */
export function chips(view, turn) {
  const entry = /** @type {Partial<Entry>} */ (turn);
  return html`<span class="chip channel-${turn.channel}"><bdi>${channelLabel(turn, view)}</bdi></span>
    ${turn.area && turn.area !== turn.name ? html`<span class="chip"><bdi>${turn.area}</bdi></span>` : nothing}
    ${turn.motive && turn.motive !== "statement" ? html`<span class="chip motive">${motiveLabel(turn.motive)}</span>` : nothing}
    ${turn.petition ? html`<span class="chip">${turn.petition}</span>` : nothing}
    ${entry.held ? html`<span class="chip warn">${t("case.held")}</span>` : nothing}
    ${entry.on_behalf ? html`<span class="why">${t("case.entered_by")} <bdi>${entry.entered_by}</bdi></span>` : nothing}`;
}

/** A body by its short name. @param {View} view @param {string | undefined} id */
export const bodyName = (view, id) => (id ? (view.bodies[id]?.short ?? id) : "");

/** What an outcome is about, in words: the petition's number, or whose statement. @param {View} view @param {string} id */
export function aboutName(view, id) {
  const speech = view.statements?.[id];
  return speech ? t("case.statement_of", { name: speech.name }) : id;
}

/** An ISO date as people write it: 20/10/2027. @param {string} iso */
export const dayOf = (iso) => iso.split("-").reverse().join("/");

/** Text without tones, case and đ, to search in. @param {string} words */
export const folded = (words) => words.normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "").replaceAll(/[đĐ]/g, "d").toLowerCase();

/** By name, as Vietnamese sorts. @param {{name: string}} a @param {{name: string}} b */
export const byName = (a, b) => a.name.localeCompare(b.name, "vi");
