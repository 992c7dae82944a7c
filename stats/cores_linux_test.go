package stats

import (
	"math"
	"testing"
)

func TestCgroupCores(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  float64
	}{
		{"no cgroups", nil, math.Inf(1)},
		{"v2, no limit", map[string]string{
			"proc/self/cgroup":      "0::/\n",
			"sys/fs/cgroup/cpu.max": "max 100000\n",
		}, math.Inf(1)},
		{"v2, half a core", map[string]string{
			"proc/self/cgroup":      "0::/\n",
			"sys/fs/cgroup/cpu.max": "50000 100000\n",
		}, 0.5},
		{"v2, tightest further up", map[string]string{
			"proc/self/cgroup":            "0::/a/b:c\n",
			"sys/fs/cgroup/a/cpu.max":     "150000 100000\n",
			"sys/fs/cgroup/a/b:c/cpu.max": "400000 100000\n",
		}, 1.5},
		{"v2, of another cgroup", map[string]string{
			"proc/self/cgroup":        "0::/a\n",
			"sys/fs/cgroup/b/cpu.max": "50000 100000\n",
		}, math.Inf(1)},
		{"v1", map[string]string{
			"proc/self/cgroup": "5:devices:/x\n4:cpu,cpuacct:/x\n0::/\n",
			"sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us":  "300000\n",
			"sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
		}, 3},
		{"v1, no limit", map[string]string{
			"proc/self/cgroup":                    "1:cpu:/\n",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us":  "-1\n",
			"sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
		}, math.Inf(1)},
		{"damaged", map[string]string{
			"proc/self/cgroup":      "\n0:\n0::/\n",
			"sys/fs/cgroup/cpu.max": "many 0\n",
		}, math.Inf(1)},
		{"period of zero", map[string]string{
			"proc/self/cgroup":      "0::/\n",
			"sys/fs/cgroup/cpu.max": "50000 0\n",
		}, math.Inf(1)},
	} {
		if got := cgroupCores(files(c.files)); got != c.want {
			t.Errorf("%s: got %v cores, want %v", c.name, got, c.want)
		}
	}
}
