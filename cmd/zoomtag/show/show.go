// Package show prints what zoomtag answers, for people. The documents for programs are those of package api.
package show

import (
	"io"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
)

// Printer prints reports.
type Printer struct {
	Out  io.Writer
	View terminal.View
	Now  func() time.Time // by which it is told how long ago something was
}

func (p *Printer) table(rows [][]string) error { return terminal.Table(p.Out, p.View, rows) }
