//go:build linux

package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// bench is a whole session: a server, and jobs run against it in turn.
type bench struct {
	rounds       int
	duration     time.Duration
	conns, sizes []int
	kinds        []string
	profile      string

	url                 string // the built-in server's, unless there is one already
	server              int    // its process; 0: not known
	plainURL, secureURL string // another one's, without and with TLS
}

func (b *bench) run(parts []string) error {
	var url string
	server, err := start(0, "-serve")
	if err != nil {
		return err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		server.Process.Signal(syscall.SIGTERM)
		server.Wait()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("reading the server's URL: %w", err)
	}
	if _, err := fmt.Sscan(line, &url, &b.plainURL, &b.secureURL); err != nil {
		return fmt.Errorf("reading the server's URLs: %w", err)
	}
	if b.url == "" {
		b.url, b.server = url, server.Process.Pid
	}
	tables := map[string]func() error{"echo": b.echo, "batch": b.batch, "open": b.open, "idle": b.idle, "pace": b.pace, "tls": b.tls}
	for _, p := range parts {
		table, ok := tables[p]
		if !ok {
			return fmt.Errorf("no part %q", p)
		}
		if err := table(); err != nil {
			return err
		}
	}
	return nil
}

// rounded runs the job once per round and kind, interleaved, and returns the
// samples by kind.
func (b *bench) rounded(j job) (map[string][]sample, error) {
	j.URL, j.Profile = b.url, b.profile
	all := make(map[string][]sample)
	for round := range b.rounds {
		for i := range b.kinds {
			// None always comes behind the same other one.
			k := b.kinds[(round+i)%len(b.kinds)]
			j.Kind = k
			s, err := measure(j, b.server)
			if err != nil {
				return nil, err
			}
			if s.Mismatch > 0 || s.Unopened > 0 || s.Opened != j.Connections {
				fmt.Fprintf(os.Stderr, "drivebench: %s: %d of %d connections, %d messages lost or mismatched\n", k, s.Opened, j.Connections, s.Mismatch)
			}
			all[k] = append(all[k], s)
		}
	}
	return all, nil
}

// median returns the median of a figure.
func median(samples []sample, figure func(sample) float64) float64 {
	v := make([]float64, len(samples))
	for i, s := range samples {
		v[i] = figure(s)
	}
	slices.Sort(v)
	if len(v) == 0 {
		return 0
	}
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}

// A spread is a median and a 95% interval for it.
type spread struct{ mid, low, high float64 }

func (s spread) String() string {
	if s.low == s.high {
		return fmt.Sprintf("%.2f", s.mid)
	}
	return fmt.Sprintf("%.2f (%.2f-%.2f)", s.mid, s.low, s.high)
}

// ratio returns the median over the rounds of a figure's ratio to the unit's of
// the same round, in which part of what the machine did meanwhile cancels out, and
// what the ratios leave open: what two processes on two cores do to one another has
// more than one steady state.
func ratio(samples, unit []sample, figure func(sample) float64) spread {
	v := make([]float64, 0, len(samples))
	for i := range samples {
		v = append(v, figure(samples[i])/figure(unit[i]))
	}
	slices.Sort(v)
	n := len(v)
	if n == 0 {
		return spread{}
	}
	out := outside(n)
	return spread{(v[n/2] + v[(n-1)/2]) / 2, v[out], v[n-1-out]}
}

// outside returns how many of n ordered values lie on either side outside of the
// 95% interval of their median, whatever their distribution: with more, the median
// would lie beyond in more than 2.5% of all cases, as often as n coins show so few
// heads. Below 6 values the interval is all of them, and not quite so sure.
func outside(n int) int {
	out, chance := 0, math.Pow(0.5, float64(n))
	for sum := chance; ; out++ {
		chance *= float64(n-out) / float64(out+1)
		if sum += chance; sum > 0.025 {
			return out
		}
	}
}

func cpuPerMessage(s sample) float64 { return s.CPU / float64(s.Messages) }
func rate(s sample) float64          { return float64(s.Messages) / s.Seconds }

func (b *bench) table(title string, columns ...string) *tabwriter.Writer {
	fmt.Printf("\n%s (medians of %d; x is the ratio to %s of the same round, with its 95%% interval)\n", title, b.rounds, b.kinds[0])
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, strings.Join(columns, "\t")+"\t")
	return w
}

func (b *bench) echo() error {
	w := b.table("echo, one message in flight", "size", "conns", "client", "µs CPU/msg", "x", "msg/s", "x", "sleeps/msg", "RSS MiB", "GCs", "allocs/msg")
	for _, size := range b.sizes {
		for _, c := range b.conns {
			all, err := b.rounded(job{Connections: c, InFlight: 1, Size: size, Warmup: time.Second / 2, Duration: b.duration})
			if err != nil {
				return err
			}
			for _, k := range b.kinds {
				s, unit := all[k], all[b.kinds[0]]
				fmt.Fprintf(w, "%d\t%d\t%s\t%.2f\t%v\t%.0f\t%v\t%.2f\t%.1f\t%.0f\t%.4f\t\n", size, c, k,
					median(s, cpuPerMessage)*1e6, ratio(s, unit, cpuPerMessage), median(s, rate), ratio(s, unit, rate),
					median(s, func(s sample) float64 { return s.Sleeps }),
					median(s, func(s sample) float64 { return float64(s.RSS) })/(1<<20),
					median(s, func(s sample) float64 { return float64(s.GCs) }),
					median(s, func(s sample) float64 { return s.AllocsMsg }))
			}
		}
	}
	return w.Flush()
}

// batch compares 32 messages in flight with one: many frames a system call.
func (b *bench) batch() error {
	w := b.table("32 messages in flight against 1, 64 connections, 20 B", "client", "in flight", "µs CPU/msg", "msgs per CPU s, x in-flight 1")
	for _, k := range b.kinds {
		if k == "floor" {
			continue
		}
		one := bench{rounds: b.rounds, url: b.url, server: b.server, kinds: []string{k}, profile: b.profile}
		base, err := one.rounded(job{Connections: 64, InFlight: 1, Size: 20, Warmup: time.Second / 2, Duration: b.duration})
		if err != nil {
			return err
		}
		many, err := one.rounded(job{Connections: 64, InFlight: 32, Size: 20, Warmup: time.Second / 2, Duration: b.duration})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t1\t%.2f\t\t\n", k, median(base[k], cpuPerMessage)*1e6)
		fmt.Fprintf(w, "%s\t32\t%.2f\t%v\t\n", k, median(many[k], cpuPerMessage)*1e6, ratio(base[k], many[k], cpuPerMessage))
	}
	return w.Flush()
}

func (b *bench) open() error {
	w := b.table("opening", "conns", "client", "µs CPU/conn", "x", "conns/s", "x")
	perConn := func(s sample) float64 { return s.OpenCPU / float64(s.Opened) }
	perSecond := func(s sample) float64 { return float64(s.Opened) / s.OpenTime }
	for _, c := range []int{1000, 10000} {
		all, err := b.rounded(job{Connections: c})
		if err != nil {
			return err
		}
		for _, k := range b.kinds {
			s, unit := all[k], all[b.kinds[0]]
			fmt.Fprintf(w, "%d\t%s\t%.1f\t%v\t%.0f\t%v\t\n", c, k,
				median(s, perConn)*1e6, ratio(s, unit, perConn), median(s, perSecond), ratio(s, unit, perSecond))
		}
	}
	return w.Flush()
}

// idle tells what one more connection costs: the difference between many and
// few, since a process has its base whatever it does.
func (b *bench) idle() error {
	const few, many = 100, 15000
	w := b.table("idle connections", "client", "bytes/conn", "MiB with 15,000", "MiB with 100")
	base, err := b.rounded(job{Connections: few})
	if err != nil {
		return err
	}
	all, err := b.rounded(job{Connections: many})
	if err != nil {
		return err
	}
	rss := func(s sample) float64 { return float64(s.RSS) }
	for _, k := range b.kinds {
		at100, at15000 := median(base[k], rss), median(all[k], rss)
		fmt.Fprintf(w, "%s\t%.0f\t%.1f\t%.1f\t\n", k, (at15000-at100)/(many-few), at15000/(1<<20), at100/(1<<20))
	}
	return w.Flush()
}

// pace has the clients send at a fixed rate.
func (b *bench) pace() error {
	w := b.table("10,000 messages/s over 1,000 connections, 20 B", "client", "lag p50 µs", "lag p99 µs", "CPU % of a core", "msg/s")
	all, err := b.rounded(job{Connections: 1000, Rate: 10000, Size: 20, Warmup: time.Second, Duration: b.duration})
	if err != nil {
		return err
	}
	for _, k := range b.kinds {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%.0f\t\n", k,
			median(all[k], func(s sample) float64 { return float64(s.LagP50NS) })/1e3,
			median(all[k], func(s sample) float64 { return float64(s.LagP99NS) })/1e3,
			median(all[k], func(s sample) float64 { return s.CPU / s.Seconds })*100,
			median(all[k], rate))
	}
	return w.Flush()
}
