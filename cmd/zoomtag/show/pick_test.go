package show

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// crowd is a status of 130 calendars: the last of them fails, two before it are held, and one is new.
func crowd() api.StatusReport {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	r := api.StatusReport{Health: api.Degraded, Daemon: true}
	for i := range 130 {
		c := api.CalendarStatus{Name: fmt.Sprintf("person-%03d", i), Provider: "google", LastSuccess: &now, Links: 1}
		switch {
		case i == 129:
			c.LastError, c.Provider = "the server is away", "outlook"
		case i >= 127:
			c.Held, c.HeldReason = true, "many events are gone"
		case i == 126:
			c.LastSuccess = nil
		}
		r.Calendars = append(r.Calendars, c)
		r.Events = append(r.Events, api.EventStatus{Calendar: c.Name, Title: "event-" + c.Name, State: "held"})
	}
	r.Verdicts = []doctor.Finding{{Calendar: "person-129", Title: "verdict"}, {Calendar: "person-000", Title: "other"}}
	return r
}

// shown is what is printed of a crowd.
func shown(t *testing.T, k Pick) string {
	t.Helper()
	r := crowd()
	q, err := k.Request(false)
	if err == nil {
		err = r.Part(q)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	p := &Printer{Out: &out, Now: func() time.Time { return time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC) }}
	if err := p.Status(r, k); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCrowd: of many calendars a status counts how many are in which state, and shows those in trouble; the others are
// on pages behind, and can be chosen.
func TestCrowd(t *testing.T) {
	some := Pick{lines: someLines, page: 1}
	for _, c := range []struct {
		name      string
		pick      Pick
		has, lack []string
	}{
		{"the first page", some, []string{
			"KIND     STATE    CALENDARS  LINKS\n", "google   held     2          2\n", "google   new      1          1\n",
			"google   ok       126        126\n", "outlook  failing  1          1\n",
			"1 to 50 of 130 calendars; --page 2 shows the next", "1 to 50 of 130 events; --page 2 shows the next",
			"person-129  outlook", "held: many events are gone", "person-000  google"},
			[]string{"person-060  google", "event-person-060"}},
		{"the last page", Pick{lines: 50, page: 3}, []string{"101 to 130 of 130 calendars\n", "person-125  google"},
			[]string{"person-129  outlook", "--page"}},
		{"no page", Pick{lines: 50, page: 4}, []string{"there are 130 calendars and no page 4"}, []string{"  google  1 "}},
		{"all of it", Pick{page: 1}, []string{"person-060  google", "event-person-060"},
			[]string{"CALENDARS  LINKS", "--page"}},
		{"a state", Pick{state: "held", lines: 50, page: 1},
			[]string{"person-127  google", "person-128  google", "event-person-127"},
			[]string{"person-000", "person-129", "CALENDARS  LINKS", "verdict"}},
		{"what is in trouble", Pick{state: "trouble", page: 1},
			[]string{"person-127", "person-128", "person-129", "verdict"},
			[]string{"person-126", "person-000", "other"}},
		{"a kind", Pick{kind: "outlook", page: 1}, []string{"person-129"}, []string{"person-000"}},
		{"a pattern", Pick{calendar: "*-12?", page: 1}, []string{"person-120", "person-129"}, []string{"person-119"}},
		{"a name", Pick{calendar: "person-007", page: 1}, []string{"person-007"}, []string{"person-008"}},
		{"none of a state", Pick{state: "overdue", page: 1}, []string{"LAST SUCCESS"}, []string{"person-"}},
	} {
		got := shown(t, c.pick)
		for _, want := range c.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, got)
			}
		}
		for _, not := range c.lack {
			if strings.Contains(got, not) {
				t.Errorf("%s: %q in\n%s", c.name, not, got)
			}
		}
	}
	if first := strings.Split(shown(t, some), "LAST SUCCESS")[1]; strings.Index(first, "person-129") >
		strings.Index(first, "person-127") || strings.Index(first, "person-127") > strings.Index(first, "person-000") {
		t.Errorf("not the worst first:\n%s", first)
	}
}

// TestPickWrong: what cannot be chosen is a mistake of whoever asks, and says what can be.
func TestPickWrong(t *testing.T) {
	for _, c := range []struct {
		pick Pick
		want string
	}{
		{Pick{state: "heldd", page: 1}, "held"},
		{Pick{calendar: "[", page: 1}, "sales-*"},
		{Pick{calendar: "nobody", page: 1}, "no calendar"},
		{Pick{kind: "ics", page: 1}, "no calendar"},
		{Pick{lines: -1, page: 1}, "from 1 on"},
		{Pick{page: 0}, "from 1 on"},
	} {
		r := crowd()
		q, err := c.pick.Request(false)
		if err == nil {
			err = r.Part(q)
		}
		if err == nil || !words.IsUsage(err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.pick, err)
		}
	}
}
