package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"zoomtag/store"
)

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	hurry    hurry
	end      func() // has the command end when the step in hand is done
	own      bool   // the process is there for this command alone
}

// hurry is for tests, which have no minutes. The zero value is what people get.
type hurry struct {
	within time.Duration                                     // bounds each exchange with a service
	wait   func(ctx context.Context, d time.Duration) error  // between two tries
	proxy  func(*http.Request) (*url.URL, error)             // of all requests to services; nil is that of the environment
	aloof  bool                                              // doctor leaves out its looks at the way to Zoom
	open   func(string, store.Options) (*store.Store, error) // opens the state for writing; nil is store.Open
}

// isTerminal reports whether w is a screen, and colour and progress are wanted there.
func (t *terminal) isTerminal(w io.Writer) bool {
	if o, ok := w.(*outlet); ok {
		w = o.to
	}
	f, ok := w.(*os.File)
	return ok && t.env("NO_COLOR") == "" && t.env("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// outlet is standard output. When nobody reads it any more, the command ends as it does when it is told to stop.
type outlet struct {
	to     io.Writer
	end    func()
	unread atomic.Bool
}

func (o *outlet) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		o.unread.Store(true)
		o.end()
	}
	return n, err
}

// json prints one document. What a terminal would obey, and what turns the direction of text, is escaped in it.
func (t *terminal) json(v any) error {
	enc := json.NewEncoder(&harmless{t.out})
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// harmless is a writer of JSON, a whole document or record at a time, that escapes what package json leaves as it is: such characters
// stand in strings only.
type harmless struct{ to io.Writer }

func (h *harmless) Write(raw []byte) (int, error) {
	if bytes.IndexFunc(raw, escaped) < 0 {
		return h.to.Write(raw)
	}
	var b bytes.Buffer
	for _, r := range string(raw) {
		if escaped(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	if _, err := h.to.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(raw), nil
}

// escaped reports whether JSON needs an escape for a character: its own white space between strings does not.
func escaped(r rune) bool { return hostile(r) && r >= 0x7f }

// table prints rows in columns; the first row is the heading.
func (t *terminal) table(rows [][]string) error {
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		for i := range row {
			row[i] = printable(row[i])
		}
		if _, err := fmt.Fprintln(w, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// printable makes foreign text harmless for a terminal: no control or direction characters, one line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case hostile(r):
			return -1
		}
		return r
	}, s)
}

// printableLines is printable for texts that may have lines, as errors have.
func printableLines(s string) string {
	return strings.Map(func(r rune) rune {
		if hostile(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// hostile reports whether a terminal would obey a character, or show what is around it in another order: C0 and C1, marks of direction,
// embeddings, overrides and isolates, separators of lines, and the mark that has no width.
func hostile(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
		return true
	}
	return false
}

// shorten cuts s to n characters.
func shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
