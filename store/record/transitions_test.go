package record

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

var at = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// transition is something that happens to a record, and when it can.
type transition struct {
	name string
	can  func(r *Record) bool
	do   func(r *Record, n int)
}

func has(r *Record) bool   { return !r.Closed() && r.MeetingID != 0 }
func lacks(r *Record) bool { return !r.Closed() && r.MeetingID == 0 }

// transitions are all of them, as the engine makes them.
var transitions = []transition{
	{"a create in doubt", lacks, func(r *Record, _ int) { r.Doubtful(DoubtCreate, at) }},
	{"a create refused", func(r *Record) bool { return lacks(r) && r.Doubt == DoubtCreate },
		func(r *Record, _ int) { r.Certain() }},
	{"adopted", lacks, func(r *Record, n int) { r.Adopt(meeting.Meeting{ID: int64(n)}, false, at) }},
	{"told", has, func(r *Record, _ int) { r.Telling(); r.Knows(meeting.Spec{Topic: "Talk"}) }},
	{"seen", has, func(r *Record, n int) { r.Seen(meeting.Meeting{ID: r.MeetingID, Topic: fmt.Sprint(n)}, at) }},
	{"lost", has, func(r *Record, _ int) { r.Lost(at) }},
	{"found again", has, func(r *Record, _ int) { r.Found(meeting.Meeting{ID: r.MeetingID}, at) }},
	{"replaced", has, func(r *Record, n int) { r.Replace(fmt.Sprint("mark", n)) }},
	{"retired", has, func(r *Record, n int) { r.Certain(); r.Retire(fmt.Sprint("mark", n)) }},
	{"begun afresh", lacks, func(r *Record, n int) { r.Fresh(fmt.Sprint("mark", n)) }},
	{"a cancellation in doubt", has, func(r *Record, _ int) { r.Doubtful(DoubtCancel, at) }},
	{"cancelled", has, func(r *Record, _ int) { r.Cancelled(at) }},
	{"handed on", has, func(r *Record, _ int) { r.Hand() }},
	{"another meeting", func(r *Record) bool { return !r.Closed() }, func(r *Record, n int) {
		r.Depose(at)
		r.Switch(fmt.Sprint("mark", n), "host", n%2 == 0)
		r.Adopt(meeting.Meeting{ID: int64(n)}, false, at)
	}},
	{"ending", func(r *Record) bool { return !r.Closed() }, func(r *Record, n int) { r.End(at, "untagged", n%2 == 0) }},
	{"resumed", func(r *Record) bool { return !r.Closed() }, func(r *Record, _ int) { r.Resume() }},
	{"closed", func(r *Record) bool { return !r.Closed() && r.Doubt == "" },
		func(r *Record, _ int) { r.Close(at, "over") }},
	{"left alone", has, func(r *Record, _ int) { r.Leave(at, "its account is not configured") }},
	{"reopened", (*Record).Closed, func(r *Record, n int) { r.Reopen([]string{r.Mark, "another"}[n%2]) }},
	{"an earlier one cancelled", func(r *Record) bool { return len(r.Former) > 1 },
		func(r *Record, _ int) { r.Postpone(0); r.Discarded(0) }},
}

// TestTransitions: whatever happens to a record, in whatever order, it does not contradict itself.
func TestTransitions(t *testing.T) {
	used := map[string]int{}
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r := &Record{Calendar: "c", EventID: "e", Mark: "mark"}
		var story []string
		for n := range 40 {
			next := transitions[rng.IntN(len(transitions))]
			if !next.can(r) {
				continue
			}
			next.do(r, n+1)
			used[next.name]++
			story = append(story, next.name)
			if err := r.Check(); err != nil {
				t.Fatalf("%s: %v", strings.Join(story, ", "), err)
			}
		}
	}
	for _, tr := range transitions {
		if used[tr.name] == 0 {
			t.Errorf("%q never happened", tr.name)
		}
	}
}

// TestCheck: each thing that contradicts another is named.
func TestCheck(t *testing.T) {
	for want, spoil := range map[string]func(r *Record){
		"no mark":                        func(r *Record) { r.Mark = "" },
		"no meeting was told":            func(r *Record) { r.Told = &meeting.Spec{} },
		"no meeting was lost":            func(r *Record) { r.LostAt = at },
		"no meeting is cancelled":        func(r *Record) { r.Doubt = DoubtCancel },
		"a meeting is made where there":  func(r *Record) { r.Doubt, r.MeetingID = DoubtCreate, 1 },
		"its meeting was cancelled":      func(r *Record) { r.CancelledID, r.MeetingID = 1, 2 },
		"nobody knows why or since when": func(r *Record) { r.Ending = "untagged" },
		"its meeting is retired":         func(r *Record) { r.Retired = r.Mark },
		"it is closed in doubt":          func(r *Record) { r.Doubt, r.ClosedAt = DoubtCreate, at },
	} {
		r := &Record{Calendar: "c", EventID: "e", Mark: "mark"}
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		spoil(r)
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// TestTransitionsKeep: what a transition must not forget.
func TestTransitionsKeep(t *testing.T) {
	r := &Record{Mark: "mark", Host: "host", JoinURL: "link", Block: "block"}
	r.Adopt(meeting.Meeting{ID: 1, Host: "another"}, false, at)
	if r.Host != "host" || r.UsedAt != at || r.CheckedAt != at {
		t.Errorf("adopted: %+v", r)
	}
	former := r.Former
	r.Depose(at)
	r.Discard(Former{MeetingID: 2})
	r.Postpone(0)
	if len(former) != 0 || r.Former[0].MeetingID != 2 ||
		r.Former[1] != (Former{MeetingID: 1, Mark: "mark", Host: "host", At: at}) {
		t.Errorf("earlier meetings: %+v", r.Former)
	}
	r.Cancelled(at)
	if r.CancelledID != 1 || r.CancelledAt != at || r.MeetingID != 0 {
		t.Errorf("cancelled: %+v", r)
	}
	r.End(at, "untagged", true)
	r.Abandon()
	r.Close(at, "over")
	r.Reopen("mark")
	if r.Closed() || r.Ending != "" || r.Abandoned || r.Gone || r.JoinURL != "link" || r.CancelledID != 1 {
		t.Errorf("reopened: %+v", r)
	}
	if r.Reopen("another"); r.JoinURL+r.Block != "" {
		t.Errorf("what the event shows is somebody else's: %q %q", r.JoinURL, r.Block)
	}
	r.Failed("failed", Why{Code: "zoom-failed", Text: "no network"}, at, "zoom")
	if r.Reason != "over" || r.Error != "no network" || r.Code != "zoom-failed" {
		t.Errorf("failed: %+v", r)
	}
}
