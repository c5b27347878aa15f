package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/assemble"
)

// BenchmarkFirstLink is the way from nothing to the first link: zoomtag init with typed answers, and zoomtag sync.
func BenchmarkFirstLink(b *testing.B) {
	server := zoomtest.New(zoomtest.Options{})
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	for kind, answers := range map[string][]string{
		"room": {"https://us02web.zoom.us/j/1234567899?pwd=abc", "alice@example.com"},
		"zoom": {"zoom", "account", "client", "secret", "alice@example.com"},
	} {
		b.Run(kind, func(b *testing.B) {
			asked := 0
			for b.Loop() {
				asked = firstLink(b, server, answers)
			}
			b.ReportMetric(float64(asked), "questions")
		})
	}
}

// firstLink goes that way once, and returns how many questions were asked.
func firstLink(b *testing.B, server *zoomtest.Server, answers []string) int {
	b.Helper()
	dir := b.TempDir()
	team, event := filepath.Join(dir, "team"), filepath.Join(dir, "team", "a.ics")
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:b\r\nBEGIN:VEVENT\r\nUID:" + filepath.Base(dir) +
		"@example.com\r\nDTSTAMP:20260101T000000Z\r\n" +
		"DTSTART:20991201T090000Z\r\nDTEND:20991201T100000Z\r\nSUMMARY:Review #zoom\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	if err := os.Mkdir(team, 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(event, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	env := func(name string) string { return map[string]string{"HOME": dir}[name] }
	play := func(in string, args ...string) string {
		var out, errs bytes.Buffer
		if code := execute(b.Context(), args, process{in: strings.NewReader(in), out: &out, err: &errs, env: env,
			hurry: assemble.Haste{Aloof: true}}); code != exitOK {
			b.Fatalf("%q: exit %d\n%s\n%s", args, code, out.String(), errs.String())
		}
		return out.String()
	}
	said := play(strings.Join(append([]string{team}, answers...), "\n")+"\n", "init", "--zoom-api-url", server.APIURL(),
		"--zoom-oauth-url", server.OAuthURL())
	play("", "sync")
	if now, err := os.ReadFile(event); err != nil || !strings.Contains(string(now), "https://us") {
		b.Fatalf("there is no link: %v\n%s", err, now)
	}
	asked, err := strconv.Atoi(regexp.MustCompile(`\((\d+) questions? asked\)`).FindStringSubmatch(said)[1])
	if err != nil {
		b.Fatal(err)
	}
	return asked
}
