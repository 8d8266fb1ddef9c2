// What a browser does to publish and to listen, as small as it can be; a Client's methods, for chromium.py.

let ending = async () => {};

async function exchange(peer, url, token) {
  const headers = { Authorization: `Bearer ${token}` };
  await peer.setLocalDescription();
  const response = await fetch(url, { method: "POST", headers: { ...headers, "Content-Type": "application/sdp" }, body: peer.localDescription.sdp });
  if (response.status !== 201) throw new Error(await response.text());
  await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
  ending = () => fetch(response.headers.get("Location"), { method: "DELETE", headers });
}

window.publish = async (url, token, hertz, colour, codec) => {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: hertz });
  const out = new MediaStreamAudioDestinationNode(context);
  tone.connect(new GainNode(context, { gain: 0.5 })).connect(out);
  tone.start();
  const canvas = document.body.appendChild(Object.assign(document.createElement("canvas"), { width: 320, height: 180 }));
  const pen = canvas.getContext("2d");
  let count = 0;
  setInterval(() => {
    pen.fillStyle = `rgb(${colour})`;
    pen.fillRect(0, 0, 320, 180);
    pen.fillStyle = "white";
    pen.fillRect(count++ * 4 % 300, 0, 16, 16);
  }, 66);
  const peer = (window.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
  peer.addTransceiver(out.stream.getAudioTracks()[0], { direction: "sendonly" });
  const picture = peer.addTransceiver(canvas.captureStream(15).getVideoTracks()[0], { direction: "sendonly" });
  picture.setCodecPreferences(RTCRtpSender.getCapabilities("video").codecs.filter((one) => one.mimeType.toLowerCase() === `video/${codec}`));
  await exchange(peer, url, token);
};

window.listen = async (url, token) => {
  const peer = (window.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
  window.negotiations = 0;
  peer.addTransceiver("audio", { direction: "recvonly" });
  const pictures = [peer.addTransceiver("video", { direction: "recvonly" }), peer.addTransceiver("video", { direction: "recvonly" })];
  await exchange(peer, url, token);
  peer.addEventListener("negotiationneeded", () => window.negotiations++);
  const sound = new MediaStream([peer.getReceivers()[0].track]);
  const player = document.body.appendChild(document.createElement("audio"));
  player.srcObject = sound;
  await player.play();
  const context = new AudioContext();
  window.analyser = new AnalyserNode(context, { fftSize: 8192 });
  new MediaStreamAudioSourceNode(context, { mediaStream: sound }).connect(window.analyser);
  window.videos = pictures.map((transceiver) => {
    const video = document.body.appendChild(Object.assign(document.createElement("video"), { muted: true, autoplay: true }));
    video.srcObject = new MediaStream([transceiver.receiver.track]);
    return video;
  });
};

window.received = () => {
  const heard = new Float32Array(window.analyser.fftSize);
  window.analyser.getFloatTimeDomainData(heard);
  const pcm = new Uint8Array(Int16Array.from(heard, (sample) => sample * 32767).buffer);
  return {
    pcm: btoa(String.fromCharCode(...pcm)),
    rate: window.analyser.context.sampleRate,
    colours: window.videos.map(middle),
    pictures: window.videos.map((video) => video.getVideoPlaybackQuality().totalVideoFrames),
  };
};

function middle(video) {
  if (!video.videoWidth) return null;
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  pen.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

// The transport as the browser sees it: `dtlsRole`, `srtpCipher`, `dtlsCipher`, `selectedCandidatePairId`, …
window.transport = async () => [...(await window.peer.getStats()).values()].find((report) => report.type === "transport");

window.hangUp = async () => {
  await ending();
  window.peer.close();
};
