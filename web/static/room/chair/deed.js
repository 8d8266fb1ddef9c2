import { button, t, whyNot } from "../ui.js";

/** @import { Room } from "../connection.js" */
/** @import { Command } from "../protocol.js" */

/**
 * A button for one command, available exactly when the room would carry it out.
 *
 * `blocked`: the code of a refusal that the view already tells. `ask`: gives the whole command in place of the one named, or null when the chair
 * thinks better of it. `key`: the key that does the same.
 * @param {Room} room @param {Command} command @param {unknown} label
 * @param {{icon?: string, kind?: string, key?: string, name?: string, pressed?: boolean, blocked?: string, ask?: () => Promise<Command | null>}} [look]
 */
export function deed(room, command, label, { blocked = "", ask, ...look } = {}) {
  const why = whyNot(room, command.do) || (blocked && t(`refusal.${blocked}`));
  return button({ ...look, label, why, onclick: () => void carryOut(room, command, ask) });
}

/** @param {Room} room @param {Command} command @param {(() => Promise<Command | null>) | undefined} ask */
async function carryOut(room, command, ask) {
  const full = ask ? await ask() : command;
  if (full) void room.do(full);
}
