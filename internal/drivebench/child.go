//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"wsstorm/internal/echoserver"
	"wsstorm/internal/floor"
	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// pin binds this process to the core that its parent chose. Where that is not
// possible it runs where the kernel puts it.
func pin() {
	core, err := strconv.Atoi(os.Getenv("DRIVEBENCH_CORE"))
	if err != nil || runtime.NumCPU() < 2 {
		return
	}
	var set unix.CPUSet
	set.Set(core)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range threads {
		if tid, err := strconv.Atoi(t.Name()); err == nil {
			unix.SchedSetaffinity(tid, &set) // a thread that ends meanwhile
		}
	}
	runtime.GOMAXPROCS(1)
}

func runServer() error {
	pin()
	s, err := echoserver.Listen("127.0.0.1:0", echoserver.Config{})
	if err != nil {
		return err
	}
	plain, secure := serveBoth()
	fmt.Println(s.URL(), plain, secure)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	return s.Serve(ctx)
}

func runChild(arg string) error {
	pin()
	var j job
	if err := json.Unmarshal([]byte(arg), &j); err != nil {
		return err
	}
	if j.Profile != "" {
		f, err := os.Create(j.Profile + "." + j.Kind)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	s, err := j.run()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(s)
}

func (j job) run() (sample, error) {
	target, err := wsclient.ParseTarget(j.URL)
	if err != nil {
		return sample{}, err
	}
	if j.Kind == "floor" {
		addr, err := netip.ParseAddrPort(target.Host + ":" + target.Port)
		if err != nil {
			return sample{}, err
		}
		r, err := floor.Run(floor.Config{Addr: addr, Connections: j.Connections, Size: j.Size, Rate: j.Rate, Warmup: j.Warmup, Duration: j.Duration})
		return sample{
			Messages: r.Messages, Seconds: r.Time.Seconds(), CPU: r.CPU.Seconds(), RSS: rss(),
			Opened: j.Connections, OpenTime: r.OpenTime.Seconds(), OpenCPU: r.OpenCPU.Seconds(),
		}, err
	}
	plan := loadgen.Plan{
		Target: target, Connections: j.Connections, InFlight: j.InFlight, Rate: j.Rate,
		Warmup: j.Warmup, Duration: j.Duration, Sizes: []loadgen.SizeClass{{Min: j.Size, Max: j.Size}},
		Driver: loadgen.DriverEpoll, Workers: 1,
	}
	if target.Secure {
		// The server's certificate is nobody's; what is measured is the cost.
		plan.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if j.Kind == "portable" {
		plan.Driver = loadgen.DriverPortable
	}
	if j.Duration == 0 {
		plan.Duration = time.Second // idle: nothing is sent
		plan.InFlight = 0
	}
	var s sample
	before, opened := stats.ReadUsage(), false
	var objects [2]uint64
	plan.Progress = func(p loadgen.Progress) {
		if p.Phase != "open" && !opened {
			opened = true
			now := stats.ReadUsage()
			s.OpenCPU = (now.User + now.System - before.User - before.System).Seconds()
		}
		switch p.Phase {
		case "measure":
			if objects[0] == 0 {
				objects[0] = mallocs()
			}
		case "drain":
			objects[1] = mallocs()
			if j.Duration == 0 {
				debug.FreeOSMemory()
			}
			s.RSS = rss()
		}
	}
	r, err := loadgen.Run(context.Background(), plan)
	if err != nil {
		return s, err
	}
	s.Messages, s.Seconds = r.Messages.Received, r.WindowS
	s.CPU = r.Client.CPUUserS + r.Client.CPUSystemS
	s.Opened, s.OpenTime = int(r.Connections.Opened), r.Connections.AllOpenS
	s.Unopened = r.Connections.Failed
	s.Mismatch = r.Messages.Mismatched + r.Messages.Lost
	s.GCs = r.Client.GC.Cycles
	if s.Messages > 0 {
		s.AllocsMsg = float64(objects[1]-objects[0]) / float64(s.Messages)
	}
	if l := r.Latency["lag"]; l != nil {
		s.LagP50NS, s.LagP99NS = l.Percentiles["50"], l.Percentiles["99"]
	}
	return s, nil
}

// rss returns the memory that this process holds, in bytes.
func rss() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// mallocs returns how many heap objects were ever allocated.
func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
