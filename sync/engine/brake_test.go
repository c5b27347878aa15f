package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestBrake(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		linked, deleted, others int
		empty, held             bool
	}{
		{"a few of many", 20, 5, 0, false, false},
		{"many of many", 20, 7, 0, false, true},
		{"many, but not a third", 30, 9, 0, false, false},
		{"all of a few", 3, 3, 1, false, false},
		{"suddenly empty", 3, 0, 0, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			var ids []string
			for i := range tt.linked {
				ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
			}
			for range tt.others {
				b.put("Dentist", week)
			}
			b.pass()
			for _, id := range ids[:tt.deleted] {
				b.cal.Delete(id)
			}
			b.cal.SetEmpty(tt.empty)
			for range 3 {
				if r := b.pass(); r.Held != tt.held {
					t.Fatalf("held: %v (%s)", r.Held, r.Reason)
				}
				b.now = b.now.Add(11 * time.Minute)
			}
			if !tt.held {
				b.meetings(tt.linked - tt.deleted)
				return
			}
			b.meetings(tt.linked)
			held, _, err := b.e.Release(context.Background(), "c")
			if err != nil || !held {
				t.Fatalf("release: %v, held %v", err, held)
			}
			for range 2 {
				if r := b.pass(); r.Held {
					t.Fatal("held again after the release")
				}
				b.now = b.now.Add(11 * time.Minute)
			}
			gone := tt.deleted
			if tt.empty {
				gone = tt.linked
			}
			b.meetings(tt.linked - gone)
		})
	}
}

// TestBrakeLiftsItself: the events come back.
func TestBrakeLiftsItself(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	b.pass()
	b.cal.SetEmpty(true)
	if !b.pass().Held {
		t.Fatal("not held")
	}
	b.cal.SetEmpty(false)
	b.now = b.now.Add(time.Hour)
	if b.pass().Held {
		t.Fatal("still held")
	}
	st, err := b.st.Calendar("c")
	if err != nil || !st.HeldAt.IsZero() {
		t.Errorf("the store still says held: %+v %v", st.HeldAt, err)
	}
	b.meetings(1)
}

// TestMassesOfDeletions: many at once are held, also where the service itself says that they were deleted: a client
// that has lost its own copy deletes as a person does. What a person deletes one by one is not, however much it
// becomes.
func TestMassesOfDeletions(t *testing.T) {
	for _, explicit := range []bool{false, true} {
		b := newBench(t)
		b.cal.Explicit = explicit
		b.put("Stays #zoom", week)
		var ids []string
		for i := range 18 {
			ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
		}
		b.pass()
		for _, id := range ids[:9] { // one by one
			b.cal.Delete(id)
			if r := b.pass(); r.Held {
				t.Fatal(r.Reason)
			}
			b.now = b.now.Add(time.Minute)
		}
		b.now = b.now.Add(11 * time.Minute)
		b.pass()
		b.meetings(10)
		for _, id := range ids[9:] { // at once
			b.cal.Delete(id)
		}
		for range 3 {
			if r := b.pass(); !r.Held || !strings.Contains(r.Reason, "9 of the 10 events") {
				t.Fatalf("named as deleted %t: %q", explicit, r.Reason)
			}
			b.now = b.now.Add(11 * time.Minute)
		}
		b.meetings(10)
	}
}

// TestMassesWithFailures: of many events that are gone at once some cannot be asked for just then. They count as well.
func TestMassesWithFailures(t *testing.T) {
	b := newBench(t)
	b.put("Stays #zoom", week)
	var ids []string
	for i := range 7 {
		ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
	}
	b.pass()
	for _, id := range ids {
		b.cal.Delete(id)
	}
	failing := 0
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "get" && phase == "before" && failing < 3 {
			failing++
			return errors.New("503")
		}
		return nil
	}
	if r := b.pass(); !r.Held {
		t.Errorf("not held, while %d events could not be looked for", failing)
	}
	b.cal.Hook = nil
	for range 3 {
		b.now = b.now.Add(11 * time.Minute)
		if r := b.pass(); !r.Held {
			t.Error("not held any more")
		}
	}
	b.meetings(8)
}

// TestMassesInPieces: a client that deletes file by file is seen in the middle of it.
func TestMassesInPieces(t *testing.T) {
	b := newBench(t)
	b.cal.Explicit = true
	var ids []string
	for i := range 9 {
		ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
	}
	b.pass()
	for i, id := range ids[:8] {
		b.cal.Delete(id)
		if r := b.pass(); r.Held != (i >= 5) {
			t.Fatalf("after %d of 9: held %t, %s", i+1, r.Held, r.Reason)
		}
		b.now = b.now.Add(5 * time.Second)
	}
	b.now = b.now.Add(time.Hour)
	b.pass()
	b.meetings(9)
	if _, _, err := b.e.Release(context.Background(), "c"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.pass()
		b.now = b.now.Add(11 * time.Minute)
	}
	b.meetings(1)
}

// TestBrakeKnowsRenamed: files are given other names, all at once. They are no events that are gone.
func TestBrakeKnowsRenamed(t *testing.T) {
	for _, tt := range []struct {
		name             string
		renamed, deleted int
		bare, held       bool // bare: the listing shows ids alone
	}{
		{"all renamed", 8, 0, false, false},
		{"all renamed, and listed by their ids", 8, 0, true, false},
		{"some deleted beside", 8, 3, false, false},
		{"many deleted beside", 8, 6, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.cal.Bare = tt.bare
			var ids []string
			for i := range tt.renamed + tt.deleted {
				ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
			}
			b.pass()
			for i, id := range ids {
				if i < tt.renamed {
					b.cal.Rename(id, "new-"+id)
				} else {
					b.cal.Delete(id)
				}
			}
			writes := b.cal.Writes()
			if r, err := b.e.Plan(context.Background(), "c"); err != nil || r.Held != tt.held {
				t.Errorf("planned: held %v (%s), %v", r.Held, r.Reason, err)
			}
			for range 2 {
				if r := b.pass(); r.Held != tt.held {
					t.Fatalf("held: %v (%s)", r.Held, r.Reason)
				}
				b.now = b.now.Add(11 * time.Minute)
			}
			if b.cal.Writes() != writes {
				t.Error("events were written anew")
			}
			if tt.held {
				b.meetings(tt.renamed + tt.deleted)
				return
			}
			b.meetings(tt.renamed)
		})
	}
}
