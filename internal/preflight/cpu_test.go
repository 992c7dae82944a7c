package preflight

import "testing"

func TestProcessors(t *testing.T) {
	two := tree{"proc/self/status": "Cpus_allowed_list:\t0,5\n"}
	rate := func(r float64) func(*Need) { return func(n *Need) { n.Rate = r } }
	checkItems(t, "processors", []itemCase{
		{"a closed loop takes what there is", nil, nil, "8", "", OK, ""},
		{"affinity", two, rate(80_000), "2 of 8", "about 1.6", OK, ""},
		{"too high a rate", two, rate(81_000), "2 of 8", "about 1.6", Warn,
			"processors 2 of 8: the client may be the limit of this run, not the server"},
		{"the server is elsewhere", two, func(n *Need) { n.Rate, n.Local = 81_000, false }, "2 of 8", "about 0.81", OK, ""},
		{"goroutines", two, func(n *Need) { n.Rate, n.Local, n.EventLoop = 81_000, false, false }, "2 of 8", "about 1.6", Warn,
			"processors 2 of 8: the client may be the limit of this run, not the server"},
		{"one for both ends", tree{"proc/self/status": "Cpus_allowed_list:\t3\n"}, nil, "1 of 8", "", Warn,
			"processors 1 of 8: client and server take turns on one processor, and each waits for the other"},
		{"one for the client", tree{"proc/self/status": "Cpus_allowed_list:\t3\n"}, func(n *Need) { n.Local = false }, "1 of 8", "", OK, ""},
		{"not known", tree{"proc/self/status": "Cpus_allowed_list:\t3-1\n"}, nil, "", "", Unknown, ""},
	})
}

func TestCgroupCPU(t *testing.T) {
	max := func(text string) tree { return tree{"sys/fs/cgroup/user.slice/cpu.max": text} }
	rate := func(r float64) func(*Need) { return func(n *Need) { n.Rate = r } }
	const higher = ": echo max | sudo tee /sys/fs/cgroup/user.slice/cpu.max"
	const stands = "when the quota of a tenth of a second is used up, the run stands still until the next"
	checkItems(t, "cgroup cpu", []itemCase{
		{"no limit", nil, nil, "no limit", "", OK, ""},
		{"for every worker", max("800000 100000\n"), rate(1000), "8 cores", "about 0.02", OK, ""},
		{"for fewer", max("150000 100000\n"), rate(1000), "1.5 cores", "about 0.02", Warn, "cgroup cpu 1.5 cores: " + stands + higher},
		{"one worker", max("150000 100000\n"), func(n *Need) { n.Workers = 1 }, "1.5 cores", "", OK, ""},
		{"half a core", max("50000 100000\n"), func(n *Need) { n.Workers = 1 }, "0.5 of a core", "", Warn, "cgroup cpu 0.5 of a core: " + stands + higher},
		{"the tightest", max("800000 100000\n").with(tree{"sys/fs/cgroup/user.slice/shell.scope/cpu.max": "900000 100000\n"}), nil, "8 cores", "", OK, ""},
		{"too high a rate", max("150000 100000\n"), rate(61_000), "1.5 cores", "about 1.2", Warn,
			"cgroup cpu 1.5 cores: the client may be the limit of this run, not the server" + higher},
		{"no limit in version 1", version1, nil, "no limit", "", OK, ""},
		{"in version 1", version1.with(tree{"sys/fs/cgroup/cpu,cpuacct/jobs/1/cpu.cfs_quota_us": "200000\n", "sys/fs/cgroup/cpu,cpuacct/jobs/1/cpu.cfs_period_us": "100000\n"}),
			nil, "2 cores", "", Warn, "cgroup cpu 2 cores: " + stands + ": echo -1 | sudo tee /sys/fs/cgroup/cpu,cpuacct/jobs/1/cpu.cfs_quota_us"},
	})
}

func TestGovernor(t *testing.T) {
	checkItems(t, "CPU governor", []itemCase{
		{"performance", nil, nil, "performance", "performance", OK, ""},
		{"one is not", tree{"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "powersave\n"}, nil, "performance, powersave", "performance", Warn,
			"CPU governor performance, powersave: processors slow down while they wait, and latencies are those of a slow one: sudo cpupower frequency-set -g performance"},
		{"a virtual machine", tree{"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "", "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": ""}, nil, "", "", Unknown, ""},
	})
}

func TestClockSource(t *testing.T) {
	const dir = "sys/devices/system/clocksource/clocksource0/"
	checkItems(t, "clock source", []itemCase{
		{"tsc", nil, nil, "tsc", "", OK, ""},
		{"arm64", tree{dir + "current_clocksource": "arch_sys_counter\n"}, nil, "arch_sys_counter", "", OK, ""},
		{"a slow one", tree{dir + "current_clocksource": "hpet\n"}, nil, "hpet", "tsc", Warn,
			"clock source hpet: each time stamp is a system call, of which a message takes several: echo tsc | sudo tee /" + dir + "current_clocksource"},
		{"and no other", tree{dir + "current_clocksource": "hpet\n", dir + "available_clocksource": "hpet acpi_pm\n"}, nil, "hpet", "", Warn,
			"clock source hpet: each time stamp is a system call, of which a message takes several"},
		{"not known", tree{dir + "current_clocksource": ""}, nil, "", "", Unknown, ""},
	})
}

func TestKernel(t *testing.T) {
	release := func(text string) tree { return tree{"proc/sys/kernel/osrelease": text} }
	rate := func(n *Need) { n.Rate = 1000 }
	checkItems(t, "Linux", []itemCase{
		{"a closed loop", release("4.19.0"), nil, "4.19.0", "", OK, ""},
		{"goroutines", release("4.19.0"), func(n *Need) { n.Rate, n.EventLoop = 1000, false }, "4.19.0", "", OK, ""},
		{"new enough", release("5.11.0-rc1"), rate, "5.11.0-rc1", "5.11", OK, ""},
		{"the next", release("6.1"), rate, "6.1", "5.11", OK, ""},
		{"too old", release("5.10.234+deb11"), rate, "5.10.234+deb11", "5.11", Warn,
			"Linux 5.10.234+deb11: it waits in whole milliseconds, and messages go out late by up to one"},
		{"not known", release("x"), rate, "", "", Unknown, ""},
	})
}
