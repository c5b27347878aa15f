package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/api"
)

// nasty holds each character that a terminal would obey, and those that turn the direction of text.
func nasty() string {
	var b strings.Builder
	for r := rune(1); r < 0x3000; r++ {
		if r < 0x20 || r >= 0x7f && r < 0xa0 ||
			strings.ContainsRune("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", r) {
			b.WriteRune(r)
		}
	}
	return "é日" + b.String() + "\ufeff🎈"
}

// obeyed are the characters of a text that should not have come through.
func obeyed(s, but string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(nasty(), r) && !strings.ContainsRune("é日🎈"+but, r) {
			return r
		}
		return -1
	}, s)
}

// TestForeignTextIsHarmless: titles, paths and answers of services cannot give a terminal orders, in tables, JSON,
// errors or logs.
func TestForeignTextIsHarmless(t *testing.T) {
	var out strings.Builder
	if err := terminal.JSON(&out, map[string]string{"title": nasty()}); err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back["title"] != nasty() {
		t.Errorf("the document says something else: %q, %v", back["title"], err)
	}
	if !strings.Contains(out.String(), "é日") || !strings.Contains(out.String(), "🎈") {
		t.Errorf("more is escaped than has to be: %s", out.String())
	}
	for _, format := range []string{"text", "json"} {
		log, err := terminal.NewLogger(&out, slog.LevelInfo, format)
		if err != nil {
			t.Fatal(err)
		}
		log.Info(nasty(), "title", nasty(), "reason", errors.New(nasty()))
	}
	out.WriteString(terminal.Printable(nasty()) + terminal.Lines(nasty()))
	if got := obeyed(out.String(), "\n\t"); got != "" {
		t.Errorf("comes through: %q", got)
	}
	if got := obeyed(terminal.Printable(nasty()), ""); got != "" {
		t.Errorf("comes through in a table: %q", got)
	}
	if got := terminal.Lines("one\n\ttwo"); got != "one\n\ttwo" {
		t.Errorf("lines: %q", got)
	}
}

// TestErrorsAreHarmless: what stands in an error is foreign as well.
func TestErrorsAreHarmless(t *testing.T) {
	var errs strings.Builder
	code := execute(t.Context(), []string{"--config", filepath.Join(t.TempDir(), "a\x1b[31m\u202eb.yaml"), "status"},
		process{in: strings.NewReader(""), out: &errs, err: &errs, env: func(string) string { return "" }})
	if code != exitUsage || obeyed(errs.String(), "\n") != "" {
		t.Errorf("exit %d: %q", code, errs.String())
	}
}

// TestLinkSaysACleanPath: one file has one name in what is said, and a wrong turn in the path is none.
func TestLinkSaysACleanPath(t *testing.T) {
	w := newCrashWorld(t)
	from := filepath.Join(w.dir, "kick-off.ics")
	w.must(os.WriteFile(from, []byte(crashObject("prepared", "Kick-off", "Words", "")), 0o600))
	sep := string(filepath.Separator)
	for _, args := range [][]string{
		{"link", w.dir + sep + "." + sep + "no" + sep + ".." + sep + sep + "kick-off.ics", "--json"},
		{"link", from, "-o", w.dir + sep + "." + sep + "kick-off.ics", "--json"},
	} {
		out, errs, code := w.zoomtag(args...)
		var report api.LinkReport
		if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitOK || report.Path != from {
			t.Errorf("%v: exit %d, path %q, %v\n%s", args, code, report.Path, err, errs)
		}
	}
}
