//go:build integration

package peers

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// lifecycle is a run in which connections come, leave or come back, or read badly.
type lifecycle struct {
	name  string
	flags string
	conns int
	room  bool // at a server that sends each message to all
	check func(t *testing.T, p process, doc document)
}

// closeStorm closes half of its connections while the others go on, and those at
// the end, all by one mode.
func closeStorm(mode string) lifecycle {
	return lifecycle{
		name: "close, " + mode, conns: 200,
		flags: "-r 1000 -d 1s --warmup 0s --close-share 0.5 --close-at 300ms --close-timeout 5s --close-mode " + mode,
		check: func(t *testing.T, p process, doc document) {
			c := doc.Connections
			ways := map[string]int{"handshake": c.Closed - c.ClosedFIN - c.ClosedRST - c.Vanished, "fin": c.ClosedFIN, "rst": c.ClosedRST, "vanish": c.Vanished}
			if ways[mode] != 200 {
				t.Errorf("got %v, want all closed by %s", ways, mode)
			}
			if doc.Closing == nil || doc.Closing.Connections != 100 || doc.Closing.NeverClosed != 0 {
				t.Errorf("closing: got %+v, want 100, all of them gone", doc.Closing)
			}
			code := 0
			if mode == "handshake" {
				code = 1000
			}
			if len(doc.Closes) != 1 || doc.Closes[0].Sent != code || doc.Closes[0].Received != code {
				t.Errorf("got closes %v, want code %d both ways", doc.Closes, code)
			}
			for _, g := range doc.Groups {
				// During lasts as long as the closes take, and after for what is left.
				if g.Name != "during" && g.Name != "after" && g.Messages.Received == 0 {
					t.Errorf("no message of the group %q was answered", g.Name)
				}
			}
		},
	}
}

var lifecycles = []lifecycle{
	closeStorm("handshake"), closeStorm("fin"), closeStorm("rst"), closeStorm("vanish"),
	{
		name: "connect", conns: 400,
		flags: "--scenario connect-storm --duration 300ms",
		check: func(t *testing.T, p process, doc document) {
			if c := doc.Connections; c.Opened != 400 || c.AllOpenS <= 0 {
				t.Errorf("got %d connections open after %v s, want 400", c.Opened, c.AllOpenS)
			}
		},
	}, {
		name: "reconnect", conns: 200,
		flags: "-r 1000 -d 6s --warmup 0s --close-share 1 --close-at 200ms --close-mode rst --reconnect jitter:400ms,2s",
		check: func(t *testing.T, p process, doc document) {
			v := doc.Recovery
			if v == nil || v.Lost != 200 || v.Recovered != 200 || v.Attempts != 200 || v.Failed != 0 || v.AllNS <= 0 {
				t.Errorf("recovery: got %+v, want all 200 back at the first attempt", v)
			}
			if c := doc.Connections; c.Opened != 400 || c.Reopened != 200 {
				t.Errorf("got %d connections, %d of them again; want 400 and 200", c.Opened, c.Reopened)
			}
		},
	}, {
		name: "churn", conns: 100,
		flags: "-r 500 -d 2s --warmup 0s --lifetime exp:500ms",
		check: func(t *testing.T, p process, doc document) {
			// Some are closing, or opening, as the run ends.
			if c := doc.Connections; c.Departed < 100 || c.Reopened > c.Departed || c.Departed > c.Reopened+100 || c.Opened != 100+c.Reopened {
				t.Errorf("got %+v, want each to leave more than once, and another one in its place", c)
			}
			if doc.Recovery != nil {
				t.Errorf("recovery: got %+v, want none: nothing was lost", doc.Recovery)
			}
		},
	}, {
		name: "slow readers", conns: 100,
		flags: "-r 500 -d 2s --warmup 0s --size 4KiB --read-rate 1KiB/s:0.1 --stop-reading=0.05",
		check: func(t *testing.T, p process, doc document) {
			if doc.Connections.StillOpen != 5 {
				t.Errorf("%d connections still open, want the 5 that do not read", doc.Connections.StillOpen)
			}
			want := map[string]int{"others": 85, "slow readers": 10, "not reading": 5}
			for _, g := range doc.Groups {
				if g.Connections != want[g.Name] {
					t.Errorf("%d connections in the group %q, want %d", g.Connections, g.Name, want[g.Name])
				}
				delete(want, g.Name)
			}
			if len(want) > 0 {
				t.Errorf("no group of %v", want)
			}
		},
	}, {
		name: "broadcast", conns: 101, room: true,
		flags: "--broadcast -r 20 -d 1s --warmup 0s",
		check: func(t *testing.T, p process, doc document) {
			if b := doc.Broadcast; b == nil || b.Expected != 2000 || doc.Messages.Received != 2000 || doc.Messages.Sent != 20 {
				t.Errorf("got %d copies of %d messages, of %+v; want 2000 of 20", doc.Messages.Received, doc.Messages.Sent, b)
			}
		},
	},
}

// storming are the servers that the lifecycles run against: one that echoes, and
// one that sends each message to all, which may be the same.
var storming = []struct {
	name  string
	start func(t *testing.T) (echo, room process)
}{
	{"serve", func(t *testing.T) (echo, room process) { return startServe(t), startServe(t, "--broadcast") }},
	{"npm ws", func(t *testing.T) (echo, room process) {
		echo = start(t, "npm ws", must(t, npmFolder), "node", "ws.mjs")
		echo.seen = strings.Replace(echo.url, "ws", "http", 1) + "seen"
		return echo, inRoom(echo)
	}},
	{"nginx", func(t *testing.T) (echo, room process) {
		ws := start(t, "npm ws", must(t, npmFolder), "node", "ws.mjs")
		echo = startNginx(t, ws)
		echo.seen = strings.Replace(ws.url, "ws", "http", 1) + "seen"
		return echo, inRoom(echo)
	}},
}

// inRoom returns p as those see it who ask for its broadcast.
func inRoom(p process) process {
	p.url += "broadcast"
	return p
}

// serveRun has the built-in server say its port as the other servers do.
const serveRun = `wsstorm=$1; shift
read -r _ version _ <<<"$("$wsstorm" --version)"
"$wsstorm" serve --listen 127.0.0.1:0 --until-eof "$@" | sed -u -E "s,^ws://127.0.0.1:([0-9]+)/,\1 $version,"
`

func startServe(t *testing.T, flags ...string) process {
	dir := must(t, programs)
	argv := []string{"bash", "-c", serveRun, "serve", filepath.Join(dir, "wsstorm")}
	return start(t, "serve", dir, append(argv, flags...)...)
}

// TestLifecycles runs every lifecycle against every server, compares the result
// with itself and with what the server saw, and prints what came out.
func TestLifecycles(t *testing.T) {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nserver\tversion\tstorm\topened\tclosed\tdropped\tlast gone\trecovered")
	for _, s := range storming {
		t.Run(s.name, func(t *testing.T) {
			echo, room := s.start(t)
			for _, l := range lifecycles {
				p := echo
				if l.room {
					p = room
				}
				t.Run(l.name, func(t *testing.T) {
					before := look(t, p)
					doc := storm(t, p, append(strings.Fields(l.flags), "-c", fmt.Sprint(l.conns)))
					addsUp(t, l, doc)
					l.check(t, p, doc)
					compare(t, p, doc, before)
					fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\n", p.name, p.version, l.name, doc.Connections.Opened,
						doc.Connections.Closed, doc.Connections.Dropped, lastGone(doc), recovered(doc))
				})
			}
		})
	}
	w.Flush()
	fmt.Print(b.String())
}

func lastGone(doc document) string {
	if doc.Closing == nil {
		return ""
	}
	return time.Duration(doc.Closing.LastGoneS * 1e9).Round(100 * time.Microsecond).String()
}

func recovered(doc document) string {
	if doc.Recovery == nil {
		return ""
	}
	return fmt.Sprintf("%d in %v", doc.Recovery.Recovered, time.Duration(doc.Recovery.AllNS).Round(time.Millisecond))
}

// addsUp checks that nothing went wrong, and that the result does not contradict
// itself.
func addsUp(t *testing.T, l lifecycle, doc document) {
	t.Helper()
	c, m := doc.Connections, doc.Messages
	codes := 0
	for _, count := range doc.Closes {
		codes += count.Count
	}
	expected := m.Sent
	if doc.Broadcast != nil {
		expected = doc.Broadcast.Expected
	}
	for _, sum := range []struct {
		what      string
		got, want int
	}{
		{"connections requested", c.Requested, l.conns},
		{"connections failed", c.Failed, 0},
		{"connections dropped", c.Dropped, 0},
		{"connections closed by the peer", c.PeerClosed, 0},
		{"closed + closed by the peer + dropped + still open, of those opened", c.Closed + c.PeerClosed + c.Dropped + c.StillOpen, c.Opened},
		{"opened + failed, of those requested and attempted again", c.Opened + c.Failed, c.Requested + c.Reattempts},
		{"close codes, of the connections opened", codes, c.Opened},
		{"received + lost + abandoned, of the messages sent", m.Received + m.Lost + m.Abandoned, expected},
		{"messages lost", m.Lost, 0},
		{"messages mismatched, duplicated, reordered or unexpected", m.Mismatched + m.Duplicated + m.Reordered + m.Unexpected, 0},
	} {
		if sum.got != sum.want {
			t.Errorf("%s: got %d, want %d", sum.what, sum.got, sum.want)
		}
	}
	for class, e := range doc.Errors {
		t.Errorf("got %d errors of class %s (%s), want none", e.Count, class, e.Example)
	}
}
