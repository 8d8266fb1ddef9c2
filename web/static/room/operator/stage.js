// The venue's one big sign: what its microphone does now, and who of this venue is next.
import { html, nothing } from "../../../vendor/lit.js";
import { commandButton, nameOf, t } from "../ui.js";

/** @typedef {import("../connection.js").Room} Room */

/** What the sign says: one word, one colour, one sentence. @param {Room} room */
export function stageOf({ view, me }) {
  const venue = me.venue;
  const mine = [view.floor.interposed, view.floor.speech].find((s) => s?.venue === venue);
  const first = (view.line ?? []).map((id) => view.entries?.[id]).findIndex((e) => e?.venue === venue);
  const next = first >= 0 ? view.entries?.[view.line?.[first] ?? ""] : undefined;
  if (view.phase === "planned") return { state: "idle", word: "planned" };
  if (view.phase === "break") return { state: "idle", word: "break" };
  if (view.phase !== "running") return { state: "idle", word: "closed" };
  if (view.floor.silenced) return { state: "silenced", word: "paused", sentence: "silenced" };
  if (mine) return { state: "live", word: "live", sentence: "live.explain", speech: mine };
  if (next && first === 0) return { state: "next", word: "next", sentence: "next.explain", next };
  return { state: "listen", word: "listen", sentence: "listen.explain" };
}

/** @param {Room} room */
export function sign(room) {
  const { state, word, sentence, speech, next } = stageOf(room);
  const name = (speech ?? next)?.name ?? "";
  return html`<section class="sign ${state}" data-sign=${state} aria-label=${t("operator.venue", { name: room.view.venues[room.me.venue ?? ""]?.name ?? "" })}>
    <p class="sign-word">${state === "live" ? html`<span class="sign-lamp" aria-hidden="true"></span>` : nothing}${t(`operator.${word}`)}</p>
    ${sentence ? html`<p class="sign-sentence">${t(`operator.${sentence}`, { name })}</p>` : nothing}
    ${speech ? html`<speech-clock .speech=${speech}></speech-clock>${commandButton(room, { do: "yield_floor" }, { label: t("operator.yield"), icon: "square", kind: "big" })}` : nothing}
  </section>`;
}

/** Those of this venue who wait, with their place in the whole conference. @param {Room} room @param {(entry: import("../protocol.js").Entry) => unknown} acts */
export function waiting({ view, me }, acts) {
  const own = (view.line ?? []).map((id, at) => ({ entry: view.entries?.[id], place: at + 1 })).filter(({ entry }) => entry?.venue === me.venue);
  return html`<section class="card" aria-labelledby="waiting-title">
    <h2 id="waiting-title" class="waiting-count">${t("operator.waiting", { count: own.length })}</h2>
    ${own.length
      ? html`<ol class="queue">${own.map(({ entry, place }) => entry && html`<li class="queue-row">
          <div class="queue-who"><p>${nameOf(entry)} ${entry.area ? html`<span class="area">${entry.area}</span>` : nothing}</p><p class="queue-topic">${entry.topic}</p>
            <p class="queue-facts"><span class="chip info">${t("operator.waiting.place", { place })}</span> <span class="soft">${(entry.ahead ?? 0) >= 30_000 ? t("desk.queue.wait", { minutes: Math.round((entry.ahead ?? 0) / 60_000) || 1 }) : t("desk.queue.soon")}</span></p></div>
          <div class="queue-acts">${acts(entry)}</div>
        </li>`)}</ol>`
      : html`<p class="empty">${t("operator.waiting.none")}</p>`}
  </section>`;
}

