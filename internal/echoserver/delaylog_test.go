package echoserver

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// room is a log in memory that may be read while it is written.
type room struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *room) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func TestDelayLog(t *testing.T) {
	f := Faults{Seed: 11, Delay: Delay{Kind: DelayExp, Base: time.Millisecond}, Drop: 0.05, Duplicate: 0.2}
	var log room
	f.DelayLog = &log
	s, stop := startStoppable(t, Config{Faults: f})
	const conns, each = 8, 60
	var cs []*websocket.Conn
	for range conns {
		cs = append(cs, dial(t, s, websocket.Dialer{})) // one after the other: numbered so
	}
	var wg sync.WaitGroup
	for i, c := range cs {
		wg.Go(func() {
			for _, text := range messages(each) {
				if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
					t.Error(err)
				}
			}
			c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""))
			got, code, err := rest(c)
			if want := transcript(f, uint64(i+1), messages(each)); code != 1000 || !slices.Equal(got, want) {
				t.Errorf("connection %d: got %q, %v; want %q", i+1, got, err, want)
			}
		})
	}
	wg.Wait()
	stop()

	lines := readDelayLog(t, log.text.String())
	next := make([]int, conns+1)
	waited := false
	for _, l := range lines {
		for next[l.conn]++; draw(f.Seed, drawDrop, uint64(l.conn), uint64(next[l.conn])) < f.Drop; next[l.conn]++ {
		}
		if l.reply != next[l.conn] {
			t.Fatalf("connection %d: got reply %d, want %d", l.conn, l.reply, next[l.conn])
		}
		if want := cs[l.conn-1].LocalAddr().String(); l.peer != want {
			t.Errorf("connection %d: got peer %s, want %s", l.conn, l.peer, want)
		}
		if want := f.Delay.Quantile(draw(f.Seed, drawDelay, uint64(l.conn), uint64(l.reply))); l.drawn != want {
			t.Errorf("connection %d, reply %d: got a delay of %v, want %v", l.conn, l.reply, l.drawn, want)
		}
		if l.took < l.waited+l.drawn || l.waited < 0 {
			t.Errorf("connection %d, reply %d: left early: %+v", l.conn, l.reply, l)
		}
		waited = waited || l.waited > 0
	}
	if got, want := len(lines), conns*each-int(s.Counts().Dropped); got != want {
		t.Errorf("got %d lines, want %d", got, want)
	}
	if !waited {
		t.Error("no reply waited for the one before it, want most")
	}
}

func TestDelayLogWithoutDelay(t *testing.T) {
	var log room
	s, stop := startStoppable(t, Config{Faults: Faults{DelayLog: &log}})
	c := dial(t, s, websocket.Dialer{})
	echo(t, c, websocket.TextMessage, []byte("x"))
	c.Close()
	stop()
	lines := readDelayLog(t, log.text.String())
	if len(lines) != 1 || lines[0].drawn != 0 || lines[0].took <= 0 {
		t.Errorf("got %+v, want one line with what the server took by itself", lines)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("no space")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestErrorOfDelayLogIsServes(t *testing.T) {
	s, err := Listen("127.0.0.1:0", Config{Faults: Faults{DelayLog: brokenWriter{}}})
	if err != nil {
		t.Fatal(err)
	}
	served, stop := serving(s)
	c := dial(t, s, websocket.Dialer{})
	echo(t, c, websocket.TextMessage, []byte("x"))
	c.Close()
	stop()
	if err := <-served; !errors.Is(err, errBroken) {
		t.Errorf("got %v, want %v", err, errBroken)
	}
}

// logLine is a line of the delay log.
type logLine struct {
	conn, reply         int
	peer                string
	took, waited, drawn time.Duration
}

func readDelayLog(tb testing.TB, text string) []logLine {
	tb.Helper()
	rest, ok := strings.CutPrefix(text, logHeader)
	if !ok {
		tb.Fatalf("the log begins with %.60q, want %q", text, logHeader)
	}
	var lines []logLine
	for text := range strings.Lines(rest) {
		f := strings.Split(strings.TrimSuffix(text, "\n"), ",")
		if len(f) != 6 {
			tb.Fatalf("got a line %q, want six columns", text)
		}
		var n [6]int
		for i, column := range f {
			if i == 1 {
				continue
			}
			var err error
			if n[i], err = strconv.Atoi(column); err != nil {
				tb.Fatalf("got a line %q: %v", text, err)
			}
		}
		lines = append(lines, logLine{n[0], n[2], f[1], time.Duration(n[3]), time.Duration(n[4]), time.Duration(n[5])})
	}
	return lines
}
