package stats

import (
	"os"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/sys/unix"
)

// files returns a file system of these texts.
func files(texts map[string]string) fstest.MapFS {
	root := make(fstest.MapFS)
	for name, text := range texts {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func TestMachineTimes(t *testing.T) {
	for _, c := range []struct {
		name, stat    string
		total, stolen uint64
	}{
		{"guest time is in user time already", "cpu  1 2 3 4 5 6 7 80 900 900\ncpu0 1 1 1 1 1 1 1 1 1 1\n", 108, 80},
		{"no guests", "cpu 10 0 0 0 0 0 0 5\n", 15, 5},
		{"before Linux 2.6.11", "cpu 10 20 30 40\n", 0, 0},
		{"damaged", "cpu 1 2 3 4 5 6 7 many 9 10\n", 0, 0},
		{"something else", "intr 1 2 3 4 5 6 7 8 9 10\n", 0, 0},
		{"empty", "", 0, 0},
	} {
		if total, stolen := machineTimes(files(map[string]string{"proc/stat": c.stat})); total != c.total || stolen != c.stolen {
			t.Errorf("%s: got %d and %d, want %d and %d", c.name, total, stolen, c.total, c.stolen)
		}
	}
	if total, stolen := machineTimes(files(nil)); total != 0 || stolen != 0 {
		t.Errorf("no /proc: got %d and %d, want 0 and 0", total, stolen)
	}
}

func TestThrottled(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  time.Duration
	}{
		{"no cgroups", nil, 0},
		{"v2, no limit", map[string]string{
			"proc/self/cgroup":       "0::/\n",
			"sys/fs/cgroup/cpu.stat": "usage_usec 17\nuser_usec 10\nsystem_usec 7\n",
		}, 0},
		{"v2, longest further up", map[string]string{
			"proc/self/cgroup":           "0::/a/b\n",
			"sys/fs/cgroup/a/cpu.stat":   "usage_usec 17\nnr_periods 5\nnr_throttled 4\nthrottled_usec 1500\n",
			"sys/fs/cgroup/a/b/cpu.stat": "usage_usec 17\nnr_periods 5\nnr_throttled 4\nthrottled_usec 1400\n",
			"sys/fs/cgroup/c/cpu.stat":   "throttled_usec 9999\n",
		}, 1500 * time.Microsecond},
		{"v1", map[string]string{
			"proc/self/cgroup":                     "5:devices:/x\n4:cpu,cpuacct:/x\n0::/\n",
			"sys/fs/cgroup/cpu,cpuacct/x/cpu.stat": "nr_periods 5\nnr_throttled 4\nthrottled_time 2500\n",
		}, 2500},
		{"damaged", map[string]string{
			"proc/self/cgroup":       "0::/\n",
			"sys/fs/cgroup/cpu.stat": "throttled_usec\nthrottled_usec much\n",
		}, 0},
	} {
		if got := throttled(files(c.files)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestThreadTimes has one thread work, and finds its time under its name.
func TestThreadTimes(t *testing.T) {
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tid := unix.Gettid()
	before := threadTimes()
	var used unix.Timespec
	for start := threadTimes()[tid]; time.Duration(used.Nano()) < start+5*time.Millisecond; {
		if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &used); err != nil {
			t.Fatal(err)
		}
	}
	after := threadTimes()
	if got, least := after[tid], time.Duration(used.Nano()); got < least {
		t.Errorf("thread %d: got %v of CPU time, want %v at least", tid, got, least)
	}
	if got := (hostUsage{threads: after}).busiestSince(hostUsage{threads: before}); got < 5*time.Millisecond {
		t.Errorf("busiest thread: got %v, want 5ms at least", got)
	}
}
