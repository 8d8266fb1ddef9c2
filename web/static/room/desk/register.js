// Registering somebody who stands in the hall, sits at a venue or calls by telephone, in one form and a few seconds (R7, R21).
import { html, live, nothing } from "../../../vendor/lit.js";
import { button, channelLabel, field, icon, motiveLabel, t, toast, whyNot } from "../ui.js";
import { uuid7 } from "../ids.js";
import { petitionOptions } from "../secretary/names.js";
import { find, folded } from "./names.js";

/** @typedef {import("../connection.js").Room} Room */
/** @typedef {import("../protocol.js").Person} Person */

/** The form of one screen. `venue`: the only place for which it registers (an operator's), or none. */
export class Register {
  /** @type {Record<string, string>} */
  #typed = {};
  /** Somebody already on the list, for whom only the request to speak is entered. */
  #known = "";
  #channel;
  #redraw;

  /** @param {Room} room @param {() => void} redraw @param {string} [venue] */
  constructor(room, redraw, venue = "") {
    this.room = room;
    this.venue = venue;
    this.#channel = venue ? "venue" : "hall";
    this.#redraw = redraw;
  }

  /** Fills the form for somebody on the list. @param {string} person */
  choose(person) {
    this.#known = person;
    this.#redraw();
    setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector(".register [name=topic]"))?.focus(), 0);
  }

  draw() {
    const { view } = this.room;
    const known = view.people?.[this.#known];
    const type = (/** @type {Event} */ e) => {
      const control = /** @type {HTMLInputElement} */ (e.target);
      this.#typed[control.name] = control.value;
      if (control.name === "channel") this.#channel = control.value;
      if (["name", "channel"].includes(control.name)) this.#redraw();
    };
    return html`<form class="register" autocomplete="off" @submit=${(/** @type {SubmitEvent} */ e) => this.#send(e)} @input=${type} @keydown=${heldByInputMethod}>
      ${known ? this.#chosen(known) : this.#person()}
      ${field({ label: t("desk.topic"), control: html`<input name="topic" maxlength="300" ?required=${Boolean(known)} .value=${live(this.#typed.topic ?? "")} />` })}
      <details class="register-more">
        <summary>${t("desk.petition")}, ${t("desk.motive").toLowerCase()}…</summary>
        ${field({ label: t("desk.petition"), control: html`<select name="petition">${petitionOptions(view, "", t("desk.petition.none"))}</select>` })}
        ${field({ label: t("desk.motive"), control: html`<select name="motive">${["statement", "follow_up", "procedure"].map((m) => html`<option value=${m}>${motiveLabel(m)}</option>`)}</select>` })}
        ${known ? nothing : field({ label: t("desk.represents"), control: html`<input name="represents" maxlength="120" .value=${live(this.#typed.represents ?? "")} />` })}
      </details>
      <p class="register-send">
        ${button({ label: t(known || this.#typed.topic ? "desk.submit" : "desk.register.only"), icon: "user-plus", kind: "primary wide", type: "submit", why: whyNot(this.room, "register_person") || whyNot(this.room, "enqueue"), onclick: () => undefined })}
        <span class="hint">${t("desk.submit.hint")}</span>
      </p>
    </form>`;
  }

  /** @param {Person} known */
  #chosen(known) {
    return html`<p class="register-known">${icon("user")} <span>${t("desk.known.using", { name: known.name })}${known.area ? ` (${known.area})` : ""}, ${channelLabel(known, this.room.view)}</span>
      ${button({ label: t("desk.known.new"), kind: "quiet small", onclick: () => ((this.#known = ""), this.#redraw()) })}
    </p>`;
  }

  #person() {
    const { view } = this.room;
    const channels = ["hall", "venue", "phone"].filter((c) => !this.venue && (c === "phone" || view.format !== "online"));
    const branches = Object.entries(view.venues).filter(([, v]) => v.kind === "branch");
    const value = (/** @type {string} */ name) => live(this.#typed[name] ?? "");
    return html`
      ${field({ label: t("desk.name"), control: html`<input name="name" required maxlength="120" autocapitalize="words" .value=${value("name")} />` })}
      ${this.#alike()}
      ${field({ label: t("desk.area"), control: html`<input name="area" maxlength="120" placeholder=${t("desk.area.hint")} .value=${value("area")} />` })}
      ${channels.length
        ? html`<fieldset class="segments"><legend>${t("desk.channel")}</legend>
            <div>${channels.map((c) => html`<label><input type="radio" name="channel" value=${c} .checked=${live(c === this.#channel)} /> <span>${t(`desk.channel.${c}`)}</span></label>`)}</div>
          </fieldset>`
        : nothing}
      ${!this.venue && this.#channel === "venue" ? field({ label: t("desk.venue"), control: html`<select name="venue" required>${branches.map(([id, v]) => html`<option value=${id}>${v.name}</option>`)}</select>` }) : nothing}
      ${this.#channel === "phone" ? field({ label: t("desk.phone"), control: html`<input name="phone" type="tel" inputmode="tel" maxlength="20" .value=${value("phone")} />` }) : nothing}
    `;
  }

  /** People on the list who may be the one being typed. */
  #alike() {
    const typed = this.#typed.name ?? "";
    if (folded(typed).length < 3) return nothing;
    const citizens = Object.values(this.room.view.people ?? {}).filter((p) => p.roles.includes("citizen") && p.standing === "joined");
    const alike = find(citizens, typed).slice(0, 3);
    if (!alike.length) return nothing;
    return html`<div class="alike"><p>${t("desk.known")}</p>
      ${alike.map((p) => button({ label: html`${t("desk.known.use", { name: p.name })}${p.area ? `, ${p.area}` : ""} · ${channelLabel(p, this.room.view)}`, icon: "user", kind: "small", onclick: () => this.choose(p.id) }))}
    </div>`;
  }

  /** Both commands go out at once, so that both outlive a cut of the network. @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const data = new FormData(form);
    const one = (/** @type {string} */ name) => String(data.get(name) ?? "").normalize("NFC").trim();
    const kept = { typed: { ...this.#typed }, known: this.#known };
    const known = this.room.view.people?.[this.#known];
    const person = known?.id ?? uuid7();
    const name = known?.name ?? one("name");
    const topic = one("topic");
    const channel = this.#channel;
    const venue = channel === "venue" ? this.venue || one("venue") : null;
    const identity = { name, area: one("area"), phone: channel === "phone" ? one("phone") : "" };
    const quiet = { quiet: true };
    const sent = [];
    if (!known) sent.push(this.room.do({ do: "register_person", person, identity, channel, venue, represents: one("represents") }, quiet));
    if (topic) sent.push(this.room.do({ do: "enqueue", entry: uuid7(), person, topic, motive: one("motive") || "statement", petition: one("petition") || null }, quiet));
    this.#clear(form);
    try {
      await Promise.all(sent);
      toast(t(topic ? "desk.added" : "desk.added.only", { name }), "good");
    } catch (error) {
      toast(/** @type {Error} */ (error).message, "bad");
      const registered = Boolean(this.room.view.people?.[person]);
      this.#typed = kept.typed;
      this.#known = registered ? person : kept.known;
      this.#redraw();
    }
  }

  /** Ready for the next person in the line; place and area stay as they were. @param {HTMLFormElement} form */
  #clear(form) {
    form.reset();
    this.#typed = { area: this.#typed.area ?? "" };
    this.#known = "";
    this.#redraw();
    setTimeout(() => /** @type {HTMLElement | null} */ (form.querySelector("[name=name]"))?.focus(), 0);
  }
}

/** Enter that ends a composition of Vietnamese letters is not Enter. @param {KeyboardEvent} event */
function heldByInputMethod(event) {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
}
