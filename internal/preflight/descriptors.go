package preflight

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"

	"wsstorm/stats/report"
)

// descriptors is about this process's limit on open files.
func (m Machine) descriptors(n Need) Item {
	const name = "file descriptors"
	want := n.descriptors()
	if m.Soft == 0 {
		i := unknown(name)
		i.Need, i.Want = report.Count(want), number(want)
		return i
	}
	i := counted(name, int64(m.Soft), want)
	if m.Soft == math.MaxInt64 {
		i.Value, i.Have = "unlimited", nil
	}
	if soft := m.parentSoft(); soft > 0 && soft < m.Soft {
		i.Value += fmt.Sprintf(" (soft %s, raised)", report.Count(int64(soft)))
	}
	if m.Hard > m.Soft {
		// Go could not raise it all the way: macOS has a lower limit of its own.
		i.Value += fmt.Sprintf(" (hard %s)", report.Count(int64(min(m.Hard, math.MaxInt64))))
	}
	if uint64(want) <= m.Soft {
		return i
	}
	return i.with(TooLittle,
		fmt.Sprintf("the run needs %d file descriptors and this process may use %d", want, m.Soft), m.raiseDescriptors(want))
}

// raiseDescriptors returns the command that raises the limit to want for the
// shell it is typed into, and for what is started from there.
func (m Machine) raiseDescriptors(want int64) string {
	if m.Root == nil {
		return fmt.Sprintf("ulimit -n %d, as root", want)
	}
	command := fmt.Sprintf("sudo prlimit --pid $$ --nofile=%d", want)
	// No limit of a process may be above this setting.
	if most, known := m.number(sysctl("fs.nr_open")); known && most < want {
		command = setSysctl("fs.nr_open", strconv.FormatInt(want, 10)) + " && " + command
	}
	return command
}

// parentSoft returns the soft limit of the process that started this one, which
// was ours before Go raised it; 0 where that is not known.
func (m Machine) parentSoft() uint64 {
	if m.Root == nil {
		return 0
	}
	parent := m.field("proc/self/status", "PPid")
	if _, err := strconv.ParseUint(parent, 10, 32); err != nil {
		return 0
	}
	for line := range strings.Lines(m.text(path.Join("proc", parent, "limits"))) {
		// Max open files            1024                 20000                files
		if rest, found := strings.CutPrefix(line, "Max open files"); found {
			if fields := strings.Fields(rest); len(fields) > 0 {
				soft, _ := strconv.ParseUint(fields[0], 10, 64) // 0 for "unlimited"
				return soft
			}
		}
	}
	return 0
}
