import { html, nothing } from "../../../vendor/lit.js";
import { channelLabel, icon, stepLabel, t, timeOf } from "../ui.js";

/** @import { Face, View } from "../protocol.js" */

/**
 * What surrounds the picture: `head` the first characters of the journal's last hash, `qr` the address of the code with which people queue, `lost` true
 * while the connection is down, `video` what shows the programme.
 * @typedef {{head: string, qr?: string, lost?: boolean, video?: unknown}} Around
 */

/** Everything the hall sees (R44), from a view of any audience. @param {View} view @param {Around} around */
export const scene = (view, around) => html`<div class="scene">${heading(view)} ${middle(view, around)} ${below(view, around)} ${foot(view, around)}</div>`;

/** The band for a picture that somebody else mixes. @param {View} view */
export function lowerThird(view) {
  const speaker = view.floor.interposed ?? view.floor.speech;
  if (view.phase !== "running" || view.display !== "programme" || !speaker) return nothing;
  return html`<div class="lower-third">
    <div>
      <p class="display-name"><bdi>${speaker.name}</bdi></p>
      <p class="display-area"><bdi>${about(speaker)}</bdi></p>
      <p class="display-topic"><bdi>${subject(view)}</bdi></p>
    </div>
    <speech-clock .speech=${speaker}></speech-clock>
  </div>`;
}

/** @param {View} view */
function heading({ title, phase, agenda: { step }, recorded }) {
  const held = phase === "running" || phase === "break";
  return html`<header class="display-head">
    <p class="display-title"><bdi>${title}</bdi></p>
    <div class="display-step">
      ${held ? html`<p><b>${t("display.step", { step })}</b> · ${stepLabel(step)}</p>` : nothing}
      ${recorded?.since ? html`<p class="display-recording">${icon("circle-dot")} ${t("display.recording")}</p>` : nothing}
    </div>
  </header>`;
}

/** @param {View} view @param {Around} around */
function middle(view, around) {
  const { phase, agenda, floor, display } = view;
  if (phase === "planned") return quiet(timeOf(view.starts), view.place, t("display.before"), "huge");
  if (phase === "break") return quiet(t("display.break"), agenda.break_since ? t("display.break_since", { time: timeOf(agenda.break_since) }) : "");
  if (phase === "closed" || phase === "frozen") return quiet(t("display.closed"), t("display.thanks"));
  if (floor.silenced) return quiet(t("display.order"), t("display.order_words"));
  if (display === "neutral") return quiet(t("display.neutral"), view.unit);
  if (display === "house_rules") return houseRules(view.rules);
  return speaker(view, around);
}

/** @param {string} big @param {string} under @param {string} [above] @param {string} [size] */
function quiet(big, under, above = "", size = "big") {
  return html`<section class="display-quiet">
    ${above ? html`<p class="small">${above}</p>` : nothing}
    <p class=${size}>${big}</p>
    ${under ? html`<p class="small"><bdi>${under}</bdi></p>` : nothing}
  </section>`;
}

/** @param {string[]} rules */
function houseRules(rules) {
  return html`<section class="display-rules ${rules.length > 5 ? "many" : ""}">
    <p class="display-label">${t("display.house_rules")}</p>
    <ol>
      ${rules.map((rule) => html`<li><bdi>${rule}</bdi></li>`)}
    </ol>
  </section>`;
}

/** Who speaks; else who is called; else who presides. @param {View} view @param {Around} around */
function speaker(view, { video }) {
  const { speech, interposed, prompt } = view.floor;
  const person = interposed ?? speech ?? prompt ?? view.chair;
  const timed = interposed ?? speech;
  const name = person.name ?? "";
  const clock = timed ? html`<speech-clock .speech=${timed}></speech-clock>` : nothing;
  return html`<section class="display-floor ${video ? "with-video" : ""}">
    <div class="display-who">
      <p class="display-label">${part(view)}</p>
      <p class="display-name ${video || name.length > 24 ? "long" : ""}"><bdi>${name}</bdi></p>
      <p class="display-area"><bdi>${about(person)}</bdi></p>
      <p class="display-topic"><bdi>${subject(view)}</bdi></p>
    </div>
    ${video ? html`<div class="display-video">${video} ${clock}</div>` : clock}
  </section>`;
}

/** In which part the person shown is there. @param {View} view */
function part({ floor: { speech, interposed, prompt } }) {
  if (interposed) return t("display.interposing");
  if (speech) return t(speech.answers ? "display.answering" : "display.speaking");
  return t(prompt ? "display.called" : "display.chair");
}

/** What the speech is about; of an answer, whom it answers. @param {View} view */
function subject({ floor: { speech, interposed } }) {
  if (interposed || !speech) return "";
  if (!speech.answers) return speech.topic ?? "";
  return speech.about === speech.answers ? t("display.answers_petition", { petition: speech.answers }) : t("display.answers_to", { name: speech.about });
}

/** Office, organisation, area: what is said of a person besides the name. @param {Partial<Face>} person */
const about = (person) => [person.title, person.represents, person.area].filter((one) => one && one !== person.name).join(" · ");

/** @param {View} view @param {Around} around */
function below(view, { qr }) {
  if (view.phase === "closed" || view.phase === "frozen") return html`<div></div>`;
  const { next, waiting, open } = view.queue;
  return html`<section class="display-below">
    <div class="display-next">
      <p class="display-label">${t("display.next")}</p>
      ${next.map((one, i) => html`<p class="display-turn"><span>${i + 1}</span><b><bdi>${one.name}</bdi></b><span>${channelLabel(one, view)}</span></p>`)}
      ${next.length ? nothing : html`<p class="more">${t("display.nobody_next")}</p>`}
      ${waiting > next.length ? html`<p class="more">${t("display.more_waiting", { count: waiting - next.length })}</p>` : nothing}
    </div>
    <div class="display-qr">
      <p>${t(open ? "display.scan" : "display.closed_queue")}</p>
      ${open && qr ? html`<img src=${qr} alt=${t("display.qr")} />` : nothing}
    </div>
  </section>`;
}

/** @param {View} view @param {Around} around */
function foot({ unit, counts: { answered, statements, refused } }, { head, lost }) {
  return html`<footer class="display-foot">
    <span><bdi>${unit}</bdi></span>
    ${lost ? html`<span class="display-lost">${icon("wifi-off")} ${t("display.link_lost")}</span>` : nothing}
    ${statements ? html`<span>${t("display.answered", { answered, statements })}</span>` : nothing}
    ${refused ? html`<span>${t("display.refused", { count: refused })}</span>` : nothing}
    <span class="num">${t("display.record", { head })}</span>
  </footer>`;
}
