package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
)

// maxRate and maxConnections are the engine's bounds on a stage.
const (
	maxRate        = 1e9
	maxConnections = 1 << 24
)

// stages returns the value of a flag that takes stages, a list each time that it
// is given. What a stage has of its noun is at most most, and perhaps whole.
func stages(to *[][]loadgen.Stage, noun string, most float64, whole bool) *list[[]loadgen.Stage] {
	return &list[[]loadgen.Stage]{
		to: to, noun: noun, format: formatStages,
		parse: func(s string) ([]loadgen.Stage, error) {
			var parsed []loadgen.Stage
			for item := range strings.SplitSeq(s, ",") {
				stage, err := parseStage(item, most)
				if err != nil {
					return nil, err
				}
				if whole && (stage.From != math.Trunc(stage.From) || stage.To != math.Trunc(stage.To)) {
					return nil, fmt.Errorf("stage %q: want whole numbers", item)
				}
				parsed = append(parsed, stage)
			}
			return parsed, nil
		},
	}
}

// parseStage reads "30s:1000", a step, or "30s:1000-5000", a ramp.
func parseStage(item string, most float64) (loadgen.Stage, error) {
	item = strings.TrimSpace(item)
	length, amounts, found := strings.Cut(item, ":")
	from, to, ramp := strings.Cut(amounts, "-")
	if !ramp {
		to = from
	}
	var s loadgen.Stage
	var errs [3]error
	s.Length, errs[0] = parseDuration(length)
	s.From, errs[1] = parseNumber(from)
	s.To, errs[2] = parseNumber(to)
	switch {
	case !found || errors.Join(errs[:]...) != nil:
		return s, fmt.Errorf("stage %q: want its length and what it holds, or from where to where it goes: 30s:1000 or 30s:1k-5k", item)
	case s.Length <= 0:
		return s, fmt.Errorf("stage %q: it has no length", item)
	case max(s.From, s.To) > most:
		return s, fmt.Errorf("stage %q: want %.0f at most", item, most)
	}
	return s, nil
}

func formatStages(stages []loadgen.Stage) string {
	items := make([]string, len(stages))
	for i, s := range stages {
		items[i] = formatDuration(s.Length) + ":" + strconv.FormatFloat(s.From, 'f', -1, 64)
		if s.To != s.From {
			items[i] += "-" + strconv.FormatFloat(s.To, 'f', -1, 64)
		}
	}
	return strings.Join(items, ",")
}

// peak returns the most that stages come to.
func peak(stages []loadgen.Stage) float64 {
	most := 0.0
	for _, s := range stages {
		most = max(most, s.From, s.To)
	}
	return most
}

// stageFlag adds the flag of rates that change.
func (f *flags) stageFlag(set *pflag.FlagSet) {
	set.Var(stages(&f.stages, "LENGTH:N/S[-N/S],...", maxRate, false), "stage",
		"open loop whose rate changes: 30s:1k,1m:5k are steps, 30s:1k-5k is a ramp; they make up the duration; repeatable")
}

// connectStageFlag adds the flag of connections that come and go.
func (f *flags) connectStageFlag(set *pflag.FlagSet) {
	set.Var(stages(&f.connectStages, "LENGTH:N[-N],...", maxConnections, true), "connect-stage",
		"closed loop whose connections rise and then fall: 10s:0-1k,30s:1k,10s:1k-0; all of it is measured; repeatable")
}

// resolveStages completes the plan of a load that changes.
func (r *request) resolveStages() {
	p := &r.plan
	if r.given("stage") {
		p.Stages = slices.Concat(r.stages...)
		p.InFlight = 0
		if !r.given("duration") {
			p.Duration = 0
		}
		// A warm-up is at the rate of the beginning: there may be none.
		if !r.given("warmup") && p.Stages[0].From == 0 {
			p.Warmup = 0
		}
	}
	if r.given("connect-stage") {
		p.ConnectStages = slices.Concat(r.connectStages...)
		for _, d := range []struct {
			flag string
			to   *time.Duration
		}{{"duration", &p.Duration}, {"warmup", &p.Warmup}} {
			if !r.given(d.flag) {
				*d.to = 0
			}
		}
		if !r.given("connections") {
			p.Connections = 0
		}
	}
}

// mostConnections returns how many connections the run has at the same time.
func mostConnections(p *loadgen.Plan) int {
	return max(p.Connections, int(peak(p.ConnectStages)))
}
