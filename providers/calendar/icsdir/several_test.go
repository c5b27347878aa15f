package icsdir

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/icsobject"
)

// settings are links for events as they are now.
func (p *place) settings(ids ...string) []calendar.Setting {
	p.Helper()
	list := make([]calendar.Setting, len(ids))
	for i, id := range ids {
		list[i] = calendar.Setting{ID: id, Version: p.get(id).Version, Link: testLink("m" + id[len(id)-1:])}
	}
	return list
}

// counted is a place that counts how often a file takes the place of another.
func counted(t *testing.T, meddle func(p *place, point string)) (p *place, renamed *int) {
	renamed = new(int)
	p = newPlace(t, func(c *Config) {
		c.Hook = func(point string) {
			if point == "icsdir.rename.after" {
				*renamed++
			}
			if meddle != nil {
				meddle(p, point)
			}
		}
	})
	return p, renamed
}

// TestOneWriteForAFile: links of one file are written with one write, byte for byte as one after the other, and those
// of others each for themselves.
func TestOneWriteForAFile(t *testing.T) {
	p, renamed := counted(t, nil)
	p.put("all.ics", export("x", "y", "z"))
	p.put("more.ics", export("v", "w"))
	p.put("s.ics", ics("s", start))
	ids := []string{"all.ics#x", "more.ics#v", "s.ics", "all.ics#z", "more.ics#w"}
	for i, got := range p.dir.SetLinks(t.Context(), p.settings(ids...)) {
		if got.Err != nil || got.Event.ID != ids[i] || got.Event.Link.Mark == "" ||
			got.Event.Version != p.get(ids[i]).Version {
			t.Errorf("%s: %+v, %v", ids[i], got.Event.Link, got.Err)
		}
	}
	if *renamed != 3 {
		t.Errorf("written %d times, want 3", *renamed)
	}
	q := newPlace(t, func(c *Config) { c.Now = p.dir.cfg.Now })
	q.put("all.ics", export("x", "y", "z"))
	for _, set := range q.settings("all.ics#x", "all.ics#z") {
		if _, err := q.dir.SetLink(t.Context(), set.ID, set.Version, set.Link); err != nil {
			t.Fatal(err)
		}
	}
	untimed := func(text string) []string {
		return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
			return strings.HasPrefix(line, "DTSTAMP") || strings.HasPrefix(line, "LAST-MODIFIED")
		})
	}
	if got, want := untimed(p.text("all.ics")), untimed(q.text("all.ics")); !slices.Equal(got, want) {
		t.Errorf("at once:\n%s\none by one:\n%s", got, want)
	}
	for _, got := range p.dir.SetLinks(t.Context(), p.settings(ids...)) {
		if got.Err != nil {
			t.Error(got.Err)
		}
	}
	if *renamed != 3 {
		t.Error("links that are there already are written again")
	}
}

// TestOneFailsAmongMany: each event has its own answer, whatever becomes of the others in its file.
func TestOneFailsAmongMany(t *testing.T) {
	p, renamed := counted(t, nil)
	p.put("all.ics", strings.Replace(export("w", "x", "y", "z"), "UID:w\r\n",
		"UID:w\r\nORGANIZER:mailto:carol@example.com\r\n", 1))
	p.dir.reader.Owners = icsobject.NewOwners([]string{"alice@example.com"})
	list := p.settings("all.ics#x", "all.ics#y")
	list = append(list, calendar.Setting{ID: "all.ics#q", Version: "1", Link: testLink("mq")},
		calendar.Setting{ID: "gone.ics#q", Version: "1", Link: testLink("mq")},
		calendar.Setting{ID: "all.ics#z", Version: p.get("all.ics#z").Version, Link: testLink("mz")},
		p.settings("all.ics#w")[0])
	list[0].Version = "another"
	list[4].Link.JoinURL = "https://zoom.us/j/1\r\nX-EVIL:1"
	got := p.dir.SetLinks(t.Context(), list)
	for i, want := range []error{calendar.ErrConflict, nil, calendar.ErrGone, calendar.ErrGone} {
		if !errors.Is(got[i].Err, want) {
			t.Errorf("%s: %v, want %v", list[i].ID, got[i].Err, want)
		}
	}
	if err := got[4].Err; err == nil || !strings.Contains(err.Error(), "join URL") {
		t.Errorf("a link with a line end: %v", err)
	}
	if !errors.Is(got[5].Err, calendar.ErrDenied) {
		t.Errorf("somebody else's event: %v", got[5].Err)
	}
	if text := p.text("all.ics"); *renamed != 1 || strings.Count(text, "X-ZOOMTAG-MARK") != 1 ||
		strings.Contains(text, "EVIL") {
		t.Errorf("written %d times:\n%s", *renamed, text)
	}
}

// TestEditAmongManyWins: somebody who writes into the file meanwhile loses nothing. The event that they have changed is
// a conflict, and the others get their links all the same.
func TestEditAmongManyWins(t *testing.T) {
	meddled := false
	p, renamed := counted(t, func(p *place, point string) {
		if point == "icsdir.write.after" && !meddled {
			meddled = true
			p.put("all.ics", strings.Replace(p.text("all.ics"), "UID:y\r\n", "UID:y\r\nLOCATION:Mine\r\n", 1))
		}
	})
	p.put("all.ics", export("x", "y", "z"))
	got := p.dir.SetLinks(t.Context(), p.settings("all.ics#x", "all.ics#y", "all.ics#z"))
	if got[0].Err != nil || !errors.Is(got[1].Err, calendar.ErrConflict) || got[2].Err != nil {
		t.Fatalf("%v, %v, %v", got[0].Err, got[1].Err, got[2].Err)
	}
	if text := p.text("all.ics"); *renamed != 1 || !strings.Contains(text, "LOCATION:Mine\r\n") ||
		strings.Count(text, "X-ZOOMTAG-MARK") != 2 {
		t.Errorf("written %d times:\n%s", *renamed, text)
	}
}

// TestRestlessFile: a file that somebody writes again and again is left to them.
func TestRestlessFile(t *testing.T) {
	p, renamed := counted(t, func(p *place, point string) {
		if point == "icsdir.write.after" {
			p.put("all.ics", export("x", "y"))
		}
	})
	p.put("all.ics", export("x", "y"))
	for _, got := range p.dir.SetLinks(t.Context(), p.settings("all.ics#x", "all.ics#y")) {
		if !errors.Is(got.Err, calendar.ErrConflict) {
			t.Error(got.Err)
		}
	}
	if left := p.leftovers(); *renamed != 0 || len(left) > 0 {
		t.Errorf("written %d times, left behind %q", *renamed, left)
	}
}

// TestFileOfManyBecomesOneOfOne: the ids of events in a file of several mean nothing in one of one.
func TestFileOfManyBecomesOneOfOne(t *testing.T) {
	p, _ := counted(t, nil)
	p.put("all.ics", export("x", "y"))
	list := p.settings("all.ics#x", "all.ics#y")
	p.put("all.ics", export("x"))
	for _, got := range p.dir.SetLinks(t.Context(), list) {
		if !errors.Is(got.Err, calendar.ErrGone) {
			t.Error(got.Err)
		}
	}
	if err := os.RemoveAll(p.path); err != nil {
		t.Fatal(err)
	}
	for _, got := range p.dir.SetLinks(t.Context(), list) {
		if !errors.Is(got.Err, calendar.ErrAbsent) {
			t.Error(got.Err)
		}
	}
}
