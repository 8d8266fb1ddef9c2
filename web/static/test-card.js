/** The test card: a clock with tenths, a bar that wanders, and a tone of 1 kHz at -20 dBFS. */

/** Peak of a sine whose root mean square is -20 dBFS. */
const PEAK = 0.1 * Math.SQRT2;
const clock = /** @type {HTMLElement} */ (document.getElementById("clock"));
const sweep = /** @type {HTMLElement} */ (document.getElementById("sweep"));
const play = /** @type {HTMLButtonElement} */ (document.getElementById("play"));

const context = new AudioContext();
const tone = new OscillatorNode(context, { frequency: 1000 });
tone.connect(new GainNode(context, { gain: PEAK })).connect(context.destination);
tone.start();

function sounding() {
  play.hidden = context.state === "running";
}

play.addEventListener("click", () => void context.resume());
context.addEventListener("statechange", sounding);
setTimeout(sounding, 500);

function draw() {
  const now = new Date();
  clock.textContent = `${now.toLocaleTimeString("vi-VN", { hour12: false, timeZone: "Asia/Ho_Chi_Minh" })},${Math.floor(now.getMilliseconds() / 100)}`;
  sweep.style.transform = `translateX(${((Date.now() % 4000) / 4000) * 900}%)`;
  requestAnimationFrame(draw);
}

draw();
