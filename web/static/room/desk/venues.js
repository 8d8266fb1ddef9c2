// The venues: how sound and picture do, and how many people are there. Losing one never stops the conference.
import { html, nothing } from "../../../vendor/lit.js";
import { figures, healthChip, healthList, healthOf } from "../health.js";
import { button, field, number, t, timeOf, whyNot } from "../ui.js";

/** @typedef {import("../connection.js").Room} Room */

const STATES = /** @type {const} */ (["stable", "no_sound", "no_picture", "lost"]);
const DRAWINGS = { stable: "check", no_sound: "volume-x", no_picture: "video-off", lost: "wifi-off" };
/** @type {Record<string, string>} */
const COLOURS = { stable: "good", no_sound: "warn", no_picture: "warn", lost: "bad" };

/** All venues, one under the other. @param {Room} room */
export function venues(room) {
  const states = Object.entries(room.view.venue_states ?? {});
  const measured = room.view.format === "in_person" ? nothing : html`<section class="card" aria-labelledby="health-title"><h2 id="health-title">${t("health.title")}</h2>${healthList(room)}</section>`;
  if (!states.length) return measured;
  return html`${measured}<section class="card" aria-labelledby="venues-title">
    <h2 id="venues-title">${t("desk.venues")}</h2>
    ${states.map(([id, state]) => html`<details class="venue">
      <summary><span class="venue-name">${room.view.venues[id].name}</span>
        <span class="chip ${COLOURS[state.status] ?? ""}">${t(`desk.venue.${state.status}`)}</span>
        ${state.count === undefined ? nothing : html`<span class="num">${t("desk.venue.people", { count: number(state.count) })}</span>`}</summary>
      ${report(room, id)} ${headCount(room, id)}
    </details>`)}
  </section>`;
}

/** Four buttons and a note. @param {Room} room @param {string} id @param {string} [size] class of the buttons */
export function report(room, id, size = "") {
  const state = room.view.venue_states?.[id] ?? { status: "unknown" };
  const why = whyNot(room, "report_venue");
  /** @param {Event} e @param {string} status */
  const tell = (e, status) => {
    const note = /** @type {HTMLInputElement} */ (/** @type {HTMLElement} */ (e.target).closest(".venue-report")?.querySelector("input"));
    void room.do({ do: "report_venue", venue: id, status, note: note.value.normalize("NFC").trim() });
  };
  return html`<div class="venue-report">
    <div class="venue-states" role="group" aria-label=${t("desk.venue.status")}>
      ${STATES.map((status) => button({ label: t(`desk.venue.${status}`), icon: DRAWINGS[status], kind: `${size} ${status === state.status ? COLOURS[status] : ""}`, pressed: status === state.status, why, onclick: (e) => tell(e, status) }))}
    </div>
    ${field({ label: t("desk.venue.note"), control: html`<input maxlength="300" .value=${state.note ?? ""} />`, hint: state.since ? t("desk.venue.since", { time: timeOf(state.since) }) : undefined })}
  </div>`;
}

/** What the server measures of a venue's line, for whoever reports how it does. @param {Room} room @param {string} id */
export function measuredOf(room, id) {
  const one = healthOf(room).find(({ source }) => source === `venue:${id}`);
  return one && room.view.format !== "in_person" ? html`<div class="measured"><p><b>${t("health.measured")}</b> ${healthChip(one)}</p>${figures(one.line)}</div>` : nothing;
}

/** @param {Room} room @param {string} id @param {string} [label] */
export function headCount(room, id, label = t("desk.venue.count")) {
  /** @param {SubmitEvent} e */
  const save = (e) => {
    e.preventDefault();
    void room.do({ do: "count_people", venue: id, count: Number(new FormData(/** @type {HTMLFormElement} */ (e.target)).get("count")) });
  };
  return html`<form class="head-count" @submit=${save}>
    ${field({ label, control: html`<input name="count" type="number" inputmode="numeric" min="0" max="100000" required .value=${String(room.view.venue_states?.[id]?.count ?? "")} />` })}
    ${button({ label: t("desk.venue.count_save"), type: "submit", why: whyNot(room, "count_people"), onclick: () => undefined })}
  </form>`;
}
