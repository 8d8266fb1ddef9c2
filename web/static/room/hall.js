// The main hall's camera and microphone, from the desk's or the office's machine, or from OBS (WHIP).
import { html } from "../../vendor/lit.js";
import { Line } from "./line.js";
import { button, dialogForm, t, toast } from "./ui.js";

/** @typedef {import("./connection.js").Room} Room */

export class Hall {
  #line;

  /** @param {Room} room @param {() => void} redraw */
  constructor(room, redraw) {
    this.#line = new Line(room, redraw);
  }

  draw() {
    return html`<details class="card hall">
      <summary><h2>${t("desk.hall")}</h2></summary>
      <p class="soft">${t("desk.hall.text")}</p>
      ${this.#line.draw()}
      ${button({ label: t("desk.hall.obs"), icon: "settings", kind: "quiet", onclick: () => void obs() })}
    </details>`;
  }
}

/** What the technician of the hall types into OBS: address and token. */
export async function obs() {
  const answer = await fetch(`/api/seats/${document.body.dataset.seat}/media-token`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ kind: "whip", reusable: true }),
  });
  const said = await answer.json();
  if (!answer.ok) {
    toast(said.sentence, "bad");
    return;
  }
  await dialogForm({
    title: t("desk.hall.obs"),
    submit: t("common.close"),
    body: html`<p>${t("desk.hall.obs.text")}</p>
      <label class="field"><span class="field-label">${t("desk.hall.obs.server")}</span><input name="server" readonly .value=${said.url}></label>
      <label class="field"><span class="field-label">${t("desk.hall.obs.token")}</span><input name="token" readonly .value=${said.token}></label>
      <p class="notice warn">${t("desk.hall.obs.warn")}</p>`,
  });
}
