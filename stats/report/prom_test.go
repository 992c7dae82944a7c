package report

import (
	"maps"
	"strings"
	"testing"

	"wsstorm/stats"
)

// The golden files were read by prometheus_client 0.26.0 from PyPI
// (text_fd_to_metric_families: every family typed and described, no series
// twice) and by github.com/prometheus/common/expfmt; client_golang's promlint
// has nothing to say about them.
func TestPromSeriesAreUnique(t *testing.T) {
	all := maps.Clone(results())
	twice := *all["suspect"]
	for range 2 {
		twice.Objectives = append(twice.Objectives, stats.Objective{Objective: "rtt.p50>1s"})
	}
	all["an objective twice"] = &twice
	for name, r := range all {
		family := ""
		families, series := make(map[string]bool), make(map[string]bool)
		for line := range strings.Lines(string(rendered(t, "prom", r))) {
			if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
				family, _, _ = strings.Cut(rest, " ")
				if families[family] {
					t.Errorf("%s: the family %s is there twice", name, family)
				}
				families[family] = true
			}
			if strings.HasPrefix(line, "#") {
				continue
			}
			id := line[:strings.LastIndexByte(line, ' ')]
			if series[id] {
				t.Errorf("%s: the series %s is there twice", name, id)
			}
			series[id] = true
			metric, _, _ := strings.Cut(id, "{")
			if suffix, ok := strings.CutPrefix(metric, family); !ok || suffix != "" && suffix != "_sum" && suffix != "_count" {
				t.Errorf("%s: the series %s stands in the family %s", name, id, family)
			}
		}
	}
}

func TestPromEscapesLabels(t *testing.T) {
	var e exposition
	e.sample("x", 0.25, "a", "q\"b\\n\nl\xff,{}=ü", "b", "")
	if got, want := e.String(), `wsstorm_x{a="q\"b\\n\nl`+"\uFFFD"+`,{}=ü",b=""} 0.25`+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// As with errors, several findings of one check and level are one series.
func TestPromCountsFindings(t *testing.T) {
	r := *results()["suspect"]
	r.Verdict.Findings = append(r.Verdict.Findings[:len(r.Verdict.Findings):len(r.Verdict.Findings)], r.Verdict.Findings[0])
	f := r.Verdict.Findings[0]
	want := `wsstorm_findings{check="` + f.Check + `",level="` + string(f.Level) + `"} 2` + "\n"
	if got := string(rendered(t, "prom", &r)); strings.Count(got, want) != 1 {
		t.Errorf("got:\n%s\nwant once: %s", got, want)
	}
}
