package wsclient

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// extension is one element of a Sec-WebSocket-Extensions header.
type extension struct {
	name   string
	params []extensionParam
}

type extensionParam struct {
	name     string
	value    string
	hasValue bool
}

var errExtensionSyntax = errors.New("not a list of extensions")

// parseExtensions parses a Sec-WebSocket-Extensions header's value. An empty one
// names no extension. RFC 6455, Section 9.1.
func parseExtensions(value string) ([]extension, error) {
	if trimSpace(value) == "" {
		return nil, nil
	}
	var list []extension
	s := scanner{value}
	for {
		name := s.token()
		if name == "" {
			return nil, errExtensionSyntax
		}
		ext := extension{name: name}
		for s.skip(';') {
			p := extensionParam{name: s.token()}
			if p.name == "" {
				return nil, errExtensionSyntax
			}
			if s.skip('=') {
				p.hasValue = true
				var ok bool
				if p.value, ok = s.tokenOrQuoted(); !ok {
					return nil, errExtensionSyntax
				}
			}
			ext.params = append(ext.params, p)
		}
		list = append(list, ext)
		if s.skip(',') {
			continue
		}
		if s.rest != "" {
			return nil, errExtensionSyntax
		}
		return list, nil
	}
}

// acceptExtensions judges a server's Sec-WebSocket-Extensions against the offer
// (nil: none), and returns what was agreed on, or nil. RFC 6455, Section 4.1,
// and RFC 7692, Section 7.
func acceptExtensions(value string, offer *DeflateParams) (*DeflateParams, error) {
	list, err := parseExtensions(value)
	if err != nil {
		return nil, err
	}
	var agreed *DeflateParams
	for _, ext := range list {
		switch {
		case ext.name != deflateName || offer == nil:
			return nil, fmt.Errorf("the extension %s, which was not offered", strconv.Quote(ext.name))
		case agreed != nil:
			return nil, fmt.Errorf("%s twice", deflateName)
		}
		params, err := offer.accept(ext.params)
		if err != nil {
			return nil, fmt.Errorf("%s with %w", deflateName, err)
		}
		agreed = &params
	}
	return agreed, nil
}

// scanner reads the words of a header's value. RFC 9110, Section 5.6.
type scanner struct{ rest string }

func (s *scanner) space() { s.rest = strings.TrimLeft(s.rest, " \t") }

// skip reports whether c comes next, and takes it.
func (s *scanner) skip(c byte) bool {
	s.space()
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// token takes a token, "" where none comes next.
func (s *scanner) token() string {
	s.space()
	n := 0
	for n < len(s.rest) && isTokenByte(s.rest[n]) {
		n++
	}
	token := s.rest[:n]
	s.rest = s.rest[n:]
	s.space()
	return token
}

// tokenOrQuoted takes a token or a quoted string whose content is a token, which
// is all that RFC 6455, Section 9.1 allows there.
func (s *scanner) tokenOrQuoted() (string, bool) {
	if !s.skip('"') {
		token := s.token()
		return token, token != ""
	}
	var b strings.Builder
	for s.rest != "" {
		c := s.rest[0]
		s.rest = s.rest[1:]
		switch {
		case c == '"':
			s.space()
			return b.String(), isToken(b.String())
		case c == '\\' && s.rest != "":
			b.WriteByte(s.rest[0])
			s.rest = s.rest[1:]
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// isToken reports whether s is a token. RFC 9110, Section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// trimSpace removes optional white space as HTTP knows it, from both ends.
func trimSpace(s string) string { return strings.Trim(s, " \t") }
