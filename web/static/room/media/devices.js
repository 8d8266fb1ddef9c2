/** @typedef {"insecure" | "none" | "denied" | "missing" | "busy"} Trouble */

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 15, max: 30 }, facingMode: "user" };
const TRY_EVERY = 1500;
/** How often a device that was taken away is asked for, while somebody looks at the page. */
const TRIES = 10;
/** Milliseconds after which a microphone that is still silenced when a call is over is opened again. */
const STILL_MUTED = 3000;

/**
 * Opens microphone and camera; where there is no camera, the microphone alone. Gives the stream, or what stands in the way in one word:
 * `insecure` (browsers give no microphone on plain http), `none` (the browser cannot), `denied`, `missing`, `busy` (another program, or a call).
 *
 * A device that a call or another program takes away is opened again: the stream has a new track then and fires `revived` (detail: {gone, track}), or
 * `lost` (detail: {gone}) when that does not succeed. Give the devices back with `release`.
 * @param {{camera?: boolean | string, microphone?: string}} [wanted] `microphone` and `camera`: the id of the device to take; `camera` may be false
 * @returns {Promise<{stream: MediaStream, trouble?: undefined} | {stream?: undefined, trouble: Trouble}>}
 */
export async function devices({ camera = true, microphone } = {}) {
  if (!isSecureContext) return { trouble: "insecure" };
  if (!navigator.mediaDevices?.getUserMedia) return { trouble: "none" };
  const audio = { ...SOUND, ...(microphone && { deviceId: { exact: microphone } }) };
  const video = typeof camera === "string" ? { ...PICTURE, deviceId: { exact: camera } } : camera && PICTURE;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio, video });
    for (const track of stream.getTracks()) keep(stream, track);
    return { stream };
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (camera && name !== "NotAllowedError") return devices({ camera: false, microphone });
    return { trouble: name === "NotAllowedError" ? "denied" : name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "busy" };
  }
}

/** Streams whose owner has finished with them. @type {WeakSet<MediaStream>} */
const released = new WeakSet();

/** Gives microphone and camera back. @param {MediaStream | null | undefined} stream */
export function release(stream) {
  if (!stream) return;
  released.add(stream);
  for (const track of stream.getTracks()) track.stop();
}

/** Opens a device again when it was taken away: its track has ended, or is still silenced when the page is looked at after a call. @param {MediaStream} stream @param {MediaStreamTrack} track */
function keep(stream, track) {
  const over = new AbortController();
  const again = () => {
    over.abort();
    if (!released.has(stream)) void revive(stream, track);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  track.addEventListener("ended", again, { signal: over.signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => track.kind === "audio" && track.muted && !over.signal.aborted && document.visibilityState === "visible" && again(), STILL_MUTED);
    },
    { signal: over.signal },
  );
}

/** @param {MediaStream} stream @param {MediaStreamTrack} gone */
async function revive(stream, gone) {
  gone.stop();
  const sound = gone.kind === "audio";
  for (let tries = 0; tries < TRIES && !released.has(stream); ) {
    if (document.visibilityState === "visible") {
      tries += 1;
      const constraints = sound ? { audio: SOUND } : { video: { ...PICTURE, ...gone.getConstraints() } };
      const [track] = (await navigator.mediaDevices.getUserMedia(constraints).catch(() => null))?.getTracks() ?? [];
      if (track && released.has(stream)) return track.stop();
      if (track) {
        stream.removeTrack(gone);
        stream.addTrack(track);
        keep(stream, track);
        return void stream.dispatchEvent(new CustomEvent("revived", { detail: { gone, track } }));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_EVERY));
  }
  if (!released.has(stream)) stream.dispatchEvent(new CustomEvent("lost", { detail: { gone } }));
}

/** How loud, from 0 (silence, -60 dBFS and below) to 1 (as loud as can be). @param {number} rms root mean square of samples between -1 and 1 */
export const levelOf = (rms) => Math.max(0, Math.min(1, 1 + (20 * Math.log10(Math.max(rms, 1e-6))) / 60));

/** Measures a microphone ten times a second: `level` from 0 to 1; `heard` once it was loud enough for speech. Fires `level`. */
export class LevelMeter extends EventTarget {
  level = 0;
  heard = false;
  #context = new AudioContext();
  /** @type {ReturnType<typeof setInterval>} */
  #timer;
  #over = new AbortController();

  /** @param {MediaStream} stream */
  constructor(stream) {
    super();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 2048;
    let source = this.#context.createMediaStreamSource(stream);
    source.connect(analyser);
    const again = () => {
      source.disconnect();
      source = this.#context.createMediaStreamSource(stream);
      source.connect(analyser);
      void this.#context.resume();
    };
    stream.addEventListener("revived", again, { signal: this.#over.signal });
    document.addEventListener("visibilitychange", () => void this.#context.resume(), { signal: this.#over.signal }); // a call interrupts it
    const samples = new Float32Array(analyser.fftSize);
    void this.#context.resume();
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.level = levelOf(Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length));
      this.heard ||= this.level > 0.35;
      this.dispatchEvent(new Event("level"));
    }, 100);
  }

  stop() {
    clearInterval(this.#timer);
    this.#over.abort();
    void this.#context.close();
  }
}

/** Plays three rising notes, for the test of the loudspeaker and to call somebody to speak. Resolves when they have sounded. @param {number[]} [notes] hertz */
export async function testTone(notes = [523, 659, 784]) {
  const context = new AudioContext();
  await context.resume();
  const volume = context.createGain();
  volume.connect(context.destination);
  notes.forEach((frequency, place) => {
    const from = context.currentTime + 0.35 * place;
    const note = context.createOscillator();
    note.frequency.value = frequency;
    note.connect(volume);
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.3, from + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.33);
    note.start(from);
    note.stop(from + 0.35);
  });
  await new Promise((resolve) => setTimeout(resolve, 350 * notes.length + 100));
  await context.close();
}
