/** Petitions that say much the same as what is being typed. It waits until nothing was typed for a moment, and never while a syllable is being composed: Telex and
 * VNI change letters that stand there already. */
const WAITS = 500;
const SHORTEST = 15;

const aside = /** @type {HTMLElement | null} */ (document.querySelector("[data-alike]"));
const text = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("textarea[name='content']"));

if (aside && text) {
  const list = /** @type {HTMLElement} */ (aside.querySelector("ul"));
  let timer = 0;
  let asked = "";
  /** @type {AbortController | null} */
  let running = null;

  /** @param {{code: string, path: string, shown_as: string, text: string, percent: number}[]} found */
  const show = (found) => {
    list.replaceChildren(
      ...found.map((one) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = one.path;
        link.target = "_blank";
        link.textContent = `${one.code} · ${one.percent}%`;
        const words = document.createElement("bdi");
        words.textContent = one.text;
        item.append(link, document.createElement("br"), words);
        return item;
      }),
    );
    aside.hidden = found.length === 0;
  };

  const ask = async () => {
    const typed = text.value.normalize("NFC").trim();
    if (typed === asked) return;
    asked = typed;
    running?.abort();
    if (typed.length < SHORTEST) return show([]);
    running = new AbortController();
    try {
      const answer = await fetch(aside.dataset.alike ?? "", { method: "POST", body: new URLSearchParams({ text: typed }), signal: running.signal });
      if (answer.ok) show(await answer.json());
    } catch {
      // Nothing is lost without it: the next pause asks again.
    }
  };

  text.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!(/** @type {InputEvent} */ (event).isComposing)) timer = setTimeout(ask, WAITS);
  });
  text.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAITS);
  });
  if (text.value) ask();
}
