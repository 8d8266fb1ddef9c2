// What a browser does to publish and to listen, as small as it can be; used by test_chromium.py.

async function exchange(peer, url) {
  await peer.setLocalDescription();
  const response = await fetch(url, { method: "POST", headers: { "Content-Type": "application/sdp" }, body: peer.localDescription.sdp });
  if (response.status !== 201) throw new Error(await response.text());
  await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
}

window.publish = async (url, hertz, colour) => {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: hertz });
  const out = new MediaStreamAudioDestinationNode(context);
  tone.connect(new GainNode(context, { gain: 0.5 })).connect(out);
  tone.start();
  const canvas = document.body.appendChild(Object.assign(document.createElement("canvas"), { width: 320, height: 180 }));
  const pen = canvas.getContext("2d");
  let count = 0;
  setInterval(() => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 320, 180);
    pen.fillStyle = "white";
    pen.fillRect(count++ * 4 % 300, 0, 16, 16);
  }, 66);
  const peer = (window.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
  peer.addTransceiver(out.stream.getAudioTracks()[0], { direction: "sendonly" });
  peer.addTransceiver(canvas.captureStream(15).getVideoTracks()[0], { direction: "sendonly" });
  await exchange(peer, url);
};

window.listen = async (url) => {
  const peer = (window.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
  window.negotiations = 0;
  peer.addTransceiver("audio", { direction: "recvonly" });
  const pictures = [peer.addTransceiver("video", { direction: "recvonly" }), peer.addTransceiver("video", { direction: "recvonly" })];
  await exchange(peer, url);
  peer.addEventListener("negotiationneeded", () => window.negotiations++);
  const sound = new MediaStream([peer.getReceivers()[0].track]);
  const player = document.body.appendChild(document.createElement("audio"));
  player.srcObject = sound;
  await player.play();
  const context = new AudioContext();
  window.analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  new MediaStreamAudioSourceNode(context, { mediaStream: sound }).connect(window.analyser);
  window.videos = pictures.map((transceiver) => {
    const video = document.body.appendChild(Object.assign(document.createElement("video"), { muted: true, autoplay: true }));
    video.srcObject = new MediaStream([transceiver.receiver.track]);
    return video;
  });
};

// Level in dBFS around one frequency.
window.level = (hertz) => {
  const bins = new Float32Array(window.analyser.frequencyBinCount);
  window.analyser.getFloatFrequencyData(bins);
  const middle = Math.round(hertz / (window.analyser.context.sampleRate / window.analyser.fftSize));
  return Math.max(-120, ...bins.slice(middle - 2, middle + 3));
};

// Colour in the middle of a slot, and how many pictures it has shown.
window.slot = (number) => {
  const video = window.videos[number];
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d");
  if (video.videoWidth) pen.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  return { colour: [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)], count: video.getVideoPlaybackQuality().totalVideoFrames };
};
