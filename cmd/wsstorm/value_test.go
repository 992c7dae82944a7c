package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
)

// valueTest is a flag's value as typed, and as it is written back: what String
// returns, Set must take, and make the same of.
type valueTest struct {
	flag, in string
	want     string // "" if err is not
	err      string // a part of the error
}

var valueTests = []valueTest{
	{"connections", "1", "1", ""},
	{"connections", "10k", "10000", ""},
	{"connections", "1.5k", "1500", ""},
	{"messages", "1M", "1000000", ""},
	{"messages", "1.1k", "1100", ""},
	{"connections", "0", "", "want 1 at least"},
	{"connections", "17M", "", "want 16777216 at most"},
	{"connections", "1.5", "", "want a whole number"},
	{"connections", "-5", "", "want a whole number"},
	{"connections", "1e3", "", "want a whole number"},
	{"connections", "0x10", "", "want a whole number"},
	{"connections", "1_000", "", "want a whole number"},
	{"connections", "", "", "want a whole number"},
	{"connections", "k", "", "want a whole number"},
	{"connections", "1.2.3", "", "want a whole number"},
	{"connections", "10K", "", "want a whole number"},

	{"rate", "2.5k", "2500", ""},
	{"rate", "0.5", "0.5", ""},
	{"rate", "1M", "1000000", ""},
	{"rate", "0", "", "from 0.001 to 1000M"},
	{"rate", "NaN", "", "want a number a second"},
	{"rate", "Inf", "", "want a number a second"},
	{"rate", "100/s", "", "want a number a second"},
	{"rate", "2000M", "", "from 0.001 to 1000M"},

	{"seed", "18446744073709551615", "18446744073709551615", ""},
	{"seed", "-1", "", "want a whole number from 0"},
	{"seed", "1k", "", "want a whole number from 0"},

	{"duration", "30", "30s", ""},
	{"duration", "0.5", "500ms", ""},
	{"duration", "90s", "1m30s", ""},
	{"duration", "10m", "10m", ""},
	{"duration", "1h", "1h", ""},
	{"duration", "0", "", "want 1ns at least"},
	{"duration", "-1s", "", "must not be negative"},
	{"duration", "10 s", "", "want a duration"},
	{"duration", "10sec", "", "want a duration"},
	{"duration", "1e9s", "", "want a duration"},
	{"duration", "", "", "want a duration"},
	{"warmup", "0", "0s", ""},

	{"size", "0", "0", ""},
	{"size", "0,1,125", "0,1,125", ""},
	{"size", "64-4KiB", "64-4096", ""},
	{"size", "125x8,65536x1", "125x8,65536", ""},
	{"size", "1kB,1MB,1MiB", "1000,1000000,1048576", ""},
	{"size", "1.5KiB", "1536", ""},
	{"size", "7B", "7", ""},
	{"size", "1GiB", "1073741824", ""},
	{"size", "64k", "", "did you mean 64kB (1000 each) or 64KiB (1024)?"},
	{"size", "2M", "", "did you mean 2MB (1000000 each) or 2MiB (1048576)?"},
	{"size", "1.5", "", "not a whole number of bytes"},
	{"size", "2GiB", "", "want 1024MiB at most"},
	{"size", "9999999999999GB", "", "too large"},
	{"size", "5-3", "", "did you mean 3-5?"},
	{"size", "125,125", "", "for twice as many messages of it write 125x2"},
	{"size", "125x0", "", "want a whole number from 1"},
	{"size", "125x", "", "want a whole number from 1"},
	{"size", "1x65536,2", "", "add up to 65537, want 65536 at most"},
	{"size", "1,,2", "", "want a size, a list"},
	{"size", "", "", "want a size, a list"},
	{"size", "-5", "", "want bytes"},
	{"size", "ten", "", "want bytes"},

	{"payload", "random", "random", ""},
	{"payload", "zero", "zero", ""},
	{"payload", "@a b", "@a b", ""},
	{"payload", "@", "", "name of the file is missing"},
	{"payload", "zeros", "", "did you mean zero?"},
	{"payload", "value_test.go", "", "did you mean @value_test.go?"},

	{"stage", "30s:1k", "30s:1000", ""},
	{"stage", "30:1k-2.5k", "30s:1000-2500", ""},
	{"stage", "30s:1000-1000", "30s:1000", ""},
	{"stage", "1m:0-5, 500ms:0.5", "1m:0-5,500ms:0.5", ""},
	{"stage", "1s:1000M", "1s:1000000000", ""},
	{"stage", "", "", "want its length and what it holds"},
	{"stage", "30s", "", "want its length and what it holds"},
	{"stage", "30s:", "", "want its length and what it holds"},
	{"stage", ":5", "", "want its length and what it holds"},
	{"stage", "30s:5-", "", "want its length and what it holds"},
	{"stage", "30s:5-6-7", "", "want its length and what it holds"},
	{"stage", "30s:-5", "", "want its length and what it holds"},
	{"stage", "30s:5,", "", "want its length and what it holds"},
	{"stage", "soon:5", "", "want its length and what it holds"},
	{"stage", "0s:5", "", "it has no length"},
	{"stage", "-1s:5", "", "it has no length"},
	{"stage", "1s:1001M", "", "want 1000000000 at most"},

	{"connect-stage", "10s:0-1k,30s:1k,10s:1k-0", "10s:0-1000,30s:1000,10s:1000-0", ""},
	{"connect-concurrency", "all", "all", ""},
	{"connect-concurrency", "2k", "2000", ""},
	{"connect-concurrency", "everything", "", "want a whole number"},
	{"connect-concurrency", "0", "", "want 1 at least"},

	{"ping-timeout", "0", "0s", ""},
	{"ping-timeout", "-1s", "", "must not be negative"},
	{"find-idle-timeout", "10m", "10m", ""},
	{"find-idle-timeout", "long", "", "want a duration"},

	{"connect-stage", "10s:0.5", "", "want whole numbers"},
	{"connect-stage", "10s:17M", "", "want 16777216 at most"},

	{"max-load", "rtt.p99<25ms", "rtt.p99<25ms", ""},
	{"max-load", "rtt.p99 <= 1s", "rtt.p99<=1s", ""},
	{"max-load", "rtt.p99<25ms for 5s", "", "leave out \"for\""},
	{"max-load", "rtt.p98<25ms", "", "there is no metric rtt.p98"},
	{"max-load", "25ms", "", "want METRIC>VALUE"},
	{"vary", "connections", "connections", ""},
	{"vary", "messages", "", "want rate or connections"},

	{"source-ip", "127.0.0.2", "127.0.0.2", ""},
	{"source-ip", "127.0.0.2-127.0.0.9", "127.0.0.2-127.0.0.9", ""},
	{"source-ip", "127.0.0.2-9, 10.0.0.7", "127.0.0.2-127.0.0.9,10.0.0.7", ""},
	{"source-ip", "127.0.0.9-9", "127.0.0.9", ""},
	{"source-ip", "10.0.0.0/24", "10.0.0.1-10.0.0.254", ""},
	{"source-ip", "10.0.0.4/30,10.0.0.8/31,10.0.0.10/32", "10.0.0.5-10.0.0.6,10.0.0.8-10.0.0.9,10.0.0.10", ""},
	{"source-ip", "127.0.0.0/8", "127.0.0.1-127.255.255.254", ""},
	{"source-ip", "2001:db8::/64", "2001:db8::1-2001:db8::ffff:ffff:ffff:ffff", ""},
	{"source-ip", "2001:db8::4/127,::1/128", "2001:db8::4-2001:db8::5,::1", ""},
	{"source-ip", "::1-::9,fe80::1%eth-0", "::1-::9,fe80::1%eth-0", ""},
	{"source-ip", "::ffff:127.0.0.2", "127.0.0.2", ""},
	{"source-ip", "", "", "want addresses, ranges or networks"},
	{"source-ip", "127.0.0.2,", "", "want addresses, ranges or networks"},
	{"source-ip", "eth0", "", "want addresses, ranges or networks"},
	{"source-ip", "127.0.0.2-", "", "want addresses, ranges or networks"},
	{"source-ip", "127.0.0.2-256", "", "want addresses, ranges or networks"},
	{"source-ip", "::1-9", "", "want addresses, ranges or networks"},
	{"source-ip", "fe80::1%lo-fe80::2%lo", "", "want addresses, ranges or networks"},
	{"source-ip", "10.0.0.0/33", "", "want addresses, ranges or networks"},
	{"source-ip", "127.0.0.1-::1", "", "mixes IPv4 and IPv6"},
	{"source-ip", "127.0.0.9-2", "", "did you mean 127.0.0.2-127.0.0.9?"},
	{"source-ip", "10.0.0.5/24", "", "want 10.0.0.5 or 10.0.0.0/24"},
	{"source-ip", "0.0.0.0", "", "the address of no machine"},
	{"source-ip", "224.0.0.1-5", "", "the address of no machine"},
	{"source-ip", "127.0.0.2-9,127.0.0.9", "", "127.0.0.2-127.0.0.9 and 127.0.0.9 overlap"},
	{"source-ip", "::1,::1", "", "::1 and ::1 overlap"},
	{"source-ip", strings.Repeat("::1,", 1024) + "::1", "", "want 1024 addresses, ranges and networks at most"},
	{"connect-to", "127.0.0.1-3", "127.0.0.1-127.0.0.3", ""},
	{"connect-to", "host", "", "want addresses, ranges or networks"},

	{"close-share", "30%", "0.3", ""},
	{"close-share", "1", "1", ""},
	{"close-share", "none", "none", ""},
	{"close-share", "0", "", "above 0 and up to 1"},
	{"close-share", "1.1", "", "above 0 and up to 1"},
	{"close-at", "2", "2s", ""},
	{"close-within", "0", "0s", ""},
	{"close-within", "500ms", "500ms", ""},
	{"close-mode", "rst", "rst", ""},
	{"close-mode", "handshake:0.7,rst:0.3", "handshake:0.7,rst:0.3", ""},
	{"close-mode", "fin,vanish:2", "fin:1,vanish:2", ""},
	{"close-mode", "reset", "", "want handshake, fin, rst or vanish"},
	{"close-mode", "rst:0,fin", "", "rst: want a weight above 0"},
	{"close-mode", "rst:x", "", "rst: want a weight above 0"},
	{"close-mode", "", "", "want handshake, fin, rst or vanish"},
	{"reconnect", "none", "none", ""},
	{"reconnect", "immediate", "immediate", ""},
	{"reconnect", "fixed:1", "fixed:1s", ""},
	{"reconnect", "jitter:1s,30s", "jitter:1s,30s", ""},
	{"reconnect", "jitter:1s", "", "want none, immediate, fixed:1s, or jitter:1s,30s"},
	{"reconnect", "jitter:30s,1s", "", "the cap is less than the base"},
	{"reconnect", "fixed:0", "", "want none, immediate"},
	{"reconnect", "immediate:1s", "", "want none, immediate"},
	{"reconnect", "", "", "want none, immediate"},
	{"lifetime", "none", "none", ""},
	{"lifetime", "exp:30s", "exp:30s", ""},
	{"lifetime", "fixed:10", "fixed:10s", ""},
	{"lifetime", "uniform:5s,60s", "uniform:5s,1m", ""},
	{"lifetime", "uniform:60s,5s", "", "the longest lifetime is less than the shortest"},
	{"lifetime", "exp:0", "", "want none, exp:30s"},
	{"lifetime", "30s", "", "want none, exp:30s"},

	{"read-rate", "1KiB/s", "1KiB/s", ""},
	{"read-rate", "1000:0.1", "1000B/s:0.1", ""},
	{"read-rate", "2MiB/s:5%", "2MiB/s:0.05", ""},
	{"read-rate", "none", "none", ""},
	{"read-rate", "0", "", "want bytes a second"},
	{"read-rate", "1KiB/s:0", "", "above 0 and up to 1"},
	{"read-rate", "", "", "want bytes a second"},
	{"stop-reading", "1", "1", ""},
	{"stop-reading", "5%", "0.05", ""},
	{"stop-reading", "none", "none", ""},
	{"stop-reading", "0", "", "a share of the connections above 0 and up to 1"},
	{"stop-reading", "2", "", "a share of the connections above 0 and up to 1"},
	{"stop-reading", "", "", "a share of the connections above 0 and up to 1"},
	{"compress", "on", "on", ""},
	{"compress", "none", "none", ""},
	{"compress", "no-context", "no-context", ""},
	{"compress", "window:8", "window:8", ""},
	{"compress", "window:15", "window:15", ""},
	{"compress", "window:12,no-context", "no-context,window:12", ""},
	{"compress", "window:7", "", "want window:8 to window:15"},
	{"compress", "window:16", "", "want window:8 to window:15"},
	{"compress", "window:", "", "want window:8 to window:15"},
	{"compress", "", "", "want --compress by itself, or --compress=no-context"},
	{"compress", "on,no-context", "", "want --compress by itself"},
	{"compress", "no-context,none", "", "want --compress by itself"},

	{"fragment", "1024", "1024", ""},
	{"fragment", "1KiB", "1024", ""},
	{"fragment", "random", "random", ""},
	{"fragment", "random:0.5", "random:0.5", ""},
	{"fragment", "100:0.25", "100:0.25", ""},
	{"fragment", "random:1", "random", ""},
	{"fragment", "none", "none", ""},
	{"fragment", "random:0", "", "above 0 and up to 1"},
	{"fragment", "random:NaN", "", "above 0 and up to 1"},
	{"fragment", "random:2", "", "above 0 and up to 1"},
	{"fragment", "0", "", "want the bytes of a frame"},
	{"fragment", "half", "", "want the bytes of a frame"},

	{"publishers", "5", "5", ""},
	{"publishers", "0", "", "want 1 at least"},
	{"subscribe-message", `{"a": "b"}`, `{"a": "b"}`, ""},
	{"subscribe-message", "", "", "must not be empty"},
	{"publish-message", "<{payload}>", "<{payload}>", ""},
	{"publish-message", "payload", "", "want a text with {payload} in it, once"},
	{"publish-message", "{payload}{payload}", "", "want a text with {payload} in it, once"},

	{"arrival", "poisson", "poisson", ""},
	{"arrival", "poison", "", "want constant or poisson; did you mean poisson?"},
	{"driver", "portable", "portable", ""},
	{"driver", "epol", "", "want auto, portable or epoll; did you mean epoll?"},
	{"reply", "any", "any", ""},
	{"tls-min", "1.3", "1.3", ""},
	{"tls-min", "1.1", "", "want 1.2 or 1.3"},

	{"cycles", "3", "3", ""},
	{"cycles", "0", "", "want 1 at least"},
	{"cycles", "10001", "", "want 10000 at most"},
	{"pause", "0", "0s", ""},
	{"pause", "1.5", "1.5s", ""},
	{"pause", "-1s", "", "must not be negative"},

	{"close-code", "1001", "1001", ""},
	{"close-code", "4999", "4999", ""},
	{"close-code", "1005", "", "no Close frame may carry it"},
	{"close-code", "2000", "", "no Close frame may carry it"},
	{"close-code", "999", "", "want 1000 at least"},
	{"close-reason", strings.Repeat("x", 123), strings.Repeat("x", 123), ""},
	{"close-reason", strings.Repeat("ü", 62), "", "want 123 bytes at most"},

	{"listen", "127.0.0.1:9100", "127.0.0.1:9100", ""},
	{"listen", "", "", "must not be empty"},

	{"max-message", "1MiB", "1MiB", ""},
	{"max-message", "1500", "1500", ""},

	{"header", "X-A:  b ", "X-A: b", ""},
	{"header", "X-A:", "X-A: ", ""},
	{"header", "X-A b", "", "want 'NAME: VALUE'"},
	{"header", "X A: b", "", "want a token"},
	{"header", "Host: b", "", "use --host"},
	{"header", "sec-websocket-protocol: b", "", "use --subprotocol"},
	{"header", "Upgrade: b", "", "cannot be set"},
	{"host", "a/b", "", "want a name or an address"},
	{"cookie", "a=b", "a=b", ""},
	{"cookie", "a", "", "want name=value"},
	{"cookie", "a=b; c=d", "", "want name=value"},
	{"user", "me:pa:ss", "me:pa:ss", ""},
	{"user", "me", "", "want USER:PASSWORD"},
	{"subprotocol", "a b", "", "want a token"},
	{"cacert", "", "", "must not be empty"},

	{"fail-if", "rtt.p99 > 25 ms", "rtt.p99>25ms", ""},
	{"fail-if", "received<50k for 1m", "received<50k for 60s", ""},
	{"fail-if", "rtt.p99>25", "", "rtt.p99: want a duration with its unit: 25ms, 500us or 1.5s"},
	{"fail-if", "", "", "want METRIC>VALUE"},

	{"max-regression", "rtt.p99=10.0%", "rtt.p99=10%", ""},
	{"max-regression", "rtt.p99=10", "", "want a percentage"},

	{"output", "json", "json", ""},
	{"output", "json=a=b", "json=a=b", ""},
	{"output", "json=-", "json", ""},
	{"output", "json=./-", "json=./-", ""},
	{"output", "hgrm:close=a:b", "hgrm:close=a:b", ""},
	{"output", "jsno", "", "the formats are text, json, csv, hgrm, hlog, md, junit, gobench or prom; did you mean json?"},
	{"output", "hgrm:rrt", "", "the metrics of hgrm are rtt, service, lag, queue, dns, connect, tls, upgrade, open, close, ping, open_after, idle, delivery, skew or recovery; did you mean rtt?"},
	{"output", "csv:rtt", "", "csv is about all metrics: only hgrm takes one"},
	{"output", "json=", "", "name of the file is missing"},
}

func TestValues(t *testing.T) {
	for _, tt := range valueTests {
		set := func(in string) (string, error) {
			flag := newFlags().all.Lookup(tt.flag)
			err := flag.Value.Set(in)
			return flag.Value.String(), err
		}
		got, err := set(tt.in)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("--%s %q: got %q, error %v, want an error with %q", tt.flag, tt.in, got, err, tt.err)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("--%s %q: got %q, error %v, want %q", tt.flag, tt.in, got, err, tt.want)
		}
		if again, err := set(got); err != nil || again != got {
			t.Errorf("--%s %q, as it was written: got %q, error %v", tt.flag, got, again, err)
		}
	}
}

// A flag without a row in the table above is a flag whose reading nobody tests.
func TestEveryFlagWithAValueIsTested(t *testing.T) {
	plain := []string{"origin", "cert", "key", "servername", "unix-socket", "scenario", "baseline", "save-baseline", // any text
		"in-flight", "workers", "connect-concurrency", "connect-rate", // as connections and rate
		"drain", "connect-timeout", "close-timeout", "ping-interval"} // as duration
	newFlags().all.VisitAll(func(f *pflag.Flag) {
		tested := slices.ContainsFunc(valueTests, func(tt valueTest) bool { return tt.flag == f.Name })
		if !tested && !f.Hidden && f.Value.Type() != nounBool && !slices.Contains(plain, f.Name) {
			t.Errorf("--%s is in no row of valueTests", f.Name)
		}
	})
}

func TestDefaultsAreTheEngines(t *testing.T) {
	p := newFlags().plan
	if p.Connections != loadgen.DefaultConnections || p.Duration != 10*time.Second || p.Warmup != time.Second ||
		p.InFlight != 1 || p.Drain != loadgen.DefaultDrain || p.MaxMessage != loadgen.DefaultMaxMessage {
		t.Errorf("got %+v", p)
	}
}
