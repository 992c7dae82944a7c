package wsclient

import "testing"

// RFC 6455, Section 7.4.2, and the IANA registry.
func TestStatusCodeValidity(t *testing.T) {
	valid := map[StatusCode]bool{
		1000: true, 1001: true, 1002: true, 1003: true, 1007: true, 1008: true, 1009: true, 1010: true,
		1011: true, 1012: true, 1013: true, 1014: true,
	}
	for n := range 1 << 16 {
		c := StatusCode(n)
		want := valid[c] || n >= 3000 && n <= 4999
		if got := c.Valid(); got != want {
			t.Errorf("%d: got %v, want %v", n, got, want)
		}
	}
}

func TestNamesInWords(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{StatusNormalClosure.String(), "1000 normal closure"},
		{StatusTooBig.String(), "1009 message too big"},
		{StatusCode(4321).String(), "4321"},
		{OpPing.String(), "ping"},
		{Opcode(0xB).String(), "opcode 0xb"},
		{EventControl.String(), "control"},
		{HandshakeAccept.String(), "bad Sec-WebSocket-Accept"},
		{StageTLS.String(), "tls"},
		{(&CloseError{StatusGoingAway, "restart"}).Error(), "closed by the peer: 1001 going away: restart"},
		{(&CloseError{StatusNoStatus, ""}).Error(), "closed by the peer: 1005 no status received"},
		{(&ProtocolError{StatusProtocolError, "RFC 6455, Section 5.2", "reserved opcode 0x3"}).Error(),
			"reserved opcode 0x3 (RFC 6455, Section 5.2)"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// RFC 6455, Section 11.8: 0 to 2 and 8 to 10 are defined, the rest is reserved.
func TestOpcodesDefined(t *testing.T) {
	for o := Opcode(0); o < 16; o++ {
		if got, want := o.isDefined(), o <= 2 || o >= 8 && o <= 10; got != want {
			t.Errorf("%v: got %v, want %v", o, got, want)
		}
		if got, want := o.IsControl(), o >= 8; got != want {
			t.Errorf("%v: control: got %v, want %v", o, got, want)
		}
	}
}
