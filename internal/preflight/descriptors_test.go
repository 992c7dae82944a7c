package preflight

import (
	"math"
	"testing"
)

func TestDescriptors(t *testing.T) {
	tests := []struct {
		name        string
		soft, hard  uint64
		files       tree
		connections int
		value       string
		state       State
		text        string
	}{
		{"enough", 1 << 20, 1 << 20, tree{"proc/4711/limits": ""}, 1000, "1,048,576", OK, ""},
		{"raised", 20000, 20000, nil, 1000, "20,000 (soft 1,024, raised)", OK, ""},
		{"as high as it was", 1024, 1024, nil, 20, "1,024", OK, ""},
		{"the last one", 1064, 1064, nil, 1000, "1,064 (soft 1,024, raised)", OK, ""},
		{"one short", 1063, 1063, nil, 1000, "1,063 (soft 1,024, raised)", TooLittle,
			"the run needs 1064 file descriptors and this process may use 1063: sudo prlimit --pid $$ --nofile=1064"},
		{"not raised all the way", 10240, 1 << 20, tree{"proc/4711/limits": ""}, 20, "10,240 (hard 1,048,576)", OK, ""},
		{"unlimited", math.MaxInt64, math.MaxInt64, tree{"proc/4711/limits": ""}, 1 << 24, "unlimited", OK, ""},
		{"the parent is unlimited", 1 << 20, 1 << 20, tree{"proc/4711/limits": "Max open files  unlimited unlimited files\n"}, 20, "1,048,576", OK, ""},
		{"beyond the kernel's most", 1 << 20, 1 << 20, tree{"proc/4711/limits": ""}, 2_000_000, "1,048,576", TooLittle,
			"the run needs 2000064 file descriptors and this process may use 1048576: sudo sysctl -w fs.nr_open=2000064 && sudo prlimit --pid $$ --nofile=2000064"},
		{"not known", 0, 0, nil, 20, "", Unknown, ""},
	}
	for _, tt := range tests {
		m := laptop.with(tt.files).machine()
		m.Soft, m.Hard = tt.soft, tt.hard
		n := usual()
		n.Connections = tt.connections
		i := named(t, m.Examine(n), "file descriptors")
		text := i.String()
		if i.State == OK || i.State == Unknown {
			text = ""
		}
		if i.Value != tt.value || i.State != tt.state || text != tt.text {
			t.Errorf("%s: got %q, %s, %q\nwant %q, %s, %q", tt.name, i.Value, i.State, text, tt.value, tt.state, tt.text)
		}
	}
}
