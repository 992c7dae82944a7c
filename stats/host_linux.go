package stats

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func readHost() hostUsage {
	root := os.DirFS("/")
	h := hostUsage{throttled: throttled(root), threads: threadTimes()}
	h.total, h.stolen = machineTimes(root)
	return h
}

// machineTimes returns the CPU time of the whole machine and the stolen part of
// it, in ticks, from the first line of /proc/stat:
//
//	cpu  user nice system idle iowait irq softirq steal guest guest_nice
//
// The last two are contained in user and nice. proc_stat(5)
func machineTimes(root fs.FS) (total, stolen uint64) {
	text, err := fs.ReadFile(root, "proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, 0
	}
	for i, field := range fields[1:9] {
		ticks, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return 0, 0
		}
		total += ticks
		if i == 7 {
			stolen = ticks
		}
	}
	return total, stolen
}

// throttled returns for how long the quota of this process's cgroup, or of one
// above it, has kept it from running: of the cgroup where that was longest,
// since one that waits for its parent may be counted in both. The kernel adds up
// the cores that were to run it.
func throttled(root fs.FS) time.Duration {
	var longest time.Duration
	for dir := range cgroups(root) {
		text, err := fs.ReadFile(root, path.Join(dir, "cpu.stat"))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			unit := time.Duration(0)
			switch key {
			case "throttled_usec": // version 2
				unit = time.Microsecond
			case "throttled_time": // version 1
				unit = time.Nanosecond
			default:
				continue
			}
			if n, err := strconv.ParseInt(value, 10, 64); err == nil {
				longest = max(longest, time.Duration(n)*unit)
			}
		}
	}
	return longest
}

// maxThreads bounds what reading the threads costs, a system call each. The
// engine has a thread for each core, and a few more.
const maxThreads = 256

// threadTimes returns the CPU time of each of this process's threads, or of the
// first maxThreads of them.
func threadTimes() map[int]time.Duration {
	dir, err := os.Open("/proc/self/task")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(maxThreads) // a thread that ended meanwhile is no loss
	times := make(map[int]time.Duration, len(names))
	for _, name := range names {
		tid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		// The CPU-time clock of a thread, as pthread_getcpuclockid(3) makes
		// it: /proc/self/task/TID/stat counts in ticks of 10 ms.
		const perThread, scheduled = 4, 2
		clock := int32(^tid<<3 | perThread | scheduled)
		var used unix.Timespec
		if unix.ClockGettime(clock, &used) == nil {
			times[tid] = time.Duration(used.Nano())
		}
	}
	return times
}
