package doctor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/sync/doctor"
)

// slotAt is a healthy event at a time, with a meeting of its own.
func slotAt(title string, at time.Time, id int64) doctor.Facts {
	f := healthy()
	f.Event.Title, f.Event.Start, f.Event.End = title, at, at.Add(time.Hour)
	f.Record.Meeting.JoinURL, f.Record.MeetingID = fmt.Sprintf("https://us02web.zoom.us/j/%d", id), id
	return f
}

func TestJudgeOverlaps(t *testing.T) {
	half := 30 * time.Minute
	with := func(h meeting.HostFacts, all ...doctor.Facts) []doctor.Facts {
		for i := range all {
			all[i].Host = &h
		}
		return all
	}
	basic, pro := meeting.HostFacts{Plan: meeting.Basic, Concurrent: 1}, meeting.HostFacts{Concurrent: 1, Guessed: true}
	business := meeting.HostFacts{Concurrent: 2, Guessed: true}
	running := slotAt("Running", now.Add(-2*time.Hour), 86_000_000_009)
	running.Meeting.Running = true
	running.Event.Start, running.Event.End = now.Add(time.Hour), now.Add(2*time.Hour)
	other := slotAt("Other host", start.Add(half), 86_000_000_005)
	other.Record.Host = "zoe@example.com"
	a, b, c := slotAt("A", start, 86_000_000_001), slotAt("B", start.Add(half), 86_000_000_002),
		slotAt("C", start.Add(half), 86_000_000_003)
	for _, tt := range []struct {
		name string
		all  []doctor.Facts
		want []string
	}{
		{"one after the other", with(basic, a, slotAt("B", start.Add(time.Hour), 86_000_000_002)), nil},
		{"basic", with(basic, a, b), []string{"ZT-402 error", "ZT-402 error"}},
		{"pro, perhaps", with(pro, a, b), []string{"ZT-402 warning", "ZT-402 warning"}},
		{"nobody knows", []doctor.Facts{a, b}, []string{"ZT-402 warning", "ZT-402 warning"}},
		{"business", with(business, a, b), nil},
		{"business, three", with(business, a, b, c), []string{"ZT-402 error", "ZT-402 error", "ZT-402 error"}},
		{"two hosts", with(basic, a, other), nil},
		{"one room", with(basic, a, slotAt("B", start.Add(half), 86_000_000_001)),
			[]string{"ZT-406 warning", "ZT-406 warning"}},
		{"one room, and another meeting of the host", with(basic, a, slotAt("B", start.Add(half), 86_000_000_001), c),
			[]string{"ZT-406 warning", "ZT-402 error", "ZT-406 warning", "ZT-402 error", "ZT-402 error"}},
		{"one that is over", with(basic, slotAt("A", now.Add(-3*time.Hour), 1),
			slotAt("B", now.Add(-3*time.Hour), 2)), nil},
		{"overrun", with(basic, running, slotAt("Now", now.Add(-half), 86_000_000_004)),
			[]string{"ZT-402 error", "ZT-402 error"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range doctor.JudgeOverlaps(tt.all) {
				got = append(got, f.Code+" "+string(f.Severity))
				if f.Title == "" || !strings.Contains(f.What, "in team") {
					t.Errorf("%+v", f)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("judged %q, want %q", got, tt.want)
			}
		})
	}
}

// TestOverlapsNameTheFirst: each finding but the first names the event of which the same was said before it, also where
// one has begun and stands there twice.
func TestOverlapsNameTheFirst(t *testing.T) {
	named := func(id string, after time.Duration, meeting int64) doctor.Facts {
		f := slotAt(id, start.Add(after), meeting)
		f.Event.ID = id
		return f
	}
	begun := named("begun", 0, 86_000_000_004)
	begun.Meeting.Running = true
	all := []doctor.Facts{named("c", 80*time.Minute, 86_000_000_003), named("a", 0, 86_000_000_001),
		named("b", 30*time.Minute, 86_000_000_002), begun, named("now", start.Sub(now)*-1, 86_000_000_005)}
	firsts := 0
	var chain []string
	for _, f := range doctor.JudgeOverlaps(all) {
		if f.Code != doctor.HostBusy {
			continue
		}
		chain = append(chain, f.EventID+"<"+f.Same.EventID)
		if f.Same.EventID == f.EventID {
			t.Errorf("%s names itself", f.EventID)
		}
		if f.Same == (doctor.Place{}) {
			firsts++
		}
	}
	if len(chain) < 5 || !slices.Contains(chain, "b<a") || !slices.Contains(chain, "c<b") {
		t.Errorf("%q", chain)
	}
	if firsts == 0 {
		t.Errorf("nothing is the first: %q", chain)
	}
}

// BenchmarkJudgeOverlaps: events of one host that are all at the same time, which is the worst case.
func BenchmarkJudgeOverlaps(b *testing.B) {
	all := make([]doctor.Facts, 2000)
	for i := range all {
		f := healthy()
		rec := *f.Record
		rec.EventID, rec.MeetingID = fmt.Sprint(i), int64(86_000_000_001+i)
		rec.Meeting.ID, rec.Meeting.JoinURL = rec.MeetingID, fmt.Sprintf("https://us02web.zoom.us/j/%d", rec.MeetingID)
		f.Record = &rec
		all[i] = f
	}
	for b.Loop() {
		if n := len(doctor.JudgeOverlaps(all)); n != len(all) {
			b.Fatal(n)
		}
	}
}
