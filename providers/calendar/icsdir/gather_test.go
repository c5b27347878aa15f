package icsdir

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// A weekly series, and a date of it in a file of its own.
var (
	apartSeries = ics("sep", start+"RRULE:FREQ=WEEKLY;COUNT=3\r\n")
	apartDate   = strings.NewReplacer("\r\n", "\n", "Talk #zoom", "Moved").Replace(ics("sep",
		"RECURRENCE-ID:20270115T100000Z\r\nDTSTART:20270115T150000Z\r\nDTEND:20270115T160000Z\r\n"))
	stamps = regexp.MustCompile("(DTSTAMP|LAST-MODIFIED):.*\n")
)

func (p *place) remove(name string) {
	p.Helper()
	if err := os.Remove(p.file(name)); err != nil {
		p.Fatal(err)
	}
}

func unstamped(text string) string { return stamps.ReplaceAllString(text, "") }

// listed are the ids of a pass, those that are missing with a minus.
func (p *place) listed(cursor *string) (ids string) {
	p.Helper()
	changes, err := p.dir.Changes(p.Context(), *cursor)
	if err != nil {
		p.Fatal(err)
	}
	*cursor = p.dir.Echoed(changes.Cursor)
	for _, c := range changes.List {
		switch {
		case c.Missing:
			ids += " -" + c.ID
		case c.Err != nil:
			ids += " !" + c.ID
		default:
			ids += " " + c.ID
		}
	}
	return strings.TrimSpace(ids)
}

// TestDatesApart: a date in a file of its own belongs to its series, in whatever order the two files come and go. Both
// get the link, each keeps every other byte.
func TestDatesApart(t *testing.T) {
	p := newPlace(t, nil)
	cursor := ""
	step := func(what, want string) {
		t.Helper()
		if got := p.listed(&cursor); got != want {
			t.Errorf("%s: the pass lists %q, want %q", what, got, want)
		}
	}
	exceptions := func(want int) {
		t.Helper()
		if ev := p.get("a.ics"); len(ev.Exceptions) != want || ev.Detached {
			t.Errorf("%d exceptions, want %d; detached %v", len(ev.Exceptions), want, ev.Detached)
		}
	}
	p.put("b.ics", apartDate)
	step("the date is first", "b.ics")
	if !p.get("b.ics").Detached {
		t.Error("a date alone is not detached")
	}
	p.put("c.ics", ics("other", start))
	step("another event", "c.ics")
	p.put("a.ics", apartSeries)
	step("its series follows", "a.ics -b.ics")
	step("nothing new", "")
	exceptions(1)
	p.put("b.ics", strings.Replace(apartDate, "Moved", "Moved again", 1))
	step("the date is edited", "a.ics")
	if ev := p.get("a.ics"); ev.Exceptions[0].Title != "Moved again" {
		t.Errorf("the exception is %+v", ev.Exceptions[0])
	}
	p.put("d.ics", strings.ReplaceAll(apartDate, "0115T1", "0122T1"))
	step("a second date", "a.ics")
	exceptions(2)
	p.put("e.ics", strings.Replace(apartSeries, "RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY", 1))
	step("the series is there twice", "a.ics b.ics d.ics e.ics")
	exceptions(0)
	p.remove("e.ics")
	step("and once again", "a.ics -b.ics -d.ics -e.ics")
	exceptions(2)
	p.remove("d.ics")
	step("a date is removed", "a.ics")
	exceptions(1)
	p.put("b.ics", "BEGIN:VCALENDAR\r\nnothing\r\n")
	step("the date is half written", "!a.ics")
	p.put("b.ics", apartDate)
	step("and whole again", "a.ics")
	p.put("a.ics", "BEGIN:VCALENDAR\r\nnothing\r\n")
	step("the series is half written", "!a.ics")
	p.put("a.ics", apartSeries)
	step("and whole again", "a.ics")
	exceptions(1)
	p.remove("a.ics")
	step("the series is removed", "-a.ics b.ics")
	if err := os.Rename(filepath.Join(p.path, "c.ics"), filepath.Join(p.path, "a.ics")); err != nil {
		t.Fatal(err)
	}
	step("another event takes its name", "a.ics -c.ics")
	p.put("s.ics", apartSeries)
	step("the series comes back elsewhere", "-b.ics s.ics")
	if ev := p.get("s.ics"); len(ev.Exceptions) != 1 {
		t.Errorf("%d exceptions", len(ev.Exceptions))
	}
}

// TestDatesApartAreLinked: a link is written into every file of a series, and taken out of each, byte for byte; a date
// with a link of its own likewise. Who asks without a pass before gets the same.
func TestDatesApartAreLinked(t *testing.T) {
	for name, date := range map[string]string{"plain": apartDate, "begun with a mark": "\uFEFF\n" + apartDate,
		"without an end of line": strings.TrimSpace(apartDate)} {
		for _, series := range []string{apartSeries, strings.TrimSpace(apartSeries)} {
			p := newPlace(t, nil)
			p.put("a.ics", series)
			p.put("b.ics", date)
			for _, id := range []string{"a.ics", "a.ics/20270115T100000Z"} {
				ev := p.get(id)
				l := testLink("m")
				linked, err := p.dir.SetLink(t.Context(), id, ev.Version, l)
				if err != nil || linked.Link.Mark != l.Mark || linked.Partial() {
					t.Fatalf("%s, %s: %+v, %v", name, id, linked.Link, err)
				}
				if inSeries := strings.Contains(p.text("a.ics"), l.JoinURL); inSeries != (id == "a.ics") ||
					!strings.Contains(p.text("b.ics"), l.JoinURL) {
					t.Errorf("%s, %s: the files say\n%s\n%s", name, id, p.text("a.ics"), p.text("b.ics"))
				}
				if strings.Contains(p.text("b.ics"), "\r") {
					t.Errorf("%s: lines end in another way than the owner's:\n%q", name, p.text("b.ics"))
				}
				if _, err := p.dir.SetLink(t.Context(), id, ev.Version, l); !errors.Is(err, calendar.ErrConflict) {
					t.Errorf("%s: written at an old version: %v", name, err)
				}
				out := calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}}
				if _, err = p.dir.SetLink(t.Context(), id, linked.Version, out); err != nil {
					t.Fatal(err)
				}
				if unstamped(p.text("a.ics")) != unstamped(series) || unstamped(p.text("b.ics")) != unstamped(date) {
					t.Errorf("%s, %s: came back as\n%q\n%q", name, id, p.text("a.ics"), p.text("b.ics"))
				}
			}
			details, err := p.dir.Describe(t.Context(), "a.ics")
			if err != nil || len(details.Occurrences) != 1 {
				t.Errorf("%s: an invitation has the dates %+v, %v", name, details.Occurrences, err)
			}
		}
	}
}

// TestDatesApartAreUnlinkedFirst: where the power is cut while the link is taken out, the series shows it as long as a
// date in a file of its own does: else nobody would know that something is left to do.
func TestDatesApartAreUnlinkedFirst(t *testing.T) {
	p := newPlace(t, nil)
	p.put("a.ics", apartSeries)
	p.put("b.ics", apartDate)
	l := testLink("m")
	linked, err := p.dir.SetLink(t.Context(), "a.ics", p.get("a.ics").Version, l)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cut := context.WithCancel(t.Context())
	p.dir.cfg.Hook = func(point string) {
		if point == "icsdir.rename.after" {
			cut()
		}
	}
	out := calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}}
	if _, err := p.dir.SetLink(ctx, "a.ics", linked.Version, out); !errors.Is(err, context.Canceled) {
		t.Fatalf("both files were written: %v", err)
	}
	if !strings.Contains(p.text("a.ics"), l.JoinURL) || strings.Contains(p.text("b.ics"), l.JoinURL) {
		t.Errorf("the files say\n%s\n%s", p.text("a.ics"), p.text("b.ics"))
	}
}

// TestTheSeriesBeforeItsDates: where a folder has a series twice, nobody can tell to which one a date in a file of its
// own belongs. A series gets the link, and not the date that comes before it.
func TestTheSeriesBeforeItsDates(t *testing.T) {
	p := newPlace(t, nil)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	pass := passOver(t, p.dir, func() time.Time { return now })
	p.put("a-date.ics", strings.NewReplacer("Moved", "Moved #zoom", "DTSTART:20270115", "DTSTART:20261220",
		"DTEND:20270115", "DTEND:20261220").Replace(apartDate))
	p.put("b.ics", apartSeries)
	p.put("c.ics", apartSeries)
	pass()
	if strings.Contains(p.text("a-date.ics"), "zoom.us") || !strings.Contains(p.text("b.ics"), "zoom.us") {
		t.Errorf("the files say\n%s\n%s", p.text("a-date.ics"), p.text("b.ics"))
	}
}
