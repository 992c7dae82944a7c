package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wsstorm/scenarios"
)

// The completion for bash, asked as bash asks it: COMP_WORDS are the words so
// far, = being one of its own, the last one unfinished.
func TestBashCompletion(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	dir := t.TempDir()
	for _, name := range []string{"ca.pem", "cb.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := wsstorm(t, "completion", "bash").out + `
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
_wsstorm
printf '%s\n' "${COMPREPLY[@]}"
`
	tests := []struct {
		words string
		want  []string
	}{
		{"sc", []string{"scenarios"}},
		{"", commandNames()},
		{"--conn", []string{"--connections", "--connect-rate", "--connect-stage", "--connect-concurrency", "--connect-timeout", "--connect-to"}},
		{"-c 5 --arr", []string{"--arrival"}},
		{"--arrival ", []string{"constant", "poisson"}},
		{"--arrival = p", []string{"poisson"}},
		{"--arrival =", []string{"constant", "poisson"}},
		{"--driver e", []string{"epoll"}},
		{"--compress = n", []string{"no-context", "none"}},
		{"--compress --idl", []string{"--idle"}},
		{"--scenario ", append(scenarios.Names(), "ca.pem", "cb.pem")},
		{"--scenario close", []string{"close-storm"}},
		{"-o j", []string{"json", "junit"}},
		{"--cacert c", []string{"ca.pem", "cb.pem"}},
		{"--connections ", nil},
		{"-c ", nil},
		{"scenarios ", scenarios.Names()},
		{"scenarios ec", []string{"echo"}},
		{"completion ", []string{"bash", "zsh", "fish"}},
		{"serve --l", []string{"--listen"}},
		{"help s", []string{"serve", "scenarios"}},
	}
	for _, tt := range tests {
		words := append([]string{"-c", script, "bash", "wsstorm"}, strings.Split(tt.words, " ")...)
		cmd := exec.Command(bash, words...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v: %s", tt.words, err, out)
			continue
		}
		got := strings.Fields(string(out))
		slices.Sort(got)
		slices.Sort(tt.want)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q, want %q", tt.words, got, tt.want)
		}
	}
}

// The other shells have at least to read their scripts, and to find every flag
// in them.
func TestCompletionScriptsParse(t *testing.T) {
	for _, shell := range shellNames() {
		script := wsstorm(t, "completion", shell)
		if script.code != 0 || script.err != "" {
			t.Errorf("completion %s: got %d, %q", shell, script.code, script.err)
		}
		for _, name := range flagNames(newFlags().all) {
			if !strings.Contains(script.out, "--"+name) && !strings.Contains(script.out, "-l "+name) {
				t.Errorf("completion %s: no --%s", shell, name)
			}
		}
		program, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		if out, err := exec.Command(program, "-n", writeTemp(t, "script", script.out)).CombinedOutput(); err != nil {
			t.Errorf("%s -n: %v: %s", shell, err, out)
		}
	}
}
