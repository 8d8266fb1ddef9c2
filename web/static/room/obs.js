// What is typed into OBS, or another program that speaks WHIP, so that it sends the picture and sound of a hall or venue.
import { html } from "../../vendor/lit.js";
import { button, dialogForm, field, t, timeOf, toast } from "./ui.js";
import { copy } from "./desk/codes.js";

/** Asks for a token and shows it with its address, each with a button that copies it. */
export async function obsDialog() {
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ kind: "whip", reusable: true }) };
  const answer = await fetch(`/api/seats/${document.body.dataset.seat}/media-token`, asked).catch(() => undefined);
  const given = await answer?.json().catch(() => undefined);
  if (!answer?.ok) return toast(given?.sentence ?? t("operator.obs.failed"), "bad");
  await dialogForm({
    title: t("operator.obs.title"),
    submit: t("common.close"),
    cancel: "",
    className: "wide",
    body: html`<ol class="obs-steps">${["open", "service", "paste", "start"].map((step) => html`<li>${t(`operator.obs.${step}`)}</li>`)}</ol>
      ${copied(t("operator.obs.server"), "server", given.url)} ${copied(t("operator.obs.token"), "token", given.token)}
      <p class="soft">${t("operator.obs.expires", { time: timeOf(given.expires) })} ${t("operator.obs.echo")}</p>
      <p class="notice warn">${t("operator.obs.warn")}</p>`,
  });
}

/** @param {string} label @param {string} name @param {string} value */
const copied = (label, name, value) => html`<div class="copied">
  ${field({ label, control: html`<input name=${name} readonly .value=${value} @focus=${(/** @type {Event} */ e) => /** @type {HTMLInputElement} */ (e.target).select()} />` })}
  ${button({ label: t("office.link.copy"), name: `${t("office.link.copy")}: ${label}`, onclick: () => void copy(value) })}
</div>`;
