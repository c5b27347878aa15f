package condition_test

import (
	"testing"

	"zoomtag/sync/api"
	"zoomtag/sync/condition"
	"zoomtag/sync/doctor"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

func finding(code, calendar, event, what string) doctor.Finding {
	return doctor.Finding{Code: code, Severity: doctor.Error, Calendar: calendar, EventID: event,
		What: what}
}

// What a dead sign-in explains depends on it: its calendar's failure, and the events that wait for it. What a person
// has to decide for an event does not.
func TestOneCauseExplainsTheRest(t *testing.T) {
	f := condition.Facts{
		Findings: []doctor.Finding{
			finding(doctor.CalendarOverdue, "alice", "", "quiet for an hour"),
			finding(doctor.SignInRefused, "alice", "", "no longer accepted"),
			finding(doctor.EventFails, "alice", "1", "waits"),
			finding(doctor.EventFails, "bob", "2", "fails at Zoom"),
			finding(doctor.EventFails, "bob", "3", "the tag contradicts itself"),
			finding(doctor.Credentials, "", "", "Zoom refuses the secret"),
			{Code: doctor.NoAPI, Severity: doctor.Note},
		},
		Status: &api.StatusReport{Events: []api.EventStatus{{Calendar: "bob", EventID: "3", State: plan.Held}}},
	}
	f.Findings[4].Reason = reason.TagConflict
	list := condition.Of(f)
	by := map[string]*api.Condition{}
	for i := range list {
		by[list[i].Calendar+"/"+list[i].EventID+"/"+list[i].Code] = &list[i]
	}
	if len(list) != 6 {
		t.Fatalf("%d conditions, want 6: a note is none", len(list))
	}
	if got := by["bob/3/"+doctor.EventFails].Reason; got != reason.TagConflict {
		t.Errorf("its reason is %q", got)
	}
	signIn, zoom := by["alice//"+doctor.SignInRefused], by["//"+doctor.Credentials]
	for about, want := range map[string]string{
		"alice//" + doctor.CalendarOverdue: signIn.ID, "alice/1/" + doctor.EventFails: signIn.ID,
		"bob/2/" + doctor.EventFails: zoom.ID, "bob/3/" + doctor.EventFails: "",
		"alice//" + doctor.SignInRefused: "", "//" + doctor.Credentials: "",
	} {
		if decides := about == "bob/3/"+doctor.EventFails; decides != (by[about].Quiet == 0) &&
			by[about].Code == doctor.EventFails {
			t.Errorf("%s is told after %v", about, by[about].Quiet)
		}
		if got := by[about].DependsOn; got != want {
			t.Errorf("%s depends on %q, want %q", about, got, want)
		}
	}
}

// TestWhatEndsSoonExplainsNothing: a certificate that ends in some days keeps no failure from being told; one that has
// ended does.
func TestWhatEndsSoonExplainsNothing(t *testing.T) {
	for severity, want := range map[doctor.Severity]bool{doctor.Warning: false, doctor.Error: true} {
		for _, code := range []string{doctor.CertificateEnd, doctor.TestingApp} {
			root := finding(code, "office", "", "it ends")
			root.Severity = severity
			list := condition.Of(condition.Facts{Findings: []doctor.Finding{root,
				finding(doctor.CalendarHeld, "office", "", "held"), finding(doctor.EventFails, "office", "1", "fails")},
				Status: &api.StatusReport{}})
			if got := list[1].DependsOn == list[0].ID; got != want {
				t.Errorf("%s, %s: it explains that the calendar is held: %t", code, severity, got)
			}
			if got := list[2].DependsOn == list[0].ID; got != want {
				t.Errorf("%s, %s: it explains that an event fails: %t", code, severity, got)
			}
		}
	}
}

// TestADoubleBookingIsToldOnce: of the events that get in each other's way the first explains the others.
func TestADoubleBookingIsToldOnce(t *testing.T) {
	first, second, third := finding(doctor.HostBusy, "a", "1", "two"), finding(doctor.HostBusy, "b", "2", "two"),
		finding(doctor.HostBusy, "a", "3", "two")
	second.Same, third.Same = doctor.Place{Calendar: "a", EventID: "1"}, doctor.Place{Calendar: "a", EventID: "gone"}
	again := first // of one that has begun: it stands there twice, and explains itself by nothing
	list := condition.Of(condition.Facts{Findings: []doctor.Finding{first, second, third, again},
		Status: &api.StatusReport{}})
	if len(list) != 3 || list[0].DependsOn != "" || list[1].DependsOn != list[0].ID || list[2].DependsOn != "" {
		t.Errorf("%+v", list)
	}
}

// The ID is of the cause and its place, whatever the sentence says this time.
func TestTheIDIsOfCauseAndPlace(t *testing.T) {
	a, b := finding(doctor.CalendarFails, "alice", "", "502"), finding(doctor.CalendarFails, "alice", "", "503")
	other := finding(doctor.CalendarFails, "bob", "", "502")
	soon, ended := finding(doctor.CertificateEnd, "a", "", "soon"), finding(doctor.CertificateEnd, "a", "", "ended")
	soon.Severity = doctor.Warning
	if condition.ID(&ended) != condition.ID(&soon)+api.Ended {
		t.Errorf("%s has become %s", condition.ID(&soon), condition.ID(&ended))
	}
	if condition.ID(&a) != condition.ID(&b) {
		t.Error("another sentence makes another condition")
	}
	if condition.ID(&a) == condition.ID(&other) {
		t.Error("two calendars have one condition")
	}
}
