package stats

import (
	"io/fs"
	"iter"
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// platformCores returns the cores that affinity and cgroups leave to this
// process; 0 where nothing limits it.
func platformCores() float64 {
	cores := math.Inf(1)
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err == nil {
		cores = float64(set.Count())
	}
	cores = min(cores, cgroupCores(os.DirFS("/")))
	if math.IsInf(cores, 1) {
		return 0
	}
	return cores
}

// cgroupCores returns the tightest CPU quota of this process's cgroup and of
// those above it, in cores; +Inf where there is none, or where the cgroup file
// system is not in its usual place. root is the root of the file system.
//
// GOMAXPROCS follows the quota too, but rounds it up, to 2 at least: a process
// with half a core would seem to be idle at 25% of its CPU.
func cgroupCores(root fs.FS) float64 {
	cores := math.Inf(1)
	for dir, v2 := range cgroups(root) {
		if v2 {
			cores = min(cores, quotaV2(root, dir))
		} else {
			cores = min(cores, quotaV1(root, dir))
		}
	}
	return cores
}

// cgroups yields the directories of this process's CPU cgroup and of those above
// it, and whether they are of cgroups version 2. root is the root of the file
// system. A directory need not exist.
func cgroups(root fs.FS) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		membership, err := fs.ReadFile(root, "proc/self/cgroup")
		if err != nil {
			return
		}
		for line := range strings.Lines(string(membership)) {
			// hierarchy-ID:controller-list:cgroup-path, cgroups(7)
			fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
			if len(fields) != 3 {
				continue
			}
			mount, v2 := "sys/fs/cgroup", fields[0] == "0" && fields[1] == ""
			if !v2 {
				if fields[1] != "cpu" && fields[1] != "cpu,cpuacct" && fields[1] != "cpuacct,cpu" {
					continue
				}
				mount = path.Join(mount, fields[1])
			}
			for dir := path.Clean("/" + fields[2]); ; dir = path.Dir(dir) {
				if !yield(path.Join(mount, dir), v2) {
					return
				}
				if dir == "/" {
					break
				}
			}
		}
	}
}

// quotaV2 reads the quota of one cgroup: "max 100000", or "50000 100000".
func quotaV2(root fs.FS, dir string) float64 {
	text, err := fs.ReadFile(root, path.Join(dir, "cpu.max"))
	if err != nil {
		return math.Inf(1)
	}
	fields := strings.Fields(string(text))
	if len(fields) != 2 {
		return math.Inf(1)
	}
	return quotient(fields[0], fields[1])
}

// quotaV1 reads the quota of one cgroup from its two files; -1 is no quota.
func quotaV1(root fs.FS, dir string) float64 {
	quota, err := fs.ReadFile(root, path.Join(dir, "cpu.cfs_quota_us"))
	if err != nil {
		return math.Inf(1)
	}
	period, err := fs.ReadFile(root, path.Join(dir, "cpu.cfs_period_us"))
	if err != nil {
		return math.Inf(1)
	}
	return quotient(strings.TrimSpace(string(quota)), strings.TrimSpace(string(period)))
}

// quotient returns quota/period, or +Inf unless both are positive numbers.
func quotient(quota, period string) float64 {
	q, err := strconv.ParseFloat(quota, 64)
	if err != nil || !(q > 0) {
		return math.Inf(1)
	}
	p, err := strconv.ParseFloat(period, 64)
	if err != nil || !(p > 0) {
		return math.Inf(1)
	}
	return q / p
}
