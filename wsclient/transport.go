package wsclient

import "net"

// Transport is a connection whose opening handshake is done, for somebody who
// runs the Decoder himself. It owns Conn until its user closes it.
type Transport struct {
	// Conn is the TCP or Unix connection, or a *tls.Conn on it. It has no deadlines set.
	Conn net.Conn
	// Buffered is what was read behind the handshake: the first frames. It has to
	// be decoded before anything is read from Conn. The user owns it.
	Buffered []byte
	// Subprotocol is the one that the server chose, "" if none.
	Subprotocol string
	// Deflate is what was agreed on for permessage-deflate, nil if it is not used.
	Deflate *DeflateParams
	// Timings says how long opening took.
	Timings Timings
}
