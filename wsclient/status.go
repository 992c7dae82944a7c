package wsclient

import "strconv"

// StatusCode is the reason for a closure, as a Close frame carries it.
// RFC 6455, Section 7.4, and the IANA registry "WebSocket Close Code Number".
type StatusCode uint16

// The registered status codes. StatusNoStatus, StatusAbnormal and StatusTLS are
// never on the wire: they name what happened where no Close frame said so.
const (
	StatusNormalClosure   StatusCode = 1000
	StatusGoingAway       StatusCode = 1001
	StatusProtocolError   StatusCode = 1002
	StatusUnsupportedData StatusCode = 1003
	StatusReserved        StatusCode = 1004
	StatusNoStatus        StatusCode = 1005
	StatusAbnormal        StatusCode = 1006
	StatusInvalidPayload  StatusCode = 1007
	StatusPolicyViolation StatusCode = 1008
	StatusTooBig          StatusCode = 1009
	StatusMissingExt      StatusCode = 1010
	StatusInternalError   StatusCode = 1011
	StatusServiceRestart  StatusCode = 1012
	StatusTryAgainLater   StatusCode = 1013
	StatusBadGateway      StatusCode = 1014
	StatusTLS             StatusCode = 1015
	StatusUnauthorized    StatusCode = 3000
	StatusForbidden       StatusCode = 3003
	StatusTimeout         StatusCode = 3008
)

// Valid reports whether a Close frame may carry c: registered by RFC 6455 or
// IANA for the protocol, or in one of the ranges left to libraries (3000 to
// 3999) and applications (4000 to 4999). RFC 6455, Section 7.4.2.
func (c StatusCode) Valid() bool {
	switch {
	case c >= 3000 && c <= 4999:
		return true
	case c < StatusNormalClosure || c >= StatusTLS:
		return false
	}
	return c != StatusReserved && c != StatusNoStatus && c != StatusAbnormal
}

// String returns the number and, where the code is registered, its name:
// "1000 normal closure".
func (c StatusCode) String() string {
	s := strconv.Itoa(int(c))
	if name := c.name(); name != "" {
		s += " " + name
	}
	return s
}

func (c StatusCode) name() string {
	switch c {
	case StatusNormalClosure:
		return "normal closure"
	case StatusGoingAway:
		return "going away"
	case StatusProtocolError:
		return "protocol error"
	case StatusUnsupportedData:
		return "unsupported data"
	case StatusReserved:
		return "reserved"
	case StatusNoStatus:
		return "no status received"
	case StatusAbnormal:
		return "abnormal closure"
	case StatusInvalidPayload:
		return "invalid payload data"
	case StatusPolicyViolation:
		return "policy violation"
	case StatusTooBig:
		return "message too big"
	case StatusMissingExt:
		return "mandatory extension missing"
	case StatusInternalError:
		return "internal error"
	case StatusServiceRestart:
		return "service restart"
	case StatusTryAgainLater:
		return "try again later"
	case StatusBadGateway:
		return "bad gateway"
	case StatusTLS:
		return "TLS handshake failed"
	case StatusUnauthorized:
		return "unauthorized"
	case StatusForbidden:
		return "forbidden"
	case StatusTimeout:
		return "timeout"
	}
	return ""
}
