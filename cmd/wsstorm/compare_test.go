package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

// saved writes the result of a short run, changed, into a file.
func savedResult(t *testing.T, r stats.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteJSON(&b, &r); err != nil {
		t.Fatal(err)
	}
	return writeTemp(t, "result.json", b.String())
}

// steady returns a result of a run with so many messages a second, in twelve
// seconds that differ by up to 2%.
func steady(t *testing.T, template *stats.Result, rate int64) stats.Result {
	t.Helper()
	r := *template
	r.Verdict = stats.Verdict{Status: stats.Valid}
	r.Messages.Rate = float64(rate)
	r.Latency = map[string]*stats.Latency{}
	r.Intervals = nil
	for i := range int64(12) {
		n := rate + rate/100*(i%3)
		r.Intervals = append(r.Intervals, stats.Interval{Phase: "measure", LengthS: 1,
			Sent: n, Received: n, RTTP50NS: 1e9 / n, RTTP99NS: 3e9 / n})
	}
	return r
}

// template returns the result of a short run.
func template(t *testing.T) *stats.Result {
	t.Helper()
	got := wsstorm(t, "-c", "1", "-n", "20", "-o", "json")
	if !got.ended(exitOK) {
		t.Fatalf("a run: got exit code %d, %s", got.code, got.err)
	}
	return got.result(t)
}

func TestCompareOneWithOneIsIndicative(t *testing.T) {
	run := template(t)
	fast, slow := savedResult(t, steady(t, run, 10_000)), savedResult(t, steady(t, run, 8_000))
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{fast, slow}, exitOK, "indicative: indicative only\n"},
		{[]string{"--old", fast, "--new", slow}, exitOK, "INDICATIVE: two runs of the same server"},
		{[]string{fast, slow}, exitOK, "rtt.p50 is the median of the seconds' p50, and rtt.p99 the mean of"},
		{[]string{fast, slow, "--strict"}, exitOK, "indicative only"},
		{[]string{"--max-regression", "rtt.p50=10%", fast, slow}, exitRegressed, "over 10%\n"},
		{[]string{"--max-regression", "rtt.p50=40%", fast, slow}, exitOK, "not over 40%\n"},
		{[]string{"--max-regression", "messages.rate=10%", fast, slow}, exitRegressed, "messages.rate"},
		{[]string{"--max-regression", "messages.rate=10%", slow, fast}, exitOK, "not over 10%\n"},
	} {
		got := wsstorm(t, append([]string{"compare"}, tt.args...)...)
		if got.code != tt.code || !strings.Contains(got.out, tt.want) || got.err != "" {
			t.Errorf("compare %q: got exit code %d, %s%s, want %d and %q", tt.args, got.code, got.out, got.err, tt.code, tt.want)
		}
	}
}

func TestCompareManyIsATest(t *testing.T) {
	run := template(t)
	var old, same, slow []string
	for i := range int64(6) {
		old = append(old, savedResult(t, steady(t, run, 10_000+10*i)))
		same = append(same, savedResult(t, steady(t, run, 10_005+10*((i*5)%6))))
		slow = append(slow, savedResult(t, steady(t, run, 8_000+10*i)))
	}
	sides := func(old, new []string, more ...string) []string {
		return slices.Concat([]string{"compare", "--old"}, old, more, []string{"--new"}, new)
	}
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{sides(old, slow), exitRegressed, "compare: REGRESSED\n"},
		{sides(slow, old), exitOK, "compare: IMPROVED\n"},
		{sides(old, same), exitOK, "compare: EQUIVALENT\n"},
		{sides(old, slow, "--least", "messages.rate=50%"), exitOK, "compare: EQUIVALENT\n"},
		{sides(old, same, "--least=messages.rate=0%"), exitOK, "compare: INCONCLUSIVE\n"},
		{sides(old, same, "--least=messages.rate=0%", "--strict"), exitRegressed, "compare: INCONCLUSIVE\n"},
		{sides(old, same, "--least=messages.rate=0%", "-o", "junit"), exitOK, `failures="0"`},
		{sides(old, same, "--least=messages.rate=0%", "-o", "junit", "--strict"), exitRegressed, "<failure"},
		{sides(old[:5], slow[:5], "-o", "md"), exitRegressed, "## wsstorm compare: REGRESSED\n"},
		{sides(old, slow, "-o", "junit"), exitRegressed, `failures="1"`},
		{sides(old, slow, "-o", "json"), exitRegressed, `"outcome": "REGRESSED"`},
	} {
		got := wsstorm(t, tt.args...)
		if got.code != tt.code || !strings.Contains(got.out, tt.want) || got.err != "" {
			t.Errorf("%q: got exit code %d, %s%s, want %d and %q", tt.args, got.code, got.out, got.err, tt.code, tt.want)
		}
	}
}

// A figure that is missing on one side hides no regression, and no result is
// kept back for it.
func TestCompareOfMissingFigures(t *testing.T) {
	run := template(t)
	var old, same, slow, nothing []string
	for i := range int64(6) {
		r := steady(t, run, 10_000+10*i)
		r.Latency["rtt"] = run.Latency["rtt"] // whose p50 is known
		old = append(old, savedResult(t, r))
		same = append(same, savedResult(t, steady(t, run, 10_005+10*((i*5)%6))))
		slow = append(slow, savedResult(t, steady(t, run, 8_000+10*i)))
		r = steady(t, run, 10_000)
		r.Messages.Rate = 0
		nothing = append(nothing, savedResult(t, r))
	}
	const unknown = "rtt.p50 could not be compared: rtt.p50 has no figure in 0 of 6 old results and in 6 of 6 new ones"
	for _, tt := range []struct {
		new       []string
		args      string
		code      int
		out, said string
	}{
		{same, "", exitOK, "compare: INCONCLUSIVE\n", ""},
		{same, "--strict", exitRegressed, "compare: INCONCLUSIVE\n", ""},
		{same, "-o md", exitOK, "\n- rtt.p50 has no figure in 0 of 6 old results and in 6 of 6 new ones", ""},
		{same, "-o junit", exitOK, `name="rtt.p50"`, ""},
		{same, "-o junit --strict", exitRegressed, `failures="1"`, ""},
		{same, "--max-regression rtt.p50=10%", exitFailed, "compare: INCONCLUSIVE\n", unknown},
		{same, "--max-regression rtt.p50=10% --strict", exitFailed, "compare: INCONCLUSIVE\n", unknown},
		{slow, "", exitRegressed, "compare: REGRESSED\n", ""},
		{slow, "--max-regression rtt.p50=10%", exitRegressed, "compare: REGRESSED\n", unknown},
		{slow, "--max-regression rtt.p50=10% --max-regression messages.rate=10%", exitRegressed, "over 10%\n", unknown},
		{nothing, "--least rtt.p50=5%", exitFailed, "compare: INCONCLUSIVE\n", "nothing could be compared: messages.rate has no figure in 0 of 6 old results"},
		{nothing, "-o json", exitFailed, `"metrics": [],`, "nothing could be compared"},
		{nothing, "-o md", exitFailed, "rank test; whatever changed between them counts\n\n- ", "nothing could be compared"},
	} {
		got := wsstorm(t, slices.Concat([]string{"compare"}, strings.Fields(tt.args), []string{"--old"}, old, []string{"--new"}, tt.new)...)
		if got.code != tt.code || !strings.Contains(got.out, tt.out) || !strings.Contains(got.err, tt.said) || (tt.said == "") != (got.err == "") || strings.Count(got.err, "\n") > 1 {
			t.Errorf("%q: got exit code %d, %s%s, want %d, %q and %q", tt.args, got.code, got.out, got.err, tt.code, tt.out, tt.said)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	run := template(t)
	good := savedResult(t, steady(t, run, 10_000))
	other := steady(t, run, 10_000)
	other.Flags = append(slices.Clone(other.Flags), "--text")
	other.Verdict = stats.Verdict{Status: stats.Invalid, Findings: []stats.Finding{{Check: "cpu", Level: stats.Invalid, Text: "busy"}}}
	odd := savedResult(t, other)
	brief := steady(t, run, 10_000)
	brief.Intervals = brief.Intervals[:7]
	short := savedResult(t, brief)
	damaged := writeTemp(t, "damaged.json", "{\"schema\": 1,")
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"needs results on both sides"}},
		{[]string{good}, []string{"needs results on both sides"}},
		{[]string{"--old", good, good}, []string{"needs results on both sides"}},
		{[]string{good, "--old", good, "--new", good}, []string{"neither old nor new"}},
		{[]string{"--old", good, good, "--new", good}, []string{"2 old and 1 new results: it takes one of each (indicative), or 6 of each or more"}},
		{[]string{good, odd}, []string{"without --text", "the new one with --text", "invalid by its own checks: cpu", "--force"}},
		{[]string{good, short}, []string{"the new result: replies in 7 measured seconds, and it takes 8"}},
		{[]string{short, short}, []string{"the old result: replies in 7 measured seconds, and it takes 8"}},
		{[]string{odd, short}, []string{"the new result: replies in 7 measured seconds"}}, // which --force does not mend
		{[]string{"--force", odd, short}, []string{"the new result: replies in 7 measured seconds"}},
		{[]string{good, damaged}, []string{damaged, "byte"}},
		{[]string{good, good + "x"}, []string{"result.jsonx"}},
		{[]string{good, good, "--max-regression", "rtt.p99"}, []string{"want METRIC=PERCENT"}},
		{[]string{good, good, "--max-regression", "rtt.p98=1%"}, []string{"did you mean"}},
		{[]string{good, good, "--least", "rtt.p99=10"}, []string{"want a percentage"}},
		{[]string{good, good, "--least", "messages.rate=100%"}, []string{"cannot fall by 100%"}},
		{[]string{good, good, "-o", "hgrm"}, []string{"text, json, md or junit"}},
	} {
		got := wsstorm(t, append([]string{"compare"}, tt.args...)...)
		if got.code != exitUsage || got.out != "" || strings.Count(got.err, "\n") != 1 {
			t.Errorf("compare %q: got exit code %d, %q, %q, want %d and one line", tt.args, got.code, got.out, got.err, exitUsage)
		}
		for _, want := range tt.want {
			if !strings.Contains(got.err, want) {
				t.Errorf("compare %q: got %q, want %q in it", tt.args, got.err, want)
			}
		}
	}

	got := wsstorm(t, "compare", "--force", good, odd)
	if got.code != exitOK || !strings.Contains(got.out, "NOT COMPARABLE: The old result was made") {
		t.Errorf("--force: got exit code %d, %s%s", got.code, got.out, got.err)
	}
	// Nobody knows whether a limit holds that nothing was compared with.
	got = wsstorm(t, "compare", "--max-regression", "close.p99=10%", good, good)
	if got.code != exitFailed || !strings.Contains(got.err, "close.p99 could not be compared") {
		t.Errorf("a limit of what is not known: got exit code %d, %q", got.code, got.err)
	}
}

func TestJudgementText(t *testing.T) {
	j := &judgement{
		Kind: "bench", Outcome: "REGRESSED", Old: "./old", New: "ws://h/`x`", Basis: "10 pairs",
		Metrics: []judgedMetric{
			{Name: "messages.rate", Unit: "1/s", Old: 50_000, New: 48_000, Change: -0.04, Low: -0.05, High: -0.031, Confidence: 0.99, Outcome: "REGRESSED"},
			{Name: "rtt.p99", Unit: "ns", Old: 2e6, New: 2.1e6, Change: 0.05, Low: -0.01, High: 0.11, Confidence: 0.99, Outcome: "INCONCLUSIVE", Limit: 0.1},
		},
		Notes: []string{"rtt.p99.9 has <no> figure."},
	}
	for form, got := range map[string]string{"judgement.txt": j.text(false), "judgement.md": j.markdown()} {
		path := "testdata/" + form
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("got\n%s\nwant %s", got, path)
		}
	}
	for line := range strings.SplitSeq(j.text(false), "\n") {
		if len(line) > 80 {
			t.Errorf("%d columns, want 80 at most: %s", len(line), line)
		}
	}
	if got := j.text(true); !strings.Contains(got, red+"REGRESSED"+plain) {
		t.Errorf("got no colour in %q", got)
	}
}

func TestSpread(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"a b", "a b"},
		{"--old a b --new c d", "--old a --old=b --new c --new=d"},
		{"--old=a b -o json --new c", "--old=a --old=b -o json --new c"},
		{"--old a --strict b --least x c -ojson d", "--old a --strict --old=b --least x --old=c -ojson --old=d"},
		{"--old a -- b", "--old a -- b"},
	} {
		set := newFlagSet()
		new(judging).flags(set)
		set.Var(files(new([]string)), "old", "")
		set.Var(files(new([]string)), "new", "")
		if got := strings.Join(spread(set, strings.Fields(tt.in)), " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"rtt.p99=10%", "rtt.p99=10%"}, {"messages.rate=2.50%", "messages.rate=2.5%"}, {"rtt.p50=0%", "rtt.p50=0%"}, {"close.p99=150%", "close.p99=150%"},
	} {
		l, err := parseLimit(tt.in)
		if got := formatLimit(l); err != nil || got != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{"", "rtt.p99", "rtt.p99=", "rtt.p99=%", "rtt.p99=ten%", "rtt.p99=-1%", "lag.p99=1%", "rtt.p99=1e3%", fmt.Sprint("rtt.p99=", strings.Repeat("9", 400), "%")} {
		if l, err := parseLimit(in); err == nil {
			t.Errorf("%q: got %v", in, l)
		}
	}
}
