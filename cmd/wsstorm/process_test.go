//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process is wsstorm in a process of its own, for what only such a one can
// show: signals, broken pipes, and what is left when it dies.
type process struct {
	*exec.Cmd
	err bytes.Buffer
}

// program prepares a process. It is killed if it takes longer than a minute.
func program(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, self, args...)}
	p.Stderr = &p.err
	p.WaitDelay = 10 * time.Second // a child that lives on holds the pipe
	return p
}

// code waits for the end of the process and returns its exit code, -1 where a
// signal killed it.
func (p *process) code(t *testing.T) int {
	t.Helper()
	err := p.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

func (p *process) start(t *testing.T) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
}

// The first interrupt ends the run with a report, as it does at a terminal,
// where the built-in server gets it too.
func TestFirstInterruptReports(t *testing.T) {
	var out bytes.Buffer
	p := program(t, "-c", "2", "-d", "10m", "-o", "json")
	p.Stdout = &out
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.start(t)
	child := untilChild(t, p.Process.Pid)
	until(t, "the server has two connections", func() bool {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", child))
		sockets := 0
		for _, file := range files {
			if to, err := os.Readlink(file); err == nil && strings.HasPrefix(to, "socket:") {
				sockets++
			}
		}
		return sockets == 3 // one listens
	})
	if err := syscall.Kill(-p.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := p.code(t); code != exitInterrupted || p.err.Len() > 0 {
		t.Errorf("got exit code %d, %q, want %d", code, p.err.String(), exitInterrupted)
	}
	if r := (ran{out: out.String()}).result(t); !r.Interrupted || r.Connections.Closed != 2 || len(r.Errors) > 0 {
		t.Errorf("got interrupted %v, %+v, %+v, want two connections closed and no errors", r.Interrupted, r.Connections, r.Errors)
	}
}

// The second interrupt leaves at once, in the middle of a drain that would take
// minutes.
func TestSecondInterruptLeaves(t *testing.T) {
	began := make(chan struct{}, 1)
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		echo(w, r, func([]byte) []byte {
			select {
			case began <- struct{}{}:
			default:
			}
			return nil
		})
	})
	var out bytes.Buffer
	p := program(t, "-c", "1", "-d", "10m", "--drain", "10m", url)
	p.Stdout = &out
	p.start(t)
	<-began
	ended := make(chan int)
	go func() { ended <- p.code(t) }()
	for again := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case code := <-ended:
			if again.Stop(); code != exitInterrupted || out.Len() > 0 {
				t.Errorf("got exit code %d, output %q, want %d and no report", code, out.String(), exitInterrupted)
			}
			return
		case <-again.C:
			p.Process.Signal(os.Interrupt)
		}
	}
}

// However a run dies, its server dies too.
func TestServerDiesWithTheRun(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT} {
		p := program(t, "-c", "1", "-d", "10m")
		p.start(t)
		child := untilChild(t, p.Process.Pid)
		t.Cleanup(func() {
			if lives(child) {
				syscall.Kill(child, syscall.SIGKILL)
			}
		})
		if err := p.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := p.code(t); code == exitOK {
			t.Errorf("%v: got exit code %d", signal, code)
		}
		until(t, signal.String()+": the server is gone", func() bool { return !lives(child) })
	}
}

// What a system without the kernel's help relies on: the server ends with its
// standard input.
func TestServerEndsWithItsInput(t *testing.T) {
	p := program(t, "serve", "--listen", "127.0.0.1:0", "--"+untilEOFFlag)
	input, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.start(t)
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	p.Process.Signal(os.Interrupt) // of the terminal, meant for the run
	input.Close()
	if code := p.code(t); code != exitOK || p.err.Len() > 0 {
		t.Errorf("got exit code %d, %q, want %d", code, p.err.String(), exitOK)
	}
}

func TestServeEndsWellBySignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		p := program(t, "serve", "--listen", "127.0.0.1:0")
		output, err := p.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		p.start(t)
		line, err := bufio.NewReader(output).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "ws://127.0.0.1:") {
			t.Errorf("got %q, %v, want a URL", line, err)
		}
		p.Process.Signal(signal)
		if code := p.code(t); code != exitOK || p.err.Len() > 0 {
			t.Errorf("%v: got exit code %d, %q, want %d", signal, code, p.err.String(), exitOK)
		}
	}
}

// A report that cannot be written is an error of one line, whatever the command.
func TestStandardOutputThatTakesNothing(t *testing.T) {
	lines := [][]string{{"-c", "1", "-n", "1"}, {"-c", "1", "-n", "1", "-o", "json"}, {"--help"}, {"--print-flags"},
		{"scenarios"}, {"scenarios", "echo"}, {"version"}, {"completion", "bash"}, {"serve", "--listen", "127.0.0.1:0"}}
	outputs := map[string]func() (*os.File, error){
		"broken pipe": func() (*os.File, error) {
			r, w, err := os.Pipe()
			if err == nil {
				r.Close()
			}
			return w, err
		},
		"no space left on device": func() (*os.File, error) { return os.OpenFile("/dev/full", os.O_WRONLY, 0) },
	}
	for why, open := range outputs {
		for _, args := range lines {
			out, err := open()
			if errors.Is(err, os.ErrNotExist) {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			p := program(t, args...)
			p.Stdout = out
			p.start(t)
			out.Close()
			want := "wsstorm: writing to standard output: " + why + "\n"
			if code := p.code(t); code != exitFailed || p.err.String() != want {
				t.Errorf("wsstorm %q > %s: got exit code %d, %q, want %d, %q", args, why, code, p.err.String(), exitFailed, want)
			}
		}
	}
}

// until polls for a condition of another process.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to be that %s", what)
		}
	}
}

// untilChild waits until a process has a child, and returns it.
func untilChild(t *testing.T, pid int) (child int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("children are found in /proc")
	}
	until(t, "there is a child", func() bool {
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, path := range stats {
			if _, parent, ok := readStat(path); ok && parent == pid {
				child, _ = strconv.Atoi(filepath.Base(filepath.Dir(path)))
			}
		}
		return child != 0
	})
	return child
}

// lives reports whether a process runs; one that nobody has waited for does not.
func lives(pid int) bool {
	state, _, ok := readStat(fmt.Sprintf("/proc/%d/stat", pid))
	return ok && state != "Z" && state != "X"
}

// readStat returns a process's state and parent. See proc_pid_stat(5).
func readStat(path string) (state string, parent int, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", 0, false
	}
	// The name of the program, in parentheses, may hold anything.
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return "", 0, false
	}
	parent, err = strconv.Atoi(fields[1])
	return fields[0], parent, err == nil
}
