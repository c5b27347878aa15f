package google

import (
	stdjson "encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
)

// FuzzEvent takes anything that the library can decode for an event with exceptions, and links it.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"items":[null]}`, `{"items":[{}]}`,
		`{"items":[{"id":"a","summary":"x","start":{"dateTime":"2026-12-01T09:00:00+01:00","timeZone":"Europe/Berlin"},"end":{"dateTime":"2026-12-01T10:00:00+01:00"},"recurrence":["RRULE:FREQ=WEEKLY","EXDATE;TZID=Europe/Berlin:20261208T090000"]},{"id":"a_1","recurringEventId":"a","originalStartTime":{"dateTime":"2026-12-15T09:00:00+01:00"},"status":"cancelled"}]}`,
		`{"items":[{"id":"b","start":{"date":"2026-12-01"},"end":{"date":"2026-12-02"},"attendees":[null,{"self":true}],"conferenceData":{"entryPoints":[null],"conferenceSolution":{}},"extendedProperties":{}}]}`,
		`{"items":[{"id":"c","description":"<b>x</b>` + "── Zoom ──────────────<br>Join: " +
			"https://zoom.us/j/1<br>────────── zoomtag ──" +
			`","extendedProperties":{"private":{"zoomtagMark":"m"}}}]}`,
		`{"items":[{"id":"d","recurrence":["RRULE:FREQ=SECONDLY\r\nBEGIN:VEVENT",""],"start":{"dateTime":"0000-01-01T00:00:00Z"}}]}`,
	} {
		f.Add(seed)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	c := &Calendar{cfg: &Config{Now: func() time.Time { return now }, Zone: zone}, held: map[string]held{},
		written: map[string]string{}}
	f.Fuzz(func(t *testing.T, text string) {
		var events *api.Events
		if stdjson.Unmarshal([]byte(text), &events) != nil || events == nil {
			return
		}
		l := newListing(c, true)
		l.page(events)
		changes, err := l.changes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range changes.List {
			if change.Event == nil || change.ID == "" {
				t.Fatalf("listed: %+v", change)
			}
			link := calendar.Link{Mark: "m2", JoinURL: "https://zoom.us/j/2", Block: calendar.BlockFirst +
				"\nJoin: https://zoom.us/j/2\n" + calendar.BlockLast}
			if _, err := patchFor(change.Event, link); err != nil && !errors.Is(err, calendar.ErrDenied) {
				t.Fatal(err)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{day: 20000, token: "CPDAlvWDx70CEPDAlvWDx70CGAU="}.String())
	f.Add("google1 x 1 y")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text)
		switch {
		case err != nil && !errors.Is(err, calendar.ErrCursor):
			t.Fatal(err)
		case err == nil && text != "":
			if again, err := parseCursor(c.String()); err != nil || again != c {
				t.Fatalf("%q became %q: %v", text, c, err)
			}
		}
	})
}

func FuzzCredentials(f *testing.F) {
	f.Add([]byte(`{"type":"service_account","client_email":"a@b","private_key":"PRIVATE KEY","token_uri":"https://oauth2.googleapis.com/token"}`), ServiceAccount)
	f.Add([]byte(`{"installed":{"client_id":"1","client_secret":"s","auth_uri":"https://accounts.google.com/o/oauth2/auth"}}`), User)
	f.Fuzz(func(t *testing.T, data []byte, auth string) {
		c, err := parseCredentials(data, auth)
		if err == nil && !strings.HasPrefix(c.tokenURL, "https://") && !strings.HasPrefix(strings.ToLower(c.tokenURL),
			"http") {
			t.Fatalf("tokens from %q", c.tokenURL)
		}
	})
}

// TestCursorKeepsToken: a token that is good for a while is exchanged now and then, without being asked.
func TestCursorAges(t *testing.T) {
	old := cursor{day: dayOf(time.Now()) - refreshAfter, token: "t"}
	if parsed, err := parseCursor(old.String()); err != nil || parsed != old {
		t.Errorf("%v became %v, %v", old, parsed, err)
	}
	if _, err := parseCursor(strings.Replace(old.String(), parameters, "otherpar", 1)); !errors.Is(err,
		calendar.ErrCursor) {
		t.Errorf("a token of other parameters: %v", err)
	}
}

// TestNothingWritable: what is kept of a sign-in cannot be saved, and so is not used.
func TestUnreadableCredentials(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "google.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Credentials: filepath.Join(dir, "google.json")}); err == nil {
		t.Error("a folder was taken for credentials")
	}
}
