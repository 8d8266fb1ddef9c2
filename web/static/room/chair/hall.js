import { html } from "../../../vendor/lit.js";
import { byName, whole } from "../case/words.js";
import { scene } from "../display/scene.js";
import { keysOn, switchKeys, t } from "../ui.js";
import { ask, choice, options, words } from "./ask.js";
import { deed } from "./deed.js";

/** @import { Room } from "../connection.js" */

const MODES = ["programme", "neutral", "house_rules"];
const FORMATS = ["in_person", "online", "combined"];
const KEYS = ["n", "s", "e", "p", "i", "r", "u", "m"];

/** What the hall sees, who conducts, in which form the conference is held, and the keys. @param {Room} room @param {unknown} studio the chair's own devices */
export function hallPanel(room, studio) {
  const { view } = room;
  return html`<section>
      <h3>${t("chair.hall_sees")}</h3>
      <div class="preview screen" aria-hidden="true">${scene(view, { head: room.head })}</div>
      <div class="tools" role="group" aria-label=${t("chair.hall_sees")}>
        ${MODES.map((mode) => modeButton(room, mode))}
      </div>
    </section>
    ${studio}
    <section>
      <h3>${t("chair.presiding")}</h3>
      <p><bdi>${view.chair.name ?? "—"}</bdi></p>
      <div class="tools">
        ${room.me.gavel
          ? deed(room, { do: "hand_gavel" }, t("chair.hand_gavel"), { icon: "gavel", kind: "small", blocked: heirs(room).length ? "" : "only_chairs_and_deputies", ask: () => askHeir(room) })
          : deed(room, { do: "take_gavel" }, t("chair.take_gavel"), { icon: "gavel", kind: "small", blocked: untakeable(room), ask: askTakeover })}
      </div>
    </section>
    <section>
      <h3>${t("chair.format")}</h3>
      <p>${t(`format.${view.format}`)}</p>
      <div class="tools">${deed(room, { do: "change_format" }, t("chair.change_format"), { icon: "globe", kind: "small", ask: () => askFormat(view.format) })}</div>
    </section>
    <section>
      <h3>${t("chair.keys")}</h3>
      <label class="tick"><input type="checkbox" .checked=${keysOn()} @change=${(/** @type {Event} */ event) => toggleKeys(room, event)} /> <span>${t("chair.keys_on")}</span></label>
      <ul class="keys">
        ${KEYS.map((key) => html`<li><kbd>${key.toUpperCase()}</kbd> ${t(`chair.key_${key}`)}</li>`)}
        <li><kbd>1</kbd>–<kbd>6</kbd> ${t("chair.key_panels")}</li>
      </ul>
    </section>`;
}

/** @param {Room} room @param {string} mode */
function modeButton(room, mode) {
  const pressed = room.view.display === mode;
  return deed(room, { do: "show_on_display", mode }, t(`chair.mode_${mode}`), { kind: "small", pressed, blocked: room.me.gavel ? (pressed ? "nothing_to_change" : "") : "gavel_elsewhere" });
}

/** The code of what stands in the way of taking over (R2). @param {Room} room */
function untakeable(room) {
  const { people, chair } = whole(room);
  if (people[room.me.id]?.deputy) return "deputy_needs_hand_over";
  return people[chair.id ?? ""]?.present ? "chair_is_present" : "";
}

/** @param {Room} room @param {Event} event */
function toggleKeys(room, event) {
  switchKeys(/** @type {HTMLInputElement} */ (event.target).checked);
  room.dispatchEvent(new Event("change"));
}

/** Co-chairs, and the deputies named in the plan. @param {Room} room */
const heirs = (room) => Object.values(whole(room).people).filter((one) => one.roles.includes("chair") && !one.gavel);

/** @param {Room} room */
async function askHeir(room) {
  const able = heirs(room);
  const people = able.sort(byName).map((one) => /** @type {[string, string]} */ ([one.id, `${one.name}${one.deputy ? ` (${t("chair.deputy")})` : ""}`]));
  const form = await ask(t("chair.hand_gavel"), html`${choice("to", t("chair.to_whom"), people)} ${words("reason", t("chair.reason_for_deputy"), { required: able.every((one) => one.deputy) })}`);
  return form && { do: "hand_gavel", to: form.to, reason: form.reason };
}

async function askTakeover() {
  const form = await ask(t("chair.take_gavel"), words("reason", t("common.reason"), { required: true }));
  return form && { do: "take_gavel", reason: form.reason };
}

/** @param {string} now */
async function askFormat(now) {
  const form = await ask(t("chair.change_format"), options("format", t("chair.format"), FORMATS.filter((one) => one !== now).map((one) => [one, t(`format.${one}`)])));
  return form && { do: "change_format", format: form.format };
}
