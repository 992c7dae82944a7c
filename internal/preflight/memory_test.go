package preflight

import "testing"

func TestMemory(t *testing.T) {
	connections := func(n *Need) { n.Connections = 100_000 }
	checkItems(t, "memory", []itemCase{
		{"the usual", nil, nil, "8.00 GiB", "about 65.0 MiB", OK, ""},
		{"the event loop", nil, connections, "8.00 GiB", "about 2.07 GiB", OK, ""},
		{"goroutines", nil, func(n *Need) { connections(n); n.EventLoop = false }, "8.00 GiB", "about 4.26 GiB", OK, ""},
		{"TLS to a server elsewhere", nil, func(n *Need) { connections(n); n.EventLoop, n.TLS, n.Local = false, true, false }, "8.00 GiB", "about 7.31 GiB", OK, ""},
		{"too little", tree{"proc/meminfo": "MemAvailable: 65536 kB\nSwapTotal: 2048 kB\nSwapFree: 1024 kB\n"}, nil, "64.0 MiB, 1.00 MiB swapped", "about 65.0 MiB", Warn,
			"memory 64.0 MiB, 1.00 MiB swapped: a run that swaps, or that the kernel kills, measures nothing"},
		{"not known", tree{"proc/meminfo": "MemTotal: 1 kB\n"}, nil, "", "", Unknown, ""},
	})
}

// version1 is the laptop under version 1 of control groups, whose files take the
// place of version 2's.
var version1 = tree{
	"proc/self/cgroup": "9:name=systemd:/\n4:memory:/jobs/1\n3:cpu,cpuacct:/jobs/1\n2:pids:/\n0::/\n",

	"sys/fs/cgroup/cgroup.controllers":            "",
	"sys/fs/cgroup/unified/cgroup.controllers":    "\n",
	"sys/fs/cgroup/memory/memory.limit_in_bytes":  "9223372036854771712\n",
	"sys/fs/cgroup/memory/memory.usage_in_bytes":  "104857600\n",
	"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":  "-1\n",
	"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
}

func TestCgroupMemory(t *testing.T) {
	const scope, slice = "sys/fs/cgroup/user.slice/shell.scope/", "sys/fs/cgroup/user.slice/"
	checkItems(t, "cgroup memory", []itemCase{
		{"no limit", nil, nil, "no limit", "", OK, ""},
		{"no limit in version 1", version1, nil, "no limit", "", OK, ""},
		{"a limit", tree{scope + "memory.max": "134217728\n", scope + "memory.current": "33554432\n"}, nil, "96.0 MiB of 128 MiB left", "about 65.0 MiB", OK, ""},
		{"the tightest", tree{scope + "memory.max": "134217728\n", scope + "memory.current": "33554432\n",
			slice + "memory.max": "268435456\n", slice + "memory.current": "234881024\n"}, nil, "32.0 MiB of 256 MiB left", "about 65.0 MiB", Warn,
			"cgroup memory 32.0 MiB of 256 MiB left: beyond its limit the kernel kills the run: echo max | sudo tee /sys/fs/cgroup/user.slice/memory.max"},
		{"in version 1", version1.with(tree{"sys/fs/cgroup/memory/jobs/memory.limit_in_bytes": "33554432\n"}), nil, "32.0 MiB of 32.0 MiB left", "about 65.0 MiB", Warn,
			"cgroup memory 32.0 MiB of 32.0 MiB left: beyond its limit the kernel kills the run: echo -1 | sudo tee /sys/fs/cgroup/memory/jobs/memory.limit_in_bytes"},
	})
}

func TestProcesses(t *testing.T) {
	const dir = "sys/fs/cgroup/user.slice/"
	checkItems(t, "cgroup pids", []itemCase{
		{"no limit", nil, nil, "no limit", "", OK, ""},
		{"enough", tree{dir + "pids.max": "100\n", dir + "pids.current": "36\n"}, nil, "64 of 100 left", "64", OK, ""},
		{"one short", tree{dir + "pids.max": "100\n", dir + "pids.current": "37\n"}, nil, "63 of 100 left", "64", Warn,
			"cgroup pids 63 of 100 left: a program that gets no thread dies: echo max | sudo tee /sys/fs/cgroup/user.slice/pids.max"},
		{"in version 1", version1.with(tree{"sys/fs/cgroup/pids/pids.max": "32\n"}), func(n *Need) { n.Local = false }, "32 of 32 left", "32", OK, ""},
	})
}
