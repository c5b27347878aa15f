package terminal

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Progress shows on a screen how far something long is.
type Progress struct {
	out    io.Writer
	screen bool
	last   time.Time
	drawn  bool
}

// NewProgress returns a bar that nothing is shown of until Show is called, and never where out is no screen.
func NewProgress(out io.Writer, screen bool) *Progress { return &Progress{out: out, screen: screen} }

// barWidth is the length of the bar in characters. It is drawn once in redraw at most, and not at all for fewer steps
// than few.
const (
	barWidth = 30
	redraw   = 100 * time.Millisecond
	few      = 10
)

// Show draws that so many of all steps are done. It is called by one goroutine at a time.
func (p *Progress) Show(what string, done, all int) {
	if all < few || time.Since(p.last) < redraw || !p.screen {
		return
	}
	p.last, p.drawn = time.Now(), true
	full := barWidth * done / all
	fmt.Fprintf(p.out, "\r%s [%s%s] %d/%d", Printable(Shorten(what, 20)), strings.Repeat("█", full),
		strings.Repeat("·", barWidth-full), done, all)
}

// Clear takes away what was drawn.
func (p *Progress) Clear() {
	if p.drawn {
		fmt.Fprint(p.out, clearLine)
	}
}

// clearLine goes to the beginning of the line and empties it (ECMA-48, EL).
const clearLine = "\r\x1b[K"

// Wait shows on a screen that something takes its time, until done is called.
func Wait(out io.Writer, screen bool, what string) (done func()) {
	if !screen {
		return func() {}
	}
	fmt.Fprint(out, what)
	return func() { fmt.Fprint(out, clearLine) }
}
