package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/internal/preflight"
	"wsstorm/stats"
	"wsstorm/stats/report"
)

// doctor says whether this machine can do the run of the given flags. It connects
// to nothing, but looks up the name of the server.
func doctor(ctx context.Context, args []string, s streams) error {
	r, err := readRequest(args)
	if errors.Is(err, pflag.ErrHelp) {
		return printDoctorHelp(s.out)
	}
	if err == nil {
		err = r.examine(ctx, s)
	}
	return r.secrets.cleanError(err, s)
}

const doctorHelp = `
It takes the flags of a run (wsstorm --help lists them), and says of each limit
of this machine what there is, what the run needs, and which command mends it:

  ok           there is enough
  warn         the run can start, and its numbers may suffer
  too little   the run is bound to fail
  unknown      this machine does not tell

The formats of -o are text and json. A run makes the same check before it
starts, prints the warnings, and does not start where there is too little.

Exit codes: 0 the run can start; 1 it cannot; 2 usage.
`

func printDoctorHelp(w io.Writer) error {
	c, _ := commandNamed("doctor")
	_, err := fmt.Fprintf(w, "wsstorm %s: %s.\n\nUsage:\n  wsstorm %s %s\n%s", c.name, c.about, c.name, c.usage, doctorHelp)
	return writing(err)
}

// A diagnosis is the document of -o json.
type diagnosis struct {
	Schema   string           `json:"schema"`
	Tool     stats.Tool       `json:"tool"`
	Flags    []string         `json:"flags"`         // of the run
	URL      string           `json:"url,omitempty"` // without secrets; none for the built-in server
	CanStart bool             `json:"can_start"`
	Items    []preflight.Item `json:"items"`
}

const diagnosisSchema = "wsstorm.doctor/v1"

// examine holds the machine's limits against the request.
func (r *request) examine(ctx context.Context, s streams) error {
	switch {
	case r.version:
		return writeVersion(s)
	case r.printFlags:
		return writing(r.print(s.out))
	}
	if err := checkDocuments("doctor", r.outputs); err != nil {
		return err
	}
	machine := preflight.This()
	need := r.need(r.addresses(ctx, true))
	r.spreadOut(&need, machine)
	items := machine.Examine(need)
	d := diagnosis{
		Schema: diagnosisSchema, Tool: tool(), Flags: r.args(),
		CanStart: preflight.Shortage(items) == nil, Items: items,
	}
	if r.url != nil {
		d.URL = hideURL(r.url.value)
	}
	load := r.load()
	if err := writeDocuments(r.outputs, s.out, d, func(color bool) string { return diagnosisText(&d, load, color) }); err != nil {
		return err
	}
	if !d.CanStart {
		return exitError(exitFailed)
	}
	return nil
}

// load describes the run in one line.
func (r *request) load() string {
	p := &r.plan
	parts := []string{report.Count(int64(mostConnections(p))) + " connections"}
	switch {
	case len(p.Stages) > 0:
		most := peak(p.Stages)
		parts = append(parts, fmt.Sprintf("up to %s messages a second", perSecond(&most, "")))
	case p.Rate > 0:
		parts = append(parts, "messages at "+report.Rate(p.Rate))
	case p.InFlight > 0:
		parts = append(parts, report.Count(int64(p.InFlight))+" in flight on each")
	default:
		parts = append(parts, "no messages")
	}
	if r.url == nil {
		return strings.Join(append(parts, "the built-in server"), ", ")
	}
	return strings.Join(append(parts, hideURL(r.url.value)), ", ")
}
