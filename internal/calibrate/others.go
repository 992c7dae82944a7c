package calibrate

import (
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/stat: USER_HZ is 100 wherever Go runs on Linux.
const tick = 10 * time.Millisecond

// A work is what processors have done since the machine was started.
type work struct {
	busy       time.Duration // all of them together, for whomever; stolen time is for others
	own        time.Duration // of it, this process and its children that have ended
	processors int
}

// parseStat reads the first lines of /proc/stat, "cpu  user nice system idle
// iowait irq softirq steal guest ..." and one such line for each processor. The
// guests' time is in user and nice as well.
func parseStat(text string) (w work, ok bool) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 9 || !strings.HasPrefix(fields[0], "cpu") {
			break
		}
		if fields[0] != "cpu" {
			w.processors++
			continue
		}
		for i, f := range fields[1:9] {
			ticks, err := strconv.ParseInt(f, 10, 64)
			if err != nil {
				return work{}, false
			}
			if idle := i == 3 || i == 4; !idle {
				w.busy += time.Duration(ticks) * tick
			}
		}
	}
	return w, w.processors > 0
}

// others returns how many processors were busy for others between before and w,
// which lie that far apart.
func (w work) others(before work, apart time.Duration) float64 {
	busy := w.busy - before.busy - (w.own - before.own)
	return min(max(0, busy.Seconds()/apart.Seconds()), float64(w.processors))
}
