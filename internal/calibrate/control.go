package calibrate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A disturbance happens to a client while it runs. It ends before ctx does.
type disturbance struct {
	name   string
	expect stats.Level
	server []string
	do     func(ctx context.Context, client *os.Process, window time.Duration)
}

const (
	// clientStart is how long a client may take until its window begins; then it
	// is disturbed.
	clientStart = 250 * time.Millisecond
	// leastControl is a window that is open then on a machine that is not much
	// slower than expected.
	leastControl = 600 * time.Millisecond
)

// controls runs clients that the verdict must reject, because they were stopped
// or starved, and one that it must not, because only the server is slow.
func controls(ctx context.Context, c *Config, out *Calibration) error {
	for _, d := range append(disturbances(), disturbance{
		name: "slow server", expect: stats.Valid, server: []string{"--delay=fixed:5ms"},
		do: func(context.Context, *os.Process, time.Duration) {},
	}) {
		err := c.serve(ctx, func(to wsclient.Target) error {
			r, err := c.client(ctx, to, d)
			if err != nil {
				return err
			}
			out.Control = append(out.Control, newControl(d, r.Verdict))
			return nil
		}, d.server...)
		if err != nil {
			return err
		}
	}
	return nil
}

func newControl(d disturbance, v stats.Verdict) Control {
	k := Control{Name: d.name, Expect: d.expect, Got: v.Status, Checks: []string{}}
	for _, f := range v.Findings {
		if f.Level != stats.Note && !slices.Contains(k.Checks, f.Check) {
			k.Checks = append(k.Checks, f.Check)
		}
	}
	k.OK = (v.Status == stats.Invalid) == (d.expect == stats.Invalid)
	return k
}

// client runs this program as a client in a process of its own, disturbs it, and
// returns its result.
func (c *Config) client(ctx context.Context, to wsclient.Target, d disturbance) (*stats.Result, error) {
	window := max(c.part(controlShare), leastControl)
	cmd, err := c.Command("-o", "json", "--quiet", "-c", "50", "-r", fmt.Sprint(truthRate),
		"--warmup", "0", "-d", window.String(), to.String())
	if err != nil {
		return nil, err
	}
	// Where the client is to die with the thread that starts it, the thread has to
	// live as long: a client that is stopped would stay for ever.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	disturbed, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if pause(disturbed, clientStart) {
			d.do(disturbed, cmd.Process, window)
		}
	}()
	kill := context.AfterFunc(ctx, func() { cmd.Process.Kill() })
	defer kill()
	err = cmd.Wait()
	stop()
	<-done
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	// The exit code says that the result is invalid, which is what is asked.
	r := new(stats.Result)
	if err := json.Unmarshal(stdout.Bytes(), r); err != nil {
		return nil, fmt.Errorf("the client that was %s: %w: %s", d.name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return r, nil
}

// pause waits, and reports whether it was not interrupted.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
