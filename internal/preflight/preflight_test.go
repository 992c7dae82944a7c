package preflight

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	plenty := limits{descriptors: 1 << 20, ports: 28232}
	tests := []struct {
		name string
		need Need
		have limits
		want string // of the error; empty for none
	}{
		{"enough", Need{1000, 1}, plenty, ""},
		{"nothing known", Need{1 << 20, 1}, limits{}, ""},
		{"the last descriptor", Need{1024 - overhead, 1}, limits{1024, 28232}, ""},
		{"one descriptor short", Need{1025 - overhead, 1}, limits{1024, 28232},
			"the run needs 1025 file descriptors and this process may use 1024: "},
		{"the last port", Need{28232, 1}, plenty, ""},
		{"one port short", Need{28233, 1}, plenty,
			"the run needs 28233 ephemeral ports and this process may use 28232: "},
		{"two addresses", Need{56464, 2}, plenty, ""},
		{"two addresses, one port short", Need{56465, 2}, plenty,
			"the run needs 56465 ephemeral ports and this process may use 56464: "},
		{"more than any range", Need{64513, 1}, plenty,
			"the run needs 64513 ephemeral ports and this process may use 28232: one address of this machine reaches one of the server with 64512 at most"},
		{"no ports needed", Need{100000, 0}, plenty, ""},
	}
	for _, tt := range tests {
		got := ""
		if s := check(tt.need, tt.have); s != nil {
			got = s.Error()
		}
		if got != tt.want && (tt.want == "" || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCheckReadsThisMachine(t *testing.T) {
	if err := Check(Need{Connections: 1, Addresses: 1}); err != nil {
		t.Errorf("one connection: %v", err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("the limits below are read on Linux only")
	}
	if _, err := os.Stat("/proc/sys/net/ipv4/ip_local_port_range"); err != nil {
		t.Skip(err)
	}
	err := Check(Need{Connections: 100_000, Addresses: 1})
	var short *Shortage
	if !errors.As(err, &short) || short.Have == 0 || short.Remedy == "" {
		t.Errorf("100,000 connections to one address: got %v, want a shortage with a remedy", err)
	}
}
