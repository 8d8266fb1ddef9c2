// What is handed to a person so that their telephone becomes theirs in the room: a one-time code, or a personal link (R6, R7).
import { html } from "../../../vendor/lit.js";
import { confirmDialog, dialogForm, t, timeOf, toast } from "../ui.js";

/** @typedef {{id: string, name: string}} Named */

/** @param {string} what "codes" or "links" @param {string} person @returns {Promise<any>} */
async function ask(what, person) {
  const answer = await fetch(`/api/seats/${document.body.dataset.seat}/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ person }) });
  const given = await answer.json();
  if (!answer.ok) throw new Error(given.sentence);
  return given;
}

/** A QR picture that came as SVG text. @param {string} svg @param {string} words */
const picture = (svg, words) => html`<img class="qr" alt=${words} src="data:image/svg+xml,${encodeURIComponent(svg)}" />`;

/** A one-time code, to be read aloud or scanned. @param {Named} who */
export async function codeDialog({ id, name }) {
  try {
    for (;;) {
      const { code, expires, qr, url } = await ask("codes", id);
      const again = await dialogForm({
        title: t("desk.code.title", { name }),
        submit: t("desk.code.again"),
        cancel: t("common.close"),
        className: "handout",
        body: html`<p class="code">${String(code).match(/.{1,4}/g)?.map((part) => html`<span>${part}</span> `)}</p>${picture(qr, t("desk.code.qr"))}
          <p>${t("desk.code.explain", { name })}</p><p class="code-page">${url}</p><p class="soft">${t("desk.code.expires", { time: timeOf(expires) })}</p>`,
      });
      if (!again) return;
    }
  } catch (error) {
    toast((error instanceof TypeError ? "" : /** @type {Error} */ (error).message) || t("desk.code.failed"), "bad");
  }
}

/** A personal link for the invitation. @param {Named} who */
export async function linkDialog({ id, name }) {
  try {
    const { url, qr } = await ask("links", id);
    const copied = await dialogForm({
      title: t("office.link.title", { name }),
      submit: t("office.link.copy"),
      cancel: t("common.close"),
      className: "handout",
      body: html`${picture(qr, t("office.link.qr"))}<p class="link-text">${url}</p><p>${t("office.link.explain")}</p>`,
    });
    if (copied) await copy(url);
  } catch (error) {
    toast((error instanceof TypeError ? "" : /** @type {Error} */ (error).message) || t("office.link.failed"), "bad");
  }
}

/** The link for everybody, which leads into the lobby: for posters, for a message to the neighbourhood. */
export async function publicDialog() {
  try {
    const answer = await fetch(`/api/seats/${document.body.dataset.seat}/public-link`);
    const { url, qr, message } = await answer.json();
    if (!answer.ok) throw new Error(message);
    const copied = await dialogForm({
      title: t("office.public.title"),
      submit: t("office.link.copy"),
      cancel: t("common.close"),
      className: "handout",
      body: html`${picture(qr, t("office.link.qr"))}<p class="link-text">${url}</p><p>${t("office.public.explain")}</p>`,
    });
    if (copied) await copy(url);
  } catch (error) {
    toast((error instanceof TypeError ? "" : /** @type {Error} */ (error).message) || t("office.link.failed"), "bad");
  }
}

/** Browsers give the clipboard to https pages only; elsewhere the link can be marked and copied by hand. @param {string} url */
export async function copy(url) {
  if (!navigator.clipboard) return;
  await navigator.clipboard.writeText(url);
  toast(t("office.link.copied"), "good");
}

/** Makes the links of a person void. @param {Named} who */
export async function revokeLinks({ id, name }) {
  if (!(await confirmDialog({ title: t("office.link.revoke_ask", { name }), submit: t("office.link.revoke"), kind: "danger" }))) return;
  const answer = await fetch(`/api/seats/${document.body.dataset.seat}/links/${id}`, { method: "DELETE" }).catch(() => undefined);
  if (answer?.ok) toast(t("office.link.revoked", { name }), "good");
  else toast((await answer?.json().catch(() => undefined))?.message ?? t("office.link.failed"), "bad");
}
