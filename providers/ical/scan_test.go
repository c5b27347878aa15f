package ical

import (
	"errors"
	"strings"
	"testing"
)

func TestStructure(t *testing.T) {
	const head, tail = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "END:VCALENDAR\r\n"
	const one = "BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n"
	tests := []struct {
		name, file string
		kind       error  // nil: fine
		says       string // part of the error
		uids       string
	}{
		{"one event", head + one + tail, nil, "", "a"},
		{"LF, tabs, lower case, no last line end",
			"begin:vcalendar\nbegin:vevent\nuid:a\n\tb\nend:vevent\nend:vcalendar", nil, "", "ab"},
		{"CR CR LF", strings.ReplaceAll(head+one+tail, "\r\n", "\r\r\n"), nil, "", "a"},
		{"bare CR", strings.ReplaceAll(head+one+tail, "\r\n", "\r"), nil, "", "a"},
		{"spaces behind BEGIN and END", strings.ReplaceAll(head+one+tail, "VEVENT\r", "VEVENT \t\r"), nil, "", "a"},
		{"byte order mark", "\uFEFF" + head + one + tail, nil, "", "a"},
		{"folded BEGIN", strings.Replace(head+one+tail, "BEGIN:VEVENT", "BEG\r\n IN:VEV\r\n\tENT", 1), nil, "", "a"},
		{"folded UID", head + strings.Replace(one, "UID:a", "U\r\n ID:a\r\n  b", 1) + tail, nil, "", "a b"},
		{"UID of an alarm", head + "BEGIN:VEVENT\r\nBEGIN:VALARM\r\nUID:no\r\nEND:VALARM\r\nUID:a\r\nEND:VEVENT\r\n" +
			tail, nil, "", "a"},
		{"two events and an override", head + one + strings.Replace(one, ":a", ":b", 1) + one + tail, nil, "", "a b"},
		{"no UID", head + "BEGIN:VEVENT\r\nEND:VEVENT\r\n" + tail, nil, "", ""},
		{"NULs and ^Z behind the end", head + one + tail + "\x1a\x00\x00\r\n\r\n", nil, "", "a"},
		{"no events", head + "BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n" + tail, nil, "", ""},
		{"empty", "", ErrIncomplete, "empty", ""},
		{"blank", "\r\n\r\n", ErrIncomplete, "empty", ""},
		{"cut in the first line", "BEGIN:VCAL", ErrIncomplete, "first line", ""},
		{"cut in the last line", head + one + "END:VCALEND", ErrMalformed, "END:", ""},
		{"cut before the end", head + one, ErrIncomplete, "END:VCALENDAR", ""},
		{"cut in an event", head + "BEGIN:VEVENT\r\nUID:a\r\nSUMM", ErrIncomplete, "END:VCALENDAR", ""},
		{"text", "Dear all,\r\n", ErrMalformed, "line 1: the file does not begin with BEGIN:VCALENDAR", ""},
		{"fragment", one, ErrMalformed, "BEGIN:VCALENDAR", ""},
		{"calendar in calendar", head + head + one + tail + tail, ErrMalformed,
			"line 3: a second VCALENDAR begins inside", ""},
		{"rest of a longer file", head + one + tail + "T\r\nEND:VCALENDAR\r\n", ErrMalformed,
			"after END:VCALENDAR", ""},
		{"vCalendar 1.0", "BEGIN:VCALENDAR\r\nVERSION:1.0\r\n" + one + tail, ErrMalformed,
			"line 2: this is a vCalendar 1.0 file", ""},
		{"wrong END", head + "BEGIN:VEVENT\r\nEND:VTODO\r\n" + tail, ErrMalformed,
			`line 4: END:"VTODO" where END:"VEVENT"`, ""},
		{"event in event", head + "BEGIN:VEVENT\r\n" + one + "END:VEVENT\r\n" + tail, ErrMalformed,
			"END:VEVENT is missing", ""},
		{"UTF-16", "B\x00E\x00G\x00", ErrMalformed, "UTF-16", ""},
		{"deep", "BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:X\r\n", 100), ErrMalformed, "nested", ""},
		{"long parameter", head + "X;P=" + strings.Repeat("a", 70<<10) + ":b\r\n" + tail, ErrMalformed,
			"65536 bytes", ""},
		{"many parameters", head + "X" + strings.Repeat(";A=b", 1001) + ":b\r\n" + tail, ErrMalformed,
			"1000 parameters", ""},
		{"long value", head + "X:" + strings.Repeat("a", 200<<10) + "\r\n" + one + tail, nil, "", "a"},
		{"long file", head + "X:" + strings.Repeat("a", 2<<20), ErrMalformed, "more than the 1048576", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, err := Look([]byte(test.file), DefaultLimits)
			d, parsing := Parse([]byte(test.file), DefaultLimits)
			if (err == nil) != (parsing == nil) || err != nil && err.Error() != parsing.Error() {
				t.Errorf("Look says %v, Parse says %v", err, parsing)
			}
			if test.kind == nil {
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(o.UIDs, " "); got != test.uids || strings.Join(d.UIDs(), " ") != got {
					t.Errorf("UIDs %q and %q, want %q", o.UIDs, d.UIDs(), test.uids)
				}
				return
			}
			var syntax *SyntaxError
			if !errors.Is(err, test.kind) || !errors.As(err, &syntax) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v (is %v: %v), want %q", err, test.kind, errors.Is(err, test.kind), test.says)
			}
		})
	}
}

func TestLower(t *testing.T) {
	for in, want := range map[string]string{
		"SUMMARY:Talk #ZO\r\n OM\r\n": "summary:talk #zoom\r\n",
		"a #zo\n\tom Ä\n":             "a #zoom Ä\n",
		"#Z\r OOM\r":                  "#zoom\r",
		"#Z\r\r\n OOM":                "#zoom",
		"":                            "",
	} {
		if got := string(Lower(nil, []byte(in))); got != want {
			t.Errorf("Lower(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		`a\nb\Nc`:                "a\nb\nc",
		`a\, b\; c\\d`:           `a, b; c\d`,
		`a, b; c`:                "a, b; c",
		`\"a\: b\"`:              `"a: b"`,
		`a\tb`:                   "a\tb",
		`C:\Users\x`:             `C:\Users\x`,
		`end\`:                   `end\`,
		"fo\r\n lded":            "folded",
		"in \\\r\n n out":        "in \n out",
		"in Z\xc3\r\n\t\xbcrich": "in Zürich",
		"a\r\n ":                 "a",
	} {
		if got := text([]byte(in), '\n'); got != want {
			t.Errorf("text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEscapeRoundTrip(t *testing.T) {
	for in, want := range map[string]string{
		"a, b; c\\d\ne\tf": "a, b; c\\d\ne\tf",
		"a\r\nb":           "a\nb",
		"bell\a and \x00":  "bell and ",
		"stray \xff byte":  "stray \uFFFD byte",
		"── Zoom ──":       "── Zoom ──",
	} {
		if got := text([]byte(escape(in)), '\n'); got != want {
			t.Errorf("%q comes back as %q, want %q", in, got, want)
		}
	}
}

func TestList(t *testing.T) {
	got := strings.Join(list([]byte("Work, Zoom\\, Berlin,,#zo\r\n om\\"), '\n'), "|")
	if want := `Work|Zoom, Berlin|#zoom\`; got != want {
		t.Errorf("list gives %q, want %q", got, want)
	}
}

func TestFoldedLinesAreShort(t *testing.T) {
	content := strings.Repeat("Zürich – \\n日本語", 40)
	folded := string(appendFolded(nil, content, "\r\n", 20))
	for i, l := range strings.Split(folded, "\r\n") {
		if i == 0 {
			l = strings.Repeat("x", 20) + l
		}
		if len(l) > maxLine || strings.ToValidUTF8(l, "?") != l || strings.HasSuffix(l, `\`) {
			t.Errorf("line %d has %d octets: %q", i, len(l), l)
		}
	}
	if got := string(unfold([]byte(folded), '\n')); got != content {
		t.Errorf("unfolds to %q", got)
	}
}

func TestParam(t *testing.T) {
	raw := "BEGIN:VCALENDAR\r\nX-A;CN=\"a;b:c\";tzid=Europe/\r\n Berlin;P=one,two;Q=:value\r\nEND:VCALENDAR\r\n"
	d, err := Parse([]byte(raw), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	p := d.first(0, "X-A")
	for name, want := range map[string]string{"CN": "a;b:c", "TZID": "Europe/Berlin", "P": "one", "Q": "", "R": ""} {
		if got := d.param(p, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := d.plain(p); got != "value" {
		t.Errorf("value is %q", got)
	}
}
