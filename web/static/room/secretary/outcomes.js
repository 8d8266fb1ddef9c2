// The conclusion as it grows: one outcome for each petition and statement (R40, R41).
import { html, nothing, repeat } from "../../../vendor/lit.js";
import { button, confirmDialog, dateOf, dialogForm, field, icon, t, toast, whyNot } from "../ui.js";
import { uuid7 } from "../ids.js";
import { bodyName, bodyOptions, fieldName, shortened, subject } from "./names.js";

/** @typedef {import("../protocol.js").View} View */
/** @typedef {import("../protocol.js").Outcome} Outcome */
/** @typedef {import("../secretary.js").Desk} Desk */

const KINDS = ["accepted", "settled", "assigned", "explained", "beyond_authority", "to_study"];
/** What each kind asks for besides its words, as the rules do. @type {Record<string, string[]>} */
const ASKS = { assigned: ["lead", "due"], to_study: ["lead", "due"], beyond_authority: ["to"] };

/** The outcome that covers a petition or a statement, by itself, by its petition, or by one that it raised. @param {View} view @param {string} id @returns {Outcome | undefined} */
export function outcomeOf(view, id) {
  const own = new Set([id, view.statements?.[id]?.petition]);
  for (const p of Object.values(view.petitions ?? {})) if (p.raised_by === id) own.add(p.id);
  return Object.values(view.outcomes ?? {}).find((o) => o.about.some((about) => own.has(about)));
}

/** The panel beside the minutes. @param {Desk} desk */
export function outcomePanel(desk) {
  const { room } = desk;
  const { view } = room;
  const missing = new Set(view.without_outcome ?? []);
  const wanted = (/** @type {string} */ id) => !desk.onlyOpen || missing.has(id);
  const petitions = Object.values(view.petitions ?? {}).filter((p) => wanted(p.id));
  const statements = Object.values(view.statements ?? {}).filter((s) => s.motive === "statement" && wanted(s.id));
  const filter = (/** @type {Event} */ e) => desk.set({ onlyOpen: /** @type {HTMLInputElement} */ (e.target).checked });
  return html`<section class="outcomes" aria-labelledby="outcomes-title">
    <h2 id="outcomes-title">${t("secretary.panel")}</h2>
    <p class="outcomes-left ${missing.size ? "" : "good"}">${missing.size ? t("secretary.panel.left", { count: missing.size }) : t("secretary.panel.all_done")}</p>
    <p class="hint">${t("secretary.out.notice", { days: view.notice.days })}</p>
    <label class="check"><input type="checkbox" .checked=${desk.onlyOpen} @change=${filter} /> ${t("secretary.panel.filter")}</label>
    ${list(desk, t("secretary.panel.statements"), statements, (s) => item(desk, s.id, html`<bdi>${s.name}</bdi>`, s.topic ?? "", s.in_writing ? "in_writing" : s.answered ? "answered" : "unanswered"))}
    ${list(desk, t("secretary.panel.petitions"), petitions, (p) => item(desk, p.id, p.id, p.content, p.answered ? "answered" : p.deferred ? "deferred" : "unanswered"))}
  </section>`;
}

/** @template {{id: string}} T @param {Desk} desk @param {string} title @param {T[]} all @param {(one: T) => unknown} draw */
function list({ onlyOpen }, title, all, draw) {
  if (!all.length && onlyOpen) return nothing;
  return html`<h3>${title}</h3>${all.length ? html`<ul class="outcome-list">${repeat(all, (one) => one.id, draw)}</ul>` : html`<p class="empty">${t("secretary.panel.none")}</p>`}`;
}

/** @param {Desk} desk @param {string} id @param {unknown} name @param {string} what @param {string} state */
function item(desk, id, name, what, state) {
  const { room } = desk;
  const outcome = outcomeOf(room.view, id);
  const label = outcome ? t(`secretary.out.${outcome.kind}`) : t("secretary.outcome.write");
  return html`<li class="outcome-item ${outcome ? "done" : ""}">
    <p class="outcome-what"><b>${name}</b> <span>${shortened(what, 110)}</span></p>
    ${outcome ? html`<p class="outcome-text">${outcome.text}${outcome.lead || outcome.to ? html` <span class="outcome-who">${bodyName(room.view, outcome.lead ?? outcome.to)}${outcome.due ? `, ${day(outcome.due)}` : ""}</span>` : nothing}</p>` : nothing}
    <div class="outcome-acts"><span class="chip ${state === "unanswered" ? "warn" : "good"}">${t(`secretary.${state}`)}</span>
      ${button({ label, icon: outcome ? "pencil" : "gavel", kind: "quiet small", name: `${label}: ${subject(room.view, id).name}`, why: whyNot(room, "set_outcome"), onclick: () => writeOutcome(desk, outcome ? id : (room.view.statements[id]?.petition ?? id)) })}</div>
  </li>`;
}

/** "28/02/2027" of an ISO date. @param {string} iso */
const day = (iso) => dateOf(Date.parse(`${iso}T12:00:00+07:00`));

/**
 * Writes the outcome of a petition or statement: asks for it until the server takes it or the secretary gives up, never losing what was typed.
 * @param {Desk} desk @param {string} id
 */
export async function writeOutcome({ room }, id) {
  const known = outcomeOf(room.view, id);
  const petition = room.view.petitions?.[id];
  let version = known?.version ?? 0;
  const outcome = known?.id ?? uuid7();
  const place = `outcome ${document.body.dataset.seat} ${known?.id ?? id}`;
  /** @type {Given} */
  let given =
    remembered(place) ??
    (known
      ? { kind: known.kind, text: known.text, lead: known.lead, to: known.to, due: known.due, coordinating: known.coordinating, about: known.about }
      : { kind: petition?.beyond ? "beyond_authority" : "", text: "", lead: petition?.lead, to: petition?.to, coordinating: petition?.coordinating ?? [], about: [id] });
  let problem = "";
  for (;;) {
    const form = await dialogForm({ title: t("secretary.out.title", { about: subject(room.view, id).name }), submit: t("secretary.out.save"), className: "wide", body: fields(room.view, id, given, problem, Boolean(known), place) });
    if (!form) return;
    if (form.has("drop")) {
      localStorage.removeItem(place);
      if (await confirmDialog({ title: t("secretary.out.drop"), body: t("secretary.out.drop_ask"), submit: t("secretary.out.drop"), kind: "danger" })) await room.do({ do: "drop_outcome", outcome, version });
      return;
    }
    given = read(form);
    try {
      await room.do({ do: "set_outcome", outcome, version, ...needed(given) }, { quiet: true });
      localStorage.removeItem(place);
      toast(t("secretary.out.saved"), "good");
      return;
    } catch (error) {
      const refusal = /** @type {import("../connection.js").Refused} */ (error);
      problem = refusal.message;
      if (refusal.code === "stale") {
        version = Number(refusal.details.version);
        problem = t("secretary.out.stale", { by: room.view.outcomes?.[outcome]?.by ?? "", text: String(refusal.details.text) });
      }
    }
  }
}

/** @typedef {{kind: string, text: string, lead?: string, to?: string, due?: string, coordinating: string[], about: string[]}} Given */

/** What was typed into this form and not stored yet, also by an earlier page. @param {string} place @returns {Given | null} */
const remembered = (place) => JSON.parse(localStorage.getItem(place) ?? "null");

/** @param {FormData} form @returns {Given} */
function read(form) {
  const one = (/** @type {string} */ name) => String(form.get(name) ?? "").normalize("NFC");
  const all = (/** @type {string} */ name) => form.getAll(name).map(String);
  return { kind: one("kind"), text: one("text"), lead: one("lead") || undefined, to: one("to") || undefined, due: one("due") || undefined, coordinating: all("coordinating"), about: all("about") };
}

/** Only what the kind asks for goes out; the rest of the form was hidden. @param {Given} given */
function needed(given) {
  const asks = ASKS[given.kind] ?? [];
  const only = (/** @type {"lead" | "due" | "to"} */ name) => (asks.includes(name) ? (given[name] ?? null) : null);
  return { kind: given.kind, about: given.about, text: given.text, lead: only("lead"), due: only("due"), to: only("to"), coordinating: asks.includes("lead") ? given.coordinating : [] };
}

/** @param {View} view @param {string} id @param {Given} given @param {string} problem @param {boolean} known @param {string} place where the typed words are kept */
function fields(view, id, given, problem, known, place) {
  const asks = (/** @type {string} */ kind) => ASKS[kind] ?? [];
  /** Shows the fields of the chosen kind and makes them required. @param {Event} e */
  const chosen = (e) => {
    const kind = /** @type {HTMLInputElement} */ (e.target).value;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (/** @type {HTMLElement} */ (e.target).closest("form")?.querySelectorAll("[data-for]"))) {
      const wanted = asks(kind).includes(part.dataset.for ?? "");
      part.hidden = !wanted;
      for (const control of /** @type {NodeListOf<HTMLSelectElement>} */ (part.querySelectorAll("[data-needed]"))) control.required = wanted;
    }
  };
  const keep = (/** @type {Event} */ e) => localStorage.setItem(place, JSON.stringify(read(new FormData(/** @type {HTMLInputElement} */ (e.target).form ?? undefined))));
  const has = (/** @type {string} */ name) => asks(given.kind).includes(name);
  const others = new Set([...given.about, ...(view.without_outcome ?? [])]);
  others.delete(id);
  return html`<div @input=${keep}>
    ${problem ? html`<p class="form-problem" role="alert">${problem}</p>` : nothing}
    ${said(view, id)}
    <input type="hidden" name="about" value=${given.about.includes(id) ? id : given.about[0]} />
    <fieldset class="kinds" @change=${chosen}>
      <legend>${t("secretary.out.kind")}</legend>
      ${KINDS.map((kind) => html`<label class="kind"><input type="radio" name="kind" value=${kind} required ?checked=${kind === given.kind} /> <span>${t(`secretary.out.${kind}`)}</span></label>`)}
    </fieldset>
    ${field({ label: t("secretary.out.text"), control: html`<textarea name="text" rows="4" required maxlength="8000" .value=${given.text}></textarea>` })}
    <div class="two" data-for="lead" ?hidden=${!has("lead")}>
      ${field({ label: t("secretary.out.lead"), control: html`<select name="lead" data-needed ?required=${has("lead")}>${bodyOptions(view, given.lead, t("secretary.out.choose"))}</select>` })}
      ${field({ label: t("secretary.out.due"), control: html`<input type="date" name="due" data-needed ?required=${has("due")} value=${given.due ?? ""} />` })}
    </div>
    <details data-for="lead" ?hidden=${!has("lead")}>
      <summary>${t("secretary.out.coordinating")}${given.coordinating.length ? `: ${given.coordinating.map((b) => bodyName(view, b)).join(", ")}` : ""}</summary>
      <div class="checks">${Object.entries(view.bodies).map(([body, b]) => html`<label class="check"><input type="checkbox" name="coordinating" value=${body} ?checked=${given.coordinating.includes(body)} /> ${b.short}</label>`)}</div>
    </details>
    <div data-for="to" ?hidden=${!has("to")}>
      ${field({ label: t("secretary.out.to"), control: html`<select name="to" data-needed ?required=${has("to")}>${bodyOptions(view, given.to, t("secretary.out.choose"))}</select>` })}
    </div>
    ${others.size
      ? html`<details ?open=${given.about.length > 1}>
          <summary>${t("secretary.out.also")}</summary>
          <div class="checks one">${[...others].map((other) => also(view, other, given.about.includes(other)))}</div>
        </details>`
      : nothing}
    ${known ? html`<p><button class="button quiet danger" name="drop" value="1" formnovalidate>${icon("x")}<span>${t("secretary.out.drop")}</span></button></p>` : nothing}
  </div>`;
}

/** @param {View} view @param {string} id @param {boolean} chosen */
function also(view, id, chosen) {
  const { name, words } = subject(view, id);
  return html`<p class="also"><label class="check"><input type="checkbox" name="about" value=${id} ?checked=${chosen} />${name}</label> <span class="soft">${words}</span></p>`;
}

/** What was said about it so far, to conclude from. @param {View} view @param {string} id */
function said(view, id) {
  const petition = view.petitions?.[id];
  const from = new Set([id, petition?.raised_by]);
  const lines = Object.values(view.minutes.lines).filter((l) => l.text && !l.struck && (from.has(l.speech) || from.has(l.about) || (petition && l.petition === id)));
  const topic = view.statements[id]?.topic;
  return html`<div class="out-said" tabindex="0" role="group" aria-label=${t("secretary.out.gist")}>
    ${topic ? html`<p><b>${t("secretary.topic")}:</b> ${topic}</p>` : nothing}
    ${petition ? html`<p><b>${id}</b>${petition.field ? ` (${fieldName(petition.field)})` : ""}: ${petition.content}</p>` : nothing}
    ${petition?.answer || petition?.prepared ? html`<p><b>${t("secretary.out.prepared")}:</b> ${petition.answer ?? petition.prepared}</p>` : nothing}
    ${lines.map((l) => html`<p><b>${t(`secretary.kind.${l.kind}`)}:</b> ${l.text}</p>`)}
  </div>`;
}
