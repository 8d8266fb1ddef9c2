/** Whether letters now belong to a text: a field has the focus, or an input method is composing. @param {KeyboardEvent} event */
const typing = (event) => {
  const { target } = event;
  if (event.isComposing || event.keyCode === 229) return true;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) || (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(target.type));
};

const SWITCH = "keys";

/** Whether single keys act; a person can switch them off (WCAG 2.1.4), and the browser remembers it. */
export const keysOn = () => localStorage.getItem(SWITCH) !== "off";

/** @param {boolean} on */
export function switchKeys(on) {
  localStorage.setItem(SWITCH, on ? "on" : "off");
}

/**
 * Single-key shortcuts: `keys({ n: () => …, "?": () => … })`, by the character typed, small or capital. They rest while a field has the focus, a dialog is
 * open, or a modifier is held. Gives a function that takes them away.
 * @param {Record<string, (event: KeyboardEvent) => void>} actions
 */
export function keys(actions) {
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event)) return;
    const modal = document.querySelector("dialog:modal");
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    if (!action || !keysOn() || modal) return;
    event.preventDefault();
    action(event);
  };
  addEventListener("keydown", pressed);
  return () => removeEventListener("keydown", pressed);
}
