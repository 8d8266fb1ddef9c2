/** A page that waits for work of the server looks again, as long as nobody is choosing something on it. */
const AGAIN_MS = 3000;

setTimeout(function look() {
  if (document.visibilityState === "visible" && (document.activeElement === document.body || document.activeElement?.id === "main")) location.reload();
  else setTimeout(look, AGAIN_MS);
}, AGAIN_MS);
