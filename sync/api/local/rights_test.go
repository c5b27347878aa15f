package local

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// folderBench is a service that watches one folder, which the test can take away.
type folderBench struct {
	*testing.T
	*Service
	cal *calendartest.Fake
	now time.Time
}

func newFolderBench(t *testing.T) *folderBench {
	t.Helper()
	b := &folderBench{T: t, cal: calendartest.NewFake(), now: time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return b.now }
	cfg := &configs.Config{State: filepath.Join(t.TempDir(), "zoomtag.db"), Zone: "UTC", Grace: 10 * time.Minute,
		Schedule: "@every 10m", Tag: configs.Tag{Words: []string{"#zoom"}, Keep: true},
		Zoom:      configs.Accounts{{Mode: configs.ServerToServer, AccountID: "a", ClientID: "c", Host: "h@x.com"}},
		Calendars: []configs.Calendar{{Name: "home", ICS: &configs.ICS{Path: "/cal"}}}}
	zoom := &meetingtest.Fake{Now: clock}
	kinds := assemble.Kinds{
		Calendars: map[string]assemble.CalendarKind{"ics": {Open: func(*assemble.Builder, configs.Calendar,
			plan.Settings) (calendar.Calendar, error) {
			return b.cal, nil
		}}},
		Zoom: func(*assemble.Builder, configs.Zoom) (meeting.Service, error) { return zoom, nil }}
	st, err := store.Open(cfg.State, store.Options{Now: clock, NoSync: true, Strict: true})
	must(t, err)
	b.Service, err = New(Options{Config: cfg, Store: st, Kinds: kinds, Log: slog.New(slog.DiscardHandler), Now: clock,
		Haste: assemble.Haste{Aloof: true}, Silent: true})
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	return b
}

func (b *folderBench) put(title string) string {
	start := b.now.AddDate(0, 0, 7)
	return b.cal.Put(calendar.Event{UID: title + "@x.com", Title: title + " #zoom", Start: start,
		End: start.Add(time.Hour), Until: start.Add(time.Hour)})
}

// sync makes a pass, and tells whether it failed, and the events that it tells of by their states.
func (b *folderBench) sync() (failed bool, events []string) {
	b.Helper()
	b.now = b.now.Add(time.Minute)
	_, err := b.Retry(b.Context(), api.RetryRequest{}) // as zoomtag sync does
	must(b.T, err)
	report, err := b.Sync(b.Context(), api.SyncRequest{})
	must(b.T, err)
	for _, ev := range report.Calendars[0].Events {
		events = append(events, fmt.Sprintf("%s %s", ev.State, ev.Code))
	}
	return report.Failed(), events
}

// findings are what doctor has found, code and severity; that the Zoom of the test is no API is left out.
func (b *folderBench) findings() (list []string, found []doctor.Finding) {
	b.Helper()
	report, err := b.Doctor(b.Context(), api.DoctorRequest{NoNetwork: true})
	must(b.T, err)
	for _, f := range report.Findings {
		if f.Code == doctor.NoAPI {
			continue
		}
		list, found = append(list, f.Code+" "+string(f.Severity)), append(found, f)
	}
	return list, found
}

// TestReadOnlyFolder: in a folder that cannot be written only those events wait that need a write; doctor and the exit
// code of sync tell of it.
func TestReadOnlyFolder(t *testing.T) {
	b := newFolderBench(t)
	b.put("Before")
	if failed, events := b.sync(); failed || !slices.Equal(events, []string{"linked "}) {
		t.Fatalf("at first: %v %q", failed, events)
	}
	must(t, b.cal.SetReadOnly(true))
	if failed, events := b.sync(); failed || len(events) > 0 {
		t.Errorf("nothing has to be written: failed %v, %q", failed, events)
	}
	if list, _ := b.findings(); !slices.Equal(list, []string{"ZT-509 error"}) {
		t.Errorf("nothing has to be written: doctor finds %q", list)
	}
	b.put("After")
	if failed, events := b.sync(); !failed || !slices.Equal(events, []string{"held not-writable"}) {
		t.Errorf("one event waits: failed %v, %q", failed, events)
	}
	if list, _ := b.findings(); !slices.Equal(list, []string{"ZT-509 error", "ZT-515 warning"}) {
		t.Errorf("one event waits: doctor finds %q", list)
	}
	status, err := b.Status(b.Context(), api.StatusRequest{})
	if err != nil || status.Health != api.Degraded || !slices.Equal(status.Reasons, []string{"1 event is held"}) {
		t.Errorf("status %s %q, %v", status.Health, status.Reasons, err)
	}
	links, err := b.Links(b.Context())
	if err != nil || len(links.Links) != 1 || links.Links[0].Health != api.OK {
		t.Errorf("links %+v, %v", links.Links, err)
	}
}

// TestAbsentFolderRights: of a folder that is not there nobody says what may be written in it.
func TestAbsentFolderRights(t *testing.T) {
	b := newFolderBench(t)
	linked := b.put("Before")
	b.sync()
	must(t, b.cal.SetReadOnly(true))
	b.put("After")
	b.cal.Edit(linked, func(e *calendar.Event) { e.Start = e.Start.Add(time.Minute) })
	if _, events := b.sync(); len(events) != 2 {
		t.Fatalf("%q", events)
	}
	b.cal.Hook = func(string, string, string) error {
		return words.Mend(fmt.Errorf("%w: there is no folder /cal", calendar.ErrAbsent), "mount it")
	}
	if failed, events := b.sync(); !failed || len(events) > 0 {
		t.Errorf("sync: failed %v, %q", failed, events)
	}
	if list, _ := b.findings(); !slices.Equal(list, []string{"ZT-508 error"}) {
		t.Errorf("doctor finds %q", list)
	}
	status, err := b.Status(t.Context(), api.StatusRequest{})
	if err != nil || len(status.Events) > 0 || status.Calendars[0].ReadOnly != "" {
		t.Errorf("status: %+v, %+v, %v", status.Calendars, status.Events, err)
	}
	links, err := b.Links(t.Context())
	if err != nil || len(links.Links) != 1 || links.Links[0].Code != reason.CalendarAbsent {
		t.Errorf("links %+v, %v", links.Links, err)
	}
}

// TestLastPassFailed: what the status calls failing, doctor names as well, though the calendar can be read by now.
func TestLastPassFailed(t *testing.T) {
	b := newFolderBench(t)
	b.put("Talk")
	b.cal.Hook = func(call, _, _ string) error {
		return words.Mend(errors.New("the disk is full"), "make room")
	}
	if failed, _ := b.sync(); !failed {
		t.Error("the pass did not fail")
	}
	b.cal.Hook = nil
	list, found := b.findings()
	if !slices.Equal(list, []string{"ZT-508 error"}) {
		t.Fatalf("doctor finds %q", list)
	}
	f := found[0]
	if f.What != "the last pass failed: calendar home could not be read: the disk is full" ||
		f.Mend != "Make room. Then run zoomtag sync." {
		t.Errorf("it says %q → %q", f.What, f.Mend)
	}
	b.sync()
	if list, _ := b.findings(); len(list) > 0 {
		t.Errorf("after the next pass doctor finds %q", list)
	}
}

// TestNotAsAsked: what the status lists as not as asked, doctor tells of the event as well.
func TestNotAsAsked(t *testing.T) {
	b := newFolderBench(t)
	id := b.put("Talk")
	b.sync()
	b.cal.Edit(id, func(e *calendar.Event) {
		e.Notes = []string{words.Pair("the time zone is not known", "choose another")}
	})
	b.sync()
	status, err := b.Status(t.Context(), api.StatusRequest{})
	if err != nil || len(status.Notes) != 1 {
		t.Fatalf("status: %+v, %v", status.Notes, err)
	}
	for _, about := range []string{"", "Talk"} {
		report, err := b.Doctor(t.Context(), api.DoctorRequest{About: about, NoNetwork: true})
		must(t, err)
		if !slices.ContainsFunc(report.Findings, func(f doctor.Finding) bool {
			said := f.What == "the time zone is not known" && f.Mend == "Choose another."
			return f.Code == doctor.NotAsAsked && said && f.Title != ""
		}) {
			t.Errorf("doctor %s: %+v", about, report.Findings)
		}
	}
}

// TestLinkOfNothing: whoever asks for a link says of what.
func TestLinkOfNothing(t *testing.T) {
	b := newFolderBench(t)
	_, err := b.Link(t.Context(), api.LinkRequest{})
	if !words.IsUsage(err) || words.Of(err) != "neither a calendar and an event nor a file is named: give calendar and "+
		"event, or ics with the text of the file" {
		t.Errorf("it says %v", err)
	}
}
