package wsclient

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Request says what the opening handshake asks for. Only Target is necessary.
type Request struct {
	Target Target
	// Host replaces the Host header's value, which is otherwise the target's.
	Host string
	// Origin is the Origin header's value; "" sends none.
	Origin string
	// Headers are sent as they are, in this order.
	Headers []Header
	// Cookies, each "name=value", are sent in one Cookie header.
	Cookies []string
	// User is sent as basic authentication; nil takes the target's, if it has one.
	User *url.Userinfo
	// Subprotocols are offered in this order, the one most wanted first.
	Subprotocols []string
	// Deflate offers permessage-deflate; nil does not.
	Deflate *DeflateParams
	// MaxResponseHeader bounds the header of the server's answer, in bytes;
	// 0 is DefaultMaxResponseHeader.
	MaxResponseHeader int
}

// Header is one header field of a Request.
type Header struct{ Name, Value string }

// DefaultMaxResponseHeader is how long the header of a server's answer may be
// where the Request does not say, in bytes.
const DefaultMaxResponseHeader = 16 << 10

// Upgrade is a Request, checked and written out, for any number of connections
// to share: it does not change.
type Upgrade struct {
	target       Target
	head, tail   []byte // the request, without the key between them
	subprotocols []string
	deflate      *DeflateParams
	maxHeader    int
}

// Target returns where the request is meant to go.
func (u *Upgrade) Target() Target { return u.target }

// ownHeaders are the headers that a Request's Headers must not have, and what to
// use instead.
var ownHeaders = map[string]string{
	"host":                     "it has an option of its own",
	"upgrade":                  "the handshake sets it",
	"connection":               "the handshake sets it",
	"content-length":           "the request has no body",
	"transfer-encoding":        "the request has no body",
	"sec-websocket-key":        "the handshake draws it at random",
	"sec-websocket-version":    "the handshake sets it to 13",
	"sec-websocket-accept":     "only a server sends it",
	"sec-websocket-protocol":   "subprotocols have an option of their own",
	"sec-websocket-extensions": "compression has an option of its own",
}

// Prepare checks the request and writes it out. The error says in one line what
// is wrong and does not repeat values, which may be secret.
func (r Request) Prepare() (*Upgrade, error) {
	t := r.Target
	if t.Authority == "" || !strings.HasPrefix(t.RequestURI, "/") {
		return nil, errors.New("the request has no target: take one from ParseTarget")
	}
	host := t.Authority
	if r.Host != "" {
		host = r.Host
		if strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c >= 0x7F || c == '/' || c == '@' }) {
			return nil, fmt.Errorf("host %s: want a name or an address, perhaps with a port", strconv.Quote(host))
		}
	}
	headers, err := r.headers()
	if err != nil {
		return nil, err
	}
	if r.MaxResponseHeader < 0 {
		return nil, fmt.Errorf("response header limit %d: want a positive number of bytes", r.MaxResponseHeader)
	}
	u := &Upgrade{target: t, maxHeader: r.MaxResponseHeader, subprotocols: slices.Clone(r.Subprotocols)}
	if u.maxHeader == 0 {
		u.maxHeader = DefaultMaxResponseHeader
	}
	if r.Deflate != nil {
		offer := *r.Deflate
		if err := offer.check(); err != nil {
			return nil, err
		}
		u.deflate = &offer
		headers = append(headers, Header{"Sec-WebSocket-Extensions", offer.String()})
	}

	u.head = fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ", t.RequestURI, host)
	u.tail = append(u.tail, "\r\n"...)
	for _, h := range headers {
		u.tail = fmt.Appendf(u.tail, "%s: %s\r\n", h.Name, h.Value)
	}
	u.tail = append(u.tail, "\r\n"...)
	return u, nil
}

// headers collects all headers that are not part of every handshake.
func (r Request) headers() ([]Header, error) {
	var headers []Header
	if r.Origin != "" {
		headers = append(headers, Header{"Origin", r.Origin})
	}
	user := r.User
	if user == nil {
		user = r.Target.User
	}
	if user != nil {
		if strings.Contains(user.Username(), ":") {
			return nil, errors.New("the user name for basic authentication has a colon in it (RFC 7617, Section 2)")
		}
		password, _ := user.Password()
		pair := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		headers = append(headers, Header{"Authorization", "Basic " + pair})
	}
	if len(r.Cookies) > 0 {
		for i, c := range r.Cookies {
			name, _, found := strings.Cut(c, "=")
			if !found || !isToken(name) || strings.ContainsAny(c, ";\r\n") {
				return nil, fmt.Errorf("cookie %d: want name=value", i+1)
			}
		}
		headers = append(headers, Header{"Cookie", strings.Join(r.Cookies, "; ")})
	}
	if len(r.Subprotocols) > 0 {
		for i, p := range r.Subprotocols {
			if !isToken(p) {
				return nil, fmt.Errorf("subprotocol %s: want a token, without spaces or separators", strconv.Quote(p))
			}
			if slices.Contains(r.Subprotocols[:i], p) {
				return nil, fmt.Errorf("subprotocol %s is given twice (RFC 6455, Section 4.1)", strconv.Quote(p))
			}
		}
		headers = append(headers, Header{"Sec-WebSocket-Protocol", strings.Join(r.Subprotocols, ", ")})
	}
	for _, h := range r.Headers {
		if !isToken(h.Name) {
			return nil, fmt.Errorf("header name %s: want a token, without spaces or separators", strconv.Quote(h.Name))
		}
		if why, own := ownHeaders[strings.ToLower(h.Name)]; own {
			return nil, fmt.Errorf("header %s cannot be set: %s", h.Name, why)
		}
		for _, name := range []string{"Origin", "Authorization", "Cookie"} {
			if strings.EqualFold(h.Name, name) && slices.ContainsFunc(headers, func(o Header) bool { return o.Name == name }) {
				return nil, fmt.Errorf("header %s is given twice: as a header, and by the option or URL part made for it", name)
			}
		}
		headers = append(headers, Header{h.Name, trimSpace(h.Value)})
	}
	for _, h := range headers {
		for i := range len(h.Value) {
			// RFC 9110, Section 5.5; a line break would smuggle in another header.
			if c := h.Value[i]; c < ' ' && c != '\t' || c == 0x7F {
				return nil, fmt.Errorf("header %s: its value has the control character %q in it", h.Name, c)
			}
		}
	}
	return headers, nil
}
