package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wsstorm/loadgen"
)

// liveMetrics are a run as Prometheus sees it while it lasts. Their names begin
// otherwise than those of -o prom, which tell what counts in the end: the
// counters here are of every message, whatever its phase, and latencies are of
// the last second.
type liveMetrics struct {
	server *http.Server
	served chan error // holds the end of the serving
	url    string

	mu   sync.Mutex
	last loadgen.Progress
	full loadgen.Progress // the last one whose interval was long enough for rates
}

// serveMetrics starts to serve at an address.
func serveMetrics(addr string) (*liveMetrics, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	m := &liveMetrics{
		served: make(chan error, 1),
		url:    "http://" + listener.Addr().String() + metricsPath,
		last:   loadgen.Progress{Phase: "open", Left: -1},
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m)
	mux := http.NewServeMux()
	mux.Handle(metricsPath, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	m.server = &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: scrapeTimeout,
		ErrorLog:          log.New(io.Discard, "", 0), // what a scraper does wrong is not the run's
	}
	go func() { m.served <- m.server.Serve(listener) }() // until stop, which waits for it
	return m, nil
}

const (
	metricsPath   = "/metrics"
	scrapeTimeout = 5 * time.Second
)

// listenMetrics begins to serve where --listen says so; nil serves nothing. A port
// that nobody could know is told.
func (r *request) listenMetrics(stderr io.Writer) (*liveMetrics, error) {
	if r.listen == "" {
		return nil, nil
	}
	m, err := serveMetrics(r.listen)
	if err != nil {
		return nil, usagef("%s: %v", r.told("listen"), err)
	}
	if strings.HasSuffix(r.listen, ":0") {
		fmt.Fprintf(stderr, "wsstorm: metrics at %s\n", m.url)
	}
	return m, nil
}

// show takes note of the progress of the run.
func (m *liveMetrics) show(p loadgen.Progress) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = p
	if p.Interval.LengthS >= enough {
		m.full = p
	}
}

// stop ends the serving. A scrape that has begun may end.
func (m *liveMetrics) stop() {
	if m == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := m.server.Shutdown(ctx); err != nil {
		m.server.Close()
	}
	<-m.served
}
