package preflight

import (
	"fmt"
	"maps"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// A tree is a file system: contents by path.
type tree map[string]string

// laptop is a machine that lacks nothing, with Linux's defaults.
var laptop = tree{
	"proc/self/status":    "Name:\twsstorm\nPPid:\t4711\nCpus_allowed_list:\t0-7\n",
	"proc/4711/limits":    "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 1048576              files     \n",
	"proc/self/cgroup":    "0::/user.slice/shell.scope\n",
	"proc/meminfo":        "MemTotal:       16384000 kB\nMemAvailable:    8388608 kB\nSwapTotal:       2097152 kB\nSwapFree:        2097152 kB\n",
	"proc/net/tcp":        "  sl  local_address rem_address   st tx_queue\n",
	"proc/sys/fs/nr_open": "1048576\n",

	"proc/sys/kernel/osrelease":                            "6.8.0-45-generic\n",
	"proc/sys/net/core/somaxconn":                          "4096\n",
	"proc/sys/net/ipv4/ip_local_port_range":                "32768\t60999\n",
	"proc/sys/net/ipv4/ip_local_reserved_ports":            "\n",
	"proc/sys/net/ipv4/tcp_tw_reuse":                       "2\n",
	"proc/sys/net/ipv4/tcp_mem":                            "188229\t250973\t376458\n",
	"proc/sys/net/ipv4/tcp_rmem":                           "4096\t131072\t6291456\n",
	"proc/sys/net/ipv4/tcp_wmem":                           "4096\t16384\t4194304\n",
	"proc/sys/net/netfilter/nf_conntrack_max":              "262144\n",
	"proc/sys/net/netfilter/nf_conntrack_count":            "321\n",
	"sys/devices/system/cpu/online":                        "0-7\n",
	"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
	"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",

	"sys/devices/system/clocksource/clocksource0/current_clocksource":   "tsc\n",
	"sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm\n",

	"sys/fs/cgroup/cgroup.controllers":                "cpuset cpu io memory pids\n",
	"sys/fs/cgroup/user.slice/memory.max":             "max\n",
	"sys/fs/cgroup/user.slice/cpu.max":                "max 100000\n",
	"sys/fs/cgroup/user.slice/pids.max":               "max\n",
	"sys/fs/cgroup/user.slice/shell.scope/memory.max": "max\n",
}

// with returns a copy with other files; an empty one is left out.
func (t tree) with(files tree) tree {
	t = maps.Clone(t)
	for name, text := range files {
		if t[name] = text; text == "" {
			delete(t, name)
		}
	}
	return t
}

func (t tree) machine() Machine {
	root := fstest.MapFS{}
	for name, text := range t {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Machine{Root: root, Soft: 1 << 20, Hard: 1 << 20}
}

func targets(addresses ...string) []netip.AddrPort {
	var all []netip.AddrPort
	for _, a := range addresses {
		all = append(all, netip.MustParseAddrPort(a))
	}
	return all
}

// usual is a run as it is without flags.
func usual() Need {
	return Need{
		Connections: 50, Opening: 128, Targets: targets("127.0.0.1:0"), Local: true,
		InFlight: 1, Message: 20, EventLoop: true, Workers: 8,
	}
}

func named(t *testing.T, items []Item, name string) Item {
	t.Helper()
	for _, i := range items {
		if i.Name == name {
			return i
		}
	}
	t.Fatalf("there is no item %q", name)
	return Item{}
}

func TestAWellMachine(t *testing.T) {
	items := laptop.machine().Examine(usual())
	for _, i := range items {
		if i.State != OK {
			t.Errorf("%s: got %s (%s), want %s", i.Name, i.State, i, OK)
		}
		if i.Value == "" || i.Note != "" || i.Fix != "" {
			t.Errorf("%s: got value %q, note %q and fix %q, want a value only", i.Name, i.Value, i.Note, i.Fix)
		}
	}
	if len(items) != 15 {
		t.Errorf("got %d items, want 15", len(items))
	}
	if err := Shortage(items); err != nil {
		t.Errorf("shortage: got %v", err)
	}
	if w := Warnings(items); len(w) != 0 {
		t.Errorf("warnings: got %v", w)
	}
}

// A case of one item: what is different from the laptop and from the usual run,
// and what becomes of it.
type itemCase struct {
	name  string
	files tree
	need  func(*Need)
	value string
	want  string // the need
	state State
	text  string // of the item's String, where the state is not OK
}

func checkItems(t *testing.T, item string, cases []itemCase) {
	t.Helper()
	for _, tt := range cases {
		n := usual()
		if tt.need != nil {
			tt.need(&n)
		}
		i := named(t, laptop.with(tt.files).machine().Examine(n), item)
		text := ""
		if i.State == Warn || i.State == TooLittle {
			text = i.String()
		}
		if i.Value != tt.value || i.Need != tt.want || i.State != tt.state || text != tt.text {
			t.Errorf("%s: %s:\ngot  %q, needs %q, %s, %q\nwant %q, needs %q, %s, %q", item, tt.name,
				i.Value, i.Need, i.State, text, tt.value, tt.want, tt.state, tt.text)
		}
	}
}

func TestNothingIsReadable(t *testing.T) {
	for _, i := range (tree{}).machine().Examine(usual()) {
		switch i.Name {
		case "file descriptors", "cgroup memory", "cgroup pids":
			continue
		}
		if i.State != Unknown || i.Value != "" {
			t.Errorf("%s: got %q, %s, want %s", i.Name, i.Value, i.State, Unknown)
		}
	}
}

// Elsewhere than on Linux there is nothing but the limit of the process.
func TestNoRoot(t *testing.T) {
	m := Machine{Soft: 256, Hard: 1 << 20}
	items := m.Examine(usual())
	if len(items) != 1 || items[0].Value != "256 (hard 1,048,576)" || items[0].State != OK {
		t.Errorf("got %+v", items)
	}
	n := usual()
	n.Connections = 1000
	want := "the run needs 1064 file descriptors and this process may use 256: ulimit -n 1064, as root"
	if err := Shortage(m.Examine(n)); fmt.Sprint(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := m.Ports(); got != 0 {
		t.Errorf("ports: got %d, want 0", got)
	}
}

func TestShortageNamesAllInOneLine(t *testing.T) {
	m := laptop.machine()
	m.Soft, m.Hard = 1024, 1024
	n := usual()
	n.Connections = 30_000
	got := fmt.Sprint(Shortage(m.Examine(n)))
	for _, want := range []string{"30064 file descriptors", "30000 ephemeral ports", "; "} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	if strings.Contains(got, "\n") {
		t.Errorf("got more than a line: %q", got)
	}
}

func TestThisMachine(t *testing.T) {
	m := This()
	n := usual()
	n.Connections = 1
	if err := Shortage(m.Examine(n)); err != nil {
		t.Errorf("one connection: %v", err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	n.Connections = 100_000
	if i := named(t, m.Examine(n), "ephemeral ports"); i.State != TooLittle && i.State != Unknown {
		t.Errorf("100,000 connections to one address: got %s", i.State)
	}
	if i := named(t, m.Examine(n), "processors"); i.State == Unknown {
		t.Error("the processors are not known")
	}
}
