package preflight

import (
	"fmt"
	"strconv"
	"strings"

	"wsstorm/stats/report"
)

// memory is about the machine's memory, and the control group's.
func (m Machine) memory(n Need) []Item {
	want := n.memory()
	items := []Item{m.systemMemory(want)}
	r := m.rest(cgroupMemory)
	if r == nil {
		return append(items, Item{Name: "cgroup memory", Value: "no limit", State: OK})
	}
	i := sized("cgroup memory", r.left, want)
	i.Value += fmt.Sprintf(" of %s left", report.Bytes(float64(r.limit)))
	if want > r.left {
		i = i.with(Warn, "beyond its limit the kernel kills the run", r.lift)
	}
	return append(items, i)
}

// systemMemory is about what programs can still get without swapping.
func (m Machine) systemMemory(want int64) Item {
	available, known := m.meminfo("MemAvailable")
	if !known {
		return unknown("memory")
	}
	i := sized("memory", available, want)
	total, _ := m.meminfo("SwapTotal")
	free, _ := m.meminfo("SwapFree")
	if total > free {
		i.Value += fmt.Sprintf(", %s swapped", report.Bytes(float64(total-free)))
	}
	if want > available {
		i = i.with(Warn, "a run that swaps, or that the kernel kills, measures nothing", "")
	}
	return i
}

// meminfo returns a line of /proc/meminfo in bytes.
func (m Machine) meminfo(name string) (bytes int64, known bool) {
	kib, err := strconv.ParseInt(strings.TrimSuffix(m.field("proc/meminfo", name), " kB"), 10, 64)
	return kib << 10, err == nil
}

// processes is about the threads that the control group may have.
func (m Machine) processes(n Need) []Item {
	r := m.rest(cgroupPids)
	if r == nil {
		return []Item{{Name: "cgroup pids", Value: "no limit", State: OK}}
	}
	// A thread for each core that runs Go code, one for each worker of the event
	// loop, and some for system calls that block.
	want := int64(2*n.Workers + 16)
	if n.Local {
		want *= 2
	}
	i := counted("cgroup pids", r.left, want)
	i.Value += fmt.Sprintf(" of %s left", report.Count(r.limit))
	if want > r.left {
		i = i.with(Warn, "a program that gets no thread dies", r.lift)
	}
	return []Item{i}
}
