package main

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"wsstorm/loadgen"
	"wsstorm/wsclient"
)

// complete fills in the parts of the plan that no single flag holds: target,
// request, TLS and payload. What the engine would refuse of a request is refused
// here, where flags can be named.
func (r *request) complete() error {
	p := &r.plan
	target := nowhere // the built-in server's is not known yet
	if r.url != nil {
		var err error
		if target, err = parseTarget(r.url.value); err != nil {
			return usagef("%s%v", place(r.url.from), err)
		}
		p.Target = target
	}
	if err := r.completeRequest(target); err != nil {
		return err
	}
	if err := r.completeTLS(target.Secure); err != nil {
		return err
	}
	if err := r.completePayload(); err != nil {
		return err
	}
	checked := *p
	checked.Target = target
	if r.url == nil {
		checked.Target.Host = builtIn.Addr().String()
	}
	err := checked.Check()
	var wrong *loadgen.PlanError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "Sources":
		return usagef("%s contradicts %s: %v", r.told("source-ip"), r.where(), err)
	case errors.As(err, &wrong) && p.CloseShare > 0 && (wrong.Field == "CloseAt" || wrong.Field == "CloseWithin"):
		flag := map[string]string{"CloseAt": "close-at", "CloseWithin": "close-within"}[wrong.Field]
		return usagef("%s contradicts %s: %v", r.told(flag), r.told("duration"), err)
	case err != nil:
		return usagef("%v", err)
	}
	return nil
}

// where returns what says where connections go.
func (r *request) where() string {
	switch {
	case r.given("connect-to"):
		return r.told("connect-to")
	case r.url == nil:
		return "the built-in server"
	}
	return "the URL"
}

// parseTarget reads a URL. The error does not repeat a secret.
func parseTarget(word string) (wsclient.Target, error) {
	target, err := wsclient.ParseTarget(word)
	if err == nil {
		return target, nil
	}
	if !strings.ContainsAny(word, ":/.") {
		if slices.Contains(commandNames(), word) {
			return target, usagef("%s is a command: it comes first", word)
		}
		if meant, ok := nearest(word, commandNames()); ok {
			return target, usagef("%q is neither a URL nor a command; did you mean %s?", word, meant)
		}
	}
	// The error may quote the URL: have it quote one without secrets.
	if _, err = wsclient.ParseTarget(hideURL(word)); err == nil {
		err = errors.New("the URL cannot be parsed: in a user name or password, a character such as / ? # @ is written %2F %3F %23 %40")
	}
	return target, err
}

// ownFlags are the headers that have a flag.
var ownFlags = []struct{ header, flag string }{
	{"Authorization", "user"},
	{"Cookie", "cookie"},
	{"Origin", "origin"},
}

// completeRequest joins the parts of the opening handshake.
func (r *request) completeRequest(target wsclient.Target) error {
	q := &r.plan.Request
	for _, own := range ownFlags {
		if r.given(own.flag) && slices.ContainsFunc(q.Headers, func(h wsclient.Header) bool { return strings.EqualFold(h.Name, own.header) }) {
			return usagef("%s %s contradicts %s: it is the same header", r.told("header"), own.header, r.told(own.flag))
		}
	}
	if r.given("user") {
		if target.User != nil {
			return usagef("%s contradicts the user name in the URL", r.told("user"))
		}
		name, password, _ := strings.Cut(r.user, ":")
		q.User = url.UserPassword(name, password)
	}
	checked := *q
	checked.Target = target
	if _, err := checked.Prepare(); err != nil {
		return usagef("%v", err)
	}
	return nil
}

// completeTLS reads the files that the TLS flags name.
func (r *request) completeTLS(secure bool) error {
	if !secure {
		for _, name := range tlsFlagNames {
			if r.given(name) {
				return usagef("%s needs a wss:// URL", r.told(name))
			}
		}
		return nil
	}
	config, err := r.tls.config()
	if err != nil {
		return usagef("%v", err)
	}
	r.plan.TLS = config
	return nil
}

// completePayload reads the payload, and makes the bounds fit the sizes.
func (r *request) completePayload() error {
	p := &r.plan
	data, err := r.payload.read()
	if err != nil {
		return usagef("%s: %v", r.told("payload"), err)
	}
	p.Payload, p.PayloadData = r.payload.kind, data
	if p.Payload == loadgen.PayloadFile {
		if p.Text && !utf8.Valid(data) {
			return usagef("%s contradicts %s: the file is not UTF-8", r.told("payload"), r.told("text"))
		}
		if !r.given("size") {
			p.Sizes = []loadgen.SizeClass{{Min: len(data), Max: len(data)}}
		}
	}
	size := largest(p.Sizes)
	if p.Fragment >= size && p.Fragment > 0 {
		return usagef("%s cuts nothing: no message is longer than %d bytes", r.told("fragment"), size)
	}
	switch {
	case !r.given("max-message"):
		p.MaxMessage = max(p.MaxMessage, int64(size+len(p.Broadcast.Publish)))
	case p.Reply == loadgen.ReplyEcho && p.MaxMessage < int64(size):
		return usagef("%s contradicts %s: the echo of a message of %d bytes would be refused", r.told("max-message"), r.told("size"), size)
	}
	return nil
}

// largest returns the longest message of a list of sizes, in bytes.
func largest(sizes []loadgen.SizeClass) int {
	most := 0
	for _, c := range sizes {
		most = max(most, c.Max)
	}
	return most
}
