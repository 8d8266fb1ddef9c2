import { MediaSession } from "./session.js";

/** @import { Room } from "../connection.js" */

/** The picture goes out twice, since nobody behind us makes it smaller: [lines, bits per second at most]. The larger one first: the server takes it so. */
const SIZES = [
  [540, 500_000],
  [180, 100_000],
];

/**
 * Sends one's microphone and camera to the stage. Sending is not being heard: who is heard is decided by the room (R22).
 * Opens a new session when the engine was restarted, and sends a device that was opened again (`devices`) in place of the one that was taken away;
 * `stop()` ends it and leaves the devices to whoever opened them.
 * @param {Room} room @param {MediaStream} stream
 */
export function publish(room, stream) {
  const { seat = "" } = document.body.dataset;
  /** @type {RTCRtpSender[]} */
  let senders = [];
  const session = new MediaSession(`/whip/${seat}`, (peer) => {
    senders = [];
    for (const track of stream.getTracks()) {
      for (const encoding of track.kind === "video" ? encodings(track.getSettings()) : [undefined]) {
        const transceiver = peer.addTransceiver(track, { direction: "sendonly", streams: [stream], sendEncodings: encoding && [encoding] });
        if (track.kind === "video") preferVp8(transceiver);
        senders.push(transceiver.sender);
      }
    }
  });
  /** @param {Event} event */
  const exchange = (event) => {
    const { gone, track } = /** @type {CustomEvent<{gone: MediaStreamTrack, track: MediaStreamTrack}>} */ (event).detail;
    for (const sender of senders) if (sender.track === gone) void sender.replaceTrack(track).catch(() => session.again());
  };
  let restarts = room.signals.media;
  const watch = () => {
    const restarted = room.signals.media !== restarts;
    restarts = room.signals.media;
    if (restarted && session.state !== "replaced") session.again();
    if (session.state === "off" || room.state === "closed") {
      room.removeEventListener("change", watch);
      stream.removeEventListener("revived", exchange);
      if (session.state !== "off") session.stop();
    }
  };
  room.addEventListener("change", watch);
  stream.addEventListener("revived", exchange);
  return session;
}

/** How a camera's picture is sent in both sizes; a picture is never made larger than it is. @param {{width?: number, height?: number}} camera */
export const encodings = ({ width = 960, height = 540 }) =>
  SIZES.map(([lines, maxBitrate]) => ({ maxBitrate, scaleResolutionDownBy: Math.max(1, Math.min(width, height) / lines) }));

/** VP8 is what every engine and browser has in common; H.264 next. @param {RTCRtpTransceiver} transceiver */
function preferVp8(transceiver) {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  const place = (/** @type {{mimeType: string}} */ { mimeType }) => ["video/vp8", "video/h264"].indexOf(mimeType.toLowerCase()) + 1 || 3;
  if (codecs.length) transceiver.setCodecPreferences?.([...codecs].sort((a, b) => place(a) - place(b)));
}
