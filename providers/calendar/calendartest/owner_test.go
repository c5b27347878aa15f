package calendartest

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
)

func mustSet(t *testing.T, f *Fake, id string, l calendar.Link) calendar.Event {
	t.Helper()
	e, err := f.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if e, err = f.SetLink(t.Context(), id, e.Version, l); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestCopyBringsTheMark(t *testing.T) {
	f := NewFake()
	id := f.Put(sample("Meeting"))
	mustSet(t, f, id, link("1"))
	twin, _ := f.Event(f.Copy(id))
	original, _ := f.Event(id)
	if twin.UID == original.UID || !reflect.DeepEqual(twin.Link, original.Link) || twin.Title != original.Title {
		t.Errorf("the copy is %+v", twin)
	}
	f.Edit(twin.ID, func(e *calendar.Event) { e.Title = "Another" })
	if original, _ = f.Event(id); original.Title != "Meeting" {
		t.Error("an edit of the copy changed the original")
	}
}

func TestRenameKeepsTheUID(t *testing.T) {
	f := NewFake()
	id := f.Put(sample("Meeting"))
	before, _ := f.Event(id)
	f.Rename(id, "new")
	after, ok := f.Event("new")
	if _, still := f.Event(id); still || !ok || after.UID != before.UID {
		t.Errorf("after renaming: old there %v, new %+v", still, after)
	}
	if got := f.IDs(); !reflect.DeepEqual(got, []string{"new"}) {
		t.Errorf("ids %q", got)
	}
}

func TestDeleteAndRestore(t *testing.T) {
	f := NewFake()
	id := f.Put(sample("Meeting"))
	linked := mustSet(t, f, id, link("1"))
	f.Delete(id)
	if _, err := f.Get(t.Context(), id); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("deleted: %v", err)
	}
	f.Restore(id)
	if e, err := f.Get(t.Context(), id); err != nil || !reflect.DeepEqual(e.Link, linked.Link) ||
		e.Version == linked.Version {
		t.Errorf("restored: %+v, %v", e, err)
	}
}

func TestHidden(t *testing.T) {
	for _, explicit := range []bool{false, true} {
		f := NewFake()
		f.Explicit = explicit
		id := f.Put(sample("Meeting"))
		first, err := f.Changes(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		f.HideFromListing(id, true)
		next, err := f.Changes(t.Context(), first.Cursor)
		if err != nil || next.Total != 0 || len(next.List) > 1 || (len(next.List) == 1 && !next.List[0].Missing) {
			t.Errorf("explicit %v: %+v, %v", explicit, next, err)
		}
		if whole, _ := f.Changes(t.Context(), ""); len(whole.List) != 0 {
			t.Errorf("explicit %v: the snapshot lists %+v", explicit, whole.List)
		}
		if _, err := f.Get(t.Context(), id); err != nil {
			t.Errorf("explicit %v: %v", explicit, err)
		}
	}
}

func TestLinkIsWhatTheEventHolds(t *testing.T) {
	f := NewFake()
	id := f.Put(sample("Meeting"))
	mustSet(t, f, id, link("1"))
	f.Edit(id, func(e *calendar.Event) {
		e.Description = strings.ReplaceAll(e.Description, "pwd=aBc", "pwd=other")
		e.Link = calendar.Link{Mark: "nonsense"}
	})
	e, _ := f.Event(id)
	if e.Link.Mark != link("1").Mark || !strings.HasSuffix(e.Link.JoinURL, "pwd=other") {
		t.Errorf("found %+v", e.Link)
	}
	if f.Writes() != 1 {
		t.Errorf("%d writes", f.Writes())
	}
}

// TestPowerCut panics in every hook, as a process dies. The calendar lives on.
func TestPowerCut(t *testing.T) {
	f := NewFake()
	id := f.Put(sample("Meeting"))
	e, _ := f.Event(id)
	calls := map[string]func(){
		"changes": func() { f.Changes(t.Context(), "") },
		"get":     func() { f.Get(t.Context(), id) },
		"setlink": func() { f.SetLink(t.Context(), id, e.Version, link("1")) },
	}
	for _, phase := range []string{"before", "after"} {
		for name, call := range calls {
			f.Hook = func(c, p, _ string) error {
				if c == name && p == phase {
					panic("power cut")
				}
				return nil
			}
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: the %s hook was not called", name, phase)
					}
				}()
				call()
			}()
			f.Hook = nil
			now, _ := f.Event(id)
			if done := now.Link.Mark != ""; name == "setlink" && done != (phase == "after") {
				t.Errorf("cut %s %s: the link is there: %v", phase, name, done)
			}
		}
	}
}

func BenchmarkChanges(b *testing.B) {
	f := NewFake()
	for range 10 {
		f.Put(sample("Meeting"))
	}
	first, err := f.Changes(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	for _, cursor := range []string{"", first.Cursor} {
		b.Run("cursor="+cursor, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Changes(b.Context(), cursor); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
