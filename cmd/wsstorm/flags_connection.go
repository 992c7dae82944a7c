package main

import (
	"errors"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
	"wsstorm/wsclient"
)

// connectionFlags are how connections are opened, kept and closed.
func (f *flags) connectionFlags(set *pflag.FlagSet) {
	p := &f.plan
	set.Var(perSecond(&p.ConnectRate, nounRate), "connect-rate", "open this many connections a second; by default as fast as they open")
	f.connectStageFlag(set)
	set.Var(concurrency(&p.ConnectConcurrency), "connect-concurrency", "connections being opened at the same time; all opens them at once")
	set.Var(span(&p.ConnectTimeout, 1, nounDuration), "connect-timeout", "for name, TCP, TLS and upgrade of a connection together")
	set.Var(addressSet(&p.Sources), "source-ip", "connect from these addresses of this machine by turns: 10.0.0.2-9,10.1.0.0/24; each has ports of its own")
	set.Var(addressSet(&p.ConnectTo), "connect-to", "connect to these addresses by turns, at the URL's port, instead of looking up its host")
	set.Var(span(&p.PingInterval, 0, nounDuration), "ping-interval", "send a Ping on every connection this often")
	f.idleFlags(set)
	set.Var(closeCode(&p.CloseCode), "close-code", "status code of the Close frames at the end")
	set.Var(&field[string]{to: &p.CloseReason, noun: "TEXT", parse: parseReason, format: asItIs}, "close-reason", "their reason, up to 123 bytes")
	set.Var(span(&p.CloseTimeout, 1, nounDuration), "close-timeout", "wait this long for the server's Close frames")
}

// concurrency returns the value of a flag that takes a number, or all.
func concurrency(to *int) *field[int] {
	number := whole(to, 1, loadgen.ConnectAll-1, "N|all")
	parse, format := number.parse, number.format
	number.names = []string{"all"}
	number.parse = func(s string) (int, error) {
		if s == "all" {
			return loadgen.ConnectAll, nil
		}
		return parse(s)
	}
	number.format = func(n int) string {
		if n == loadgen.ConnectAll {
			return "all"
		}
		return format(n)
	}
	return number
}

func closeCode(to *wsclient.StatusCode) *field[wsclient.StatusCode] {
	code := whole(to, 1000, 4999, "CODE")
	parse := code.parse
	code.parse = func(s string) (wsclient.StatusCode, error) {
		c, err := parse(s)
		if err == nil && !c.Valid() {
			err = errors.New("no Close frame may carry it: want 1000 to 1014 without 1004 to 1006, or 3000 to 4999 (RFC 6455, Section 7.4)")
		}
		return c, err
	}
	return code
}

func parseReason(s string) (string, error) {
	if len(s) > 123 {
		return "", errors.New("want 123 bytes at most (RFC 6455, Section 5.5)")
	}
	return s, nil
}

// requestFlags are what the opening handshake says, and where it goes.
func (f *flags) requestFlags(set *pflag.FlagSet) {
	r := &f.plan.Request
	set.VarP(&list[wsclient.Header]{to: &r.Headers, noun: "'NAME: VALUE'", parse: parseHeader,
		format: func(h wsclient.Header) string { return h.Name + ": " + h.Value }}, "header", "H", "header of the request; repeatable")
	set.Var(&field[string]{to: &r.Host, noun: "HOST", format: asItIs, parse: checked(func(r *wsclient.Request, s string) { r.Host = s })},
		"host", "Host header, in place of the URL's")
	set.Var(&field[string]{to: &r.Origin, noun: "ORIGIN", format: asItIs, parse: checked(func(r *wsclient.Request, s string) { r.Origin = s })},
		"origin", "Origin header, as a browser sends it: https://host.example")
	set.Var(&list[string]{to: &r.Cookies, noun: "NAME=VALUE", format: asItIs, parse: checked(func(r *wsclient.Request, s string) { r.Cookies = []string{s} })},
		"cookie", "cookie; repeatable")
	set.VarP(&field[string]{to: &f.user, noun: "USER:PASSWORD", parse: parseUser, format: asItIs}, "user", "u", "basic authentication")
	set.Var(&list[string]{to: &r.Subprotocols, noun: "NAME", format: asItIs, parse: checked(func(r *wsclient.Request, s string) { r.Subprotocols = []string{s} })},
		"subprotocol", "subprotocol to offer, the most wanted first; repeatable")
	set.Var(text(&f.plan.UnixSocket, nounFile), "unix-socket", "connect to this socket; the URL still says path and Host header")
}

// nowhere is a target to check parts of a request with.
var nowhere = wsclient.Target{Host: "host", Port: "80", Authority: "host", RequestURI: "/"}

// checked returns a parser that has wsclient check a request in which put has
// put the text. The error does not repeat it.
func checked(put func(*wsclient.Request, string)) func(string) (string, error) {
	return func(s string) (string, error) {
		if s == "" {
			return "", errEmpty
		}
		r := wsclient.Request{Target: nowhere}
		put(&r, s)
		_, err := r.Prepare()
		return s, err
	}
}

// instead names the flag for a header that --header cannot set.
var instead = map[string]string{
	"host":                   "--host",
	"sec-websocket-protocol": "--subprotocol",
}

func parseHeader(s string) (wsclient.Header, error) {
	name, value, found := strings.Cut(s, ":")
	h := wsclient.Header{Name: name, Value: strings.TrimSpace(value)}
	if !found {
		return h, errors.New("want 'NAME: VALUE'")
	}
	if flag := instead[strings.ToLower(name)]; flag != "" {
		return h, errors.New("use " + flag)
	}
	r := wsclient.Request{Target: nowhere, Headers: []wsclient.Header{h}}
	_, err := r.Prepare()
	return h, err
}

func parseUser(s string) (string, error) {
	if name, _, found := strings.Cut(s, ":"); !found || name == "" {
		return "", errors.New("want USER:PASSWORD")
	}
	return s, nil
}
