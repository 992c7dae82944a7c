package loadgen

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http/httptest"
	"testing"

	"wsstorm/stats"
)

// TestTLSFailures: what TLS finds fault with, at either end, is of the class tls, also
// where its handshake is done and the opening handshake is not.
func TestTLSFailures(t *testing.T) {
	donor := httptest.NewTLSServer(nil) // of a certificate
	defer donor.Close()
	for _, tt := range []struct {
		name   string
		auth   tls.ClientAuthType
		answer string // to the opening handshake, not encrypted
	}{
		{"no client certificate", tls.RequireAnyClientCert, ""},
		{"an alert", 0, "\x15\x03\x03\x00\x02\x02\x50"}, // RFC 8446, Section 6
		{"plain text", 0, "HTTP/1.1 101 Switching Protocols\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := startWild(t, &wildServer{picks: func(int64) bool { return true }, wild: func(c *wildConn) {
				secure := tls.Server(c.TCPConn, &tls.Config{Certificates: donor.TLS.Certificates, ClientAuth: tt.auth})
				if secure.Handshake() == nil {
					c.r = bufio.NewReader(secure)
					c.request()
					c.send([]byte(tt.answer))
				}
				// Closing a socket with unread input would reset the connection.
				c.CloseWrite()
				io.Copy(io.Discard, c.TCPConn)
			}})
			p := aimed(t, Plan{Connections: 3, InFlight: 1, Messages: 30, Driver: DriverPortable}, "wss"+s.URL()[len("ws"):])
			p.TLS = &tls.Config{InsecureSkipVerify: true}
			r := load(t, t.Context(), p)
			wantConnections(t, r, stats.Connections{Requested: 3, Failed: 3})
			if r.Errors["tls"].Count != 3 {
				t.Errorf("errors: %+v, want 3 of the class tls", r.Errors)
			}
		})
	}
}
