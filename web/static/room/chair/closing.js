import { html, nothing } from "../../../vendor/lit.js";
import { whole } from "../case/words.js";
import { icon, t, timeOf } from "../ui.js";
import { deed } from "./deed.js";

/** @import { Room } from "../connection.js" */

const PAPERS = ["bien-ban", "ket-luan"];

/** After the closing: the minutes to sign, and the drafts of both papers (R38). @param {Room} room */
export function closingColumn(room) {
  const { digest, signatures } = whole(room).minutes;
  return html`<header class="panel-head"><h2>${t("chair.closed")}</h2></header>
    <section>
      <h3>${t("chair.minutes")}</h3>
      ${digest ? html`<p>${t("chair.minutes_ready")}</p><p class="digest num">${digest}</p>` : html`<p class="notice">${t("chair.minutes_unfinished")}</p>`}
      <ul class="plain">
        ${signatures.map((one) => html`<li class="item">${icon("check")} <bdi>${one.person}</bdi> <small>${t(`role.${one.role}`)}, ${timeOf(one.at)}</small></li>`)}
      </ul>
      ${room.view.phase === "frozen" ? html`<p class="notice good">${t("chair.minutes_frozen")}</p>` : nothing}
      <div class="tools">
        ${deed(room, { do: "sign_minutes", digest }, t("chair.sign"), { icon: "pencil", kind: "primary big", blocked: unsignable(room) })}
      </div>
    </section>
    ${papers()}`;
}

/** The code of what stands in the way of the chair's signature. @param {Room} room */
function unsignable(room) {
  const { digest, signatures } = whole(room).minutes;
  if (!digest) return "minutes_unfinished";
  if (!room.me.gavel) return "gavel_elsewhere";
  return signatures.some((one) => one.role === "chair") ? "already_signed" : "";
}

/** Links to the drafts, to read and to take away. */
export function papers() {
  const { seat } = document.body.dataset;
  return html`<section>
    <h3>${t("chair.papers")}</h3>
    <ul class="plain">
      ${PAPERS.map((paper) => html`<li class="item row">
          <a href="/hop/${seat}/${paper}" target="_blank">${icon("file-text")} ${t(`chair.paper_${paper}`)}</a> <a href="/hop/${seat}/${paper}.docx">${icon("download")} DOCX</a>
        </li>`)}
    </ul>
  </section>`;
}
