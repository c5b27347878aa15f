package zoom_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

var _ meeting.Lister = (*zoom.Service)(nil)

// TestMarked: what is over is left out, a series is one meeting, and what people have made or written is none of ours.
func TestMarked(t *testing.T) {
	f := newFixture(t, zoomtest.Options{PageLimit: 2, ListTwice: true})
	number := 0
	put := func(change func(s *meeting.Spec)) int64 {
		t.Helper()
		number++
		s := f.spec()
		change(&s)
		m, err := f.Create(t.Context(), fmt.Sprintf("zt-abcdef-ghijklmn-%016d", number), s)
		if err != nil {
			t.Fatal(err)
		}
		return m.ID
	}
	agenda := func(id int64, text string) {
		f.server.OwnerEdit(id, func(m *zoomtest.Meeting) { m.Agenda = text })
	}
	now := f.clock.Now()
	put(func(s *meeting.Spec) { s.Start, s.Duration = now.Add(time.Hour).Truncate(time.Minute), 30*time.Minute })
	running := put(func(s *meeting.Spec) {
		s.Start, s.Duration = now.Add(time.Hour).Truncate(time.Minute),
			3*time.Hour
	})
	coming := put(func(s *meeting.Spec) { s.Start = now.AddDate(0, 0, 40).Truncate(time.Minute) })
	lasting := put(func(s *meeting.Spec) {
		s.Kind = meeting.Lasting
		s.Start = time.Time{}
		s.Duration = 0
		s.Zone = ""
	})
	fixed := put(func(s *meeting.Spec) {
		s.Kind, s.Start = meeting.Fixed, now.Add(time.Hour).Truncate(time.Minute)
		s.Schedule = &meeting.Schedule{Rule: meeting.Rule{Unit: meeting.Daily, Interval: 1, Count: 30}}
	})
	edited := put(func(*meeting.Spec) {})
	agenda(edited, fmt.Sprintf("zt-abcdef-ghijklmn-%016d: see the wiki. %s", number, strings.Repeat("x", 300)))
	agenda(put(func(*meeting.Spec) {}), fmt.Sprintf("About zt-abcdef-ghijklmn-%016d", number))
	agenda(put(func(*meeting.Spec) {}), "Agenda: the budget")
	agenda(put(func(*meeting.Spec) {}), "")
	f.clock.Advance(3 * time.Hour)

	sent := len(f.server.Requests())
	list, err := f.Marked(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	for _, asked := range f.asked(sent) {
		if asked != "GET /users/alice@example.com/meetings" {
			t.Errorf("besides the list, there was %s", asked)
		}
	}
	var ids []int64
	for _, m := range list {
		ids = append(ids, m.ID)
		if m.Host != host || m.JoinURL == "" || !strings.HasPrefix(m.Mark, "zt-abcdef-ghijklmn-0") ||
			len(m.Mark) != 35 {
			t.Errorf("%+v", m)
		}
		if timed := m.ID != lasting && m.ID != fixed; timed == m.Start.IsZero() || timed == (m.Duration == 0) {
			t.Errorf("meeting %d from %s, for %s", m.ID, m.Start, m.Duration)
		}
	}
	if want := []int64{running, coming, lasting, fixed, edited}; !slices.Equal(ids, want) {
		t.Errorf("listed are %d, want %d", ids, want)
	}
}
