const APART = 5000;
/** @type {Map<string, {text: string, timer: ReturnType<typeof setTimeout> | undefined, at: number}>} */
const regions = new Map();
let last = "";

/**
 * Says something to screen readers. The regions stand in the page from the start (#status, #alert); a region speaks at most once in five seconds,
 * and of several texts waiting only the last is said (R45). `assertive` is for what needs an act at once: it does not wait.
 * @param {string} text @param {{assertive?: boolean}} [how]
 */
export function announce(text, { assertive = false } = {}) {
  const id = assertive ? "alert" : "status";
  const region = regions.get(id) ?? { text: "", timer: undefined, at: -APART };
  regions.set(id, region);
  if (!text || text === last) return;
  region.text = text;
  if (region.timer !== undefined) return;
  const wait = assertive ? 0 : Math.max(0, region.at + APART - performance.now());
  region.timer = setTimeout(() => {
    region.timer = undefined;
    region.at = performance.now();
    last = region.text;
    const place = document.getElementById(id);
    if (place) place.textContent = region.text;
  }, wait);
}

/** Says the last message once more. */
export function repeatLast() {
  const place = document.getElementById("status");
  if (!place || !last) return;
  place.textContent = "";
  setTimeout(() => (place.textContent = last), 100);
}
