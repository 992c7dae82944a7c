package main

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wsstorm/stats"
)

// savedRun runs a short load once and returns the path of its result.
func savedRun(t *testing.T, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "result.json")
	got := wsstorm(t, append([]string{"-c", "2", "-n", "300", "-o", "json=" + path}, args...)...)
	if !got.ended(exitOK) {
		t.Fatalf("got exit code %d, %q", got.code, got.err)
	}
	return path
}

// Every format, of a run and of its saved result: what the run printed and what
// the file gives later is the same, byte for byte.
func TestFormatsOfARunAndOfItsFile(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-c", "2", "-n", "300", "--compress", "--payload", "@main.go", "-o", "hgrm:close=" + dir + "/hgrm:close"}
	for _, name := range formatNames() {
		args = append(args, "-o", name+"="+dir+"/"+name)
	}
	if got := wsstorm(t, args...); got.out != "" || got.err != "" {
		t.Fatalf("got exit code %d, output %q, %q", got.code, got.out, got.err)
	}
	files := map[string]string{}
	for _, name := range append(formatNames(), "hgrm:close") {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
		again := wsstorm(t, "report", dir+"/json", "-o", name)
		if again.code != exitOK || again.err != "" || again.out != files[name] {
			t.Errorf("wsstorm report -o %s: got exit code %d, %q, output\n%s\nwant\n%s", name, again.code, again.err, again.out, files[name])
		}
	}
	// That each is what it is called is for stats/report to test; here, that none
	// was taken for another.
	for name, part := range map[string]string{
		"text": "verdict: ", "json": `"schema": "wsstorm.result/v1"`, "csv": "t_s,phase,", "hgrm": "#[wsstorm: rtt of ",
		"hgrm:close": "#[wsstorm: close of ", "hlog": "Tag=rtt,", "md": "## wsstorm: ", "junit": `<testcase name="measurement"`,
		"gobench": "BenchmarkWsstorm/rtt/p50 ", "prom": "\nwsstorm_messages_sent_total 300\n",
	} {
		if !strings.Contains(files[name], part) {
			t.Errorf("%s: got\n%s\nwant %q in it", name, files[name], part)
		}
	}
	if rows, err := csv.NewReader(strings.NewReader(files["csv"])).ReadAll(); err != nil || len(rows) < 2 {
		t.Errorf("csv: got %d rows, %v", len(rows), err)
	}
	if err := xml.Unmarshal([]byte(files["junit"]), new(struct{})); err != nil {
		t.Errorf("junit: %v", err)
	}
}

func TestTwoReportsInOnePlace(t *testing.T) {
	path := savedRun(t)
	for _, command := range [][]string{{"-n", "1"}, {"report", path}} {
		for _, tt := range []struct{ a, b, want string }{
			{"text", "md", "--output md contradicts --output text: both go to standard output; --output md=FILE writes a file"},
			{"hgrm", "hgrm:close", "--output hgrm:close contradicts --output hgrm: both go to standard output; --output hgrm:close=FILE writes a file"},
			{"csv=/tmp/x", "prom=/tmp/x", "--output prom=/tmp/x contradicts --output csv=/tmp/x: both go to /tmp/x; --output prom=FILE writes a file"},
		} {
			got := wsstorm(t, append(command, "-o", tt.a, "-o", tt.b)...)
			if want := "wsstorm: " + tt.want + "\n"; got.code != exitUsage || got.err != want {
				t.Errorf("%q: got %d, %q, want %d, %q", command, got.code, got.err, exitUsage, want)
			}
		}
	}
}

func TestReportOfStandardInput(t *testing.T) {
	path := savedRun(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	code := run(t.Context(), []string{"report", "-"}, bytes.NewReader(data), &out, &stderr)
	if want := wsstorm(t, "report", path).out; code != exitOK || stderr.Len() > 0 || out.String() != want {
		t.Errorf("got exit code %d, %q, output\n%s\nwant\n%s", code, stderr.String(), out.String(), want)
	}
}

// What is wrong with a file is said by its name and the byte.
func TestReportRefuses(t *testing.T) {
	data, err := os.ReadFile(savedRun(t))
	if err != nil {
		t.Fatal(err)
	}
	whole := string(data)
	cut := len(whole) / 2
	dir := t.TempDir()
	tests := []struct {
		name, text, want string
	}{
		{"damaged", whole[:cut], ": byte "},
		{"other.json", `{"metrics": []}`, ": byte 0: not a wsstorm result: it has no schema"},
		{"report.txt", "verdict: valid\n", ": byte 0: not a wsstorm result: it begins with 'v', not with {"},
		{"empty", "", ": byte 0: not a wsstorm result: it is empty"},
		{"later", strings.Replace(whole, "wsstorm.result/v1", "wsstorm.result/v9", 1), `: byte 14: made by another version of wsstorm: its schema is "wsstorm.result/v9", and this version reads "wsstorm.result/v1"`},
	}
	for _, tt := range tests {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got := wsstorm(t, "report", path)
		if got.code != exitUsage || got.out != "" || !strings.HasPrefix(got.err, "wsstorm: "+path+tt.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s: got exit code %d, %q, output %q, want %d, %q", tt.name, got.code, got.err, got.out, exitUsage, path+tt.want)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"report"}, "report needs a result: the file that a run wrote by -o json=FILE, or - for standard input"},
		{[]string{"report", "a", "b"}, "report takes 1 words besides its flags, here are 2; wsstorm help report"},
		{[]string{"report", dir}, "reading " + dir + ": read " + dir + ": is a directory"},
		{[]string{"report", dir + "/no"}, dir + "/no: no such file or directory"},
		{[]string{"report", "-"}, "standard input: byte 0: not a wsstorm result: it is empty"},
		{[]string{"report", dir, "-o", "yaml"}, `--output "yaml": the formats are text, json, csv, hgrm, hlog, md, junit, gobench or prom`},
	} {
		got := wsstorm(t, tt.args...)
		if want := "wsstorm: " + tt.want + "\n"; got.code != exitUsage || got.err != want {
			t.Errorf("%q: got %d, %q, want %d, %q", tt.args, got.code, got.err, exitUsage, want)
		}
	}
}

// A result that cannot be rendered in one format does not keep another from
// being written.
func TestFormatThatFails(t *testing.T) {
	r := &stats.Result{Schema: stats.Schema, Latency: map[string]*stats.Latency{"rtt": {Count: 1, HDR: "?"}}}
	var out bytes.Buffer
	path := filepath.Join(t.TempDir(), "a")
	err := writeOutputs(r, []output{{"hgrm", path}, {"csv", ""}}, &out)
	if err == nil || !strings.HasPrefix(err.Error(), "rendering the result as hgrm: rtt: ") || !strings.HasPrefix(out.String(), "t_s,") {
		t.Errorf("got %v, output %q", err, out.String())
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file of a report that failed")
	}
}
