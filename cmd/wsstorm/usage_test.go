package main

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"wsstorm/stats/objective"
)

// Every usage error is one line that says what is wrong and what would be
// right, exit code 2, and nothing is connected before it.
func TestUsageErrors(t *testing.T) {
	notPEM := writeTemp(t, "not.pem", "hello")
	latin1 := writeTemp(t, "latin1", "gr\xfc\xdfe")
	empty := writeTemp(t, "empty", "")
	dir := t.TempDir()
	const url = "ws://127.0.0.1:1/"
	tests := []struct {
		args []string
		want string
	}{
		// Names.
		{[]string{"--conections", "5"}, "unknown flag --conections; did you mean --connections?"},
		{[]string{"--timeout=5"}, "unknown flag --timeout; did you mean --connect-timeout or --ping-timeout or --find-idle-timeout or --close-timeout?"},
		{[]string{"--xyzzy"}, "unknown flag --xyzzy; wsstorm --help lists the flags"},
		{[]string{"-x"}, "unknown flag -x; wsstorm --help lists the flags"},
		{[]string{"-c"}, "--connections needs a value: --connections N"},
		{[]string{"--=5"}, "a flag is written -x or --name"},
		{[]string{"-q"}, "-q is a rate to some programs and silence to others: say --rate or --quiet"},
		{[]string{"-q", "100"}, "-q is a rate to some programs and silence to others: say --rate or --quiet"},
		{[]string{"-size", "5"}, `--size "ize": size "ize": want bytes, perhaps with kB, MB, KiB or MiB: 125 or 64KiB; did you mean --size?`},
		{[]string{"--scenario", "ecko"}, `--scenario: there is neither a preset nor a file "ecko"; did you mean echo?`},
		{[]string{"--scenario", "xyzzy"}, `--scenario: there is neither a preset nor a file "xyzzy"; the presets are boundaries, broadcast, churn, close-storm, connect-storm, echo, half-open, idle, leave-storm, ramp, rate, reconnect-storm, slow-readers`},
		{[]string{"--scenario", dir}, "--scenario: read " + dir + ": is a directory"},
		{[]string{"scenarios", "ecko"}, `there is no preset "ecko"; did you mean echo?`},
		{[]string{"scenarios", "a", "b"}, "scenarios takes 1 words besides its flags, here are 2; wsstorm help scenarios"},
		{[]string{"help", "serv"}, `there is no command "serv"; did you mean serve?`},
		{[]string{"completion"}, "completion needs a shell: bash, zsh or fish"},
		{[]string{"completion", "bsh"}, `no completion for "bsh": want bash, zsh or fish; did you mean bash?`},
		{[]string{"version", "--short"}, "unknown flag --short; wsstorm help version lists the flags"},
		{[]string{"bench", "--old", "a", "--listen", ":0", url}, "--listen makes no sense with bench; wsstorm help bench lists its flags"},
		{[]string{"bench", "--baseline", "a"}, "--baseline makes no sense with bench; wsstorm help bench lists its flags"},
		{[]string{"bench", "--version"}, "--version makes no sense with bench; wsstorm help bench lists its flags"},
		{[]string{"bench", "--conections", "5"}, "unknown flag --conections; did you mean --connections?"},
		{[]string{"report", "a.json", "--force"}, "unknown flag --force; wsstorm help report lists the flags"},
		{[]string{"report", "a.json", "-c", "5"}, "-c makes no sense with report; wsstorm help report lists its flags"},
		{[]string{"report", "a.json", "-q"}, "unknown flag -q; wsstorm help report lists the flags"},
		{[]string{"compare", "--bogus"}, "unknown flag --bogus; wsstorm help compare lists the flags"},
		{[]string{"serve", "--compres"}, "unknown flag --compres; did you mean --compress?"},
		{[]string{"doctor", "--xyzzy"}, "unknown flag --xyzzy; wsstorm --help lists the flags"}, // it has those of a run
		{[]string{"serv"}, `"serv" is neither a URL nor a command; did you mean serve?`},
		{[]string{"-c", "5", "serve"}, "serve is a command: it comes first"},

		{[]string{"--fail-if", "rtt.p9>1s"}, `--fail-if "rtt.p9>1s": there is no metric rtt.p9; did you mean rtt.p90?; there are rtt.p50|p75|p90|p95|p99|p99.9|p99.99|p99.999|min|mean|stddev|max|count|clamped|censored`},
		{[]string{"--fail-if", "bytes>1"}, `--fail-if "bytes>1": there is no metric bytes; there are bytes.sent|received`},
		{[]string{"--fail-if", "message.rate<5"}, `--fail-if "message.rate<5": there is no metric message.rate; did you mean messages.rate?; there are ` + new(objective.UnknownError).Choice()},
		{[]string{"--fail-if", "close.p99>1s for 5s"}, `--fail-if "close.p99>1s for 5s": close.p99 is known of the whole run only; what is known of its seconds, for a "for", is rtt.p50, rtt.p99, rtt.max, delivery.p50, delivery.p99, delivery.max, messages.sent, messages.received, messages.rate, connections.opened, errors`},

		// Storms.
		{[]string{"--close-at", "2s", url}, "--close-at needs --close-share: it says when that share is closed; without one all connections are closed at the end"},
		{[]string{"--close-share", "0.5", "--close-at", "20s", "-d", "10", url}, "--close-at contradicts --duration: the close storm would come after the end of the run"},
		{[]string{"--close-share", "0.5", "--close-within", "7s", "-d", "10", url}, "--close-within contradicts --duration: the close storm would not be over before the end of the run"},
		{[]string{"--close-mode", "rst,fin", "--close-code", "4000", url}, "--close-code contradicts --close-mode: there is no closing handshake to carry it"},
		{[]string{"--close-mode", "vanish", "--close-reason", "bye", url}, "--close-reason contradicts --close-mode: there is no closing handshake to carry it"},
		{[]string{"--close-mode", "handshake,rst", "--unix-socket", "s", url}, "--close-mode contradicts --unix-socket: a Unix socket has no resets"},
		{[]string{"--reconnect", "immediate", "-n", "5", url}, "--messages contradicts --reconnect: with connections that are closed or come back in between, a run has a duration"},
		{[]string{"--close-share", "0.5", "--stage", "1s:5", url}, "--stage contradicts --close-share: a run is told by stages, or by what was before, during and after a close storm"},
		{[]string{"--lifetime", "exp:1s", "--broadcast", "-r", "5", url}, "--broadcast contradicts --lifetime: the connections of a broadcast stay to the end"},

		// Bad readers.
		{[]string{"--read-rate", "1KiB/s", "--stop-reading", url}, "--stop-reading contradicts --read-rate: both together are more than all connections; give a share, as in --read-rate 1KiB/s:0.1"},
		{[]string{"--stop-reading", "-n", "5", url}, "--messages contradicts --stop-reading: who does not read may never be answered, so that such a run has a duration"},
		{[]string{"--read-rate", "1KiB/s:0.5", "--stage", "1s:5", url}, "--stage contradicts --read-rate: messages are counted apart by how their connection reads, or by stage"},

		// The URL.
		{[]string{"localhost:9001"}, `the URL has no scheme: did you mean "ws://localhost:9001"?`},
		{[]string{"http://host/a"}, `the URL's scheme is http: did you mean "ws://host/a"?`},
		{[]string{"https://host/a"}, `the URL's scheme is https: did you mean "wss://host/a"?`},
		{[]string{"ftp://host"}, `the URL's scheme is "ftp": want ws or wss`},
		{[]string{"ws://"}, "the URL has no host: want ws://host/path or wss://host/path"},
		{[]string{"ws://host:99999/"}, "the URL cannot be parsed: its port is not a number from 1 to 65535"},
		{[]string{"ws://host/#a"}, "the URL has a fragment (#), which RFC 6455, Section 3 forbids: write %23 for a # in the path"},
		{[]string{""}, "the URL is empty: want ws://host/path or wss://host/path"},
		{[]string{url, url}, "2 words that belong to no flag: a run takes one URL (and a value with blanks needs quotes)"},

		// Values name their flag.
		{[]string{"--size", "64k"}, `--size "64k": size "64k": want bytes, perhaps with kB, MB, KiB or MiB: 125 or 64KiB; did you mean 64kB (1000 each) or 64KiB (1024)?`},
		{[]string{"-r", "fast"}, `--rate "fast": want a number a second, perhaps with k or M: 500, 2.5 or 10k`},
		{[]string{"-z", "soon"}, `--duration "soon": want a duration: 30s, 1m30s, 500ms, or a bare number of seconds`},
		{[]string{"--stage", "1s:5,2s"}, `--stage "1s:5,2s": stage "2s": want its length and what it holds, or from where to where it goes: 30s:1000 or 30s:1k-5k`},
		{[]string{"--idle=maybe"}, `--idle "maybe": must be true or false`},
		{[]string{"-H", "X-A"}, "--header: want 'NAME: VALUE'"},
		{[]string{"--origin", "a\nb"}, "--origin: the value has control characters or bytes in it that are no text"},
		{[]string{"--origin", "a\xff"}, "--origin: the value has control characters or bytes in it that are no text"},

		// Contradictions name both.
		{[]string{"-r", "5", "--in-flight", "2"}, "--in-flight contradicts --rate: a rate is sent whatever comes back (open loop), messages in flight wait for replies (closed loop)"},
		{[]string{"-n", "5", "--warmup", "1"}, "--warmup contradicts --messages: each of a number of messages is measured, so that none is left to warm up with"},
		{[]string{"--idle", "-n", "5"}, "--messages contradicts --idle: an idle run sends no messages"},
		{[]string{"--idle", "-s", "0"}, "--size contradicts --idle: an idle run sends no messages"},
		{[]string{"--arrival", "poisson"}, "--arrival needs --rate or --stage: in a closed loop replies set the times"},
		{[]string{"--reply", "none"}, "--reply needs --rate or --stage: without replies nothing else sets the pace"},
		{[]string{"--stage", "1s:5", "-r", "5"}, "--rate contradicts --stage: the stages say what the rate is"},
		{[]string{"--stage", "1s:5", "--in-flight", "5"}, "--in-flight contradicts --stage: stages of rates are sent whatever comes back (open loop), messages in flight wait for replies (closed loop)"},
		{[]string{"--stage", "1s:5", "-d", "5"}, "--duration contradicts --stage: the stages make up the duration"},
		{[]string{"--stage", "1s:5", "-n", "5"}, "--messages contradicts --stage: the stages say how many messages there are"},
		{[]string{"--stage", "1s:5", "--idle"}, "--stage contradicts --idle: an idle run sends no messages"},
		{[]string{"--connect-stage", "1s:5", "-r", "5"}, "--rate contradicts --connect-stage: connections that come and go are a closed loop, each with its own messages"},
		{[]string{"--connect-stage", "1s:5", "--stage", "1s:5"}, "--stage contradicts --connect-stage: connections that come and go are a closed loop, each with its own messages"},
		{[]string{"--connect-stage", "1s:5", "-c", "5"}, "--connections contradicts --connect-stage: the stages say how many connections there are"},
		{[]string{"--connect-stage", "1s:5", "--connect-rate", "5"}, "--connect-rate contradicts --connect-stage: the stages say when connections are opened"},
		{[]string{"--connect-stage", "1s:5", "-d", "5"}, "--duration contradicts --connect-stage: the stages make up the duration"},
		{[]string{"--connect-stage", "1s:5", "-n", "5"}, "--messages contradicts --connect-stage: the stages end the run"},
		{[]string{"--connect-stage", "1s:5", "--warmup", "5"}, "--warmup contradicts --connect-stage: all of the stages is measured"},
		{[]string{"--connect-stage", "1s:5,1s:4,1s:5"}, "connections may rise and then fall, but not rise again"},
		{[]string{"--connect-stage", "1s:0"}, "connect stages without any connection"},
		{[]string{"--vary", "rate"}, "--vary needs --max-load: it says what a search varies"},
		{[]string{"--max-load", "rtt.p99<1s", "--in-flight", "2"}, "--in-flight contradicts --max-load: rates are searched, in an open loop; --vary connections searches in a closed one"},
		{[]string{"--max-load", "rtt.p99<1s", "--idle"}, "--idle contradicts --max-load: rates are searched; --vary connections searches among idle ones"},
		{[]string{"--max-load", "rtt.p99<25ms", "--rate", "20", "-d", "1"}, "--rate contradicts --duration: rtt.p99 needs 1,200 messages: at 20/s that is 1m; raise --rate or --duration"},
		{[]string{"--max-load", "rtt.p99<25ms", "--rate", "5"}, "--rate contradicts --max-load: rtt.p99 needs 1,200 messages: at 5/s that is 4m, and a run of a search takes 1m at most; raise --rate, or give a --duration"},
		{[]string{"--max-load", "rtt.p99<25ms", "--vary", "connections", "--rate", "20", "-d", "1"}, "--rate contradicts --duration: rtt.p99 needs 1,000 messages: at 20/s that is 50s; raise --rate or --duration"},
		{[]string{"--max-load", "lost<1%", "--rate", "20", "-d", "0.5"}, "--rate contradicts --duration: lost needs 12 messages: at 20/s that is 600ms; raise --rate or --duration"},
		{[]string{"--max-load", "skew.p99<1s", "--scenario", "broadcast"}, "--rate (broadcast.flags:16) contradicts --duration (broadcast.flags:18): skew.p99 needs 1,200 messages: at 10/s that is 2m; raise --rate or --duration"},
		{[]string{"--max-load", "rtt.p99<1s", "--save-baseline", dir + "/a"}, "--save-baseline contradicts --max-load: what a search finds is at another load each time, and not comparable"},
		{[]string{"bench", "--old", "a", "--new", "b", "--max-load", "rtt.p99<1s", url}, "--max-load makes no bench, which compares two servers under the same load"},
		{[]string{"--max-load", "rtt.p99<1s", "--cycles", "2"}, "--cycles contradicts --max-load: a search makes runs of its own, each at another load"},
		{[]string{"--find-idle-timeout", "5m", "--cycles", "2"}, "--cycles contradicts --find-idle-timeout: a search makes rounds of its own"},
		{[]string{"--pause", "5s"}, "--pause needs --cycles: it lies between two of them"},
		{[]string{"--max-load", "rtt.p99<1s", "-n", "5"}, "--messages contradicts --max-load: each run of a search has a duration"},
		{[]string{"--max-load", "rtt.p99<1s", "--stage", "1s:5"}, "--stage contradicts --max-load: a search varies the load from run to run, each with one"},
		{[]string{"--max-load", "rtt.p99<1s", "--connect-stage", "1s:5"}, "--connect-stage contradicts --max-load: a search varies the load from run to run, each with one"},
		{[]string{"--find-idle-timeout", "1m", "-r", "5"}, "--rate contradicts --find-idle-timeout: connections that are to be silent send no messages"},
		{[]string{"--find-idle-timeout", "1m", "-d", "5"}, "--duration contradicts --find-idle-timeout: the silences make up the duration"},
		{[]string{"--find-idle-timeout", "1m", "--ping-interval", "5"}, "--ping-interval contradicts --find-idle-timeout: Pings at intervals would break the silence"},
		{[]string{"--find-idle-timeout", "1m", "--save-baseline", dir + "/a"}, "--save-baseline contradicts --find-idle-timeout: it finds a time, and nothing that gets slower"},
		{[]string{"bench", "--old", "a", "--new", "b", "--find-idle-timeout", "1m", url}, "--find-idle-timeout makes no bench, which compares two servers under the same load"},
		{[]string{"--ping-timeout", "1s"}, "--ping-timeout needs --ping-interval or --find-idle-timeout: without them no Ping is sent"},
		{[]string{"--stage", "1s:0", "--stage", "1s:0"}, "--stage sends nothing: each stage has a rate of 0; --idle holds connections"},
		{[]string{"--fail-if", "rtt.p99>1s for 30s"}, `--fail-if "rtt.p99>1s for 30s" needs --duration 30s at least: nothing lasts longer than what is measured`},
		{[]string{"--idle", "--fail-if", "rtt.p50>1s"}, `--fail-if "rtt.p50>1s" contradicts --idle: an idle run sends no messages`},
		{[]string{"--idle", "--fail-if", "service.max>1s"}, `--fail-if "service.max>1s" contradicts --idle: an idle run sends no messages`},
		{[]string{"--scenario", "connect-storm", "--fail-if", "rtt.p50>1s for 1s"}, `--fail-if "rtt.p50>1s for 1s" contradicts --idle (connect-storm.flags:19): an idle run sends no messages`},
		{[]string{"--find-idle-timeout", "1m", "--fail-if", "rtt.p50>1s"}, `--fail-if "rtt.p50>1s" contradicts --find-idle-timeout: connections that are to be silent send no messages`},
		{[]string{"--rate", "5", "--reply", "none", "--fail-if", "rtt.p50>1s"}, `--fail-if "rtt.p50>1s" contradicts --reply: without replies there is no rtt`},
		{[]string{"--scenario", "broadcast", "--fail-if", "rtt.p50>1s"}, `--fail-if "rtt.p50>1s" contradicts --broadcast (broadcast.flags:15): nobody replies, and delivery.p50 is what there is`},
		{[]string{"--fail-if", "delivery.p50>1s"}, `--fail-if "delivery.p50>1s" needs --broadcast: otherwise each connection talks to the server for itself`},
		{[]string{"--fail-if", "broadcast.rate<5"}, `--fail-if "broadcast.rate<5" needs --broadcast: otherwise each connection talks to the server for itself`},
		{[]string{"--fail-if", "recovery.all>1s"}, `--fail-if "recovery.all>1s" needs --reconnect or --lifetime: without them no lost connection comes back`},
		{[]string{"--fail-if", "compression.sent_wire>1MB"}, `--fail-if "compression.sent_wire>1MB" needs --compress: otherwise it is not negotiated`},
		{[]string{"--max-load", "rtt.p50<1s", "--vary", "connections", "--idle"}, `--max-load "rtt.p50<1s" contradicts --idle: an idle run sends no messages`},
		{[]string{"--max-load", "rtt.p50<1s", "--broadcast"}, `--max-load "rtt.p50<1s" contradicts --broadcast: nobody replies, and delivery.p50 is what there is`},
		{[]string{"--max-load", "skew.p50<1s"}, `--max-load "skew.p50<1s" needs --broadcast: otherwise each connection talks to the server for itself`},
		{[]string{"--abort-early"}, `--abort-early needs a --fail-if that cannot come right again: errors, lost or connections.failed above a number, or one "for 5s"`},
		{[]string{"--abort-early", "--fail-if", "rtt.p99>1s", "--fail-if", "lost>1%"}, `--abort-early needs a --fail-if that cannot come right again: errors, lost or connections.failed above a number, or one "for 5s"; known at the end only: rtt.p99>1s, lost>1%`},
		{[]string{"--cert", "a", "wss://h"}, "--cert needs --key: a certificate is used with its private key"},
		{[]string{"--key", "a", "wss://h"}, "--key needs --cert: a private key is used with its certificate"},
		{[]string{"-k", "--cacert", "a", "wss://h"}, "--cacert contradicts --insecure: --insecure accepts any certificate"},
		{[]string{"-k", url}, "--insecure needs a wss:// URL"},
		{[]string{"--tls-min", "1.3"}, "--tls-min needs a wss:// URL"},
		{[]string{"--unix-socket", "/s"}, "--unix-socket needs a URL: it says the path and the Host header, ws://localhost/ for instance"},
		{[]string{"--unix-socket", "/s", "--source-ip", "127.0.0.2", url}, "--source-ip contradicts --unix-socket: a Unix socket has no IP addresses"},
		{[]string{"--unix-socket", "/s", "--connect-to", "127.0.0.2", url}, "--connect-to contradicts --unix-socket: a Unix socket has no IP addresses"},
		{[]string{"--connect-to", "127.0.0.2"}, "--connect-to needs a URL: it says the port, the path and the Host header"},
		{[]string{"--source-ip", "::1", "--connect-to", "127.0.0.1-9", url}, "--source-ip contradicts --connect-to: the source addresses ::1 and the target's 127.0.0.1-127.0.0.9 are not of the same IP version"},
		{[]string{"--source-ip", "::1", url}, "--source-ip contradicts the URL: the source addresses ::1 and the target's 127.0.0.1 are not of the same IP version"},
		{[]string{"--source-ip", "::1"}, "--source-ip contradicts the built-in server: the source addresses ::1 and the target's 127.0.0.1 are not of the same IP version"},
		{[]string{"--source-ip", "192.0.2.9", url}, "this machine cannot connect from the source address 192.0.2.9: " + syscall.EADDRNOTAVAIL.Error()},
		{[]string{"-u", "a:b", "-H", "authorization: c"}, "--header Authorization contradicts --user: it is the same header"},
		{[]string{"--cookie", "a=b", "-H", "Cookie: c"}, "--header Cookie contradicts --cookie: it is the same header"},
		{[]string{"-u", "a:b", "ws://c:d@h/"}, "--user contradicts the user name in the URL"},
		{[]string{"--subprotocol", "a", "--subprotocol", "a"}, `subprotocol "a" is given twice (RFC 6455, Section 4.1)`},
		{[]string{"--fragment", "64", "-s", "64"}, "--fragment cuts nothing: no message is longer than 64 bytes"},
		{[]string{"--max-message", "10", "-s", "64"}, "--max-message contradicts --size: the echo of a message of 64 bytes would be refused"},
		{[]string{"-o", "text", "-o", "json"}, "--output json contradicts --output text: both go to standard output; --output json=FILE writes a file"},
		{[]string{"-o", "json=" + dir + "/a", "-o", "text=" + dir + "/a"}, "--output text=" + dir + "/a contradicts --output json=" + dir + "/a: both go to " + dir + "/a; --output text=FILE writes a file"},
		{[]string{"-o", "text=" + dir + "/a", "-o", "json=" + dir + "/./a"}, "--output json=" + dir + "/./a contradicts --output text=" + dir + "/a: both go to " + dir + "/./a; --output json=FILE writes a file"},
		{[]string{"compare", "a.json", "b.json", "-o", "md=-", "-o", "json"}, "--output json contradicts --output md: both go to standard output; --output json=FILE writes a file"},
		{[]string{"report", "x.json", "-o", "text=a2", "-o", "md=./a2"}, "--output md=./a2 contradicts --output text=a2: both go to ./a2; --output md=FILE writes a file"},
		{[]string{"--save-baseline", dir + "/a", "-o", "json=" + dir + "//a"}, "--output json=" + dir + "//a contradicts --save-baseline " + dir + "/a: both go to " + dir + "//a"},

		{[]string{"--publishers", "2"}, "--publishers needs --broadcast: otherwise each connection talks to the server for itself"},
		{[]string{"--subscribe-message", "x"}, "--subscribe-message needs --broadcast: otherwise each connection talks to the server for itself"},
		{[]string{"--publish-message", "{payload}"}, "--publish-message needs --broadcast: otherwise each connection talks to the server for itself"},
		{[]string{"--broadcast"}, "--broadcast needs --rate or --stage: nothing answers a publisher, and so nothing else sets its pace"},
		{[]string{"--broadcast", "--in-flight", "2"}, "--in-flight contradicts --broadcast: publishers send when it is time (open loop); messages in flight wait for replies (closed loop), and nobody replies"},
		{[]string{"--broadcast", "-r", "5", "--reply", "any"}, "--reply contradicts --broadcast: nothing answers a message that goes to others"},
		{[]string{"--broadcast", "-r", "5", "-c", "3", "--publishers", "3"}, "--publishers contradicts --connections: of 3 connections 3 publish, and none is left to subscribe"},
		{[]string{"--broadcast", "-r", "5", "-s", "31"}, "--size contradicts --broadcast: each message carries a stamp of 32 bytes, and 31 are less"},
		{[]string{"--broadcast", "-r", "5", "--payload", "@usage_test.go"}, "--payload contradicts --broadcast: each message carries a stamp, for which the bytes of a file have no place"},

		// Files.
		{[]string{"--payload", "@/no/such/file"}, "--payload: open /no/such/file: no such file or directory"},
		{[]string{"--payload", "@" + empty}, "--payload: " + empty + " is empty"},
		{[]string{"--payload", "@" + latin1, "--text"}, "--payload contradicts --text: the file is not UTF-8"},
		{[]string{"--cacert", "/no/such/file", "wss://h"}, "--cacert: open /no/such/file: no such file or directory"},
		{[]string{"--cacert", notPEM, "wss://h"}, "--cacert: " + notPEM + " has no PEM certificate in it"},
		{[]string{"--cert", notPEM, "--key", notPEM, "wss://h"}, "--cert and --key: tls: failed to find any PEM data in certificate input"},
		{[]string{"--max-load", "rtt.p99>25ms"}, `--max-load "rtt.p99>25ms": this is what the server is to keep to, not what the run fails on: did you mean rtt.p99<25ms?`},
		{[]string{"-o", "json=" + dir}, "--output json=" + dir + ": it is a directory"},
		{[]string{"-o", "json=/no/such/dir/a"}, "--output json=/no/such/dir/a: creating a file in /no/such/dir: no such file or directory"},
	}
	for _, tt := range tests {
		got := wsstorm(t, tt.args...)
		if want := "wsstorm: " + tt.want + "\n"; got.code != exitUsage || got.err != want || got.out != "" {
			t.Errorf("wsstorm %q\ngot  %d, %q, output %.80q\nwant %d, %q", tt.args, got.code, got.err, got.out, exitUsage, want)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("usage errors left %v, %v", left, err)
	}
}

func TestUsageErrorsInScenarios(t *testing.T) {
	tests := []struct {
		text string
		args []string
		want string // # is the file
	}{
		{"--size 1\n--siez 5\n", nil, "#:2: unknown flag --siez; did you mean --size?"},
		{"\n--size\n1\n", nil, "#:2: --size needs a value: --size SIZE"},
		{"--size 1\n--rate fast\n", nil, `#:2: --rate "fast": want a number a second, perhaps with k or M: 500, 2.5 or 10k`},
		{"--header 'a: b\n", nil, "#:1: a quote is not closed"},
		{"--header secret\n", nil, "#:1: --header: want 'NAME: VALUE'"},
		{"--scenario echo\n", nil, "#:1: --scenario belongs on the command line, not into a scenario file"},
		{"--help\n", nil, "#:1: --help belongs on the command line, not into a scenario file"},
		{"--size 1\nhttp://h/\n", nil, `#:2: the URL's scheme is http: did you mean "ws://h/"?`},
		{"ws://a/\n\nws://b/\n", nil, "#:3: 2 words that belong to no flag: a run takes one URL (and a value with blanks needs quotes)"},
		{"-c 5\nconnections 5\n", []string{"ws://h/"}, "#:2: 2 words that belong to no flag: a run takes one URL (and a value with blanks needs quotes)"},
		{"-c 5\nhttp://h/\n", []string{"ws://h/"}, `#:2: the URL's scheme is http: did you mean "ws://h/"?`},
		{"--insecure\n", []string{"ws://h/"}, "--insecure (#:1) needs a wss:// URL"},
		{"--cert a\n", []string{"wss://h/"}, "--cert (#:1) needs --key: a certificate is used with its private key"},
		{"--rate 5\n--in-flight 2\n", nil, "--in-flight (#:2) contradicts --rate (#:1): a rate is sent whatever comes back (open loop), messages in flight wait for replies (closed loop)"},
		{"--stage 1s:5\n", []string{"-d", "5"}, "--duration contradicts --stage (#:1): the stages make up the duration"},
		{"--stage 1s:5\n", []string{"-n", "5"}, "--messages contradicts --stage (#:1): the stages say how many messages there are"},
		{"-q\n", nil, "#:1: -q is a rate to some programs and silence to others: say --rate or --quiet"},
	}
	for _, tt := range tests {
		path := writeTemp(t, "my.flags", tt.text)
		got := wsstorm(t, append([]string{"--scenario", path}, tt.args...)...)
		if want := "wsstorm: " + strings.ReplaceAll(tt.want, "#", path) + "\n"; got.code != exitUsage || got.err != want {
			t.Errorf("%q %q\ngot  %d, %q\nwant %d, %q", tt.text, tt.args, got.code, got.err, exitUsage, want)
		}
	}
}

func TestTooFewDescriptorsIsSaidBeforeTheRun(t *testing.T) {
	got := wsstorm(t, "-c", "16M")
	const want = "wsstorm: the run needs 16000064 file descriptors and this process may use "
	if got.code != exitUsage || !strings.HasPrefix(got.err, want) || strings.Count(got.err, "\n") != 1 {
		t.Errorf("got %d, %q, want %d, %q...", got.code, got.err, exitUsage, want)
	}
}

func TestListenErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, addr := range []string{taken.Addr().String(), "nonsense", "127.0.0.1:99999"} {
		for _, args := range [][]string{{"serve", "--listen", addr}, {"-n", "1", "--listen", addr}} {
			got := wsstorm(t, args...)
			if got.code != exitUsage || !strings.HasPrefix(got.err, "wsstorm: --listen: ") || strings.Count(got.err, "\n") != 1 {
				t.Errorf("%q: got %d, %q", args, got.code, got.err)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"connections", "connect-rate", "size", "rate", "text", "close-timeout"}
	tests := []struct{ name, want string }{
		{"connection", "connections"},
		{"Rate", "rate"},
		{"rtae", "rate"},
		{"raet", "rate"},
		{"timeout", "close-timeout"},
		{"x", ""},
		{"", ""},
		{"zebra", ""},
	}
	for _, tt := range tests {
		if got, ok := nearest(tt.name, names); got != tt.want || ok != (tt.want != "") {
			t.Errorf("nearest(%q) = %q, %v, want %q", tt.name, got, ok, tt.want)
		}
	}
}
