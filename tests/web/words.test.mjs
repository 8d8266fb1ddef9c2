import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, dirty, proposal, same, tidy, weigh, wordsOf } from "../../web/static/room/secretary/words.js";
import { byGivenName, find, folded } from "../../web/static/room/desk/names.js";

const words = (text, more = {}) => ({ ...wordsOf(), text, ...more });
const draft = (base, mine, version = 3) => ({ id: "M5", kind: "note", step: 4, at: 0, base: { version, words: words(base) }, mine: words(mine), sent: [] });
const line = (text, version, more = {}) => ({ id: "M5", kind: "note", text, version, by: "Thư ký thứ hai", ...more });

test("words are the same whatever the composition of their letters and the space around them", () => {
  assert.ok(same(words("Hòa  "), words("Ho\u0300a")));
  assert.ok(!same(words("Hòa"), words("Hoà")));
  assert.deepEqual(tidy(words(" Ho\u0300a ")), words("Hòa"));
});

test("a newer version of somebody else takes the place of what was not touched here", () => {
  const d = draft("một", "một");
  weigh(d, line("một hai", 4));
  assert.equal(d.mine.text, "một hai");
  assert.equal(d.base.version, 4);
  assert.ok(!dirty(d));
});

test("a newer version never takes the place of what was typed here: both are kept for the merge", () => {
  const d = draft("một", "một ba");
  weigh(d, line("một hai", 4));
  assert.equal(d.mine.text, "một ba");
  assert.deepEqual({ text: d.other.words.text, version: d.other.version, by: d.other.by }, { text: "một hai", version: 4, by: "Thư ký thứ hai" });
  assert.equal(d.base.version, 3);
});

test("one's own save, taken by the server before a reload, is no clash", () => {
  const d = { ...draft("", "một hai ba", 0), sent: [{ version: 0, words: words("một hai") }] };
  weigh(d, line("một hai", 1));
  assert.equal(d.other, undefined);
  assert.equal(d.base.version, 1);
  assert.equal(d.mine.text, "một hai ba");
  assert.ok(dirty(d));
});

test("a version that changed nothing in the words is no clash, unless it struck the line", () => {
  const quiet = draft("một", "một ba");
  weigh(quiet, line("một", 4));
  assert.equal(quiet.other, undefined);
  const struck = draft("một", "một ba");
  weigh(struck, line("một", 4, { struck: true }));
  assert.ok(struck.other.struck);
});

test("an older or missing version changes nothing", () => {
  for (const seen of [undefined, line("cũ", 2), line("một", 3)]) {
    const d = draft("một", "một ba");
    weigh(d, seen);
    assert.deepEqual(d, draft("một", "một ba"));
  }
});

test("the proposal holds each side's fields and every word that either wrote", () => {
  const d = draft("Ngõ 12 ngập", "Ngõ 12 phố Cầu Mây ngập");
  d.mine.topic = "thoát nước";
  weigh(d, line("Ngõ 12 ngập sâu 30 cm", 4, { field: "hạ tầng", body: "kthtdt" }));
  assert.deepEqual(proposal(d), { ...words("Ngõ 12 phố Cầu Mây ngập sâu 30 cm"), topic: "thoát nước", field: "hạ tầng", body: "kthtdt" });
});

test("where only one side changed the gist, the proposal is that side's", () => {
  const theirs = draft("một hai ba", "một hai ba");
  theirs.mine.topic = "đường";
  weigh(theirs, line("một ba", 4));
  assert.equal(proposal(theirs).text, "một ba");
});

test("comparing gives back both texts, word by word", () => {
  const vocabulary = ["ngõ", "ngập", "cống", "hộ", "đèn"];
  let seed = 7;
  const chance = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const text = () => Array.from({ length: chance(9) }, () => vocabulary[chance(vocabulary.length)]).join(" ");
  for (let round = 0; round < 300; round += 1) {
    const [ours, theirs] = [text(), text()];
    const parts = compare(ours, theirs);
    const side = (kind) => parts.filter((p) => p.kind === "both" || p.kind === kind).map((p) => p.text).join("").split(/\s+/).filter(Boolean).join(" ");
    assert.equal(side("ours"), ours);
    assert.equal(side("theirs"), theirs);
  }
});

test("people are found without marks, in any order of words, and sorted by given name", () => {
  assert.equal(folded("  Đỗ   Thị HÒA "), "do thi hoa");
  const people = [{ name: "Nguyễn Thị Hòa", area: "Tổ dân phố số 2" }, { name: "Trần Văn Đức" }, { name: "Lê Dung" }, { name: "Phạm Thị Hoà" }];
  assert.deepEqual(find(people, "hoa thi").map((p) => p.name), ["Phạm Thị Hoà", "Nguyễn Thị Hòa"]);
  assert.deepEqual(find(people, "to 2").map((p) => p.name), ["Nguyễn Thị Hòa"]);
  assert.deepEqual([...people].sort(byGivenName).map((p) => p.name.split(" ").at(-1)), ["Dung", "Đức", "Hoà", "Hòa"]);
});
