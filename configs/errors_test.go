package configs

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// canary stands in the test files wherever a secret could: no error may show it.
const canary = "canary"

func TestErrorTexts(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			d := newDecoder(fileName, "/etc/zoomtag", "/home/alice")
			d.parse([]byte(readFixture(t, file)))
			err := d.errs.orNil()
			if err == nil {
				t.Fatal("was accepted")
			}
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := readFixture(t, golden); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if strings.Contains(strings.ToLower(got), canary) {
				t.Errorf("shows a secret:\n%s", got)
			}
		})
	}
}

func TestErrorsCanBeTakenApart(t *testing.T) {
	_, err := Load(write(t, "shedule: x\n"+personal+folder, 0o600), env())
	var one *Error
	if !errors.As(err, &one) || one.Line != 1 || one.Column != 1 || one.Cure != `did you mean "schedule"?` {
		t.Errorf("got %#v", err)
	}
	if list := Mistakes(err); len(list) != 1 || list[0].Text != one.Text || list[0].Cure != `Did you mean "schedule"?` {
		t.Errorf("got %+v", list)
	}
}

func TestErrorPlaces(t *testing.T) {
	for want, e := range map[string]Error{
		"f:1:2: x": {File: "f", Line: 1, Column: 2, Text: "x"},
		"f:1: x":   {File: "f", Line: 1, Text: "x"},
		"f: x":     {File: "f", Text: "x"},
		"x":        {Text: "x"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAliasesAreFollowed(t *testing.T) {
	c := parsed(t, personal+"meeting: &m {mute: true}\ncalendars:\n  - {name: a, meeting: *m, ics: {path: a}}\n")
	if m := c.Calendars[0].Meeting.Mute; m == nil || !*m {
		t.Error("the alias was not followed")
	}
}

func TestAliasesAreBounded(t *testing.T) {
	text := "meeting: {alternative_hosts: &all [" + strings.Repeat("a@example.com,", 9000) + "]}\ncalendars:\n" +
		strings.Repeat("- {meeting: {alternative_hosts: *all}}\n", 400)
	d := newDecoder(fileName, "/", "")
	if d.parse([]byte(text)) != nil ||
		!strings.Contains(d.errs.orNil().Error(), "more than 200000 values of the file") {
		t.Errorf("was followed for %d steps", d.steps)
	}
	d = newDecoder(fileName, "/", "")
	d.parse([]byte("calendars: &c [*c, {name: a, ics: {path: a, owner: &o [*o]}}]\nmeeting: &m {alternative_hosts: " +
		"*m}\n"))
	if d.errs.orNil() == nil {
		t.Error("a value that holds itself was accepted")
	}
}
