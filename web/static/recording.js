// Plays a recording from a second on, and goes on with the next file of the same picture where one ends.
const player = /** @type {HTMLVideoElement | null} */ (document.querySelector("video[data-next]"));
player?.addEventListener("ended", () => {
  const next = player.dataset.next;
  if (!next) return;
  player.dataset.next = "";
  player.src = next;
  void player.play();
});
