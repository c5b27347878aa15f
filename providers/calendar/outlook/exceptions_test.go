package outlook_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// course is a weekly series of which two dates have texts of their own, one of them another guest as well.
func (o *office) course() (id, own, guests string) {
	o.t.Helper()
	id = o.meet("Course #zoom", 8)
	var first time.Time
	o.server.Edit(o.cal, id, func(ev json) {
		first = whenOf(ev["start"])
		ev["recurrence"] = json{"pattern": json{"type": "weekly", "interval": 1,
			"daysOfWeek": []any{strings.ToLower(first.Weekday().String())}},
			"range": json{"type": "noEnd", "startDate": first.Format(time.DateOnly)}}
	})
	own = o.server.Except(o.cal, id, first.AddDate(0, 0, 7), func(ev json) {
		ev["subject"], ev["body"] = "Exam", json{"contentType": "html", "content": "<p>Bring a pen</p>"}
	})
	guests = o.server.Except(o.cal, id, first.AddDate(0, 0, 14), func(ev json) {
		ev["subject"], ev["body"] = "Course with guests", json{"contentType": "text", "content": "With guests"}
		ev["attendees"] = []any{json{"type": "required", "emailAddress": json{"address": "second@example.org"}}}
	})
	return id, own, guests
}

// says is an event's text, and place its location.
func (o *office) says(id string) (text, place string) {
	ev, _ := o.server.Event(o.cal, id)
	_, content := textOf(ev["body"])
	location, _ := ev["location"].(json)
	place, _ = location["displayName"].(string)
	return content, place
}

func (o *office) linked(id string) bool {
	text, _ := o.says(id)
	return strings.Contains(text, "Join:")
}

// TestDatesOfTheirOwn: dates with texts of their own get the link of their series and lose it, each with one mail
// beside those that Exchange sends for the series, and none afterwards.
func TestDatesOfTheirOwn(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	id, own, guests := o.course()
	o.Pass()
	if !o.linked(id) || !o.linked(own) || !o.linked(guests) {
		t.Fatalf("linked: %v, %v, %v", o.linked(id), o.linked(own), o.linked(guests))
	}
	first := o.meetingOf(id)
	o.mailed("a link in a series and two of its dates", 5)
	o.polls(20)

	// The meeting is another one: so is the link, everywhere.
	o.Zoom.OwnerDelete(first.ID)
	o.retitle(id, "Course two #zoom")
	o.Passes()
	now := o.meetingOf(id)
	for _, x := range []string{id, own, guests} {
		if text, _ := o.says(x); strings.Contains(text, first.JoinURL) ||
			!strings.Contains(strings.ReplaceAll(text, "&amp;", "&"), now.JoinURL) {
			t.Errorf("%s shows %q", x, text)
		}
	}
	o.mailed("another meeting", 5)

	o.server.Edit(o.cal, own, func(ev json) { ev["subject"] = "Exam #nozoom" })
	o.Passes()
	if o.linked(own) || !o.linked(guests) || !o.linked(id) {
		t.Errorf("without %v: linked %v, %v", o.linked(own), o.linked(guests), o.linked(id))
	}
	o.mailed("one date without a link", 1)

	o.retitle(id, "Course")
	o.Passes()
	if o.linked(id) || o.linked(own) || o.linked(guests) || len(o.Zoom.Meetings()) != 0 {
		t.Errorf("untagged: linked %v, %v, %v; %d meetings", o.linked(id), o.linked(own), o.linked(guests),
			len(o.Zoom.Meetings()))
	}
	if text, place := o.says(own); !strings.Contains(text, "Bring a pen") || place != "" {
		t.Errorf("what its owner has written became %q at %q", text, place)
	}
	o.mailed("no link any more", 4) // one date, and the series, for whose sake Exchange mails the guests of both dates
}

// TestDateThatFails: the other date gets its link, and the next pass completes this one, with its place, and nothing
// else.
func TestDateThatFails(t *testing.T) {
	for name, untag := range map[string]bool{"into it": false, "out of it": true} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, outlooktest.Options{})
			id, own, guests := o.course()
			if untag {
				o.Pass()
				o.retitle(id, "Course")
			}
			o.server.ResetMails()
			f := outlooktest.Error(423, "ErrorItemSave", "The item is locked.")
			f.Times = 1
			o.server.Break(always(f,
				func(r *http.Request) bool {
					return r.Method == http.MethodPatch &&
						strings.HasSuffix(r.URL.Path, own)
				}))
			o.Pass()
			if o.linked(own) != untag || o.linked(guests) == untag || !o.linked(id) {
				t.Fatalf("linked: %v, %v, %v", o.linked(own), o.linked(guests), o.linked(id))
			}
			o.Start()
			o.Passes()
			_, place := o.says(own)
			if o.linked(own) == untag || o.linked(id) == untag || strings.Contains(place, "://") == untag {
				t.Errorf("linked: %v, %v; place %q", o.linked(own), o.linked(id), place)
			}
			o.mailed("all of it", 5)
		})
	}
}

// TestDateThatIsNotFoundYet: a date that is listed and cannot be found is no date that was taken out: it gets the link
// in the next pass.
func TestDateThatIsNotFoundYet(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	id, own, guests := o.course()
	f := outlooktest.Error(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
	f.Times = 1
	o.server.Break(always(f,
		func(r *http.Request) bool { return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, own) }))
	o.Pass()
	if o.linked(own) || !o.linked(guests) || !o.linked(id) {
		t.Fatalf("linked: %v, %v, %v", o.linked(own), o.linked(guests), o.linked(id))
	}
	o.Start()
	o.Passes()
	if !o.linked(own) {
		t.Error("the date never gets the link")
	}
}

// TestPlanOfDates: what would be written into single dates, and who would hear of it, is foretold.
func TestPlanOfDates(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	_, _, _ = o.course()
	report, err := o.Engine.Plan(t.Context(), "c")
	if err != nil || len(report.Events) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	ev := report.Events[0]
	if !slices.Equal(ev.Mails, []string{"guest@example.org", "second@example.org"}) ||
		strings.Count(ev.Diff, "+ date of ") != 2 ||
		!strings.Contains(ev.Diff, "mails second@example.org once more") {
		t.Errorf("mails %q\n%s", ev.Mails, ev.Diff)
	}
	o.mailed("nothing was done", 0)
}

// TestDateThatIsOver, and one with a meeting of another kind, are left as they are.
func TestDateThatIsOver(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	id, own, guests := o.course()
	o.server.Edit(o.cal, guests, func(ev json) {
		ev["body"] = json{"contentType": "text", "content": "https://teams.microsoft.com/l/meetup-join/x"}
	})
	o.clock.Advance(16 * 24 * time.Hour)
	o.Pass()
	if !o.linked(id) || o.linked(own) || o.linked(guests) {
		t.Errorf("linked: %v, %v, %v", o.linked(id), o.linked(own), o.linked(guests))
	}
}

// TestTagInOneDate: a tag in a single date of a series without one makes a meeting for that date, and nothing else is
// written or mailed. It follows its date, ends with its tag, and gives way to the link of the series.
func TestTagInOneDate(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	id, own, guests := o.course()
	o.retitle(id, "Course")
	o.Pass()
	o.server.Edit(o.cal, own, func(ev json) { ev["subject"] = "Exam #zoom" })
	said, err := o.Engine.Plan(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	done := o.Pass()
	for _, r := range []engine.Report{said, done} {
		if len(r.Events) != 1 || !strings.HasPrefix(r.Events[0].ID, id+"/") || r.Events[0].State != plan.Linked {
			t.Errorf("it says %+v", r.Events)
		}
	}
	if !o.linked(own) || o.linked(id) || o.linked(guests) || len(o.Zoom.Meetings()) != 1 {
		t.Fatalf("linked: %v, %v, %v; %d meetings", o.linked(own), o.linked(id), o.linked(guests), len(o.Zoom.Meetings()))
	}
	o.mailed("a link in one date", 1)
	o.polls(20)
	// Nobody remembers it: the date itself says whose link it shows.
	o.Forget()
	o.Passes()
	o.mailed("nothing was to be done", 0)

	own2 := o.Zoom.Meetings()[0].ID
	o.retitle(id, "Course #zoom")
	o.Passes()
	m := o.Zoom.Meetings()
	if len(m) != 1 || m[0].ID == own2 || !o.linked(id) || !o.linked(own) || !o.linked(guests) {
		t.Errorf("linked: %v, %v, %v; meetings %+v", o.linked(own), o.linked(id), o.linked(guests), m)
	}
	o.retitle(id, "Course")
	o.server.Edit(o.cal, own, func(ev json) { ev["subject"] = "Exam" })
	o.Passes()
	if o.linked(id) || o.linked(own) || o.linked(guests) || len(o.Zoom.Meetings()) != 0 {
		t.Errorf("in the end linked: %v, %v, %v; %d meetings", o.linked(own), o.linked(id), o.linked(guests),
			len(o.Zoom.Meetings()))
	}
}
