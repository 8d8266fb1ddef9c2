// Groups speak through one person (Art. 2.2): whose representative is not named yet, and naming one who is here.
import { html, nothing } from "../../../vendor/lit.js";
import { button, dialogForm, field, nameOf, t, toast, whyNot } from "../ui.js";
import { shortened } from "../secretary/names.js";

/** @typedef {import("../connection.js").Room} Room */
/** @typedef {import("../protocol.js").Petition} Petition */

/** The groups that wait for a representative, and those named here. @param {Room} room */
export function groups(room) {
  const all = Object.values(room.view.petitions ?? {}).filter((p) => p.unrepresented || p.representative);
  if (!all.length) return nothing;
  return html`<section class="card" aria-labelledby="groups-title">
    <h2 id="groups-title">${t("desk.groups")} <span class="soft num">${all.filter((p) => p.unrepresented).length}</span></h2>
    <ul class="rows">${all.map((p) => row(room, p))}</ul>
  </section>`;
}

/** @param {Room} room @param {Petition} p */
function row(room, p) {
  const who = p.representative ? room.view.people?.[p.representative] : undefined;
  const label = t(p.unrepresented ? "desk.groups.name" : "desk.groups.change");
  return html`<li class="person-row">
    <p><b>${p.id}</b> ${p.petitioner || shortened(p.content, 70)} ${who ? html`<span class="chip good">${nameOf(who)}</span>` : html`<span class="chip warn">${t("desk.groups.missing")}</span>`}</p>
    ${button({ label, icon: "user-plus", kind: "quiet small", name: `${label}: ${p.id}`, why: whyNot(room, "name_representative"), onclick: () => void name(room, p) })}
  </li>`;
}

/** @param {Room} room @param {Petition} p */
async function name(room, p) {
  const here = Object.values(room.view.people ?? {}).filter((one) => one.roles.includes("citizen") && ["expected", "admitted", "joined"].includes(one.standing));
  const form = await dialogForm({
    title: t("desk.groups.title", { petition: p.id }),
    submit: t("common.save"),
    body: html`<p class="soft">${t("desk.groups.text")}</p>
      ${field({ label: t("desk.groups.person"), control: html`<select name="person" required><option value="">${t("desk.groups.choose")}</option>${here.map((one) => html`<option value=${one.id} ?selected=${one.id === p.representative}>${[one.name, one.area].filter(Boolean).join(", ")}</option>`)}</select>` })}
      ${field({ label: t("desk.groups.authority"), hint: t("desk.groups.authority.hint"), control: html`<input name="authority" required maxlength="120" />` })}`,
  });
  if (!form) return;
  await room.do({ do: "name_representative", petition: p.id, person: String(form.get("person")), authority: String(form.get("authority")).normalize("NFC") });
  toast(t("desk.groups.done", { petition: p.id }), "good");
}
