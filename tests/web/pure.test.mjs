import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { uuid7 } from "../../web/static/room/ids.js";
import { merge } from "../../web/static/room/merge.js";
import { Outbox } from "../../web/static/room/outbox.js";
import { ServerTime } from "../../web/static/room/server-time.js";
import { duration, stageOf, timeLeft } from "../../web/static/room/spans.js";
import { levelOf } from "../../web/static/room/media/devices.js";
import { encodings } from "../../web/static/room/media/publisher.js";
import { lineOf, RUNGS } from "../../web/static/room/media/rungs.js";
import { relaysIn } from "../../web/static/room/media/session.js";

for (const { what, old, patch, new: wanted } of JSON.parse(readFileSync(new URL("merge_cases.json", import.meta.url), "utf8"))) {
  test(`merge: ${what}`, () => {
    const before = structuredClone(old);
    assert.deepEqual(merge(old, patch), wanted);
    assert.deepEqual(old, before, "the old value stays as it was");
  });
}

test("what a patch does not touch stays the same object", () => {
  const old = { a: { x: 1 }, b: { y: 2 } };
  const merged = merge(old, { b: { y: 3 } });
  assert.equal(merged.a, old.a);
  assert.notEqual(merged.b, old.b);
});

test("ids are UUIDv7, sort by time and differ", () => {
  const [early, late] = [uuid7(1_700_000_000_000), uuid7(1_700_000_000_001)];
  assert.match(early, /^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(early < late);
  assert.equal(new Set(Array.from({ length: 1000 }, () => uuid7(1))).size, 1000);
});

const one = (id, more = {}) => ({ id, seat: "s1", command: { do: "withdraw", entry: id }, ...more });

test("the outbox keeps commands in order until they are answered", () => {
  const outbox = new Outbox("s1", undefined);
  for (const id of ["c", "a", "b"]) outbox.add(one(id));
  assert.deepEqual(outbox.list().map(({ id }) => id), ["c", "a", "b"]);
  outbox.remove("a");
  outbox.remove("unknown");
  assert.deepEqual(outbox.list().map(({ id }) => id), ["c", "b"]);
  assert.equal(outbox.size, 2);
});

test("of drafts with one key only the last is kept, but never in place of one already sent", () => {
  const outbox = new Outbox("s1", undefined);
  assert.equal(outbox.add(one("a", { key: "line-1" })), undefined);
  assert.equal(outbox.add(one("b", { key: "line-2" })), undefined);
  assert.equal(outbox.add(one("c", { key: "line-1" })), "a");
  outbox.sent("c");
  assert.equal(outbox.add(one("d", { key: "line-1" })), undefined);
  assert.equal(outbox.add(one("e", { key: "line-1" })), "d");
  assert.deepEqual(outbox.list().map(({ id }) => id), ["b", "c", "e"]);
});

test("the clock believes the quickest of the latest answers", () => {
  const time = new ServerTime();
  const own = time.mark();
  time.told(own + 5000);
  assert.ok(Math.abs(time.now() - own - 5000) < 50);
  time.pong(time.mark() - 400, time.mark() + 9999);
  time.pong(time.mark() - 10, time.mark() + 7000 - 5);
  time.pong(time.mark() - 900, time.mark() + 1);
  assert.ok(Math.abs(time.now() - time.mark() - 7000) < 20);
  time.told(time.mark());
  assert.ok(Math.abs(time.now() - time.mark() - 7000) < 20, "once measured, it is not believed when merely told");
});

test("time left counts only while the clock runs", () => {
  assert.equal(timeLeft({ allotted: 180_000, used: 30_000 }, 999_999), 150_000);
  assert.equal(timeLeft({ allotted: 180_000, used: 30_000, since: 1000 }, 11_000), 140_000);
  assert.equal(timeLeft({ allotted: 180_000, used: 0, since: 2000 }, 1000), 180_000, "a clock that starts later has not run");
  assert.equal(timeLeft({ allotted: 1000, used: 0, since: 0 }, 5000), -4000);
});

test("stages turn at 60 and 15 seconds and in overtime", () => {
  assert.deepEqual([60_001, 60_000, 15_001, 15_000, 0, -1].map(stageOf), ["ok", "warn60", "warn60", "warn15", "warn15", "over"]);
});

test("spans are written as minutes and seconds; zero is shown when the time is up", () => {
  assert.deepEqual([180_000, 179_001, 999, 0, -999, -1000, -72_500, 3_723_000].map(duration), ["03:00", "03:00", "00:01", "00:00", "00:00", "+00:01", "+01:12", "1:02:03"]);
});

test("levels run from silence to full", () => {
  assert.deepEqual([0, 0.001, 1, 2].map(levelOf).map((level) => Math.round(level * 100)), [0, 0, 100, 100]);
  assert.ok(levelOf(0.1) > 0.6 && levelOf(0.1) < 0.7);
});

test("relays are read from Link headers", () => {
  const link = '<turn:turn.example.vn?transport=udp>; rel="ice-server"; username="17,x"; credential="a,b;c"; credential-type="password", <stun:stun.example.vn>; rel=ice-server, <https://example.vn>; rel="help"';
  assert.deepEqual(relaysIn(link), [
    { urls: "turn:turn.example.vn?transport=udp", username: "17,x", credential: "a,b;c" },
    { urls: "stun:stun.example.vn" },
  ]);
  assert.deepEqual(relaysIn(""), []);
});

test("a picture goes out in two sizes, the larger first, and never larger than the camera's", () => {
  const scales = (camera) => encodings(camera).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy);
  assert.deepEqual(encodings({ width: 960, height: 540 }), [{ maxBitrate: 500_000, scaleResolutionDownBy: 1 }, { maxBitrate: 100_000, scaleResolutionDownBy: 3 }]);
  assert.deepEqual(scales({ width: 1080, height: 1920 }), [2, 6], "a telephone held upright");
  assert.deepEqual(scales({ width: 160, height: 120 }), [1, 1]);
});

test("one line says on which rung somebody listens, and who chose it", () => {
  const line = (most, rung, why = "", silent = false) => lineOf({ most, rung, why, silent });
  assert.equal(line("both", "both", "recovered"), "");
  assert.equal(line("both", "audio", "bandwidth"), "rung.weak_audio");
  assert.equal(line("both", "audio", "probe"), "rung.better_audio");
  assert.equal(line("low_video", "low_video", "saver"), "rung.own_low_video");
  assert.equal(line("low_video", "audio", "loss"), "rung.weak_audio", "the path is worse than what was chosen");
  assert.equal(line("both", "both", "", true), "rung.text");
  const texts = JSON.parse(readFileSync(new URL("../../web/i18n/vi/media.json", import.meta.url), "utf8"));
  for (const most of RUNGS) for (const rung of RUNGS) for (const why of ["", "bandwidth", "loss", "delay", "saver", "recovered", "probe"]) assert.ok(["", ...Object.keys(texts)].includes(line(most, rung, why)));
});
