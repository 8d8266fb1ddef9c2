"""GStreamer's webrtcbin, as client.Program describes; run by the system's Python, which has its bindings."""

import base64
import json
import os
import sys
import urllib.request
from typing import Any

import gi  # type: ignore[import-not-found]

for module in ("Gst", "GstWebRTC", "GstSdp"):
    gi.require_version(module, "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # type: ignore[import-not-found]  # noqa: E402

RATE = 48_000
CODEC = os.environ.get("CODEC", "vp8")
PICTURE = {
    "vp8": "vp8enc deadline=1 target-bitrate=300000 keyframe-max-dist=250 ! rtpvp8pay picture-id-mode=15-bit",
    "h264": "openh264enc bitrate=300000 gop-size=250 ! video/x-h264,profile=constrained-baseline ! rtph264pay aggregate-mode=zero-latency config-interval=-1",
}
RECEIVE = {
    "audio": "rtpopusdepay ! opusdec plc=true use-inband-fec=true ! audioconvert ! audio/x-raw,format=S16LE,channels=1,rate=48000",
    "vp8": "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec ! videoconvert ! video/x-raw,format=RGB",
    "h264": "rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse ! openh264dec ! videoconvert ! video/x-raw,format=RGB",
}


class Slot:
    colour: list[int] | None = None
    pictures = 0


class Client:
    """One session; everything that is not GStreamer's own happens in the main loop's thread."""

    def __init__(self, mode: str, url: str, token: str, scene: list[str]) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"}
        self.location = ""
        self.heard = bytes(RATE // 5 * 2)
        self.slots = [] if mode == "publish" else [Slot(), Slot()]
        self.pipeline = Gst.Pipeline.new()
        self.peer = Gst.ElementFactory.make("webrtcbin")
        self.peer.props.bundle_policy = GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE
        self.ice = self.peer.props.ice_agent  # held here, since the property gives a floating reference and so does the next
        self.ice.emit("add-local-ip-address", "127.0.0.1")  # libnice leaves it out by itself
        self.agent = self.ice.props.agent
        self.pipeline.add(self.peer)
        self.peer.connect("on-negotiation-needed", self._offer)
        self.peer.connect("pad-added", self._receive)
        if mode == "publish":
            self._publish(*scene)
        else:
            self._listen()
        self.pipeline.set_state(Gst.State.PLAYING)

    def _publish(self, hertz: str, *colour: str) -> None:
        rgb = "".join(f"{int(part):02x}" for part in colour)
        for branch in (
            f"audiotestsrc is-live=true freq={hertz} volume=0.5 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay pt=97 "
            "! capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,payload=97",
            f"videotestsrc is-live=true pattern=solid-color foreground-color=0xff{rgb} ! video/x-raw,width=320,height=180,framerate=15/1 "
            f"! videoconvert ! {PICTURE[CODEC]} pt=96 ! capsfilter caps=application/x-rtp,media=video,encoding-name={CODEC.upper()},payload=96",
        ):
            source = Gst.parse_bin_from_description(branch, True)
            self.pipeline.add(source)
            source.link(self.peer)
        for number in range(2):
            self.peer.emit("get-transceiver", number).props.direction = GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY

    def _listen(self) -> None:
        recvonly = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        caps = "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000,encoding-params=(string)2"
        self.peer.emit("add-transceiver", recvonly, Gst.Caps.from_string(caps))
        for _ in self.slots:
            self.peer.emit("add-transceiver", recvonly, Gst.Caps.from_string(f"{_video('VP8', 96)};{_video('H264', 98)}"))

    def _offer(self, peer: Any) -> None:
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self._offered, None))

    def _offered(self, promise: Any, _: Any) -> None:
        reply = promise.get_reply()  # holds what the offer points to
        self.peer.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())
        GLib.idle_add(self._exchange)

    def _exchange(self) -> bool:
        if self.peer.props.local_description is None:
            return True
        offer = self.peer.props.local_description.sdp.as_text()
        request = urllib.request.Request(self.url, offer.encode(), {**self.headers, "Content-Type": "application/sdp"})
        with urllib.request.urlopen(request) as response:
            self.location = response.headers["Location"]
            _, answer = GstSdp.SDPMessage.new_from_text(response.read().decode())
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, answer)
        self.peer.emit("set-remote-description", description, Gst.Promise.new())
        print("answered", flush=True)
        return False

    def _receive(self, _: Any, pad: Any) -> None:
        if pad.direction != Gst.PadDirection.SRC:
            return
        caps = pad.get_current_caps().get_structure(0)
        kind = "audio" if caps.get_string("media") == "audio" else caps.get_string("encoding-name").lower()
        sink = Gst.parse_bin_from_description(f"{RECEIVE[kind]} ! appsink name=sink emit-signals=true sync=false max-buffers=4 drop=true", True)
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.sinkpads[0])
        take = self._hear if kind == "audio" else self._see
        sink.get_by_name("sink").connect("new-sample", take, pad.props.transceiver.props.mlineindex - 1)

    def _hear(self, sink: Any, _: int) -> Any:
        buffer = sink.emit("pull-sample").get_buffer()
        self.heard = (self.heard + buffer.extract_dup(0, buffer.get_size()))[-len(self.heard) :]
        return Gst.FlowReturn.OK

    def _see(self, sink: Any, slot: int) -> Any:
        sample = sink.emit("pull-sample")
        shape = sample.get_caps().get_structure(0)
        width, height = shape.get_value("width"), shape.get_value("height")
        stride = (width * 3 + 3) & ~3
        self.slots[slot].colour = list(sample.get_buffer().extract_dup(height // 2 * stride + width // 2 * 3, 3))
        self.slots[slot].pictures += 1
        return Gst.FlowReturn.OK

    def told(self) -> str:
        colours, pictures = [slot.colour for slot in self.slots], [slot.pictures for slot in self.slots]
        return json.dumps({"pcm": base64.b64encode(self.heard).decode(), "rate": RATE, "colours": colours, "pictures": pictures})

    def end(self) -> None:
        urllib.request.urlopen(urllib.request.Request(self.location, method="DELETE", headers=self.headers)).close()
        self.pipeline.set_state(Gst.State.NULL)


def _video(name: str, number: int) -> str:
    return f"application/x-rtp,media=video,encoding-name={name},payload={number},clock-rate=90000"


def main() -> None:
    Gst.init(None)
    loop = GLib.MainLoop()
    mode, url, token, *scene = sys.argv[1:]
    client = Client(mode, url, token, scene)

    def asked(*_: Any) -> bool:
        if not sys.stdin.readline():
            loop.quit()
            return False
        print(client.told(), flush=True)
        return True

    def failed(_: Any, message: Any) -> None:
        print(*message.parse_error(), file=sys.stderr, flush=True)
        loop.quit()

    bus = client.pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::error", failed)
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, asked)
    loop.run()
    client.end()


main()
