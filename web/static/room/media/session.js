/**
 * One WHIP or WHEP session (RFC 9725): an offer is posted, the answer comes back, and DELETE ends it. The server takes no candidates from us, so nothing
 * is waited for. The answer also names the TURN servers, with fresh credentials: a browser looks for ways only when its own offer is set, and so that
 * is done after the answer has come (RFC 9725, section 4.6). When the line is lost a new session is opened; nothing is repaired.
 */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
const CONNECT_WITHIN = 8000;
const UNSTEADY_FOR = 4000;
const ANSWER_WITHIN = 3000;
/** @type {RTCConfiguration} */
const CONNECTION = { bundlePolicy: "max-bundle" };

/** @typedef {"connecting" | "live" | "lost" | "refused" | "replaced" | "off"} SessionState replaced: the same camera and microphone are now sent from elsewhere; `again()` takes them back */

export class MediaSession extends EventTarget {
  /** @type {SessionState} */
  state = "connecting";
  /** The code of the refusal, with state "refused". */
  refused = "";
  #url;
  #prepare;
  /** @type {RTCPeerConnection | null} */
  #peer = null;
  #resource = "";
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string | (() => string)} url where offers are posted
   * @param {(peer: RTCPeerConnection) => void} prepare adds tracks and transceivers to a new connection
   */
  constructor(url, prepare) {
    super();
    this.#url = url;
    this.#prepare = prepare;
    addEventListener("pagehide", this.#leave);
    addEventListener("pageshow", this.#back);
    void this.#open();
  }

  /** The address of the open session; "" while there is none. */
  get address() {
    return this.#resource;
  }

  /** Ends the session for good. */
  stop() {
    removeEventListener("pagehide", this.#leave);
    removeEventListener("pageshow", this.#back);
    this.#end();
    this.#become("off");
  }

  /** Opens a new session in place of this one, at once. */
  again() {
    if (this.state === "off") return;
    this.#tries = 0;
    this.#end();
    void this.#open();
  }

  async #open() {
    const peer = new RTCPeerConnection(CONNECTION);
    this.#peer = peer;
    this.refused = "";
    this.#become("connecting");
    if (peer !== this.#peer) return; // whoever was told has opened another one
    clearTimeout(this.#timer);
    peer.onconnectionstatechange = () => peer === this.#peer && this.#moved(peer.connectionState);
    this.#prepare(peer);
    this.#timer = setTimeout(() => this.#later(), CONNECT_WITHIN);
    try {
      const offer = await peer.createOffer();
      const answer = await fetch(typeof this.#url === "string" ? this.#url : this.#url(), { method: "POST", headers: { "Content-Type": "application/sdp" }, body: offer.sdp });
      if (peer !== this.#peer) return void drop(answer.headers.get("Location") ?? "");
      if (answer.status !== 201) return void (await this.#notTaken(answer));
      this.#resource = answer.headers.get("Location") ?? "";
      const iceServers = relaysIn(answer.headers.get("Link") ?? "");
      if (iceServers.length) peer.setConfiguration?.({ ...CONNECTION, iceServers });
      await peer.setLocalDescription(offer);
      await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    } catch {
      if (peer === this.#peer) this.#later();
    }
  }

  /** @param {Response} answer */
  async #notTaken(answer) {
    if (answer.status >= 500 || answer.status === 429) return this.#later(1000 * Number(answer.headers.get("Retry-After") ?? 2));
    const { code = "media_not_allowed" } = await answer.json().catch(() => ({}));
    this.#end();
    this.refused = code;
    this.#become("refused");
  }

  /** @param {RTCPeerConnectionState} state */
  #moved(state) {
    if (state === "connected") {
      clearTimeout(this.#timer);
      this.#tries = 0;
      this.#become("live");
    } else if (state === "disconnected") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#later(0), UNSTEADY_FOR);
    } else if (state === "failed" || state === "closed") this.#later();
  }

  /** @param {number} [wait] milliseconds; without it, longer from try to try */
  #later(wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#tries) * (0.5 + Math.random())) {
    this.#tries += 1;
    const replaced = this.#end();
    this.#become("lost");
    this.#timer = setTimeout(() => void replaced.then((elsewhere) => this.#openUnless(elsewhere)), wait);
  }

  /** Two machines must not take the same source from each other for ever: the later one keeps it. @param {boolean} elsewhere */
  #openUnless(elsewhere) {
    if (this.state !== "lost") return;
    if (elsewhere) this.#become("replaced");
    else void this.#open();
  }

  /** Resolves to whether another session had taken the place of this one. */
  #end() {
    clearTimeout(this.#timer);
    const peer = this.#peer;
    this.#peer = null;
    peer?.close();
    const replaced = drop(this.#resource);
    this.#resource = "";
    return replaced;
  }

  #leave = () => void this.#end();

  /** The browser had put the page aside, and shows it again as it was. @param {PageTransitionEvent} event */
  #back = (event) => event.persisted && this.state !== "replaced" && this.again();

  /** @param {SessionState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/** Ends a session; resolves to whether another one had taken its place. @param {string} resource the address of a session that is over @returns {Promise<boolean>} */
async function drop(resource) {
  if (!resource) return false;
  try {
    const answer = await fetch(resource, { method: "DELETE", keepalive: true, signal: AbortSignal.timeout(ANSWER_WITHIN) });
    return answer.ok && (await answer.json()).replaced;
  } catch {
    return false;
  }
}

/** The ICE servers of `Link` headers (RFC 9725, section 4.6). @param {string} link @returns {RTCIceServer[]} */
export function relaysIn(link) {
  const servers = [];
  for (const [, urls, rest] of link.matchAll(/<([^>]+)>((?:\s*;\s*[\w-]+=(?:"[^"]*"|[^,;\s]+))*)/g)) {
    const named = Object.fromEntries(Array.from(rest.matchAll(/([\w-]+)=(?:"([^"]*)"|([^,;\s]+))/g), (m) => [m[1], m[2] ?? m[3]]));
    if (named.rel === "ice-server") servers.push({ urls, ...(named.username && { username: named.username, credential: named.credential }) });
  }
  return servers;
}
