package preflight

import (
	"io/fs"
	"net/netip"
	"path"
	"strconv"
	"strings"
)

// A Machine is where limits are read.
type Machine struct {
	// Root is the root of the file system, with proc and sys in it; nil where the
	// platform has no such files.
	Root fs.FS
	// Soft and Hard are this process's limits on open files; 0: not known. Go
	// raises the soft one to the hard one at the start of a process, so that Soft
	// is what the process can get by itself.
	Soft, Hard uint64
	// Brief says that only what is not well will be read of the items, so that what
	// is plainly well need not be counted out.
	Brief bool
	// Bind tries whether connections can come from an address; nil tries none.
	Bind func(netip.Addr) error
}

// Examine holds the machine's limits against the need. What the platform does
// not have is not among the items.
func (m Machine) Examine(n Need) []Item {
	items := append([]Item{m.descriptors(n)}, m.sources(n)...)
	if m.Root == nil {
		return items
	}
	for _, check := range []func(Machine, Need) []Item{
		Machine.ports, Machine.listenQueue, Machine.tcpMemory, Machine.socketBuffers, Machine.conntrack,
		Machine.memory, Machine.processes, Machine.processors, Machine.governor, Machine.clockSource, Machine.kernel,
	} {
		items = append(items, check(m, n)...)
	}
	return items
}

// text returns the contents of a file, "" where it cannot be read.
func (m Machine) text(name string) string {
	text, err := fs.ReadFile(m.Root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// numbers returns the whole numbers that a file consists of, nil unless there
// are that many.
func (m Machine) numbers(name string, count int) []int64 {
	fields := strings.Fields(m.text(name))
	if len(fields) != count {
		return nil
	}
	numbers := make([]int64, count)
	for i, f := range fields {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return nil
		}
		numbers[i] = n
	}
	return numbers
}

// number returns the one whole number in a file.
func (m Machine) number(name string) (n int64, known bool) {
	if numbers := m.numbers(name, 1); numbers != nil {
		return numbers[0], true
	}
	return 0, false
}

// field returns the rest of the line of a file that begins with name and a
// colon, as in /proc/meminfo.
func (m Machine) field(file, name string) string {
	for line := range strings.Lines(m.text(file)) {
		if rest, found := strings.CutPrefix(line, name+":"); found {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// sysctl returns the file of a setting: "net.core.somaxconn".
func sysctl(name string) string {
	return path.Join("proc/sys", strings.ReplaceAll(name, ".", "/"))
}

// setSysctl returns the command that changes a setting until the next start of
// the machine.
func setSysctl(name, value string) string {
	if strings.Contains(value, " ") {
		value = `"` + value + `"`
	}
	return "sudo sysctl -w " + name + "=" + value
}
