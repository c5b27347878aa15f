package outlook_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// sent counts the requests of the API by what they are: those within a batch are counted apart.
func (w *world) sent() (batches, within, single int) {
	for _, r := range w.server.Requests() {
		switch {
		case !strings.HasPrefix(r.Path, "/v1.0/"):
		case strings.HasSuffix(r.Path, "/$batch"):
			batches++
		case r.Batch != "":
			within++
		default:
			single++
		}
	}
	return batches, within, single
}

// weekly is a series without an end.
func weekly(subject string, at time.Time) json {
	ev := put(calendar.Event{Title: subject, Start: at, End: at.Add(time.Hour)})
	ev["recurrence"] = json{
		"pattern": json{"type": "weekly", "interval": 1,
			"daysOfWeek": []any{strings.ToLower(at.UTC().Weekday().String())}, "firstDayOfWeek": "monday"},
		"range": json{"type": "noEnd", "startDate": at.UTC().Format("2006-01-02"), "recurrenceTimeZone": "UTC"},
	}
	return ev
}

// TestFirstReadOfSeries: each of them has to be read by itself, twice, which batches do with a tenth of the requests.
func TestFirstReadOfSeries(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	const n = 45
	for i := range n {
		o.server.Put(o.cal, weekly(fmt.Sprintf("Talk %d #zoom", i), o.clock.Now().Add(48*time.Hour)))
	}
	o.server.ResetRequests()
	if report := o.Pass(); len(report.Events) != n || !report.OK {
		t.Fatalf("%d events, %s", len(report.Events), report.Error)
	}
	reads, patches := 0, 0
	for _, r := range o.server.Requests() {
		switch {
		case r.Batch != "" && r.Method == http.MethodGet:
			reads++
		case r.Method == http.MethodPatch:
			patches++
		}
	}
	batches, _, _ := o.sent()
	if want := 6; batches != want || reads != 2*n || patches != n { // two for each 20 of the first 40, two for the rest
		t.Errorf("%d batches with %d readings, and not %d with %d; %d writes", batches, reads, want, 2*n, patches)
	}
}

// TestManyDeletions are confirmed together, and the calendar is looked at once.
func TestManyDeletions(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	var ids []string
	for i := range 30 {
		ids = append(ids, o.meet(fmt.Sprintf("Talk %d #zoom", i), 7))
	}
	o.Pass()
	for _, id := range ids[:8] { // few enough for the brake
		o.server.Delete(o.cal, id)
	}
	o.clock.Advance(15 * time.Minute)
	o.server.ResetRequests()
	o.Pass()
	batches, within, single := o.sent()
	if batches != 1 || within != 8 || single > 3 { // the sweep, the calendar, and what changed
		t.Errorf("%d batches with %d requests, %d others", batches, within, single)
	}
	o.Passes()
	if cancelled := len(o.Zoom.Meetings()); cancelled != 22 {
		t.Errorf("%d meetings are left, not 22", cancelled)
	}
}

// TestPartsOfABatch fail one by one: what is not known is left out, and a pause is kept.
func TestPartsOfABatch(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	var ids []string
	for i := range 5 {
		ids = append(ids, w.server.Put("", json{"subject": fmt.Sprint(i)}))
	}
	about := func(id string, f outlooktest.Fault) {
		f.Match = func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/"+id) }
		w.server.Break(f)
	}
	c := w.connect()
	for name, f := range map[string]outlooktest.Fault{
		"error":  outlooktest.Error(500, "ErrorInternalServerError", ""),
		"denied": outlooktest.Error(403, "ErrorAccessDenied", "no"), "page": outlooktest.Page(502),
		"mailbox": outlooktest.Error(404, "MailboxNotEnabledForRESTAPI", "on-premises"),
	} {
		about(ids[2], f)
		got, err := c.MultiGet(t.Context(), ids)
		if _, told := got[ids[2]]; err != nil || told || len(got) != 4 {
			t.Errorf("%s: %d answers, %v", name, len(got), err)
		}
		w.server.Mend()
	}
	about(ids[3], outlooktest.Throttled("30"))
	got, err := c.MultiGet(t.Context(), ids)
	var throttled *calendar.Throttled
	if _, told := got[ids[3]]; !errors.As(err, &throttled) || told {
		t.Errorf("%v, %+v", err, got)
	}
	w.server.Mend()
	w.server.ResetRequests()
	if _, err := c.Get(t.Context(), ids[0]); !errors.As(err, &throttled) || len(w.server.Requests()) != 0 {
		t.Errorf("the mailbox was not left alone: %v", err)
	}
}
