package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/stats/regress"
)

// A bench is what the command line of the command says.
type bench struct {
	judging
	oldCommand, newCommand []string
	oldURL, newURL         string
	aa                     bool
	wait                   time.Duration
	seed                   uint64
	quiet                  bool
}

// defaultWait is how long a server may take to accept.
const defaultWait = 30 * time.Second

func (b *bench) flags() *pflag.FlagSet {
	set := newFlagSet()
	b.wait = defaultWait
	command := func(to *[]string, name, about string) {
		set.Var(&field[[]string]{to: to, noun: "'COMMAND'", parse: splitCommand,
			format: func(words []string) string { return fmt.Sprint(words) }}, name, about)
		set.Lookup(name).DefValue = ""
	}
	command(&b.oldCommand, "old", "starts the old server, which is to accept at URL; words and quotes as in a shell, and nothing else of one")
	command(&b.newCommand, "new", "likewise the new server, at the same URL: only one runs at a time")
	set.Var(text(&b.oldURL, "URL"), "old-url", "where the old server runs already")
	set.Var(text(&b.newURL, "URL"), "new-url", "where the new server runs already")
	set.BoolVar(&b.aa, "aa", false, "the same server on both sides (--old and URL, or URL alone): what can a bench see on this machine?")
	set.Var(span(&b.wait, time.Millisecond, nounDuration), "start-timeout", "a server that was started has to accept within this time")
	set.Var(seed(&b.seed, nounNumber), "order-seed", "seed of the order within pairs; by default a new one, which is printed")
	set.Lookup("order-seed").DefValue = ""
	b.judging.flags(set)
	set.BoolVar(&b.quiet, "quiet", false, "no progress on standard error")
	return set
}

// notBenched are the flags of a run that a bench has its own of, or that make
// no sense for dozens of runs.
var notBenched = append([]string{"help"}, notOfTheRun...)

// benchServers finds out in pairs of runs whether the new server is slower.
func benchServers(ctx context.Context, args []string, s streams) error {
	b := &bench{}
	own := b.flags()
	runFlags := newFlags().all
	// Both sets read the words, and each setting then goes to its own.
	all := newFlagSet()
	all.AddFlagSet(own)
	runFlags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "scenario" || !slices.Contains(notBenched, f.Name) {
			all.AddFlag(f)
		}
	})
	all.BoolP("help", "h", false, "print this help")
	settings, err := parseWords(all, args, "")
	if err == pflag.ErrHelp {
		own.BoolP("help", "h", false, "print this help; besides these, bench takes the flags of a run")
		return printCommandHelp("bench", own, s.out)
	}
	if err != nil {
		return err
	}
	var mine []setting
	var words []string
	for _, one := range settings {
		switch {
		case one.isURL():
			words = append(words, one.value)
		case own.Lookup(one.flag.Name) != nil:
			mine = append(mine, one)
		default:
			words = append(words, "--"+one.flag.Name+"="+one.value)
		}
	}
	if err := apply(own, mine); err != nil {
		return err
	}
	if !own.Changed("order-seed") {
		b.seed = uint64(rand.Uint32())
	}
	secrets, err := b.run(ctx, words, s)
	var code exitError
	if err != nil && ctx.Err() != nil && !errors.As(err, &code) {
		return interrupted(s.err)
	}
	return secrets.cleanError(err, s)
}

// run holds the bench. The secrets are those of its runs.
func (b *bench) run(ctx context.Context, words []string, s streams) (scrubber, error) {
	flags := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, "--") })
	if b.oldURL != "" {
		words = append(words, b.oldURL)
	}
	request, err := readRequest(words)
	if err != nil {
		return request.secrets, err
	}
	secrets := request.secrets
	if request.given("max-load") {
		return secrets, usagef("%s makes no bench, which compares two servers under the same load", request.told("max-load"))
	}
	if request.given("find-idle-timeout") {
		return secrets, usagef("%s makes no bench, which compares two servers under the same load", request.told("find-idle-timeout"))
	}
	old, new, err := b.contenders(request)
	if err != nil {
		return secrets, err
	}
	if request.idle {
		if err := b.checkIdle(request); err != nil {
			return secrets, err
		}
	}
	if err := checkOutputs(b.outputs); err != nil {
		return secrets, err
	}
	if err := request.preflight(ctx, s.err); err != nil {
		return secrets, err
	}
	c := &contest{flags: flags, wait: b.wait, at: address{"tcp", request.plan.Target.Address()}}
	if request.plan.UnixSocket != "" {
		c.at = address{"unix", request.plan.UnixSocket}
	}
	p := &pairing{contest: c, old: old, new: new, order: rand.New(rand.NewPCG(b.seed, 0))}
	if !b.quiet {
		p.progress = newBenchProgress(s.err, request.plan.Warmup+request.plan.Duration)
	}
	r, err := p.judge(ctx, b.metrics())
	if err != nil && ctx.Err() != nil && len(p.pairs) > 0 {
		return secrets, b.unfinished(p, s)
	}
	var unfit *invalidPairsError
	if errors.As(err, &unfit) {
		complain(s.err, unfit)
		return secrets, exitError(exitInvalid)
	}
	if err != nil {
		return secrets, err
	}
	found := judged(b.kind(), r)
	found.Old, found.New = old.label(), new.label()
	found.Basis = p.basis(b.seed, "signed-rank test")
	found.Bench = p.record(b.seed)
	found.Notes = append(found.Notes, p.notes()...)
	if b.aa && len(found.Metrics) > 0 {
		c, err := regress.Calibrate(p.pairs, b.metrics(), b.seed)
		if err != nil {
			return secrets, err
		}
		found.Bench.calibrated(c)
		found.Notes = append(found.Notes, calibrationNotes(c)...)
	}
	if err := b.publish(found, s); err != nil {
		return secrets, err
	}
	if p.failed[0]+p.failed[1] > 0 {
		return secrets, exitError(exitMissed)
	}
	return secrets, nil
}

func (b *bench) kind() string {
	if b.aa {
		return "bench --aa"
	}
	return "bench"
}

// unfinished writes the pairs that an interrupted bench has made. They are not
// judged: a look that nobody planned would be one at which Alpha is not kept.
func (b *bench) unfinished(p *pairing, s streams) error {
	changes, left, err := regress.Medians(p.pairs, b.metrics())
	if err != nil {
		return err
	}
	found := &judgement{
		Tool: tool(), Kind: b.kind(), Interrupted: true, Metrics: []judgedMetric{},
		Old: p.old.label(), New: p.new.label(), Basis: p.basis(b.seed, "no test"), Bench: p.record(b.seed),
	}
	for _, c := range changes {
		m := newJudgedMetric(c)
		old, new, _, _ := m.cells()
		found.Notes = append(found.Notes, fmt.Sprintf("%s: %s in the old runs, %s in the new ones (medians).", m.Name, old, new))
	}
	found.leftOut(left)
	found.Notes = append(found.Notes, p.notes()...)
	if err := writeJudgement(found, b.outputs, s.out); err != nil {
		complain(s.err, err)
	}
	return exitError(exitInterrupted)
}

// checkIdle refuses a bench of idle runs that would have nothing to judge.
func (b *bench) checkIdle(r *request) error {
	for _, l := range b.limits {
		if l.metric.OfMessages() {
			return usagef("--max-regression %s contradicts %s: %s", formatLimit(l), r.told("idle"), idleSends)
		}
	}
	if !slices.ContainsFunc(b.metrics(), func(m regress.Metric) bool { return !m.OfMessages() }) {
		return usagef("%s makes no bench by itself: %s, and what is compared by default is of messages; name another metric by --least or --max-regression, ping.p50=10%% for instance", r.told("idle"), idleSends)
	}
	return nil
}

// contenders returns both sides.
func (b *bench) contenders(r *request) (old, new *contender, err error) {
	url := ""
	if r.url != nil {
		url = r.url.value
	}
	old = &contender{"old", b.oldCommand, b.oldURL}
	new = &contender{"new", b.newCommand, b.newURL}
	commands, urls := b.oldCommand != nil || b.newCommand != nil, b.oldURL != "" || b.newURL != ""
	switch {
	case commands && urls:
		return nil, nil, usagef("--old and --new start servers, --old-url and --new-url name some that run: the one pair or the other")
	case b.aa && (urls || b.newCommand != nil):
		return nil, nil, usagef("--aa takes one server: --old COMMAND and URL, or URL alone")
	case b.aa && url == "":
		return nil, nil, usagef("bench needs the URL of the server")
	case b.aa:
		old.url, new.url, new.command = url, url, b.oldCommand
	case urls && (b.oldURL == "" || b.newURL == ""):
		return nil, nil, usagef("--old-url needs --new-url, and the other way round; --aa compares a server with itself")
	case urls:
		// The old one was read with the flags.
		if _, err := parseTarget(b.newURL); err != nil {
			return nil, nil, usagef("--new-url: %v", err)
		}
	case b.oldCommand == nil || b.newCommand == nil:
		return nil, nil, usagef("bench needs --old COMMAND and --new COMMAND, or --old-url URL and --new-url URL; --aa compares a server with itself")
	case url == "":
		return nil, nil, usagef("bench needs the URL at which the servers accept: wsstorm bench --old COMMAND --new COMMAND URL")
	default:
		old.url, new.url = url, url
	}
	for _, c := range []*contender{old, new} {
		if c.command == nil {
			continue
		}
		if _, err := exec.LookPath(c.command[0]); err != nil {
			return nil, nil, usagef("--%s: %v", c.side, err)
		}
	}
	return old, new, nil
}

// interrupted tells that there is nothing to tell, and returns what to leave with.
func interrupted(stderr io.Writer) error {
	complain(stderr, errors.New("interrupted before the end: there is no result, and nothing was written"))
	return exitError(exitInterrupted)
}

// calibrationNotes tells what a bench can see here.
func calibrationNotes(c *regress.Calibration) []string {
	notes := []string{fmt.Sprintf("False alarms: %d of %d benches drawn anew from these pairs, a rate of %.2f%% to %.2f%% (95%% interval).",
		c.FalseAlarms, c.Benches, c.RateLow*100, c.RateHigh*100)}
	for _, d := range c.Detectable {
		notes = append(notes, fmt.Sprintf("%s: nine benches in ten see a worsening of %s.", d.Metric.Name,
			formatShare(math.Ceil(d.Worsening*1000)/1000)))
	}
	return notes
}
