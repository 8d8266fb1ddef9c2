import { html, nothing, repeat } from "../../../vendor/lit.js";
import { byName, folded, whoIs, whole } from "../case/words.js";
import { channelLabel, t, timeOf } from "../ui.js";
import { ask, choice, lines, options, words } from "./ask.js";
import { deed } from "./deed.js";

/** @import { Room } from "../connection.js" */
/** @import { Entry, Person, View } from "../protocol.js" */
/** @typedef {Required<View>["proposals"][string]} Proposal */

const GROUNDS = ["no_capacity", "under_influence", "breach"];
const SHOWN = 40;

/** What the chair has typed to find somebody. */
let sought = "";

/** Order in the room: the lobby, everybody with the ladder, and who was refused (R28–R34). @param {Room} room */
export function conductPanel(room) {
  return html`${lobby(room)} ${everybody(room)} ${refusals(room)}`;
}

/** Proposals still to be decided. @param {Room} room */
export const openProposals = (room) => Object.values(whole(room).proposals).filter((p) => !p.settled);

/** One proposal, decided with one tap (R30). @param {Room} room @param {Proposal} p */
export function proposal(room, p) {
  return html`<article class="proposal" data-proposal=${p.id}>
    <p><b>${t(`chair.rung_${p.rung}`)}</b>: ${whoIs(p.person)}</p>
    ${p.ground ? html`<p>${t(`ground.${p.ground}`)}${p.rule ? html` · ${t("chair.rule", { rule: p.rule })}` : nothing}</p>` : nothing}
    <p class="topic"><bdi>${p.words}</bdi></p>
    <p class="why">${t("chair.proposed_by")} <bdi>${p.by}</bdi>, ${timeOf(p.at)}</p>
    <div class="tools">
      ${deed(room, { do: "confirm", proposal: p.id }, t("chair.confirm"), { icon: "check", kind: p.rung === "refuse" ? "danger" : "primary" })}
      ${deed(room, { do: "dismiss", proposal: p.id }, t("chair.dismiss"), { icon: "x" })}
    </div>
  </article>`;
}

/** @param {Room} room */
function lobby(room) {
  const waiting = Object.values(whole(room).lobby);
  if (!waiting.length) return nothing;
  return html`<section>
    <h3>${t("chair.lobby")} <span class="count">${waiting.length}</span></h3>
    ${deed(room, { do: "admit", persons: waiting.map((one) => one.id) }, t("chair.admit_all", { count: waiting.length }), { icon: "user-plus", kind: "small" })}
    <ul class="plain people">
      ${repeat(waiting, (one) => one.id, (one) => html`<li class="item row">
          <div><p>${whoIs(one)}</p><p class="why"><bdi>${one.area}</bdi> ${one.knocked ? timeOf(one.knocked) : nothing} ${one.suspect ? html`<span class="chip warn">${t("chair.suspect")}</span>` : nothing}</p></div>
          <div class="tools">
            ${deed(room, { do: "admit", persons: [one.id] }, t("chair.admit"), { kind: "small primary" })}
            ${deed(room, { do: "turn_away", persons: [one.id] }, t("chair.turn_away"), { kind: "small" })}
          </div>
        </li>`)}
    </ul>
  </section>`;
}

/** @param {Room} room */
function everybody(room) {
  const wanted = folded(sought.trim());
  const citizens = Object.values(whole(room).people).filter((one) => one.roles.join() === "citizen" && one.standing !== "refused");
  const found = citizens.filter((one) => folded(`${one.name} ${one.area ?? ""} ${one.represents ?? ""}`).includes(wanted));
  found.sort(byName);
  return html`<section>
    <h3>${t("chair.participants")} <span class="count">${citizens.length}</span></h3>
    <label class="field"><span class="field-label">${t("chair.find_person")}</span><input type="search" autocomplete="off" @input=${(/** @type {InputEvent} */ event) => seek(room, event)} /></label>
    <ul class="plain people">
      ${repeat(found.slice(0, SHOWN), (one) => one.id, (one) => person(room, one))}
    </ul>
    ${found.length > SHOWN ? html`<p class="empty">${t("chair.and_more", { count: found.length - SHOWN })}</p>` : nothing}
  </section>`;
}

/** @param {Room} room @param {InputEvent} event */
function seek(room, event) {
  sought = /** @type {HTMLInputElement} */ (event.target).value;
  room.dispatchEvent(new Event("change"));
}

/** Somebody with the rungs of the ladder, each on its own button (R28). @param {Room} room @param {Person} one */
function person(room, one) {
  const view = whole(room);
  const speaks = view.floor.speech?.person === one.id;
  const turn = view.line.map((id) => view.entries[id]).find((entry) => entry.person === one.id);
  const reminded = view.reminders.filter((r) => r.person.id === one.id).length;
  return html`<li class="item row" data-person=${one.id}>
    <div>
      <p>${whoIs(one)}</p>
      <p class="why">
        <bdi>${channelLabel(one, view)}</bdi>${one.channel === "online" && !one.present ? html` · ${t("chair.absent")}` : nothing}
        ${reminded ? html`<span class="chip warn">${t("chair.reminded", { count: reminded })}</span>` : nothing}
      </p>
    </div>
    <details class="ladder">
      <summary>${t("chair.measures")}</summary>
      <div class="tools">
        ${deed(room, { do: "remind" }, t("chair.rung_remind"), { icon: "bell", kind: "small", ask: () => remind(one) })}
        ${deed(room, { do: "stop_speech" }, t("chair.rung_stop"), { icon: "square", kind: "small", blocked: speaks ? "" : "nobody_speaks", ask: () => stop(one) })}
        ${deed(room, { do: "remove_entry" }, t("chair.rung_unqueue"), { icon: "x", kind: "small", blocked: turn ? "" : "entry_not_waiting", ask: async () => (turn ? unqueue(one, turn) : null) })}
        ${deed(room, { do: "send_back", persons: [one.id] }, t("chair.send_back"), { icon: "log-out", kind: "small", blocked: one.channel === "online" ? "" : "only_online_citizens" })}
        ${deed(room, { do: "refuse" }, t("chair.rung_refuse"), { icon: "user-x", kind: "small danger", ask: () => refuse(room, one) })}
      </div>
    </details>
  </li>`;
}

/** @param {Person} one */
export async function remind(one) {
  const form = await ask(t("chair.remind_whom", { name: one.name }), words("words", t("chair.words_to_person"), { required: true }), { submit: t("chair.rung_remind") });
  return form && { do: "remind", person: one.id, words: form.words };
}

/** @param {Person} one */
async function stop(one) {
  const form = await ask(t("chair.stop_whom", { name: one.name }), words("reason", t("common.reason"), { required: true }), { submit: t("chair.rung_stop"), kind: "danger" });
  return form && { do: "stop_speech", reason: form.reason };
}

/** @param {Person} one @param {Entry} turn */
async function unqueue(one, turn) {
  const form = await ask(t("chair.unqueue_whom", { name: one.name }), words("reason", t("chair.reason_optional")), { submit: t("chair.rung_unqueue"), kind: "danger" });
  return form && { do: "remove_entry", entry: turn.id, reason: form.reason };
}

/** The last rung: ground, house rule where it is a breach, and words (R29). @param {Room} room @param {Person} one */
async function refuse(room, one) {
  const rules = room.view.rules.map((rule, i) => /** @type {[string, string]} */ ([String(i + 1), `${i + 1}. ${rule}`]));
  const fields = html`<p class="notice warn">${t("chair.refuse_words")}</p>
    ${options("ground", t("chair.ground"), GROUNDS.map((ground) => [ground, t(`ground.${ground}`)]))}
    <div class="only-breach">${choice("rule", t("chair.which_rule"), rules)}</div>
    ${lines("words", t("chair.what_happened"), { required: true })}`;
  const form = await ask(t("chair.refuse_whom", { name: one.name }), fields, { submit: t("chair.rung_refuse"), kind: "danger" });
  if (!form) return null;
  const rule = form.ground === "breach" ? { rule: Number(form.rule) } : {};
  return { do: "refuse", person: one.id, ground: form.ground, words: form.words, ...rule };
}

/** @param {Room} room */
function refusals(room) {
  const { refusals, escorts } = whole(room);
  if (!refusals.length) return nothing;
  return html`<section>
    <h3>${t("chair.refusals")} <span class="count">${refusals.length}</span></h3>
    <ul class="plain people">
      ${refusals.map((r) => html`<li class="item row">
          <div>
            <p>${whoIs(r.person)}</p>
            <p>${t(`ground.${r.ground}`)}${r.rule ? html` · ${t("chair.rule", { rule: r.rule })}` : nothing}</p>
            <p class="topic"><bdi>${r.words}</bdi></p>
            <p class="why">
              ${timeOf(r.at)}${r.proposed_by ? html` · ${t("chair.proposed_by")} <bdi>${r.proposed_by}</bdi>` : nothing}
              ${escorts.some((e) => e.person.id === r.person.id) && !r.lifted ? html`<span class="chip warn">${t("chair.to_escort")}</span>` : nothing}
              ${r.lifted ? html`<span class="chip good">${t("chair.readmitted")}</span> <bdi>${r.reason}</bdi>` : nothing}
            </p>
          </div>
          ${r.lifted ? nothing : deed(room, { do: "readmit" }, t("chair.readmit"), { icon: "undo-2", kind: "small", ask: () => readmit(r.person) })}
        </li>`)}
    </ul>
  </section>`;
}

/** @param {{id: string, name: string}} one */
async function readmit(one) {
  const form = await ask(t("chair.readmit_whom", { name: one.name }), words("reason", t("common.reason"), { required: true }), { submit: t("chair.readmit") });
  return form && { do: "readmit", person: one.id, reason: form.reason };
}
