package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// TestBoundsAreSaid: what is not looked at because there is too much of it, the owner is told.
func TestBoundsAreSaid(t *testing.T) {
	block := calendar.BlockFirst + "\nJoin: https://zoom.us/j/123456789\n" + calendar.BlockLast + "\n"
	for _, tt := range []struct {
		name string
		ev   calendar.Event
		want string
	}{
		{"tags", calendar.Event{Title: strings.Repeat("#zoom ", 101)}, "more than 100 tags"},
		{"tags in two texts", calendar.Event{Title: strings.Repeat("#zoom ", 99), Description: "#zoom #zoom"},
			"more than 100 tags"},
		{"options", calendar.Event{Title: strings.Repeat("#zoom(mute,mute,mute) ", 70)}, "more than 200 options"},
		{"unknown options", calendar.Event{Title: "#zoom(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v)"},
			"more in the tags that is not understood"},
		{"text", calendar.Event{Title: "#zoom", Description: strings.Repeat("x ", 2<<20) + "y"},
			"the description holds more than 4 MiB"},
		{"location", calendar.Event{Title: "#zoom", Location: strings.Repeat("x ", 2<<20) + "y"},
			"the location holds more than 4 MiB"},
		{"blocks", calendar.Event{Title: "#zoom", Description: strings.Repeat(block, 101)},
			"the description holds more than 100 blocks"},
		{"open brackets", calendar.Event{Title: strings.Repeat("#zoom(", 100)}, "is not closed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := FindWish(&tt.ev, testRules)
			said := slices.IndexFunc(w.Problems, func(p string) bool { return strings.Contains(p, tt.want) })
			if !w.Asked || said < 0 || len(w.Tags) > maxTags || len(w.Problems) > maxProblems+1 {
				t.Errorf("asked %v, %d tags, problems %q, want one with %q", w.Asked, len(w.Tags), w.Problems, tt.want)
			}
			if len(slices.Compact(slices.Sorted(slices.Values(w.Problems)))) != len(w.Problems) {
				t.Errorf("a problem is told twice: %q", w.Problems)
			}
		})
	}
	full := calendar.Event{Title: strings.Repeat("#zoom ", 100), Description: strings.Repeat(block, 100)}
	if w := FindWish(&full, testRules); len(w.Problems) > 0 || w.Unsearched != "" || len(w.Tags) != 100 {
		t.Errorf("as much as may be, and yet %q, %d tags", w.Problems, len(w.Tags))
	}
}

// TestUnsearchedEndsNothing: a tag that stands where nobody looks any more is no reason to cancel a meeting.
func TestUnsearchedEndsNothing(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	ev := calendar.Event{ID: "id", UID: "uid", Start: now.Add(time.Hour), End: now.Add(2 * time.Hour),
		Until:       now.Add(2 * time.Hour),
		Description: strings.Repeat("pasted ", 600<<10) + "#zoom"}
	rec := record.Record{Calendar: "c", EventID: "id", UID: "uid", Tag: "#zoom", TagIn: "title", MeetingID: 123456789,
		Mark: NewMark(AccountHash("ours"), "uid", [10]byte{1})}
	s := Settings{Rules: testRules, Account: AccountHash("ours")}
	d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s})
	if d.Do != Nothing || d.State != Held || !strings.Contains(d.Reason, "more than 4 MiB") {
		t.Errorf("%q, %s: %s", d.Do, d.State, d.Reason)
	}
	ev.Description += " #nozoom"
	ev.Title = "#nozoom"
	if d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s}); !strings.Contains(d.Reason, "#nozoom") {
		t.Errorf("a word that says no is no proof: %s (%s)", d.State, d.Reason)
	}
}

// TestStrangersTextIsGlancedAt: of an event that somebody else organizes only the beginning of its texts is read,
// enough to say why a tag in it does nothing.
func TestStrangersTextIsGlancedAt(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := Settings{Rules: testRules, Account: AccountHash("ours")}
	for _, tt := range []struct {
		name, description, denied string
		interesting               bool
	}{
		{"a guest's tag", "words #zoom", "organized by mallory@example.com", true},
		{"a tag far behind", strings.Repeat("words ", 20<<10) + "#zoom", "organized by mallory@example.com", false},
		{"the owner's tag far behind", strings.Repeat("words ", 20<<10) + "#zoom", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := calendar.Event{ID: "id", UID: "uid", Start: now.Add(time.Hour), End: now.Add(2 * time.Hour),
				Until:       now.Add(2 * time.Hour),
				Description: tt.description, Denied: tt.denied}
			if got := Interesting(&ev, &s); got != tt.interesting {
				t.Errorf("interesting: %v", got)
			}
			d := Next(Input{Now: now, Event: &ev, Settings: &s})
			if tt.denied != "" && d.State != Ignored || tt.interesting && tt.denied != "" && d.Reason != tt.denied {
				t.Errorf("%s (%s)", d.State, d.Reason)
			}
		})
	}
}

// TestManyLinksAreSaid: another conference behind more links than are looked at may go unseen, which the owner is told.
func TestManyLinksAreSaid(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	ev := calendar.Event{ID: "id", UID: "uid", Title: "#zoom", Start: now.Add(time.Hour), End: now.Add(2 * time.Hour),
		Until:       now.Add(2 * time.Hour),
		Description: strings.Repeat("https://example.com/a ", maxLinks)}
	s := Settings{Rules: testRules, Account: AccountHash("ours")}
	if d := Next(Input{Now: now, Event: &ev, Settings: &s}); !strings.Contains(strings.Join(d.Notes, ";"),
		"200 links or more") {
		t.Errorf("%q: %q", d.Do, d.Notes)
	}
}
