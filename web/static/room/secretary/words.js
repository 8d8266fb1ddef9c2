// What a secretary writes in one line of the minutes, and what becomes of it when somebody else wrote there too (R37). Pure functions.

/**
 * The words of a line: what `write_line` sends besides the version.
 * @typedef {{text: string, topic: string, field: string, body: string, petition: string}} Words
 */

/**
 * A line being written here. `base` is what the server held when we last knew, `sent` the saves whose fate we do not know yet, `mine` what
 * stands in the fields. `other` is somebody else's version that must be merged by hand; `behind` the version that the room must show first.
 * @typedef {{
 *   id: string, kind: string, step: number, at: number, speech?: string, about?: string,
 *   base: {version: number, words: Words}, mine: Words,
 *   sent: {version: number, words: Words}[], behind?: number, other?: {version: number, words: Words, by: string, struck: boolean},
 * }} Draft
 */

/** @type {(keyof Words)[]} */
const FIELDS = ["text", "topic", "field", "body", "petition"];

/** As the server keeps it: NFC, no space around. @param {string} text */
const kept = (text) => text.normalize("NFC").trim();

/** @param {any} [line] a line of the view @returns {Words} */
export function wordsOf(line = {}) {
  return { text: line.text ?? "", topic: line.topic ?? "", field: line.field ?? "", body: line.body ?? "", petition: line.petition ?? "" };
}

/** @param {Words} a @param {Words} b */
export const same = (a, b) => FIELDS.every((f) => kept(a[f]) === kept(b[f]));

/** @param {Words} words @returns {Words} */
export const tidy = (words) => ({ ...words, text: kept(words.text), topic: kept(words.topic), field: kept(words.field) });

/** @param {Draft} draft */
export const dirty = (draft) => !same(draft.mine, draft.base.words);

/**
 * Weighs a draft against the line as the room shows it now, and brings `base` up to date.
 * Somebody else's words never replace ours, nor ours theirs: where both changed the line, `other` is set.
 * @param {Draft} draft
 * @param {any} [line] the line of the view, if it is there
 */
export function weigh(draft, line) {
  const now = { version: line?.version ?? 0, words: wordsOf(line) };
  if (!line || now.version <= draft.base.version) return;
  const own = draft.sent.some((s) => s.version === now.version - 1 && same(s.words, now.words));
  const untouched = same(now.words, draft.base.words) && !line.struck;
  if (!dirty(draft)) draft.mine = now.words;
  else if (!own && !untouched && !same(now.words, draft.mine)) {
    draft.other = { ...now, by: line.by ?? "", struck: Boolean(line.struck) };
    return;
  }
  draft.base = now;
  draft.sent = [];
  delete draft.other;
}

/**
 * What is proposed as the merged line: the fields that we changed are ours, the others theirs; of the gist, everything that either wrote.
 * @param {Draft} draft @returns {Words}
 */
export function proposal(draft) {
  if (!draft.other) return draft.mine;
  const theirs = draft.other.words;
  const ours = draft.mine;
  const merged = { ...theirs };
  const base = draft.base.words;
  for (const f of FIELDS) if (kept(ours[f]) !== kept(base[f])) merged[f] = ours[f];
  if (kept(ours.text) !== kept(base.text) && kept(theirs.text) !== kept(base.text))
    merged.text = compare(ours.text, theirs.text).map((part) => part.text).join("");
  return merged;
}

/**
 * Two texts side by side, word by word: what both have, what only ours has, what only theirs has (longest common subsequence).
 * @param {string} ours @param {string} theirs
 * @returns {{kind: "both" | "ours" | "theirs", text: string}[]}
 */
export function compare(ours, theirs) {
  const a = kept(ours).match(/\S+\s*/g) ?? [];
  const b = kept(theirs).match(/\S+\s*/g) ?? [];
  const word = (/** @type {string} */ w) => w.trimEnd();
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        word(a[i]) === word(b[j])
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  /** @type {{kind: "both" | "ours" | "theirs", text: string}[]} */
  const out = [];
  const add = (/** @type {"both" | "ours" | "theirs"} */ kind, /** @type {string} */ text) => {
    const last = out.at(-1);
    if (last && !/\s$/.test(last.text)) last.text += " ";
    if (last?.kind === kind) last.text += text;
    else out.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && word(a[i]) === word(b[j])) {
      add("both", a[i++]);
      j++;
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) add("ours", a[i++]);
    else add("theirs", b[j++]);
  }
  return out;
}
