// Everybody on the list, found by a few letters; what can be done for each stands beside the name.
import { html, nothing } from "../../../vendor/lit.js";
import { button, channelLabel, confirmDialog, icon, nameOf, t, whyNot } from "../ui.js";
import { codeDialog } from "./codes.js";
import { proposeButton } from "./conduct.js";
import { find } from "./names.js";

/** @typedef {import("../connection.js").Room} Room */
/** @typedef {import("../protocol.js").Person} Person */

const MOST = 40;

export class People {
  #search = "";
  #redraw;

  /** @param {Room} room @param {() => void} redraw @param {{enqueue?: (person: string) => void, more?: (person: Person) => unknown, staff?: boolean}} [how] */
  constructor(room, redraw, { enqueue, more = () => nothing, staff = false } = {}) {
    this.room = room;
    this.enqueue = enqueue;
    this.more = more;
    this.staff = staff;
    this.#redraw = redraw;
  }

  /** @param {string} title */
  draw(title) {
    const all = Object.values(this.room.view.people ?? {}).filter((p) => (this.staff || p.roles.includes("citizen")) && !p.roles.includes("display"));
    const found = find(all, this.#search);
    const search = (/** @type {Event} */ e) => ((this.#search = /** @type {HTMLInputElement} */ (e.target).value), this.#redraw());
    return html`<section class="card people" aria-labelledby="people-title">
      <h2 id="people-title">${title} <span class="soft num">${all.length}</span></h2>
      <input class="input" type="search" aria-label=${t("desk.people.search")} placeholder=${t("desk.people.search")} @input=${search} />
      ${found.length ? html`<ul class="rows">${found.slice(0, MOST).map((p) => this.#row(p))}</ul>` : html`<p class="empty">${t("desk.people.none")}</p>`}
      ${found.length > MOST ? html`<p class="soft">${t("desk.people.more", { count: found.length - MOST })}</p>` : nothing}
    </section>`;
  }

  /** @param {Person} p */
  #row(p) {
    const refused = p.standing === "refused";
    const citizen = p.roles.length === 1 && p.roles[0] === "citizen";
    const inside = ["expected", "admitted", "joined"].includes(p.standing);
    return html`<li class="person-row">
      <p>${nameOf(p)} <span class="soft">${p.area ? `${p.area} · ` : ""}${citizen ? channelLabel(p, this.room.view) : p.title || p.roles.map((r) => t(`role.${r}`)).join(", ")}${p.phone ? html` · ${icon("phone")} ${p.phone}` : nothing}</span>
        ${p.present ? html`<span class="chip good">${t("desk.people.here")}</span>` : nothing} ${refused ? html`<span class="chip bad">${t("desk.people.refused")}</span>` : nothing}</p>
      ${inside
        ? html`<div class="person-acts" role="group" aria-label=${t("desk.more", { name: p.name })}>
            ${citizen && p.standing === "joined" && this.enqueue ? button({ label: t("desk.people.enqueue"), icon: "hand", kind: "quiet small", why: whyNot(this.room, "enqueue"), onclick: () => this.enqueue?.(p.id) }) : nothing}
            ${citizen ? button({ label: t("desk.code"), icon: "qr-code", kind: "quiet small", onclick: () => void codeDialog(p) }) : nothing}
            ${citizen && p.channel === "online" && this.room.me.may?.send_back !== undefined ? button({ label: t("desk.send_back"), icon: "log-out", kind: "quiet small", why: whyNot(this.room, "send_back"), onclick: () => void sendBack(this.room, p) }) : nothing}
            ${proposeButton(this.room, p)} ${this.more(p)}
          </div>`
        : nothing}
    </li>`;
  }
}

/** @param {Room} room @param {Person} p */
async function sendBack(room, p) {
  if (await confirmDialog({ title: t("desk.send_back"), body: t("desk.send_back.ask", { name: p.name }), submit: t("desk.send_back") })) await room.do({ do: "send_back", persons: [p.id] });
}
