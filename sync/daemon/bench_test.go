package daemon

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/assemble"
)

// BenchmarkLook is what a scrape costs that reads the state: of 1,000 calendars with 20 links each.
func BenchmarkLook(b *testing.B) {
	dir := b.TempDir()
	st, err := store.Open(filepath.Join(dir, "zoomtag.db"), store.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	cfg := room()
	next := time.Now().AddDate(0, 0, 7)
	for c := range 1000 {
		name := fmt.Sprintf("c%d", c)
		cfg.Calendars = append(cfg.Calendars, configs.Calendar{Name: name,
			ICS: &configs.ICS{Path: filepath.Join(dir, name)}})
		err := st.Update(func(tx *store.Tx) error {
			for e := range 20 {
				id := int64(c*100 + e + 1)
				rec := &store.Record{Calendar: name, EventID: fmt.Sprint(e),
					UID: fmt.Sprintf("%d-%d@example.com", c, e), Title: "Weekly review of everything", Start: next,
					Until: next.Add(time.Hour), Mark: fmt.Sprintf("zt-aaaaaaaa-%08d-%020d", c, e), MeetingID: id,
					Meeting: meeting.Meeting{ID: id, JoinURL: fmt.Sprintf("https://zoom.us/j/%d", id)}, State: "linked",
					JoinURL: fmt.Sprintf("https://zoom.us/j/%d", id), Block: "── Zoom ──", CheckedAt: next}
				if err := tx.PutRecord(rec); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	d := prepared(Options{Log: slog.New(slog.DiscardHandler)})
	d.st = st
	service, err := local.New(local.Options{Config: cfg, Store: st, Kinds: rooms(), Log: d.Log, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	d.service.Store(service)
	for b.Loop() {
		if _, err := d.look(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStatus is what a daemon works on zoomtag status: of 10,000 calendars, of which one in twenty has a link.
func BenchmarkStatus(b *testing.B) {
	dir := b.TempDir()
	st, err := store.Open(filepath.Join(dir, "zoomtag.db"), store.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	cfg := room()
	next := time.Now().AddDate(0, 0, 7)
	if err := st.Update(func(tx *store.Tx) error {
		for i := range 10_000 {
			name := fmt.Sprintf("person-%d", i)
			cfg.Calendars = append(cfg.Calendars, configs.Calendar{Name: name,
				ICS: &configs.ICS{Path: filepath.Join(dir, name)}})
			state := store.CalendarState{Cursor: "x", Detects: "y", Source: name, Provider: "ics", LastSuccess: next}
			if err := tx.PutCalendar(name, state); err != nil {
				return err
			}
			if i%20 > 0 {
				continue
			}
			id := int64(i + 1)
			if err := tx.PutRecord(&store.Record{Calendar: name, EventID: fmt.Sprint(i), UID: fmt.Sprint(i),
				Title: "Weekly review of everything", Start: next, Until: next.Add(time.Hour),
				Mark: fmt.Sprintf("zt-aaaaaaaa-%08d-%020d", i, i), MeetingID: id, State: "linked", CheckedAt: next,
				Meeting: meeting.Meeting{ID: id, JoinURL: fmt.Sprintf("https://zoom.us/j/%d", id)},
				JoinURL: fmt.Sprintf("https://zoom.us/j/%d", id), Block: "── Zoom ──"}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	d := prepared(Options{Log: slog.New(slog.DiscardHandler)})
	d.st = st
	service, err := local.New(local.Options{Config: cfg, Store: st, Kinds: rooms(), Log: d.Log, Now: time.Now,
		Haste: assemble.Haste{Aloof: true}})
	if err != nil {
		b.Fatal(err)
	}
	d.service.Store(service)
	for b.Loop() {
		if _, err := service.Status(b.Context(), api.StatusRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}
