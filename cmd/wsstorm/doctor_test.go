package main

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"wsstorm/internal/preflight"
	"wsstorm/loadgen"
)

// golden compares text with a file of testdata, and its lines with the width of
// a terminal.
func golden(t *testing.T, name, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("got\n%s\nwant testdata/%s (go test -update, if it is right)", text, name)
	}
	for line := range strings.SplitSeq(text, "\n") {
		if n := utf8.RuneCountInString(line); n > allColumns {
			t.Errorf("%s: %d columns, want %d at most: %s", name, n, allColumns, line)
		}
	}
}

func TestDoctorText(t *testing.T) {
	d := &diagnosis{Items: []preflight.Item{
		{Name: "file descriptors", Value: "1,048,576 (soft 1,024, raised)", Need: "1,000,064", State: preflight.OK},
		{Name: "ephemeral ports", Value: "28,231 of 28,232 left", Need: "1,000,000", State: preflight.TooLittle,
			Note: "the run needs 1000000 ephemeral ports and one address of this machine reaches one of the server with 64512 at most"},
		{Name: "clock source", Value: "hpet", Need: "tsc", State: preflight.Warn,
			Note: "each time stamp is a system call, of which a message takes several",
			Fix:  "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"},
		{Name: "CPU governor", State: preflight.Unknown},
		{Name: "Linux", Value: "5.15.167.4-microsoft-standard-WSL2", Need: "5.11", State: preflight.OK},
	}}
	golden(t, "doctor.txt", diagnosisText(d, "1,000,000 connections", false))

	inColor := diagnosisText(d, "", true)
	for _, want := range []string{red + "too little" + plain, yellow + "warn" + plain} {
		if !strings.Contains(inColor, want) {
			t.Errorf("got no %q in %q", want, inColor)
		}
	}
}

func TestDoctorConclusion(t *testing.T) {
	item := func(states ...preflight.State) *diagnosis {
		d := new(diagnosis)
		for _, s := range states {
			d.Items = append(d.Items, preflight.Item{Name: "memory", State: s})
		}
		return d
	}
	for _, tt := range []struct {
		d    *diagnosis
		want string
	}{
		{item(preflight.OK, preflight.Unknown), "The run can start.\n"},
		{item(preflight.OK, preflight.Warn), "The run can start, with a warning.\n"},
		{item(preflight.Warn, preflight.Warn), "The run can start, with 2 warnings.\n"},
		{item(preflight.Warn, preflight.TooLittle), "The run cannot start: too little of memory.\n"},
	} {
		if got := diagnosisText(tt.d, "", false); !strings.HasSuffix(got, "\n\n"+tt.want) {
			t.Errorf("got %q, want %q at its end", got, tt.want)
		}
	}
}

// A command that is broken into lines is still one to a shell.
func TestShellLines(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	for _, command := range []string{
		"echo one",
		"echo " + strings.Repeat("a-word ", 30) + "| cat",
		"echo " + strings.Repeat("x", 50) + " && echo " + strings.Repeat("y", 50),
	} {
		lines := shellLines(command)
		want, err1 := exec.Command(bash, "-c", command).Output()
		got, err2 := exec.Command(bash, "-c", lines).Output()
		if err1 != nil || err2 != nil || !bytes.Equal(got, want) {
			t.Errorf("%s\ngot %q, %v, want %q, %v", lines, got, err2, want, err1)
		}
	}
	if got := shellLines(""); got != "" {
		t.Errorf("no command: got %q", got)
	}
}

func TestDoctorHelp(t *testing.T) {
	for _, args := range [][]string{{"doctor", "--help"}, {"help", "doctor"}, {"doctor", "-c", "5", "-h"}} {
		got := wsstorm(t, args...)
		if got.code != exitOK || got.err != "" {
			t.Errorf("%q: got exit code %d, %q", args, got.code, got.err)
		}
		golden(t, "help-doctor.txt", got.out)
	}
}

func TestDoctor(t *testing.T) {
	got := wsstorm(t, "doctor", "-c", "1", "-o", "json")
	var d diagnosis
	if err := json.Unmarshal([]byte(got.out), &d); err != nil {
		t.Fatalf("%v: %s%s", err, got.out, got.err)
	}
	if got.code != exitOK || got.err != "" || !d.CanStart || d.Schema != diagnosisSchema || len(d.Items) == 0 ||
		d.URL != "" || !slices.Contains(d.Flags, "--connections=1") {
		t.Errorf("got %d, %q, %+v", got.code, got.err, d)
	}

	path := t.TempDir() + "/doctor.json"
	got = wsstorm(t, "doctor", "-c", "16M", "-o", "text", "-o", "json="+path)
	if got.code != exitFailed || got.err != "" || !strings.Contains(got.out, "The run cannot start: too little of file descriptors") {
		t.Errorf("16 million connections: got %d, %q, %s", got.code, got.err, got.out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d = (diagnosis{}); json.Unmarshal(text, &d) != nil || d.CanStart || d.Items[0].State != preflight.TooLittle || d.Items[0].Fix == "" {
		t.Errorf("16 million connections: got %s", text)
	}
}

func TestDoctorUsage(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-c", "0"}, `--connections "0": want 1 at least`},
		{[]string{"-o", "json=/"}, "--output json=/: it is a directory"},
		{[]string{"-o", "csv"}, "--output csv: doctor writes text or json"},
		{[]string{"--idle", "--rate", "5"}, "--rate contradicts --idle: an idle run sends no messages"},
		{[]string{"http://h/"}, `the URL's scheme is http: did you mean "ws://h/"?`},
	} {
		got := wsstorm(t, append([]string{"doctor"}, tt.args...)...)
		if got.code != exitUsage || got.err != "wsstorm: "+tt.want+"\n" {
			t.Errorf("%q: got %d, %q, want %q", tt.args, got.code, got.err, tt.want)
		}
	}
}

func TestDoctorKeepsSecrets(t *testing.T) {
	path := t.TempDir() + "/doctor.json"
	got := wsstorm(t, "doctor", "-c", "1", "-o", "text", "-o", "json="+path,
		"-H", "Authorization: Bearer hunter2", "--cookie", "a=hunter2", "ws://127.0.0.1:9/?token=hunter2")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if all := got.out + got.err + string(text); got.code != exitOK || strings.Contains(all, "hunter2") || strings.Count(all, "/?token=***") != 2 {
		t.Errorf("got %d, %s", got.code, all)
	}
}

func TestNeed(t *testing.T) {
	loop := runtime.GOOS == "linux"
	workers := runtime.GOMAXPROCS(0)
	address := func(a string) []netip.AddrPort { return []netip.AddrPort{netip.MustParseAddrPort(a)} }
	unknown := []netip.AddrPort{{}}
	for _, tt := range []struct {
		args string
		want preflight.Need
	}{
		{"", preflight.Need{Connections: 50, Opening: loadgen.DefaultConnectConcurrency, Targets: address("127.0.0.1:0"), Local: true, InFlight: 1, Message: 20, EventLoop: loop, Workers: workers}},
		{"-c 9 --connect-concurrency 3 --rate 5k -s 1,125-4KiB,7 --workers 3 ws://192.0.2.1/",
			preflight.Need{Connections: 9, Opening: 3, Targets: address("192.0.2.1:80"), Rate: 5000, Message: 4096, EventLoop: loop, Workers: 3}},
		{"-c 9 --idle --driver portable ws://127.0.0.9:81/",
			preflight.Need{Connections: 9, Opening: loadgen.DefaultConnectConcurrency, Targets: address("127.0.0.9:81"), Local: true, Workers: workers}},
		{"-c 9 --in-flight 4 wss://[::1]/",
			preflight.Need{Connections: 9, Opening: loadgen.DefaultConnectConcurrency, Targets: address("[::1]:443"), Local: true, InFlight: 4, Message: 20, TLS: true, Workers: workers}},
		{"-c 9 --source-ip 127.0.0.2 --connect-to 127.0.0.9 ws://host:81/",
			preflight.Need{Connections: 9, Opening: loadgen.DefaultConnectConcurrency, Targets: address("127.0.0.9:81"), Sources: []netip.Addr{netip.MustParseAddr("127.0.0.2")},
				Local: true, InFlight: 1, Message: 20, EventLoop: loop, Workers: workers}},
		{"-c 9 --connect-to 127.0.0.9,192.0.2.1 ws://localhost:81/",
			preflight.Need{Connections: 9, Opening: loadgen.DefaultConnectConcurrency, Targets: append(address("127.0.0.9:81"), address("192.0.2.1:81")...),
				InFlight: 1, Message: 20, EventLoop: loop, Workers: workers}},
		{"-c 9 --unix-socket /tmp/s ws://localhost/",
			preflight.Need{Connections: 9, Opening: loadgen.DefaultConnectConcurrency, Local: true, InFlight: 1, Message: 20, Workers: workers}},
		{"-c 9 ws://nowhere.invalid/",
			preflight.Need{Connections: 9, Opening: loadgen.DefaultConnectConcurrency, Targets: unknown, InFlight: 1, Message: 20, EventLoop: loop, Workers: workers}},
	} {
		r := mustRead(t, strings.Fields(tt.args)...)
		got := r.need(r.addresses(t.Context(), false))
		if !slices.Equal(got.Targets, tt.want.Targets) {
			t.Errorf("%s: got targets %v, want %v", tt.args, got.Targets, tt.want.Targets)
		}
		got.Targets, tt.want.Targets = nil, nil
		if a, b := jsonOf(t, got), jsonOf(t, tt.want); a != b {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.args, a, b)
		}
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNamesAreLookedUp(t *testing.T) {
	r := mustRead(t, "ws://localhost:81/")
	if got := r.addresses(t.Context(), true); len(got) == 0 || !got[0].Addr().IsLoopback() || got[0].Port() != 81 {
		t.Errorf("localhost: got %v", got)
	}
}

// What does not keep a run from starting is said in a line each, unless nothing
// is to be said.
func TestWarningsBeforeARun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nothing to be warned about is known here")
	}
	if _, err := os.Stat("/proc/sys/net/ipv4/tcp_wmem"); err != nil {
		t.Skip(err)
	}
	var stderr bytes.Buffer
	args := []string{"-c", "1", "-s", "64MiB", "--in-flight", "1M"}
	if err := mustRead(t, args...).preflight(t.Context(), &stderr); err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(stderr.String()) {
		if !strings.HasPrefix(line, "wsstorm: warning: ") {
			t.Errorf("got %q", line)
		}
		if strings.HasPrefix(line, "wsstorm: warning: tcp_wmem ") {
			found++
		}
	}
	if found != 1 {
		t.Errorf("got %q, want a warning about tcp_wmem", stderr.String())
	}
	stderr.Reset()
	if err := mustRead(t, append(args, "--quiet")...).preflight(t.Context(), &stderr); err != nil || stderr.Len() > 0 {
		t.Errorf("quiet: got %v, %q", err, stderr.String())
	}
}

// Connections to the loopback network come from more of its addresses than one
// where they are more than half of its ports, unless the flags say from where.
func TestSpreadOut(t *testing.T) {
	machine := preflight.Machine{Root: fstest.MapFS{
		"proc/sys/net/ipv4/ip_local_port_range": {Data: []byte("40000 40099")},
	}}
	for _, tt := range []struct{ args, want string }{
		{"-c 50", ""},
		{"-c 51", "127.0.0.1-127.0.0.2"},
		{"--connect-stage 1s:125", "127.0.0.1-127.0.0.3"},
		{"-c 51 ws://127.0.0.9/", "127.0.0.1-127.0.0.2"},
		{"-c 451 --connect-to 127.0.0.1-127.0.0.9 ws://192.0.2.1/", "127.0.0.1-127.0.0.2"},
		{"-c 101 ws://192.0.2.1/", ""},
		{"-c 101 --source-ip 127.0.0.7", "127.0.0.7"},
		{"-c 101 --unix-socket /s ws://127.0.0.1/", ""},
	} {
		r := mustRead(t, strings.Fields(tt.args)...)
		need := r.need(r.addresses(t.Context(), true))
		spread := r.spreadOut(&need, machine)
		if got := r.plan.Sources.String(); got != tt.want || spread != (len(need.Sources) > 0 && !r.given("source-ip")) {
			t.Errorf("%s: got %v, %q, want %q", tt.args, spread, got, tt.want)
		}
		if !slices.Equal(need.Sources, r.plan.Sources.First(1000)) {
			t.Errorf("%s: the doctor looks at %v, the run takes %s", tt.args, need.Sources, r.plan.Sources)
		}
		// Of a search, the run with the fewer connections comes next.
		need = r.need(need.Targets)
		need.Connections = 1
		if r.spreadOut(&need, machine) || !r.given("source-ip") && len(r.plan.Sources) > 0 {
			t.Errorf("%s: one connection comes from %s", tt.args, r.plan.Sources)
		}
	}
}
