package preflight

import (
	"path"
	"slices"
	"strings"
)

// cgroups returns the directories of this process's control group and of those
// above it, innermost first, in the hierarchy that has the controller, and the
// version of that: 1 or 2. Version 1 is looked for where it is usually mounted.
func (m Machine) cgroups(controller string) (dirs []string, version int) {
	for line := range strings.Lines(m.text("proc/self/cgroup")) {
		// hierarchy-ID:controller-list:cgroup-path, cgroups(7)
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		mount := "sys/fs/cgroup"
		switch {
		case slices.Contains(strings.Split(fields[1], ","), controller):
			version = 1
			mount = path.Join(mount, fields[1])
		case fields[0] == "0" && fields[1] == "" && m.text("sys/fs/cgroup/cgroup.controllers") != "":
			version = 2
		default:
			continue
		}
		for dir := path.Clean("/" + fields[2]); ; dir = path.Dir(dir) {
			dirs = append(dirs, path.Join(mount, dir))
			if dir == "/" {
				return dirs, version
			}
		}
	}
	return nil, 0
}

// A cgroupFile is a limit, and what is used of it, in either version.
type cgroupFile struct{ controller, limit2, used2, limit1, used1, none1 string }

var (
	cgroupMemory = cgroupFile{"memory", "memory.max", "memory.current", "memory.limit_in_bytes", "memory.usage_in_bytes", "-1"}
	cgroupPids   = cgroupFile{"pids", "pids.max", "pids.current", "pids.max", "pids.current", "max"}
)

// unlimited is what version 1 says where there is no limit on memory: the
// largest number of whole pages.
const unlimited = 1<<63 - 1<<16

// A rest is what is left of the tightest limit.
type rest struct {
	left, limit int64
	lift        string // the command that takes the limit away
}

// rest returns what is left of a limit, nil where there is none.
func (m Machine) rest(f cgroupFile) *rest {
	var tightest *rest
	dirs, version := m.cgroups(f.controller)
	limit, used, none := f.limit1, f.used1, f.none1
	if version == 2 {
		limit, used, none = f.limit2, f.used2, "max"
	}
	for _, dir := range dirs {
		most, limited := m.number(path.Join(dir, limit)) // "max" is no number
		if !limited || most >= unlimited {
			continue
		}
		current, _ := m.number(path.Join(dir, used))
		if tightest == nil || most-current < tightest.left {
			tightest = &rest{most - current, most, lift(none, path.Join(dir, limit))}
		}
	}
	return tightest
}

// lift returns the command that writes no limit into a file.
func lift(none, file string) string {
	return "echo " + none + " | sudo tee /" + file
}

// A quota is the tightest limit of processor time, in cores.
type quota struct {
	cores float64
	lift  string // the command that takes it away
}

// quota returns the quota of this process, nil where there is none.
func (m Machine) quota() *quota {
	var tightest *quota
	dirs, version := m.cgroups("cpu")
	for _, dir := range dirs {
		var numbers []int64
		command := lift("max", path.Join(dir, "cpu.max"))
		if version == 2 {
			numbers = m.numbers(path.Join(dir, "cpu.max"), 2) // nil for "max 100000"
		} else {
			file := path.Join(dir, "cpu.cfs_quota_us")
			command = lift("-1", file)
			time, ok1 := m.number(file) // -1 is no quota
			period, ok2 := m.number(path.Join(dir, "cpu.cfs_period_us"))
			if ok1 && ok2 {
				numbers = []int64{time, period}
			}
		}
		if numbers == nil || numbers[0] <= 0 || numbers[1] <= 0 {
			continue
		}
		if c := float64(numbers[0]) / float64(numbers[1]); tightest == nil || c < tightest.cores {
			tightest = &quota{c, command}
		}
	}
	return tightest
}
