// The office: the organiser's desk. It opens the conference, keeps the list, follows the petitions (R1, R10, R11).
import { html, nothing, render } from "../../vendor/lit.js";
import { start } from "./shell.js";
import { button, commandButton, number, t } from "./ui.js";
import { Register } from "./desk/register.js";
import { Lobby } from "./desk/lobby.js";
import { People } from "./desk/people.js";
import { queue } from "./desk/queue.js";
import { escorts, openProposals, watchEscorts } from "./desk/conduct.js";
import { groups } from "./desk/groups.js";
import { linkDialog, publicDialog, revokeLinks } from "./desk/codes.js";
import { venues } from "./desk/venues.js";
import { agenda, checklist } from "./office/agenda.js";
import { Petitions } from "./office/petitions.js";
import { papers } from "./secretary/signing.js";
import { Hall } from "./hall.js";

/** @typedef {import("./connection.js").Room} Room */
/** @typedef {import("./protocol.js").Person} Person */

const TABS = /** @type {const} */ (["opening", "people", "register", "petitions"]);
/** @type {(typeof TABS)[number]} */
let tab = "opening";

const room = start(draw);
watchEscorts(room);
const redraw = () => {
  if (room.audience && room.state !== "closed") render(draw(room), /** @type {HTMLElement} */ (document.getElementById("main")));
};
/** @param {(typeof TABS)[number]} chosen */
const show = (chosen) => {
  tab = chosen;
  redraw();
};
const register = new Register(room, redraw);
const lobby = new Lobby(room, redraw);
const hall = new Hall(room, redraw);
const people = new People(room, redraw, { staff: true, more: links, enqueue: (person) => (show("register"), register.choose(person)) });
const petitions = new Petitions(room, redraw);

/** @param {Room} room */
function draw(room) {
  const waiting = Object.keys(room.view.lobby ?? {}).length;
  const badges = { opening: 0, people: waiting, register: room.view.queue.waiting, petitions: 0 };
  return html`<div class="office-desk">
    <h1 class="sr-only">${t("office.title")}</h1>
    ${overview(room)}
    <nav class="tabs" aria-label=${t("office.tabs")}>${TABS.map((one) => button({ label: html`${t(`office.tab.${one}`)}${badges[one] ? html` <span class="chip live">${badges[one]}</span>` : nothing}`, kind: "tab", pressed: tab === one, onclick: () => show(one) }))}</nav>
    ${escorts(room)}
    <div class="office-grid" data-tab=${tab}>
      ${tab === "opening" ? html`<div class="column">${checklist(room)} ${display(room)}</div><div class="column">${agenda(room)} ${openProposals(room)}</div>` : nothing}
      ${tab === "people" ? html`<div class="column">${people.draw(t("office.people"))}</div><div class="column">${lobby.draw()} ${venues(room)} ${hall.draw()}</div>` : nothing}
      ${tab === "register"
        ? html`<div class="column"><section class="card" aria-labelledby="register-title"><h2 id="register-title">${t("desk.register")}</h2>${register.draw()}</section></div>
            <div class="column"><section class="card" aria-labelledby="queue-title"><h2 id="queue-title">${t("desk.queue")} <span class="soft num">${room.view.queue.waiting}</span></h2>${queue(room)}</section></div>`
        : nothing}
      ${tab === "petitions" ? html`<div class="column wide">${groups(room)} ${petitions.draw()}</div>` : nothing}
    </div>
  </div>`;
}

/** The figures of the moment. @param {Room} room */
function overview({ view, signals }) {
  const halls = Object.values(view.venue_states ?? {}).reduce((sum, v) => sum + (v.count ?? 0), 0);
  const online = signals.counts?.online ?? Object.values(view.people ?? {}).filter((p) => p.present && p.channel === "online").length;
  const { statements, answered, petitions, petitions_answered } = view.counts;
  /** @type {[string, string, string?][]} */
  const figures = [
    [number(halls), t("office.present"), t("office.present.halls")],
    [number(online), t("office.present"), t("office.present.online")],
    [number(view.queue.waiting), t("office.waiting")],
    [`${answered}/${statements}`, t("office.answered")],
    [`${petitions_answered}/${petitions}`, t("office.petitions_answered")],
    [number(Object.keys(view.lobby ?? {}).length), t("office.lobby")],
  ];
  return html`<section class="overview" aria-label=${t("office.overview")}>
    <dl>${figures.map(([figure, what, where]) => html`<div><dt>${what}${where ? html` <span>${where}</span>` : nothing}</dt><dd class="num">${figure}</dd></div>`)}</dl>
    <p class="format"><b>${t("office.format")}:</b> ${t(`format.${view.format}`)} <span class="soft">${t("office.format.explain")}</span></p>
  </section>`;
}

/** What the hall sees, and the drafts of the papers. @param {Room} room */
function display(room) {
  return html`<section class="card" aria-labelledby="display-title">
    <h2 id="display-title">${t("office.display")}</h2>
    <div class="buttons" role="group" aria-labelledby="display-title">${["programme", "house_rules", "neutral"].map((mode) => commandButton(room, { do: "show_on_display", mode }, { label: t(`office.display.${mode}`), pressed: room.view.display === mode }))}</div>
    <p>${button({ label: t("office.public"), icon: "qr-code", kind: "quiet", onclick: () => void publicDialog() })}</p>
    ${papers()}
  </section>`;
}

/** What the office hands out: a personal link, and taking it back (R6). @param {Person} p */
function links(p) {
  return html`${button({ label: t("office.link"), icon: "external-link", kind: "quiet small", onclick: () => void linkDialog(p) })}
    ${button({ label: t("office.link.revoke"), icon: "lock", kind: "quiet small", onclick: () => void revokeLinks(p) })}`;
}
