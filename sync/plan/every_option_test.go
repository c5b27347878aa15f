package plan

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// everyOption is, for each option that there is, how a tag asks for it; "" where only the configuration does. lingers
// says that a meeting goes on having it when it is not asked for any more.
var everyOption = map[string]struct {
	tag     string
	lingers bool
}{
	"WaitingRoom":      {"waiting-room", true},
	"JoinBeforeHost":   {"join-before-host=5m", true},
	"Passcode":         {"no-passcode", true},
	"Registration":     {"register", false},
	"SignIn":           {"sign-in", true},
	"Mute":             {"mute", true},
	"Recording":        {"record=cloud", true},
	"AlternativeHosts": {"alt=bob@example.com", false},
	"Template":         {`template="Town hall"`, false},
	"Mail":             {"", false},
}

// TestEveryOption follows each option of a meeting from the tag, and from the configuration, into what is asked of
// Zoom, and to where it is taken out again. A new one fails here until it has a row.
func TestEveryOption(t *testing.T) {
	options := reflect.TypeFor[meeting.Options]()
	if options.NumField() != len(everyOption) {
		t.Errorf("there are %d options, and %d rows", options.NumField(), len(everyOption))
	}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i := range options.NumField() {
		name := options.Field(i).Name
		row, known := everyOption[name]
		if !known {
			t.Errorf("%s has no row", name)
			continue
		}
		field := func(o meeting.Options) reflect.Value { return reflect.ValueOf(o).Field(i) }
		var configured meeting.Options
		if row.tag == "" {
			reflect.ValueOf(&configured).Elem().Field(i).SetBool(true)
		} else {
			ev := &calendar.Event{Title: "Talk #zoom(" + row.tag + ")", Start: start, End: start.Add(time.Hour)}
			w := FindWish(ev, testRules)
			if len(w.Tags) != 1 || field(w.Choice.Options).IsZero() {
				t.Errorf("%s: #zoom(%s) does not ask for it: %+v", name, row.tag, w)
				continue
			}
			if over, _ := merge(meeting.Options{}, w.Choice.Options); field(over).IsZero() {
				t.Errorf("%s: the tag's word is lost where it meets the configuration", name)
			}
			configured = w.Choice.Options
		}
		if base, _ := merge(configured, meeting.Options{}); field(base).IsZero() {
			t.Errorf("%s: the configuration's word is lost where a tag says nothing", name)
		}
		rec := &record.Record{MeetingID: 1, Template: configured.Template, Told: &meeting.Spec{Options: configured}}
		stays, notes := lingering(rec, meeting.Options{})
		if row.lingers == field(stays).IsZero() || row.lingers && !strings.Contains(strings.Join(notes, " "),
			"stays as it was told") {
			t.Errorf("%s, no longer asked for: %+v %q", name, stays, notes)
		}
	}
}
