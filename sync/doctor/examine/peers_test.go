//go:build peers

package examine

import (
	"context"
	"strings"
	"testing"

	"zoomtag/store"
	"zoomtag/store/postgres/pgtest"
	"zoomtag/sync/doctor"
)

// TestDatabase: a database that workers share is judged as it is, and one that is away is a finding.
func TestDatabase(t *testing.T) {
	s := pgtest.Start(t, "max_connections=20")
	url := s.Database(t)
	st, err := store.Open(url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	x := &examination{Examiner: New(Options{Store: st})}
	judged := func() (codes, well string) {
		t.Helper()
		list, fine := doctor.JudgeSetup(doctor.Setup{Database: x.database(t.Context())})
		for _, f := range list {
			codes += f.Code + " " + f.What + "; "
		}
		return codes, strings.Join(fine, "; ")
	}
	if codes, well := judged(); codes != "" || !strings.Contains(well, "answers (PostgreSQL 1") ||
		!strings.Contains(well, "no worker uses it") {
		t.Errorf("%q, well: %q", codes, well)
	}
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error, 1)
	changed := make(chan struct{}, 1)
	go func() {
		done <- st.Work(ctx, store.WorkerOptions{Name: "vm1:1", Version: "1", Changed: func() {
			select {
			case changed <- struct{}{}:
			default: // it is known already
			}
		}})
	}()
	<-changed
	if codes, well := judged(); codes != "" || !strings.Contains(well, "1 worker uses it") {
		t.Errorf("%q, well: %q", codes, well)
	}
	end()
	if err := <-done; err != nil {
		t.Error(err)
	}
	s.Stop(t, pgtest.Fast)
	if codes, _ := judged(); !strings.HasPrefix(codes, doctor.DatabaseFails) {
		t.Errorf("of a database that is away: %q", codes)
	}
	s.Start(t)
}
