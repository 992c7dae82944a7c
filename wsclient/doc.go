// Package wsclient is a WebSocket client: RFC 6455, and permessage-deflate as
// RFC 7692 defines it.
//
// The protocol is in the middle and does no I/O, reads no clock and starts no
// goroutine:
//
//	Request.Prepare → Upgrade   the opening request, checked once, shared by all connections
//	Upgrade.Start   → Handshake request bytes out, response bytes in, verdict out
//	AppendFrame                 header and masked payload appended to the caller's buffer
//	Decoder.Next                bytes in, events out; payloads are streamed, never assembled
//	Deflater, Inflater          permessage-deflate around the two, where it was agreed on
//
// Around it there is an ordinary blocking client: Dialer.Open resolves,
// connects, does TLS and the opening handshake, timing each, and returns a
// Transport for somebody who runs the Decoder himself; Dialer.Dial goes one
// step further and returns a Conn, which assembles messages, answers pings and
// does the closing handshake.
//
// Ownership: every Append function appends to the caller's buffer and keeps
// nothing. Slices in an Event alias the caller's input. Only Dialer and Conn
// read the clock (the system's, for timeouts and Timings).
//
// Errors: what the peer did wrong is a *ProtocolError or a *HandshakeError, a
// connection that the peer closed is a *CloseError, and a connection that could
// not be opened is an *OpenError around the reason.
package wsclient
