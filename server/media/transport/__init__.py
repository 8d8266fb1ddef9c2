"""One UDP port for all media: STUN, DTLS and SRTP told apart, sessions found, strangers dropped."""
