package api

import (
	"slices"
	"testing"
	"time"

	"zoomtag/sync/doctor"
)

// TestNeeds: why not all is well is said in sentences, in the singular and the plural.
func TestNeeds(t *testing.T) {
	events := func(states ...string) (list []EventStatus) {
		for _, state := range states {
			list = append(list, EventStatus{State: state})
		}
		return list
	}
	now := time.Now()
	broken := doctor.Finding{Calendar: "c", EventID: "a", Severity: doctor.Error}
	other := doctor.Finding{Calendar: "c", EventID: "b", Severity: doctor.Error}
	for _, tt := range []struct {
		report StatusReport
		want   []string
	}{
		{StatusReport{}, nil},
		{StatusReport{Events: events(held)}, []string{"1 event is held"}},
		{StatusReport{Events: events(held, "failed", "pending", inDoubt)},
			[]string{"2 events have failed, 1 is in doubt, 1 is held"}},
		{StatusReport{Events: events("failed", held, held)}, []string{"1 event has failed, 2 are held"}},
		{StatusReport{Verdicts: []doctor.Finding{broken, broken, {Severity: doctor.Warning}}},
			[]string{"1 coming link will not work"}},
		{StatusReport{Verdicts: []doctor.Finding{broken, other}}, []string{"2 coming links will not work"}},
		{StatusReport{Tokens: []TokenStatus{{Provider: "zoom", Command: "zoomtag auth zoom"},
			{Provider: "zoom", SignedIn: &now}, {Calendar: "c"}}},
			[]string{"nobody is signed in at Zoom: run zoomtag auth zoom"}},
		{StatusReport{Tokens: []TokenStatus{{Provider: "zoom", Account: "club", SignedIn: &now, Refused: &now,
			Command: "zoomtag auth zoom club"}}},
			[]string{"nobody is signed in at Zoom for the account club: run zoomtag auth zoom club"}},
	} {
		if got := tt.report.Needs(); !slices.Equal(got, tt.want) {
			t.Errorf("it needs %q, want %q", got, tt.want)
		}
	}
}
