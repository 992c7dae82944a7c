package main

import (
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestHelp(t *testing.T) {
	for _, tt := range []struct {
		golden string
		lines  [][]string
	}{
		{"help.txt", [][]string{{"--help"}, {"-h"}, {"help"}, {"-c", "5", "--help", "ws://h"}, {"--rate", "x", "-h"}}},
		{"help-bench.txt", [][]string{{"bench", "--help"}, {"help", "bench"}, {"bench", "--old", "a", "-h"}}},
		{"help-compare.txt", [][]string{{"compare", "--help"}, {"help", "compare"}}},
		{"help-serve.txt", [][]string{{"serve", "--help"}, {"help", "serve"}}},
		{"help-merge.txt", [][]string{{"merge", "--help"}, {"help", "merge"}}},
		{"help-report.txt", [][]string{{"report", "--help"}, {"help", "report"}}},
		{"help-scenarios.txt", [][]string{{"scenarios", "-h"}, {"help", "scenarios"}}},
	} {
		for _, args := range tt.lines {
			got := wsstorm(t, args...)
			if got.code != 0 || got.err != "" {
				t.Errorf("%q: got exit code %d, %q", args, got.code, got.err)
			}
			if *update {
				if err := os.WriteFile("testdata/"+tt.golden, []byte(got.out), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile("testdata/" + tt.golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.out != string(want) {
				t.Errorf("%q: got\n%s\nwant testdata/%s (go test -run Help -update, if it is right)", args, got.out, tt.golden)
			}
			for line := range strings.SplitSeq(got.out, "\n") {
				if n := utf8.RuneCountInString(line); n > 80 {
					t.Errorf("%q: %d columns, want 80 at most: %s", args, n, line)
				}
			}
		}
	}
}

func TestHelpNamesEveryFlagAndCommand(t *testing.T) {
	text := wsstorm(t, "--help").out
	newFlags().all.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && !strings.Contains(text, "--"+f.Name+" ") && !strings.Contains(text, "--"+f.Name+"\n") && !strings.Contains(text, "--"+f.Name+"[=") {
			t.Errorf("--%s is not in the help", f.Name)
		}
	})
	for _, name := range commandNames() {
		if !strings.Contains(text, "\n  wsstorm "+name+" ") && !strings.Contains(text, "\n  wsstorm "+name+"\n") {
			t.Errorf("the command %s is not in the help", name)
		}
	}
}

func TestVersion(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}} {
		got := wsstorm(t, args...)
		if got.code != 0 || !strings.HasPrefix(got.out, "wsstorm ") || strings.Count(got.out, "\n") != 1 {
			t.Errorf("%q: got %d, %q", args, got.code, got.out)
		}
	}
}

func TestScenariosCommand(t *testing.T) {
	list := wsstorm(t, "scenarios")
	if list.code != 0 || !strings.Contains(list.out, "\nboundaries       Every length encoding") && !strings.HasPrefix(list.out, "boundaries       Every length encoding") {
		t.Errorf("scenarios: got %d, %s", list.code, list.out)
	}
	for line := range strings.SplitSeq(list.out, "\n") {
		if len(line) > 80 {
			t.Errorf("scenarios: %d columns, want 80 at most: %s", len(line), line)
		}
	}
	one := wsstorm(t, "scenarios", "echo")
	if one.code != 0 || !strings.HasPrefix(one.out, "# ") || !strings.Contains(one.out, "\n--connections 50\n") {
		t.Errorf("scenarios echo: got %d, %s", one.code, one.out)
	}
}
