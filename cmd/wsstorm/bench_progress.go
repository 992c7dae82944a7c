package main

import (
	"fmt"
	"io"
	"time"
)

// A benchProgress tells on standard error how far a bench is: a line that is
// written over on a terminal, a line for each pair elsewhere.
type benchProgress struct {
	to       io.Writer
	terminal bool
	guess    time.Duration // of a run, before one has been made
	began    time.Time
	spent    time.Duration
	runs     int
	told     int // pairs begun, of which a line was written
}

func newBenchProgress(w io.Writer, guess time.Duration) *benchProgress {
	return &benchProgress{to: w, terminal: isTerminal(w), guess: guess, told: -1}
}

// begin says which run begins, when done pairs of a number are.
func (p *benchProgress) begin(done, of int, side string) {
	if p == nil {
		return
	}
	p.began = time.Now()
	first := done != p.told
	left := 2 * (of - done)
	if !first {
		left--
	}
	text := fmt.Sprintf("pair %d of %d: %s, %s left", done+1, of, side, formatDuration(p.left(left)))
	switch {
	case p.terminal:
		io.WriteString(p.to, clearLine+text)
	case first:
		fmt.Fprintf(p.to, "%s\n", text)
	}
	p.told = done
}

// end says that the run has ended.
func (p *benchProgress) end() {
	if p != nil {
		p.spent += time.Since(p.began)
		p.runs++
	}
}

// left returns how long so many runs will take.
func (p *benchProgress) left(runs int) time.Duration {
	each := p.guess
	if p.runs > 0 {
		each = p.spent / time.Duration(p.runs)
	}
	return (each * time.Duration(runs)).Round(time.Second)
}

// stop removes the line.
func (p *benchProgress) stop() {
	if p != nil && p.terminal {
		io.WriteString(p.to, clearLine)
	}
}
