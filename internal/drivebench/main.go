//go:build linux

// Command drivebench measures the engine's drivers against the floor: the same
// bytes exchanged with the same server by a loop that does nothing else. All runs
// are processes of their own, interleaved, the server on one core and the client
// on another, so that what is compared was measured under the same conditions.
// It prints ratios to the floor, medians over the rounds.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A job is what one child process does.
type job struct {
	Kind        string // floor, epoll or portable
	URL         string
	Connections int
	InFlight    int
	Size        int
	Rate        float64
	Warmup      time.Duration
	Duration    time.Duration // 0: only open, hold for a second, and close
	Profile     string        // write a CPU profile there
}

// A sample is what a child measured.
type sample struct {
	Messages  int64
	Seconds   float64
	CPU       float64 // s, in the window
	Opened    int
	OpenTime  float64 // s
	OpenCPU   float64 // s
	RSS       int64   // bytes, with all connections open
	GCs       int64   // garbage collections in the window
	LagP50NS  int64
	LagP99NS  int64
	Mismatch  int64
	Unopened  int64
	AllocsMsg float64 // heap objects allocated per message

	// Sleeps is how often the server has gone to sleep for each of the messages. The
	// client's next write then has to wake it, which the client's CPU pays for.
	Sleeps float64
}

func main() {
	child := flag.String("child", "", "run this job (JSON) and print its sample; for drivebench itself")
	serve := flag.Bool("serve", false, "be the server; for drivebench itself")
	rounds := flag.Int("rounds", 5, "runs of each kind")
	duration := flag.Duration("d", 2*time.Second, "measured window of each run")
	conns := flag.String("c", "1,64,1000,10000", "connections")
	sizes := flag.String("sizes", "20,1024,65536", "payload bytes")
	kinds := flag.String("kinds", "floor,epoll,portable", "what to run, the first one is the unit")
	parts := flag.String("parts", "echo,batch,open,idle,pace,tls", "tables to print")
	url := flag.String("url", "", "exchange with this echo server, which whoever started it has bound to core 0, instead of the built-in one")
	profile := flag.String("profile", "", "write CPU profiles of the clients to FILE.KIND")
	flag.Parse()
	var err error
	switch {
	case *serve:
		err = runServer()
	case *child != "":
		err = runChild(*child)
	default:
		b := bench{rounds: *rounds, duration: *duration, kinds: strings.Split(*kinds, ","), url: *url, profile: *profile}
		if b.conns, err = numbers(*conns); err == nil {
			b.sizes, err = numbers(*sizes)
		}
		if err == nil {
			err = b.run(strings.Split(*parts, ","))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "drivebench:", err)
		os.Exit(1)
	}
}

func numbers(list string) ([]int, error) {
	var out []int
	for _, f := range strings.Split(list, ",") {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// start runs this program again with the given arguments, on the given core.
func start(core int, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "DRIVEBENCH_CORE="+strconv.Itoa(core))
	return cmd, nil
}

// measure runs one job in a process of its own, against a server that is process
// server, or, if that is 0, one that is not known.
func measure(j job, server int) (sample, error) {
	arg, err := json.Marshal(j)
	if err != nil {
		return sample{}, err
	}
	cmd, err := start(1, "-child", string(arg))
	if err != nil {
		return sample{}, err
	}
	slept := sleeps(server)
	out, err := cmd.Output()
	slept = sleeps(server) - slept
	if err != nil {
		return sample{}, fmt.Errorf("%s, %d connections, %d B: %w", j.Kind, j.Connections, j.Size, err)
	}
	var s sample
	if err := json.Unmarshal(out, &s); err != nil {
		return sample{}, err
	}
	// The messages of the warm-up are not in the sample.
	s.Sleeps = float64(slept) / (rate(s) * (j.Warmup + j.Duration).Seconds())
	return s, nil
}

// sleeps returns how often the threads of a process have gone to sleep so far.
func sleeps(pid int) int64 {
	var n int64
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid)) // the pattern is well formed
	for _, f := range files {
		b, _ := os.ReadFile(f) // a thread that has ended meanwhile
		_, after, _ := strings.Cut(string(b), "\nvoluntary_ctxt_switches:")
		line, _, _ := strings.Cut(after, "\n")
		k, _ := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		n += k
	}
	return n
}
