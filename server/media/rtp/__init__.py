"""RTP and RTCP as pure functions and small state machines: bytes in, bytes out, no sockets, no clock. See README.md."""
