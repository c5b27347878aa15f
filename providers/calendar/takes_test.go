package calendar

import (
	"errors"
	"testing"

	"zoomtag/providers/words"
)

// TestTakes: a change is taken at its version, where the event may be changed at all.
func TestTakes(t *testing.T) {
	ev := Event{Version: "2"}
	if err := ev.Takes("2"); err != nil {
		t.Error(err)
	}
	if err := ev.Takes("1"); !errors.Is(err, ErrConflict) {
		t.Errorf("at another version: %v", err)
	}
	ev.Denied, ev.Cure = "it is signed", "take it out by hand"
	if err := ev.Takes("1"); !errors.Is(err, ErrConflict) {
		t.Errorf("at another version: %v", err)
	}
	if err := ev.Takes("2"); !errors.Is(err, ErrDenied) || words.Cause(err) != ev.Denied ||
		words.Cure(err) != ev.Cure {
		t.Errorf("denied: %v", err)
	}
}

// TestUnkept: what was dropped of a link is named.
func TestUnkept(t *testing.T) {
	text := func(s string) *string { return &s }
	l := Link{Mark: "m", Tag: "#zoom", JoinURL: "https://x.zoom.us/j/1", Block: "Join: https://x.zoom.us/j/1",
		Title: text("A"), Location: text("Room, https://x.zoom.us/j/1")}
	whole := Event{Title: " A ", Location: "https://x.zoom.us/j/1 (Room)",
		Link: Link{Mark: l.Mark, Tag: l.Tag, Block: l.Block}}
	for want, drop := range map[string]func(*Event, *Link){
		"":             func(*Event, *Link) {},
		"the link":     func(e *Event, _ *Link) { e.Link.Mark = "" },
		"the title":    func(e *Event, _ *Link) { e.Title = "B" },
		"the location": func(e *Event, _ *Link) { e.Location = "Room" },
	} {
		ev, in := whole, l
		if drop(&ev, &in); ev.Unkept(in) != want {
			t.Errorf("%q, want %q", ev.Unkept(in), want)
		}
	}
	for name, drop := range map[string]func(*Event, *Link){
		"the tag":                    func(e *Event, _ *Link) { e.Link.Tag = "" },
		"the block":                  func(e *Event, _ *Link) { e.Link.Block = "" },
		"a block that was taken out": func(e *Event, in *Link) { *in, e.Link.Mark = Link{}, "" },
	} {
		ev, in := whole, l
		if drop(&ev, &in); ev.Unkept(in) != "the link" {
			t.Errorf("%s: %q", name, ev.Unkept(in))
		}
	}
	if out := (Event{Location: "elsewhere"}); out.Unkept(Link{Location: text("Room")}) != "" {
		t.Errorf("taken out: %q", out.Unkept(Link{Location: text("Room")}))
	}
}
