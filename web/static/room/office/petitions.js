// The petitions: step 3's reports answer those collected beforehand, several at a time (R11).
import { html, nothing } from "../../../vendor/lit.js";
import { button, field, icon, t, toast, whyNot } from "../ui.js";
import { bodyName, bodyOptions, fieldName } from "../secretary/names.js";

/** @typedef {import("../connection.js").Room} Room */
/** @typedef {import("../protocol.js").Petition} Petition */

export class Petitions {
  /** @type {Set<string>} */
  #chosen = new Set();
  #redraw;

  /** @param {Room} room @param {() => void} redraw */
  constructor(room, redraw) {
    this.room = room;
    this.#redraw = redraw;
  }

  draw() {
    const all = Object.values(this.room.view.petitions ?? {});
    const chosen = all.filter((p) => this.#chosen.has(p.id) && !p.answered).map((p) => p.id);
    const count = chosen.length;
    const why = count ? "" : t("office.petitions.choose");
    return html`<section class="card petitions" aria-labelledby="petitions-title">
      <h2 id="petitions-title">${t("office.petitions")} <span class="soft num">${all.filter((p) => p.answered).length}/${all.length}</span></h2>
      ${all.length ? html`<ul class="rows">${all.map((p) => this.#row(p))}</ul>` : html`<p class="empty">${t("office.petitions.none")}</p>`}
      ${whyNot(this.room, "answer_petitions") || all.every((p) => p.answered) ? nothing : html`<form class="petition-answer" @submit=${(/** @type {SubmitEvent} */ e) => void this.#answer(e, chosen)}>
        <div class="two">
          ${field({ label: t("office.petitions.by"), control: html`<select name="by">${bodyOptions(this.room.view, "", t("office.petitions.by_none"))}</select>` })}
          ${field({ label: t("office.petitions.own"), control: html`<input name="answer" maxlength="8000" />` })}
        </div>
        ${button({ label: count ? t("office.petitions.answer", { count }) : t("office.petitions.answer_none"), icon: "check", kind: "primary", type: "submit", why, onclick: () => undefined })}
      </form>`}
    </section>`;
  }

  /** @param {Petition} p */
  #row(p) {
    const state = p.answered ? "done" : p.deferred ? "deferred" : "open";
    const chosen = (/** @type {Event} */ e) => {
      if (/** @type {HTMLInputElement} */ (e.target).checked) this.#chosen.add(p.id);
      else this.#chosen.delete(p.id);
      this.#redraw();
    };
    const { view } = this.room;
    return html`<li>
      <label class="tick"><input type="checkbox" .checked=${this.#chosen.has(p.id) && !p.answered} ?disabled=${Boolean(p.answered)} @change=${chosen} />
        <span><b>${p.id}</b> ${p.content}
          <span class="petition-facts"><span class="chip ${state === "open" ? "warn" : "good"}">${t(`office.petitions.${state}`)}</span>
            ${p.raised_by ? html`<span class="chip info">${t("office.petitions.raised")}</span>` : nothing} ${p.beyond ? html`<span class="chip">${t("office.petitions.beyond")}</span>` : nothing} ${p.complex ? html`<span class="chip">${t("office.petitions.complex")}</span>` : nothing}
            <span class="soft">${[fieldName(p.field), bodyName(view, p.lead), p.petitioner].filter(Boolean).join(" · ")}</span></span></span></label>
      ${p.prepared ? html`<details class="prepared"><summary>${icon("file-text")} ${t("office.petitions.prepared")}</summary><p>${p.prepared}</p></details>` : nothing}
    </li>`;
  }

  /** @param {SubmitEvent} event @param {string[]} petitions */
  async #answer(event, petitions) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const data = new FormData(form);
    try {
      await this.room.do({ do: "answer_petitions", petitions, by: String(data.get("by")) || null, answer: String(data.get("answer")).normalize("NFC") }, { quiet: true });
      this.#chosen.clear();
      form.reset();
      this.#redraw();
    } catch (error) {
      toast(/** @type {Error} */ (error).message, "bad");
    }
  }
}
