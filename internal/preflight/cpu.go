package preflight

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// processors is about the processors that affinity and the control group leave
// to this process.
func (m Machine) processors(n Need) []Item {
	const name = "processors"
	usable := countList(m.field("proc/self/status", "Cpus_allowed_list"))
	if usable == 0 {
		return []Item{unknown(name)}
	}
	want := n.cores()
	cores := Item{Name: name, Value: strconv.Itoa(usable), Have: number(usable), State: OK}
	if online := countList(m.text("sys/devices/system/cpu/online")); online > usable {
		cores.Value += fmt.Sprintf(" of %d", online)
	}
	group := Item{Name: "cgroup cpu", Value: "no limit", State: OK}
	quota := m.quota()
	if quota != nil {
		group.Value, group.Have = fmt.Sprintf("%.3g of a core", quota.cores), number(quota.cores)
		if quota.cores >= 1 {
			group.Value = fmt.Sprintf("%.3g cores", quota.cores)
		}
	}
	if want > 0 {
		cores.Need, cores.Want = fmt.Sprintf("about %.2g", want), number(want)
		group.Need, group.Want = cores.Need, cores.Want
	}
	const busy = 0.8 // from there on the verdict of a run is suspect
	switch {
	case want > busy*float64(usable):
		cores = cores.with(Warn, "the client may be the limit of this run, not the server", "")
	case n.Local && usable == 1:
		cores = cores.with(Warn, "client and server take turns on one processor, and each waits for the other", "")
	}
	switch {
	case quota == nil:
	case want > busy*quota.cores:
		group = group.with(Warn, "the client may be the limit of this run, not the server", quota.lift)
	case quota.cores < float64(min(max(n.Workers, 1), usable)):
		group = group.with(Warn, "when the quota of a tenth of a second is used up, the run stands still until the next", quota.lift)
	}
	return []Item{cores, group}
}

// countList returns how many numbers a list "0-3,8" has, 0 if it is none.
func countList(list string) int {
	count := 0
	for item := range strings.SplitSeq(list, ",") {
		from, to, ranged := strings.Cut(item, "-")
		if !ranged {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || last < first {
			return 0
		}
		count += last - first + 1
	}
	return count
}

// governor is about how the kernel sets the processors' clock rate. A virtual
// machine does not know.
func (m Machine) governor(Need) []Item {
	const name = "CPU governor"
	files, err := fs.Glob(m.Root, "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor")
	if err != nil || len(files) == 0 {
		return []Item{unknown(name)}
	}
	var governors []string
	for _, f := range files {
		if g := m.text(f); g != "" && !slices.Contains(governors, g) {
			governors = append(governors, g)
		}
	}
	slices.Sort(governors)
	i := Item{Name: name, Value: strings.Join(governors, ", "), Need: "performance", State: OK}
	if i.Value != "performance" {
		i = i.with(Warn, "processors slow down while they wait, and latencies are those of a slow one",
			"sudo cpupower frequency-set -g performance")
	}
	return []Item{i}
}

// readInUserSpace are the clock sources that a process reads without a system
// call (the kernel's vDSO).
var readInUserSpace = []string{"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "timebase", "riscv_clocksource"}

// clockSource is about what a time stamp costs.
func (m Machine) clockSource(Need) []Item {
	const name = "clock source"
	const dir = "sys/devices/system/clocksource/clocksource0"
	current := m.text(path.Join(dir, "current_clocksource"))
	if current == "" {
		return []Item{unknown(name)}
	}
	i := Item{Name: name, Value: current, State: OK}
	if slices.Contains(readInUserSpace, current) {
		return []Item{i}
	}
	fix := ""
	for _, other := range strings.Fields(m.text(path.Join(dir, "available_clocksource"))) {
		if slices.Contains(readInUserSpace, other) {
			i.Need = other
			fix = fmt.Sprintf("echo %s | sudo tee /%s/current_clocksource", other, dir)
			break
		}
	}
	return []Item{i.with(Warn, "each time stamp is a system call, of which a message takes several", fix)}
}

// kernel is about epoll_pwait2, which waits in nanoseconds: Linux 5.11.
func (m Machine) kernel(n Need) []Item {
	const name = "Linux"
	release := m.text("proc/sys/kernel/osrelease")
	var major, minor int
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil {
		return []Item{unknown(name)}
	}
	i := Item{Name: name, Value: release, State: OK}
	if n.EventLoop && n.Rate > 0 {
		i.Need = "5.11"
		if major < 5 || major == 5 && minor < 11 {
			i = i.with(Warn, "it waits in whole milliseconds, and messages go out late by up to one", "")
		}
	}
	return []Item{i}
}
