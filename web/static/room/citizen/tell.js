import { announce, t, timeOf } from "../ui.js";
import { hasFloor } from "./call.js";
import { placeWords, waitWords } from "./hand.js";

/** @import { Room } from "../connection.js" */

/** What was last told about oneself. */
let told = { place: 0, called: false, floor: false, near: false, reminders: -1, phase: "" };

/** Tells screen readers what concerns this person, and nothing of others' moves (R45). @param {Room} room */
export function tell(room) {
  const { me, view } = room;
  const waiting = me.entries.find(({ status }) => status === "waiting");
  const now = { place: waiting?.place ?? 0, called: Boolean(me.prompt), floor: hasFloor(room), near: Boolean(me.near && waiting), reminders: me.reminders.length, phase: view.phase };
  const before = told;
  told = now;
  if (before.reminders < 0) return; // the first look tells nothing: it is all new
  if (now.called && !before.called) announce(t("call.title"), { assertive: true });
  else if (now.floor && !before.floor) announce(t("speaking.title"), { assertive: true });
  else if (!now.floor && before.floor) announce(t("speaking.ended"), { assertive: true });
  else if (now.reminders > before.reminders) announce(`${t("reminder.title")} ${me.reminders.at(-1)?.words}`, { assertive: true });
  else if (now.phase !== before.phase && now.phase === "break") announce(t("watch.break_text", { time: timeOf(view.agenda.break_since ?? room.now()) }));
  else if (waiting && now.place !== before.place) announce(`${placeWords(now.place)}. ${now.near && !before.near ? t("ready.title") : waitWords(room, waiting)}`);
}
