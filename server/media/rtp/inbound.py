"""One received stream: what is missing and is asked for again, what we report about it, when a key frame is asked for."""

from server.media.rtp.packets import ReportBlock, SenderReport, ahead

PLI_EVERY = 0.5
"""Seconds between two requests for a key frame (RFC 4585 section 6.3.1 leaves it to us; each costs the publisher a large frame)."""
NACK_AFTER, NACK_EVERY, NACK_TRIES, NACK_AGE = 0.01, 0.1, 5, 1.0
"""Seconds a packet may be merely late, seconds between requests, most requests, seconds after which it is useless."""
NACK_MOST = 128
"""With more packets missing at once, only a key frame helps."""
LEAP = 3000


class Inbound:
    """Times are monotonic seconds; nothing is sent, everything is answered."""

    def __init__(self, ssrc: int, clock_rate: int, *, repairs: bool = True) -> None:
        self.ssrc = ssrc
        self.clock_rate = clock_rate
        self.repairs = repairs
        """Whether lost packets are asked for (pictures; Opus mends itself)."""
        self.received = 0
        self.jitter = 0.0
        """RFC 3550 section 6.4.1, in units of the clock."""
        self.round_trip = NACK_EVERY
        """Seconds; the caller sets it when it knows better. A request is not repeated sooner."""
        self._first = -1
        self._highest = -1  # unwrapped: cycles above, sequence number below
        self._transit: int | None = None
        self._missing: dict[int, tuple[float, float, int]] = {}  # unwrapped number: since when, next request, requests made
        self._expected_before = self._received_before = 0
        self._sr: tuple[int, float] | None = None
        self._asked: float | None = None
        self._wanted = False

    def packet(self, sequence: int, timestamp: int, now: float) -> None:
        """A packet has come. A leap of the sequence begins the count anew (RFC 3550 appendix A.1)."""
        step = 0 if self._highest < 0 else ahead(sequence, self._highest & 0xFFFF)
        if self._highest < 0 or abs(step) > LEAP:
            self._first = self._highest = sequence
            self._missing.clear()
            self._transit = None
            self.received = self._expected_before = self._received_before = 0
        elif step > 0:
            if self.repairs and step - 1 + len(self._missing) > NACK_MOST:
                self._missing.clear()
                self._wanted = True
            elif self.repairs:
                for number in range(self._highest + 1, self._highest + step):
                    self._missing[number] = (now, now + NACK_AFTER, 0)
            self._highest += step
        else:
            self._missing.pop(self._highest + step, None)
        self.received += 1
        transit = round(now * self.clock_rate) - timestamp
        if self._transit is not None:
            self.jitter += (abs(ahead(transit, self._transit, 32)) - self.jitter) / 16
        self._transit = transit

    def nacks(self, now: float) -> list[int]:
        """The sequence numbers to ask for now. One given up makes a key frame wanted."""
        due = []
        for number, (since, when, tries) in list(self._missing.items()):
            if now - since > NACK_AGE or (tries >= NACK_TRIES and now >= when):
                del self._missing[number]
                self._wanted = True
            elif now >= when:
                self._missing[number] = (since, now + max(NACK_EVERY, self.round_trip), tries + 1)
                due.append(number & 0xFFFF)
        return due

    def want_key_frame(self, now: float) -> bool:
        """A key frame is needed: True when it is to be asked for at once, else `key_frame_due` says when."""
        self._wanted = True
        return self.key_frame_due(now)

    def key_frame_due(self, now: float) -> bool:
        """Whether to ask now: something wanted one, and the last request is long enough ago (the trailing edge: a wish
        within the pause is kept, because the frame under way may be older than the wish)."""
        if not self._wanted or (self._asked is not None and now - self._asked < PLI_EVERY):
            return False
        self._asked, self._wanted = now, False
        return True

    def sender_report(self, report: SenderReport, now: float) -> None:
        """The publisher's report has come; the next block answers it."""
        self._sr = (report.ntp >> 16 & 0xFFFFFFFF, now)

    def report(self, now: float) -> ReportBlock | None:
        """The block for the next receiver report (RFC 3550 section 6.4.1, appendix A.3); None before the first packet."""
        if self._highest < 0:
            return None
        expected = self._highest - self._first + 1
        span, got = expected - self._expected_before, self.received - self._received_before
        self._expected_before, self._received_before = expected, self.received
        fraction = min(255, ((span - got) << 8) // span) if span > got else 0
        last, delay = (0, 0) if self._sr is None else (self._sr[0], min(0xFFFFFFFF, round((now - self._sr[1]) * 65536)))
        return ReportBlock(self.ssrc, fraction, expected - self.received, self._highest & 0xFFFFFFFF, min(0xFFFFFFFF, int(self.jitter)), last, delay)
