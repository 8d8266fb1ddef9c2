import { t } from "./i18n.js";
import { serverTime } from "./server-time.js";
import { duration, stageOf, timeLeft } from "./spans.js";

export { stageOf, timeLeft } from "./spans.js";

/** @import { Speech } from "./protocol.js" */
/** @import { Stage } from "./spans.js" */
/**
 * The clock of one speech as number, word and bar: `<speech-clock .speech=${speech}>`. Everything is sized by its font size.
 * It changes `data-stage` (ok, warn60, warn15, over) and `data-still` (the clock stands) and fires `stage` when the stage changes.
 */
export class SpeechClock extends HTMLElement {
  /** @type {Speech | undefined} */
  #speech;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {Stage | undefined} */
  #stage;
  #number = document.createElement("span");
  #word = document.createElement("span");
  #fill = document.createElement("span");

  set speech(/** @type {Speech | undefined} */ speech) {
    if (speech?.id !== this.#speech?.id) this.#stage = undefined;
    this.#speech = speech;
    if (this.isConnected) this.#show();
  }

  get speech() {
    return this.#speech;
  }

  connectedCallback() {
    if (!this.firstChild) {
      this.#number.className = "clock-number";
      this.#word.className = "clock-word";
      const bar = document.createElement("span");
      bar.className = "clock-bar";
      bar.append(this.#fill);
      this.setAttribute("role", "timer");
      this.setAttribute("aria-live", "off");
      this.append(this.#number, this.#word, bar);
    }
    this.#timer = setInterval(() => this.#show(), 200);
    this.#show();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show() {
    const speech = this.#speech;
    if (!speech) return;
    const left = timeLeft(speech, serverTime.now());
    const stage = stageOf(left);
    const still = speech.since === undefined;
    const number = duration(left);
    if (this.#number.textContent !== number) this.#number.textContent = number;
    const word = t(still ? "clock.still" : `clock.${stage}`);
    if (this.#word.textContent !== word) this.#word.textContent = word;
    this.#fill.style.transform = `scaleX(${Math.max(0, Math.min(1, left / Math.max(1, speech.allotted)))})`;
    this.toggleAttribute("data-still", still);
    if (stage === this.#stage) return;
    const before = this.#stage;
    this.#stage = stage;
    this.dataset.stage = stage;
    if (before !== undefined) this.dispatchEvent(new CustomEvent("stage", { detail: stage, bubbles: true }));
  }
}

customElements.define("speech-clock", SpeechClock);

/** Seconds counting down to a moment of the server's clock: `<count-down .until=${ms}>`. */
class CountDown extends HTMLElement {
  until = 0;
  #shown = "";
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  connectedCallback() {
    this.#timer = setInterval(() => this.#show(), 200);
    queueMicrotask(() => this.#show());
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show() {
    const seconds = String(Math.max(0, Math.ceil((this.until - serverTime.now()) / 1000)));
    if (seconds !== this.#shown) this.replaceChildren((this.#shown = seconds));
  }
}

customElements.define("count-down", CountDown);
