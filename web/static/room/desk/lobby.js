// The lobby: admit, or turn away, one or many at a time (R6).
import { html, nothing } from "../../../vendor/lit.js";
import { announce, button, dialogForm, field, icon, t, timeOf, whyNot } from "../ui.js";
import { testTone } from "../media.js";

/** @typedef {import("../connection.js").Room} Room */

const SOUND = "lobby-sound";

export class Lobby {
  /** @type {Set<string>} */
  #chosen = new Set();
  #waiting = 0;
  #redraw;

  /** @param {Room} room @param {() => void} redraw */
  constructor(room, redraw) {
    this.room = room;
    this.#redraw = redraw;
    room.addEventListener("change", () => this.#notice());
  }

  get sound() {
    return localStorage.getItem(SOUND) === "on";
  }

  draw() {
    const people = Object.values(this.room.view.lobby ?? {}).sort((a, b) => (a.knocked ?? 0) - (b.knocked ?? 0));
    const chosen = people.filter((p) => this.#chosen.has(p.id)).map((p) => p.id);
    const count = chosen.length;
    const none = count ? "" : t("desk.lobby.choose");
    const all = (/** @type {Event} */ e) => this.#choose(/** @type {HTMLInputElement} */ (e.target).checked ? people.map((p) => p.id) : []);
    const one = (/** @type {string} */ id) => (/** @type {Event} */ e) => this.#choose(/** @type {HTMLInputElement} */ (e.target).checked ? [...chosen, id] : chosen.filter((c) => c !== id));
    return html`<section class="card lobby" aria-labelledby="lobby-title">
      <h2 id="lobby-title">${t("desk.lobby")} ${people.length ? html`<span class="chip live">${people.length}</span>` : nothing}</h2>
      ${people.length
        ? html`<label class="tick"><input type="checkbox" .checked=${count === people.length} @change=${all} /> <span>${t("desk.lobby.all")}</span></label>
            <ul class="rows">${people.map((p) => html`<li class="person-row">
              <label class="tick"><input type="checkbox" .checked=${this.#chosen.has(p.id)} @change=${one(p.id)} />
                <span><bdi class="name">${p.name}</bdi>${p.area ? html` <span class="area">${p.area}</span>` : nothing} <span class="soft">${p.knocked ? t("desk.lobby.since", { time: timeOf(p.knocked) }) : ""}</span>
                ${p.suspect ? html`<span class="chip bad">${icon("shield-alert")}${t("desk.lobby.suspect")}</span>` : nothing}</span></label>
            </li>`)}</ul>
            <div class="buttons">
              ${button({ label: count ? t("desk.lobby.admit", { count }) : t("desk.lobby.admit_none"), icon: "check", kind: "primary", why: none || whyNot(this.room, "admit"), onclick: () => this.#admit(chosen) })}
              ${button({ label: count ? t("desk.lobby.turn_away", { count }) : t("desk.lobby.turn_away_none"), icon: "user-x", kind: "danger-quiet", why: none || whyNot(this.room, "turn_away"), onclick: () => void this.#turnAway(chosen) })}
            </div>`
        : html`<p class="empty">${t("desk.lobby.empty")}</p>`}
      <label class="tick"><input type="checkbox" .checked=${this.sound} @change=${(/** @type {Event} */ e) => localStorage.setItem(SOUND, /** @type {HTMLInputElement} */ (e.target).checked ? "on" : "off")} /> <span>${t("desk.lobby.sound")}</span></label>
    </section>`;
  }

  /** @param {string[]} ids */
  #choose(ids) {
    this.#chosen = new Set(ids);
    this.#redraw();
  }

  /** @param {string[]} persons */
  #admit(persons) {
    void this.room.do({ do: "admit", persons });
    this.#choose([]);
  }

  /** @param {string[]} persons */
  async #turnAway(persons) {
    const form = await dialogForm({
      title: t("desk.lobby.turn_ask", { count: persons.length }),
      body: field({ label: t("desk.lobby.reason"), control: html`<input name="reason" maxlength="300" />` }),
      submit: t("desk.lobby.turn_away", { count: persons.length }),
      kind: "danger",
    });
    if (!form) return;
    void this.room.do({ do: "turn_away", persons, reason: String(form.get("reason")).normalize("NFC") });
    this.#choose([]);
  }

  /** Somebody new at the door: said, and heard if wished. */
  #notice() {
    const count = Object.keys(this.room.view.lobby ?? {}).length;
    if (count > this.#waiting) {
      announce(t("desk.lobby.new", { count }));
      if (this.sound) void testTone([660, 880]);
    }
    this.#waiting = count;
  }
}
