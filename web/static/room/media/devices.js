/** @typedef {"insecure" | "none" | "denied" | "missing" | "busy"} Trouble */

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 30 }, facingMode: "user" };

/**
 * Opens microphone and camera; where there is no camera, the microphone alone. Gives the stream, or what stands in the way in one word:
 * `insecure` (browsers give no microphone on plain http), `none` (the browser cannot), `denied`, `missing`, `busy` (another program, or a call).
 * @param {{camera?: boolean | string, microphone?: string}} [wanted] `microphone` and `camera`: the id of the device to take; `camera` may be false
 * @returns {Promise<{stream: MediaStream, trouble?: undefined} | {stream?: undefined, trouble: Trouble}>}
 */
export async function devices({ camera = true, microphone } = {}) {
  if (!isSecureContext) return { trouble: "insecure" };
  if (!navigator.mediaDevices?.getUserMedia) return { trouble: "none" };
  const audio = { ...SOUND, ...(microphone && { deviceId: { exact: microphone } }) };
  const video = typeof camera === "string" ? { ...PICTURE, deviceId: { exact: camera } } : camera && PICTURE;
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ audio, video }) };
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (camera && name !== "NotAllowedError") return devices({ camera: false, microphone });
    return { trouble: name === "NotAllowedError" ? "denied" : name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "busy" };
  }
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

  /** @param {MediaStream} stream */
  constructor(stream) {
    super();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 2048;
    this.#context.createMediaStreamSource(stream).connect(analyser);
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
