package calibrate

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"time"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A Config says how to calibrate.
type Config struct {
	// Duration is about how long all measurements take together. Below some 10 s
	// there are too few values for the outer quantiles.
	Duration time.Duration

	// Serve starts the built-in server, with further flags, in a process of its
	// own on a loopback address; stop ends it and waits for its end.
	Serve func(ctx context.Context, flags ...string) (url string, stop func(), err error)

	// Command returns this program with the given arguments, not started.
	Command func(args ...string) (*exec.Cmd, error)

	// Progress, if set, is called when a step begins, with the number of the
	// step and of all steps.
	Progress func(step string, number, of int)
}

// The parts of the budget.
const (
	clockShare    = 0.005
	waitsShare    = 0.07
	messagesShare = 0.25
	pacesShare    = 0.25
	stallShare    = 0.20
	delayShare    = 0.04 // of each experiment
	controlShare  = 0.03 // of each control
)

// part returns a share of the budget.
func (c *Config) part(share float64) time.Duration {
	return time.Duration(share * float64(c.Duration))
}

type step struct {
	name string
	run  func(context.Context, *Config, *Calibration) error
}

// Run calibrates. Cancelling ctx ends it with the context's error.
func Run(ctx context.Context, c Config) (*Calibration, error) {
	steps := []step{
		{"reading the clock", clock},
		{"waiting", waits},
		{"sending messages and opening connections", clients},
		{"keeping to a rate", paces},
		{"a server that stalls", stall},
		{"servers with known delays", delays},
		{"clients that are held up", controls},
	}
	begin := time.Now()
	before, _ := readWork()
	out := &Calibration{
		Schema: Schema, Started: begin, Cores: runtime.GOMAXPROCS(0),
		Tool:  stats.Tool{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH},
		Waits: []Wait{}, Clients: []Client{}, Paces: []Pace{}, Truth: []Experiment{}, Control: []Control{},
	}
	for i, s := range steps {
		if c.Progress != nil {
			c.Progress(s.name, i+1, len(steps))
		}
		if err := s.run(ctx, &c, out); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	took := time.Since(begin)
	out.TookS = took.Seconds()
	if after, known := readWork(); known {
		out.Others = &Others{after.others(before, took), after.processors}
	}
	return out, nil
}

// serve starts a server with the given flags and calls use with its address.
func (c *Config) serve(ctx context.Context, use func(wsclient.Target) error, flags ...string) error {
	url, stop, err := c.Serve(ctx, flags...)
	if err != nil {
		return err
	}
	defer stop()
	target, err := wsclient.ParseTarget(url)
	if err != nil {
		return fmt.Errorf("the built-in server said %q: %w", url, err)
	}
	return use(target)
}

// load runs a plan. What goes wrong on loopback with a server of our own is an
// error.
func load(ctx context.Context, p loadgen.Plan) (*stats.Result, error) {
	r, err := loadgen.Run(ctx, p)
	if err != nil {
		return nil, err
	}
	for class, e := range r.Errors {
		return nil, fmt.Errorf("%d times %s: %s", e.Count, class, e.Example)
	}
	if r.Interrupted {
		return nil, ctx.Err()
	}
	return r, nil
}
