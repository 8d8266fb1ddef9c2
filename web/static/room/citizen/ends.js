import { html, nothing } from "/vendor/lit.js";
import { icon, number, t } from "../ui.js";

/** @import { Room } from "../connection.js" */

/** The connection will not come back: refused, turned away, or the seat is void. @param {Room} room */
export function goodbye(room) {
  if (room.me.standing === "refused") return refused(room);
  return html`<section class="notice-page">
    <p class="page-icon">${icon(room.me.standing === "turned_away" ? "user-x" : "log-out")}</p>
    <h1>${t(room.me.standing === "turned_away" ? "lobby.away_title" : "closed.title")}</h1>
    <p>${room.close?.message || t("closed.text")}</p>
    <p><a class="button" href="/">${t("closed.home")}</a></p>
  </section>`;
}

/** The ground, the article and whom to turn to; read by this person alone (R32). @param {Room} room */
function refused({ me, view }) {
  return html`<section class="notice-page">
    <h1>${t("refused.title")}</h1>
    <p><bdi>${view.title}</bdi></p>
    <div class="notice bad">
      <p><strong>${t("refused.ground")}</strong> ${t(`ground.${me.ground}`)}.</p>
      ${me.rule ? html`<p><strong>${t("refused.rule")}</strong> ${me.rule}</p>` : nothing}
      ${me.words ? html`<p><strong>${t("refused.words")}</strong> ${me.words}</p>` : nothing}
    </div>
    <p>${t("refused.article")}</p>
    <p>${t("refused.whom", { unit: view.unit ?? "" })}</p>
  </section>`;
}

/** After the close: what was done, and what follows. @param {Room} room */
export function afterwards({ view, me }) {
  const { statements, answered } = view.counts;
  return html`<section class="notice-page">
    <p class="page-icon">${icon("check")}</p>
    <h1>${t("after.title")}</h1>
    <p><bdi>${view.title}</bdi></p>
    <p>${t("after.thanks", { name: me.name })}</p>
    <p>${t("after.counts", { statements: number(statements), answered: number(answered) })}</p>
    <div class="notice"><p>${t("after.next")}</p></div>
    <p>${t("after.leave")}</p>
  </section>`;
}
