// libwebrtc under Node, as client.Program describes. No browser's own layers: what Safari and the mobile apps are built of, too.
import { createInterface } from "node:readline";
import wrtc from "@roamhq/wrtc";

const { RTCAudioSink, RTCAudioSource, RTCVideoSink, RTCVideoSource } = wrtc.nonstandard;
const [mode, url, token, ...scene] = process.argv.slice(2);
const RATE = 48_000;
const peer = new wrtc.RTCPeerConnection({ bundlePolicy: "max-bundle" });
let heard = new Int16Array(RATE / 5);
const slots = [];

function sendTone(hertz) {
  const source = new RTCAudioSource();
  let sample = 0;
  const begin = performance.now();
  setInterval(() => {
    for (const due = performance.now() - begin; (sample / RATE) * 1000 < due; sample += 480) {
      const samples = Int16Array.from({ length: 480 }, (_, i) => 16384 * Math.sin((2 * Math.PI * hertz * (sample + i)) / RATE));
      source.onData({ samples, sampleRate: RATE, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
    }
  }, 10);
  return source.createTrack();
}

function sendColour(red, green, blue) {
  const source = new RTCVideoSource();
  const [width, height] = [320, 180];
  const rgba = new Uint8ClampedArray(width * height * 4);
  const data = new Uint8ClampedArray(width * height * 1.5);
  let number = 0;
  setInterval(() => {
    for (let at = 0; at < rgba.length; at += 4) rgba.set([red, green, blue, 255], at);
    rgba.fill(255, 0, (number++ % 80) * 4 * width); // a bar that grows from above, so that pictures differ
    wrtc.nonstandard.rgbaToI420({ width, height, data: rgba }, { width, height, data });
    source.onFrame({ width, height, data });
  }, 66);
  return source.createTrack();
}

function hear(track) {
  new RTCAudioSink(track).ondata = ({ samples, channelCount }) => {
    const mono = samples.filter((_, i) => i % channelCount === 0);
    heard.copyWithin(0, mono.length);
    heard.set(mono, heard.length - mono.length);
  };
}

function see(track) {
  const slot = { colour: null, pictures: 0 };
  slots.push(slot);
  new RTCVideoSink(track).onframe = ({ frame: { width, height, data } }) => {
    slot.pictures++;
    const quarter = (height >> 2) * (width >> 1) + (width >> 2); // the middle, in the planes of half the size
    const chroma = (height >> 1) * (width >> 1);
    const [y, u, v] = [data[(height >> 1) * width + (width >> 1)], data[width * height + quarter], data[width * height + chroma + quarter]];
    const [light, du, dv] = [1.164 * (y - 16), u - 128, v - 128]; // BT.601
    slot.colour = [light + 1.596 * dv, light - 0.392 * du - 0.813 * dv, light + 2.017 * du].map((c) => Math.min(255, Math.max(0, Math.round(c))));
  };
}

if (mode === "publish") {
  const [hertz, ...colour] = scene.map(Number);
  peer.addTransceiver(sendTone(hertz), { direction: "sendonly" });
  peer.addTransceiver(sendColour(...colour), { direction: "sendonly" });
} else {
  hear(peer.addTransceiver("audio", { direction: "recvonly" }).receiver.track);
  for (let slot = 0; slot < 2; slot++) see(peer.addTransceiver("video", { direction: "recvonly" }).receiver.track);
}
await peer.setLocalDescription(await peer.createOffer());
const headers = { Authorization: `Bearer ${token}` };
const answer = await fetch(url, { method: "POST", headers: { ...headers, "Content-Type": "application/sdp" }, body: peer.localDescription.sdp });
if (answer.status !== 201) throw new Error(await answer.text());
await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
console.log("answered");
for await (const _ of createInterface({ input: process.stdin })) {
  const pcm = Buffer.from(heard.buffer).toString("base64");
  console.log(JSON.stringify({ pcm, rate: RATE, colours: slots.map((slot) => slot.colour), pictures: slots.map((slot) => slot.pictures) }));
}
const ended = await fetch(answer.headers.get("location"), { method: "DELETE", headers });
process.exit(ended.status === 200 ? 0 : 1);
