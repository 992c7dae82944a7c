//go:build integration

package peers

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sight is how the connections of a server have ended, as it saw that.
type sight struct {
	Opened int
	Codes  map[string]int // 1006: without a Close frame
	Resets int
}

// closed returns how many connections have ended.
func (s sight) closed() int {
	n := 0
	for _, count := range s.Codes {
		n += count
	}
	return n
}

// look asks p what it saw.
func look(t *testing.T, p process) sight {
	t.Helper()
	var s sight
	if p.seen == "" {
		return s
	}
	r, err := http.Get(p.seen)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// compare checks what wsstorm says against what p saw since before. A proxy takes
// part in TCP and TLS, not in the closing handshake: Close frames reach the server
// behind it, and so does the end of a connection without one; a reset does not,
// the server is told of the same end (FIN) as by a client that sent one.
func compare(t *testing.T, p process, doc document, before sight) {
	t.Helper()
	if p.seen == "" {
		return
	}
	after := look(t, p)
	for deadline := time.Now().Add(stopTimeout); after.closed() < after.Opened && time.Now().Before(deadline); after = look(t, p) {
		time.Sleep(20 * time.Millisecond) // it learns later than wsstorm ends
	}
	c := doc.Connections
	abrupt := c.ClosedFIN + c.ClosedRST + c.Vanished
	// Of those that were to come in the place of others some are given up as the run
	// ends, with their opening handshake on its way: the server may have answered it.
	opened := after.Opened - before.Opened
	halfway := opened - c.Opened
	if most := c.Departed - c.Reopened; halfway < 0 || halfway > max(0, most) {
		t.Errorf("the server saw %d connections opened, wsstorm says %d, and that %d were not opened again", opened, c.Opened, most)
	}
	for _, count := range []struct {
		what      string
		got, want int
	}{
		// Those who do not read send a Close frame, and do not see it answered.
		{"closed with code 1000", after.Codes["1000"] - before.Codes["1000"], c.Closed - abrupt + c.StillOpen},
		{"closed without a Close frame", after.Codes["1006"] - before.Codes["1006"], abrupt + halfway},
	} {
		if count.got != count.want {
			t.Errorf("%s: the server saw %d, wsstorm says %d", count.what, count.got, count.want)
		}
	}
	resets := after.Resets - before.Resets
	if !strings.HasPrefix(p.name, "nginx") {
		// Whoever vanished is reset at the end, and so is who leaves without
		// having read what came.
		if want := c.ClosedRST + c.Vanished + c.StillOpen; resets < want || resets > want+halfway {
			t.Errorf("the server saw %d resets, want %d", resets, want)
		}
		return
	}
	// nginx itself resets where a reply had come that the client did not wait for.
	if most := doc.Messages.Abandoned + c.StillOpen; resets > most {
		t.Errorf("the server behind nginx saw %d resets, want those of %d replies that nobody read at most", resets, most)
	}
}
