import { MediaSession } from "./session.js";

/** @import { Room } from "../connection.js" */

const VIDEO_BITRATE = 500_000;

/**
 * Sends one's microphone and camera to the stage. Sending is not being heard: who is heard is decided by the room (R22).
 * Opens a new session when the engine was restarted; `stop()` ends it and leaves the devices to whoever opened them.
 * @param {Room} room @param {MediaStream} stream
 */
export function publish(room, stream) {
  const { seat = "" } = document.body.dataset;
  const session = new MediaSession(`/whip/${seat}`, (peer) => {
    for (const track of stream.getTracks()) {
      const sendEncodings = track.kind === "video" ? [{ maxBitrate: VIDEO_BITRATE }] : undefined;
      const transceiver = peer.addTransceiver(track, { direction: "sendonly", streams: [stream], sendEncodings });
      if (track.kind === "video") preferVp8(transceiver);
    }
  });
  let restarts = room.signals.media;
  const watch = () => {
    const restarted = room.signals.media !== restarts;
    restarts = room.signals.media;
    if (restarted && session.state !== "replaced") session.again();
    if (session.state === "off" || room.state === "closed") {
      room.removeEventListener("change", watch);
      if (session.state !== "off") session.stop();
    }
  };
  room.addEventListener("change", watch);
  return session;
}

/** VP8 is what every engine and browser has in common. @param {RTCRtpTransceiver} transceiver */
function preferVp8(transceiver) {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  const vp8 = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === "video/vp8");
  if (vp8.length) transceiver.setCodecPreferences?.([...vp8, ...codecs.filter((codec) => !vp8.includes(codec))]);
}
