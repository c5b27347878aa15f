package ical

import (
	"strings"
	"testing"
	"time"
)

// TestWriter: what is written into a line stays in it and can be read back.
func TestWriter(t *testing.T) {
	berlin := location(t, "Europe/Berlin")
	at := time.Date(2026, 3, 10, 18, 5, 9, 0, berlin)
	tests := []struct {
		write func(w *Writer)
		want  string
	}{
		{func(w *Writer) { w.Name("SUMMARY"); w.Text("a,b;c\\d\ne\r\nf\rg\u2028h\u0085i\x00\x1fj\tk: \"l\"") },
			`SUMMARY:a\,b\;c\\d\ne\nf\ng\nh\nij` + "\t" + `k: "l"`},
		{func(w *Writer) { w.Name("X"); w.Text("\xff\xc3") }, "X:\uFFFD"},
		{func(w *Writer) { w.Name("X"); w.Text("é–â\u00a0") }, "X:é–â\u00a0"},
		{func(w *Writer) { w.Name("A"); w.Param("CN", "a\r\nX: y"); w.URI("mailto:a@b") }, `A;CN="a X: y":mailto:a@b`},
		{func(w *Writer) { w.Name("A"); w.Param("CN", `"Zoe" ^n ^x`); w.URI("mailto:a b\r\n@ü") },
			`A;CN='Zoe' ^^n ^x:mailto:a%20b%0D%0A@%C3%BC`},
		{func(w *Writer) { w.Name("A"); w.Param("CN", "\x00"); w.URI("x") }, "A;CN=:x"},
		{func(w *Writer) { w.Times("DTSTART", Form{}, at) }, "DTSTART:20260310T170509Z"},
		{func(w *Writer) { w.Times("DTSTART", Form{TZID: "Europe/Berlin"}, at) },
			"DTSTART;TZID=Europe/Berlin:20260310T180509"},
		{func(w *Writer) { w.Times("EXDATE", Form{Dates: true}, at, at.AddDate(0, 0, 1)) },
			"EXDATE;VALUE=DATE:20260310,20260311"},
	}
	for _, test := range tests {
		w := NewWriter([]byte("before\r\n"))
		test.write(w)
		if got := string(w.Bytes()); got != "before\r\n"+test.want+"\r\n" {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestWriterFolds: lines of every length are folded where RFC 5545 3.1 wants it, never within a character or an escape.
func TestWriterFolds(t *testing.T) {
	for n := range 200 {
		for _, unit := range []string{"x", "ö", "–", "🎉", ";", "\n"} {
			text := strings.Repeat("a", n%7) + strings.Repeat(unit, n)
			w := NewWriter(nil)
			w.Name("SUMMARY")
			w.Text(text)
			raw := string(w.Bytes())
			for line := range strings.SplitSeq(strings.TrimSuffix(raw, "\r\n"), "\r\n") {
				if len(line) > maxLine || strings.ToValidUTF8(line, "") != line ||
					strings.HasSuffix(strings.ReplaceAll(line, `\\`, ""), `\`) {
					t.Fatalf("%d times %q: line %q", n, unit, line)
				}
			}
			d := &Doc{raw: w.Bytes(), eol: '\n'}
			l := line{body: int32(len(raw) - 2), end: int32(len(raw))}
			nameEnd, colon := head(d.raw, l)
			if got := d.text(&prop{line: l, nameEnd: int32(nameEnd), colon: int32(colon)}); got != text {
				t.Fatalf("%q came back as %q", text, got)
			}
		}
	}
}
