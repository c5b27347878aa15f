package terminal

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// View is what tables are printed for.
type View struct {
	Width  int  // columns of the screen; 0 cuts nothing
	Colour bool // words that say how something is have their colour
}

// ViewOf is the view of a screen; the zero value where w is none. One that does not say how wide it is has nothing cut.
func ViewOf(w io.Writer, env func(string) string) View {
	v := View{Colour: IsScreen(w, env)}
	if o, ok := w.(*Outlet); ok {
		w = o.to
	}
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			v.Width = width
		}
	}
	return v
}

// The widths, in columns of the screen, that a table keeps: between two columns, the least of a last column whose text
// is wrapped, and of another one that is cut.
const (
	gap      = 2
	leastEnd = 24
	least    = 8
)

// Table prints rows in columns; the first row is the heading. Where a screen has too few columns for it, the last
// column, which has the reasons, is wrapped, and the widest others are cut in the middle: the news may be at the end.
func Table(out io.Writer, view View, rows [][]string) error {
	for _, row := range rows {
		for i := range row {
			row[i] = Printable(row[i])
		}
	}
	widths := fitting(natural(rows), view.Width)
	w := table.NewWriter()
	w.SetStyle(plain)
	w.SuppressTrailingSpaces()
	for r, row := range rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			if i < len(row)-1 {
				cell = Middle(cell, widths[i])
			}
			cells[i] = cell
		}
		if r == 0 {
			w.AppendHeader(cells)
		} else {
			w.AppendRow(cells)
		}
	}
	columns := make([]table.ColumnConfig, len(widths))
	for i := range columns {
		columns[i] = table.ColumnConfig{Number: i + 1}
		if view.Colour {
			columns[i].Transformer = colour
		}
	}
	last := len(widths) - 1
	columns[last].WidthMax, columns[last].WidthMaxEnforcer = widths[last], text.WrapSoft
	w.SetColumnConfigs(columns)
	_, err := fmt.Fprintln(out, w.Render())
	return err
}

// plain is a table of text and space.
var plain = table.Style{
	Name: "plain",
	Box:  table.BoxStyle{PaddingRight: strings.Repeat(" ", gap)},
}

// natural are the widths of the columns as they are, in columns of the screen: a wide character takes two.
func natural(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], text.StringWidth(cell))
		}
	}
	return widths
}

// fitting makes widths fit a screen: first the last column gives way, then the widest of the others, again and again.
// What cannot be made to fit is left to the screen.
func fitting(widths []int, screen int) []int {
	if screen == 0 {
		return widths
	}
	widths = slices.Clone(widths)
	last := len(widths) - 1
	over := func() int {
		all := gap * last
		for _, w := range widths {
			all += w
		}
		return all - screen
	}
	if n := over(); n > 0 {
		widths[last] = max(widths[last]-n, min(widths[last], leastEnd))
	}
	for over() > 0 {
		widest := 0
		for i := range last {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if last == 0 || widths[widest] <= least {
			break
		}
		widths[widest]--
	}
	return widths
}

// Middle cuts the middle out of s so that it takes n columns of a screen at most: what tells two titles apart is often
// at the end.
func Middle(s string, n int) string {
	if text.StringWidth(s) <= n || n < 3 {
		return s
	}
	runes := []rune(s)
	head, tail := 0, len(runes)
	for used := 1; head < tail; { // 1 for what stands in the place of the middle
		side := runes[head]
		fromEnd := head > len(runes)-tail
		if fromEnd {
			side = runes[tail-1]
		}
		if used += text.RuneWidth(side); used > n {
			break
		}
		if fromEnd {
			tail--
		} else {
			head++
		}
	}
	return string(runes[:head]) + "…" + string(runes[tail:])
}

// colours are those of words that say how something is.
var colours = map[string]string{
	"ok": Green, "linked": Green,
	"held": Yellow, "degraded": Yellow, "overdue": Yellow, "pending": Yellow, "doubt": Yellow, "warning": Yellow,
	"failed": Red, "failing": Red, "error": Red,
	"note": Cyan,
}

// colour paints a cell that begins with such a word.
func colour(cell any) string {
	s := fmt.Sprint(cell)
	word, _, _ := strings.Cut(s, ":")
	if c := colours[word]; c != "" {
		return Paint(true, c, word) + s[len(word):]
	}
	return s
}
