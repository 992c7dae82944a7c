package main

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"wsstorm/loadgen"
)

// hidden stands for a secret in whatever is printed or saved.
const hidden = "***"

// secretWords are the words by which the name of a header or of a query
// parameter says that its value is a secret. The long ones count inside other
// words too (X-Sessiontoken), the short ones only by themselves (key, but not
// monkey).
var secretWords = struct{ inside, alone []string }{
	inside: []string{"token", "secret", "passw", "passphrase", "authoriz", "authentic", "apikey", "cookie",
		"credential", "signature", "session", "bearer", "ticket"},
	alone: []string{"key", "auth", "pass", "pwd", "pin", "otp", "sid", "sig", "jwt", "code"},
}

// wordEdge is where a word begins inside of a name: accessKey.
var wordEdge = regexp.MustCompile(`([a-z])([A-Z])`)

// isSecret reports whether what bears this name is a secret.
func isSecret(name string) bool {
	name = strings.ToLower(wordEdge.ReplaceAllString(name, "$1 $2"))
	for _, w := range secretWords.inside {
		if strings.Contains(strings.ReplaceAll(name, " ", ""), w) {
			return true
		}
	}
	words := strings.FieldsFunc(name, func(c rune) bool { return c < 'a' || c > 'z' })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(secretWords.alone, w) })
}

// secretFlags are the flags whose values are, or hold, secrets, and how each is
// written without them.
var secretFlags = map[string]func(string) string{
	"header": hideHeader,
	"cookie": hideCookie,
	"user":   func(string) string { return hidden },

	"subprotocol":       hideSubprotocol,
	"subscribe-message": hideMessage,
	"publish-message":   hideMessage,
}

// memberOf is a member of a JSON object, and memberInString one in an object
// that is a string itself: its name, what stands between, and its value.
var (
	memberOf       = regexp.MustCompile(`(^|[^\\])"([^"\\]+)"(\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s",{}\[\]]+)`)
	memberInString = regexp.MustCompile(`\\"([^"\\]+)\\"(\s*:\s*)\\"([^"\\]*)`)
	// memberWithMore is one whose value is an object or an array, in either.
	memberWithMore = regexp.MustCompile(`"([^"\\]+)\\?"\s*:\s*[{\[]`)
)

// hideMessage hides the values in a JSON message whose names say that they are
// secret, and all of it where one of them is not a single value.
func hideMessage(s string) string {
	for _, m := range memberWithMore.FindAllStringSubmatch(s, -1) {
		if isSecret(m[1]) {
			return hidden
		}
	}
	s = memberOf.ReplaceAllStringFunc(s, func(member string) string {
		m := memberOf.FindStringSubmatch(member)
		if !isSecret(m[2]) || strings.Contains(m[4], loadgen.PayloadMark) {
			return member
		}
		return m[1] + `"` + m[2] + `"` + m[3] + `"` + hidden + `"`
	})
	return memberInString.ReplaceAllStringFunc(s, func(member string) string {
		m := memberInString.FindStringSubmatch(member)
		if !isSecret(m[1]) || strings.Contains(m[3], loadgen.PayloadMark) {
			return member
		}
		return `\"` + m[1] + `\"` + m[2] + `\"` + hidden
	})
}

// secretsIn calls add with what hideMessage hides.
func secretsIn(message string, add func(string)) {
	for _, m := range memberOf.FindAllStringSubmatch(message, -1) {
		if isSecret(m[2]) {
			add(strings.Trim(m[4], `"`))
		}
	}
	for _, m := range memberInString.FindAllStringSubmatch(message, -1) {
		if isSecret(m[1]) {
			add(m[3])
		}
	}
	addMembers(message, false, add)
}

// addMembers calls add with the single values in a JSON document that are secret:
// by their own name, or by that of something that they are in.
func addMembers(document string, secret bool, add func(string)) {
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return
	}
	var walk func(v any, secret bool)
	walk = func(v any, secret bool) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				walk(member, secret || isSecret(name))
			}
		case []any:
			for _, element := range v {
				walk(element, secret)
			}
		case json.Number:
			if secret {
				add(v.String())
			}
		case string:
			if secret {
				add(v)
			}
			if strings.HasPrefix(v, "{") {
				addMembers(v, secret, add)
			}
		}
	}
	walk(v, secret)
}

// hideSubprotocol hides a subprotocol that holds a secret, or looks like one: some
// servers have clients send it in that way, browsers having no other one. Of
// registered names the longest has 54 bytes, and long ones have no digit or a dot.
func hideSubprotocol(s string) string {
	switch {
	case slices.Contains(credentialNames, strings.ToLower(s)):
		return s // the secret is the next one
	case isSecret(s), len(s) > 64, len(s) >= 20 && strings.ContainsAny(s, "0123456789") && !strings.ContainsRune(s, '.'):
		return hidden
	}
	return s
}

// credentialNames are subprotocols that say what the next one is.
var credentialNames = []string{"access_token", "access-token", "accesstoken", "token", "bearer", "authorization", "auth", "jwt", "api_key", "api-key", "apikey"}

func hideHeader(s string) string {
	name, _, found := strings.Cut(s, ":")
	if !found {
		return hidden
	}
	if isSecret(name) {
		return name + ": " + hidden
	}
	return s
}

func hideCookie(s string) string {
	name, _, found := strings.Cut(s, "=")
	if !found {
		return hidden
	}
	return name + "=" + hidden
}

// hideURL removes userinfo and the values of secret query parameters from a
// URL. It takes anything that somebody may have meant to be one, and hides too
// much rather than too little of what is none.
func hideURL(raw string) string {
	scheme, rest, found := strings.Cut(raw, "://")
	if found {
		scheme += "://"
	} else {
		scheme, rest = "", raw
	}
	authority := rest
	if _, err := url.Parse(raw); err == nil && found {
		// Otherwise a password may hold a slash or a question mark.
		authority = rest[:len(rest)-len(strings.TrimLeftFunc(rest, func(c rune) bool { return !strings.ContainsRune("/?#", c) }))]
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		scheme += hidden
		rest = rest[at:]
	}
	base, query, found := strings.Cut(rest, "?")
	if !found {
		return scheme + rest
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, found := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if found && (err != nil || isSecret(plain)) {
			parts[i] = name + "=" + hidden
		}
	}
	return scheme + base + "?" + strings.Join(parts, "&")
}

// isHidden reports whether a value of a secret flag, or a URL, is one that was
// saved without its secret.
func isHidden(s string) bool {
	return strings.HasSuffix(s, hidden) || strings.Contains(s, hidden+"@") || strings.Contains(s, hidden+"&") ||
		strings.Contains(s, `"`+hidden)
}

// A scrubber removes secrets from texts that others wrote: errors of a library,
// which may repeat a URL, and answers of a server, which may repeat anything.
type scrubber struct {
	secrets  []string // the longest first
	replacer *strings.Replacer
}

// shortest is the shortest secret that a scrubber looks for: a shorter one is
// guessed as easily, and would tear holes into innocent words.
const shortest = 4

// newScrubber returns a scrubber of the secrets in settings, whatever form they
// may be seen in.
func newScrubber(settings []setting) scrubber {
	var secrets []string
	add := func(s string) {
		s = strings.TrimSpace(s)
		if len(s) >= shortest {
			secrets = append(secrets, s, url.QueryEscape(s), url.PathEscape(s))
		}
	}
	addPair := func(user string) {
		name, password, found := strings.Cut(user, ":")
		if !found {
			password = name
		}
		add(password)
		add(base64.StdEncoding.EncodeToString([]byte(user)))
	}
	for _, s := range settings {
		switch {
		case s.isURL():
			scrubURL(s.value, add, addPair)
		case s.flag.Name == "user":
			addPair(s.value)
		case s.flag.Name == "subscribe-message", s.flag.Name == "publish-message":
			secretsIn(s.value, add)
		case s.flag.Name == "subprotocol":
			if hideSubprotocol(s.value) == hidden {
				add(s.value)
				add(s.value[strings.LastIndexByte(s.value, '.')+1:])
			}
		case s.flag.Name == "cookie":
			_, value, _ := strings.Cut(s.value, "=")
			add(value)
		case s.flag.Name == "header":
			name, value, found := strings.Cut(s.value, ":")
			if found && isSecret(name) {
				add(value)
				if words := strings.Fields(value); len(words) > 1 { // Bearer abc
					for _, word := range words[1:] {
						add(word)
					}
				}
				if strings.EqualFold(strings.TrimSpace(name), "Cookie") {
					for cookie := range strings.SplitSeq(value, ";") {
						_, value, _ := strings.Cut(cookie, "=")
						add(value)
					}
				}
			}
		}
	}
	// The longest first: a Replacer prefers the earlier of two that match.
	slices.SortStableFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	secrets = slices.Compact(secrets)
	var pairs []string
	for _, s := range secrets {
		pairs = append(pairs, s, hidden)
	}
	return scrubber{secrets, strings.NewReplacer(pairs...)}
}

// scrubURL calls add with the secrets in a URL, and addPair with its userinfo.
func scrubURL(raw string, add, addPair func(string)) {
	if u, err := url.Parse(raw); err == nil {
		if u.User != nil {
			password, _ := u.User.Password()
			addPair(u.User.Username() + ":" + password)
			if password == "" {
				addPair(u.User.Username())
			}
		}
		for part := range strings.SplitSeq(u.RawQuery, "&") {
			name, value, _ := strings.Cut(part, "=")
			if plain, err := url.QueryUnescape(name); err != nil || !isSecret(plain) {
				continue
			}
			add(value) // as it is sent
			if plain, err := url.QueryUnescape(value); err == nil {
				add(plain)
			}
		}
	}
}

func (s scrubber) clean(text string) string {
	text = s.replacer.Replace(text)
	for _, secret := range s.secrets {
		text = cleanCut(text, secret)
	}
	return text
}

// cuts are what stands where a quotation was cut, or ends.
var cuts = []string{`"...`, "…"}

// cleanCut hides the beginning of a secret where text, or a quotation in it, was cut
// within it.
func cleanCut(text, secret string) string {
	if !strings.Contains(text, secret[:shortest]) {
		return text
	}
	for n := len(secret) - 1; n >= shortest; n-- {
		for _, cut := range cuts {
			text = strings.ReplaceAll(text, secret[:n]+cut, hidden+cut)
		}
		if rest, found := strings.CutSuffix(text, secret[:n]); found {
			text = rest + hidden
		}
	}
	return text
}
