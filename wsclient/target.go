package wsclient

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Target is where a WebSocket URL points to. RFC 6455, Section 3.
type Target struct {
	Secure     bool          // wss://
	Host       string        // name or address; an IPv6 address without brackets, with its zone
	Port       string        // always a number: 80 and 443 are the defaults
	ServerName string        // the host as TLS verifies it: Host without zone
	Authority  string        // the Host header's value: brackets where needed, the port unless it is the default
	RequestURI string        // path and query, "/" where the URL has none
	User       *url.Userinfo // from the URL, nil without; the other fields and String do not have it
}

// ParseTarget parses a ws:// or wss:// URL. The error is one line that says what
// would be right, and never repeats a password.
func ParseTarget(raw string) (Target, error) {
	scheme, after, found := strings.Cut(raw, "://")
	if !found || strings.ContainsAny(scheme, ":/@?#") {
		if raw == "" {
			return Target{}, errors.New("the URL is empty: want ws://host/path or wss://host/path")
		}
		if strings.HasPrefix(raw, "ws:") || strings.HasPrefix(raw, "wss:") {
			return Target{}, errors.New(`the URL has no "//" after its scheme: want ws://host/path or wss://host/path`)
		}
		return Target{}, fmt.Errorf("the URL has no scheme: did you mean %s?", strconv.Quote("ws://"+withoutUser(raw)))
	}
	var t Target
	switch lower := strings.ToLower(scheme); lower {
	case "ws":
	case "wss":
		t.Secure = true
	case "http", "https":
		meant := map[string]string{"http": "ws", "https": "wss"}[lower]
		return Target{}, fmt.Errorf("the URL's scheme is %s: did you mean %s?", lower, strconv.Quote(meant+"://"+withoutUser(after)))
	default:
		return Target{}, fmt.Errorf("the URL's scheme is %s: want ws or wss", strconv.Quote(scheme))
	}
	if strings.Contains(after, "#") {
		return Target{}, errors.New("the URL has a fragment (#), which RFC 6455, Section 3 forbids: write %23 for a # in the path")
	}
	u, err := url.Parse(raw)
	if err != nil {
		// url.Error repeats the URL, password and all.
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		if strings.Contains(withUser(after), "@") && !strings.Contains(err.Error(), "port") {
			err = errors.New("its host or userinfo is malformed")
		}
		if strings.Contains(err.Error(), "port") {
			err = errPort
		}
		return Target{}, fmt.Errorf("the URL cannot be parsed: %w", err)
	}
	t.User = u.User
	if err := t.fill(u); err != nil {
		return Target{}, err
	}
	return t, nil
}

var errPort = errors.New("its port is not a number from 1 to 65535")

// fill takes host, port and path from u.
func (t *Target) fill(u *url.URL) error {
	t.Host = u.Hostname()
	if !strings.HasPrefix(u.Host, "[") && strings.Count(u.Host, ":") > 1 {
		return errors.New("the URL's host has several colons: an IPv6 address goes into brackets, as in ws://[::1]:8080/")
	}
	if t.Host == "" {
		return errors.New("the URL has no host: want ws://host/path or wss://host/path")
	}
	for i := range len(t.Host) {
		switch c := t.Host[i]; {
		case c >= 0x80:
			return fmt.Errorf("the URL's host %s is not ASCII: write it in Punycode (xn--...)", strconv.Quote(t.Host))
		case c == '%' && strings.Contains(t.Host, ":"): // the zone of an IPv6 address
		case c <= ' ' || c == 0x7F || strings.IndexByte(`"%<>\^{|}`+"`", c) >= 0:
			return fmt.Errorf("the URL's host %s has the character %s in it", strconv.Quote(t.Host), strconv.QuoteRune(rune(c)))
		}
	}
	standard := "80"
	if t.Secure {
		standard = "443"
	}
	t.Port = u.Port()
	if t.Port == "" {
		t.Port = standard
	}
	n, err := strconv.ParseUint(t.Port, 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("the URL cannot be parsed: %w", errPort)
	}
	t.Port = strconv.FormatUint(n, 10)

	t.ServerName = t.Host
	t.Authority = t.Host
	if strings.Contains(t.Host, ":") {
		addr, err := netip.ParseAddr(t.Host)
		if err != nil {
			return fmt.Errorf("the URL's host %s is not an IPv6 address", strconv.Quote(t.Host))
		}
		// The zone of a link-local address means something on this host only.
		t.ServerName = addr.WithZone("").String()
		t.Authority = "[" + t.ServerName + "]"
	}
	if t.Port != standard {
		t.Authority += ":" + t.Port
	}
	t.RequestURI = u.RequestURI()
	for i := range len(t.RequestURI) {
		if c := t.RequestURI[i]; c <= ' ' || c >= 0x7F {
			return fmt.Errorf("the URL's query has the character %q in it: write it as %%%02X", c, c)
		}
	}
	return nil
}

// Address returns host and port as net.Dial takes them.
func (t Target) Address() string { return net.JoinHostPort(t.Host, t.Port) }

// String returns the URL without userinfo.
func (t Target) String() string {
	if t.Secure {
		return "wss://" + t.Authority + t.RequestURI
	}
	return "ws://" + t.Authority + t.RequestURI
}

// withUser returns the part of a URL, given without its scheme, that may have
// userinfo in it.
func withUser(after string) string {
	if i := strings.IndexAny(after, "/?#"); i >= 0 {
		return after[:i]
	}
	return after
}

// withoutUser removes userinfo from a URL that is given without its scheme. It
// errs on the side of removing too much: it also takes what an unescaped slash
// in a password left behind.
func withoutUser(after string) string {
	return after[strings.LastIndexByte(after, '@')+1:]
}
