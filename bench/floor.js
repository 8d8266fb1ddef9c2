// What bench.floor does in a browser: joins and waits for the first picture, and watches every picture while the floor changes.
// `answer(session, offer)` and `direct(source)` are the bench's.

async function joined(session) {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  peer.addTransceiver("audio", { direction: "recvonly" });
  const picture = peer.addTransceiver("video", { direction: "recvonly" });
  const video = document.body.appendChild(Object.assign(document.createElement("video"), { muted: true, autoplay: true, width: 320, height: 180 }));
  video.srcObject = new MediaStream([picture.receiver.track]);
  await peer.setLocalDescription();
  await peer.setRemoteDescription({ type: "answer", sdp: await answer(session, peer.localDescription.sdp) });
  return { peer, video };
}

// Milliseconds from wishing to join to the first picture on the screen.
window.firstPicture = async (session) => {
  const begin = performance.now();
  const { peer, video } = await joined(session);
  const end = await new Promise((resolve) => video.requestVideoFrameCallback((now, frame) => resolve(frame.presentationTime)));
  peer.close();
  video.remove();
  return end - begin;
};

// From now on every picture is noted: when it was presented, and the mean colours of 8 by 4 fields.
window.watch = async (session) => {
  const { peer, video } = await joined(session);
  window.watched = peer;
  window.pictures = [];
  const pen = Object.assign(document.createElement("canvas"), { width: 8, height: 4 }).getContext("2d", { willReadFrequently: true });
  const note = (now, frame) => {
    pen.drawImage(video, 0, 0, 8, 4);
    const data = pen.getImageData(0, 0, 8, 4).data;
    const fields = Array.from({ length: 32 }, (_, field) => [...data.slice(4 * field, 4 * field + 3)]);
    window.pictures.push({ at: frame.presentationTime, presented: frame.presentedFrames, fields });
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
};

// The floor goes to another; what was seen within the next milliseconds, by the page's clock.
window.handOver = async (source, milliseconds) => {
  const begin = performance.now();
  await direct(source);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const seen = window.pictures;
  window.pictures = seen.slice(-1);
  return { begin, pictures: seen };
};

window.received = async () => {
  for (const report of (await window.watched.getStats()).values())
    if (report.type === "inbound-rtp" && report.kind === "video")
      return { decoded: report.framesDecoded, dropped: report.framesDropped, freezes: report.freezeCount ?? 0, lost: report.packetsLost };
};
