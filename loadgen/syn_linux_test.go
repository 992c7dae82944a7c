//go:build linux && !wsstorm_portable

package loadgen

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// listenOverflows returns how many SYNs this machine's full accept queues have
// dropped so far.
func listenOverflows(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/net/netstat")
	if err != nil {
		t.Skip(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if words[0] != "TcpExt:" {
			continue
		}
		for i, name := range names {
			if name == "ListenOverflows" {
				n, err := strconv.Atoi(words[i])
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
		}
		names = words
	}
	t.Skip("this kernel does not count what its accept queues drop")
	return 0
}

// dropAlone waits for the other tests that overflow accept queues: how often that
// happens is counted for the machine.
func dropAlone(t *testing.T) {
	t.Helper()
	alone, err := os.OpenFile(filepath.Join(os.TempDir(), "wsstorm-listen-overflows.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { alone.Close() })
	if err := unix.Flock(int(alone.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}

// setBacklog changes the length of a listener's accept queue; of 0, it takes one
// connection.
func setBacklog(t *testing.T, ln net.Listener, n int) {
	t.Helper()
	raw, err := ln.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = unix.Listen(int(fd), n) }); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
}

// TestDroppedSYNsAreCounted: a server that accepts nobody at first has a full
// accept queue, in which SYNs get lost, and the result says how many.
func TestDroppedSYNsAreCounted(t *testing.T) {
	const connections = 4
	dropAlone(t)
	before := listenOverflows(t)
	// Both drivers wait for the drops of both.
	drops := connections * len(driverPlans())
	atOnce(t, 2, map[string]int{"": connections}, func(t *testing.T, p Plan, connections int) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		setBacklog(t, ln, 0)
		first, err := net.Dial("tcp", ln.Addr().String()) // fills the queue
		if err != nil {
			t.Fatal(err)
		}
		defer first.Close()
		s := &echoServer{over: make(chan struct{})}
		s.http = &httptest.Server{Listener: ln, Config: &http.Server{Handler: s.handle(withGorilla), ErrorLog: quiet}}
		p = aimed(t, p, "ws://"+ln.Addr().String()+"/")
		p.Connections, p.InFlight, p.Messages = connections, 1, int64(connections)
		begun := make(chan struct{})
		go func() {
			defer close(begun)
			for listenOverflows(t) < before+drops && t.Context().Err() == nil {
				runtime.Gosched()
			}
			setBacklog(t, ln, 128)
			s.http.Start()
		}()
		r := load(t, t.Context(), p)
		<-begun
		s.stop()
		if len(r.SYNs) == 0 || r.Retransmitted() != int64(connections) || r.SYNs[0].ConnectMeanS < 0.9 {
			t.Errorf("got %+v, want %d connections, after a second or more", r.SYNs, connections)
		}
		if c := r.Connections; c.Opened != int64(connections) || c.AllOpenS < 0.9 || c.Open50S < 0.9 {
			t.Errorf("got %+v, want all open, after a second or more", c)
		}
	})
}

// TestASilentAddressIsLeft: of a name with two addresses, one of which lets SYNs get
// lost, the other is tried in time.
func TestASilentAddressIsLeft(t *testing.T) {
	dropAlone(t)
	_, port := listen(t, 1)
	silent, err := net.Listen("tcp", "127.0.0.9:"+port)
	if err != nil {
		t.Skip(err) // taken, or no such address
	}
	defer silent.Close()
	setBacklog(t, silent, 0)
	first, err := net.Dial("tcp", silent.Addr().String()) // fills the queue
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	for driver, p := range driverPlans() { // one after the other: there is one resolver
		nameServer(t, [4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 9})
		p = aimed(t, p, "ws://silent.test:"+port+"/")
		p.Connections, p.InFlight, p.Messages, p.ConnectTimeout = 4, 1, 4, 2*time.Second
		r := load(t, t.Context(), p)
		wantErrors(t, r)
		if c := r.Connections; c.Opened != 4 || c.AllOpenS < 0.9 {
			t.Errorf("%s: got %+v, want all open, half of them after half of the time", driver, c)
		}
		// Where no address has time, that is a failure, and is not forgotten.
		p.ConnectTimeout = time.Millisecond
		if c := load(t, t.Context(), p).Connections; c.Opened+c.Failed != 4 {
			t.Errorf("%s, in 1 ms: got %+v, want each opened or failed", driver, c)
		}
	}
}
