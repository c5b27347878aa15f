package calendartest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// mutant is an adapter with a fault that adapters really have. Nil functions are the Fake's own.
type mutant struct {
	*Fake
	changes func(ctx context.Context, cursor string) (calendar.Changes, error)
	get     func(ctx context.Context, id string) (calendar.Event, error)
	set     func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error)
}

func (m *mutant) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	if m.changes == nil {
		return m.Fake.Changes(ctx, cursor)
	}
	return m.changes(ctx, cursor)
}

func (m *mutant) Get(ctx context.Context, id string) (calendar.Event, error) {
	if m.get == nil {
		return m.Fake.Get(ctx, id)
	}
	return m.get(ctx, id)
}

func (m *mutant) SetLink(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	if m.set == nil {
		return m.Fake.SetLink(ctx, id, version, l)
	}
	return m.set(ctx, id, version, l)
}

// mutants are named after what they do wrong.
var mutants = map[string]func(m *mutant){
	"an error becomes an empty list": func(m *mutant) {
		m.changes = func(ctx context.Context, cursor string) (calendar.Changes, error) {
			changes, err := m.Fake.Changes(ctx, cursor)
			if err != nil {
				return calendar.Changes{Full: true, Cursor: "0.0"}, nil
			}
			return changes, nil
		}
	},
	"an expired cursor becomes no change": func(m *mutant) {
		m.changes = func(ctx context.Context, cursor string) (calendar.Changes, error) {
			changes, err := m.Fake.Changes(ctx, cursor)
			if errors.Is(err, calendar.ErrCursor) {
				return calendar.Changes{Cursor: cursor}, nil
			}
			return changes, err
		}
	},
	"only the first page": pages(func(c *calendar.Changes) { c.List = c.List[:min(2, len(c.List))] }),
	"the first page twice": pages(func(c *calendar.Changes) {
		c.List = append(c.List,
			c.List[:min(2, len(c.List))]...)
	}),
	"a cursor that always changes":        pages(func(c *calendar.Changes) { c.Cursor += "0" }),
	"a snapshot that does not say so":     pages(func(c *calendar.Changes) { c.Full = false }),
	"changes that pass for a snapshot":    pages(func(c *calendar.Changes) { c.Full = true }),
	"what changed is called missing":      pages(missing(func(c calendar.Change) bool { return c.Event != nil })),
	"what was deleted is not mentioned":   pages(drop(func(c calendar.Change) bool { return c.Event == nil })),
	"what carries our mark is plain":      pages(plain),
	"a series without dates has no times": dateless,
	"what was deleted is told once":       once,
	"what was written to is nothing new":  vain,
	"any error means gone":                getError(calendar.ErrGone),
	"a deleted event is some error":       getError(errors.New("fake: something")),
	"a write forgets the version": setting(func(m *mutant, id string, v *string,
		_ *calendar.Link) {
		*v = m.version(id)
	}),
	"a write forgets the tag":       setting(func(_ *mutant, _ string, _ *string, l *calendar.Link) { l.Tag = "" }),
	"a date left out gets the link": setting(func(_ *mutant, _ string, _ *string, l *calendar.Link) { l.Out = nil }),
	"dates of their own are forgotten": func(m *mutant) {
		m.set = func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
			before, _ := m.Event(id)
			if _, err := m.Fake.SetLink(ctx, id, version, l); err != nil {
				return calendar.Event{}, err
			}
			m.Edit(id, func(e *calendar.Event) { e.Exceptions = before.Exceptions })
			return m.Get(ctx, id)
		}
	},
	"a write forgets what was there": setting(func(_ *mutant, _ string, _ *string,
		l *calendar.Link) {
		l.Was = calendar.Was{}
	}),
	"a write touches the title": setting(func(_ *mutant, _ string, _ *string,
		l *calendar.Link) {
		s := "Zoom"
		l.Title = &s
	}),
	"a write takes the location": setting(func(_ *mutant, _ string, _ *string,
		l *calendar.Link) {
		l.Location = &l.JoinURL
	}),
	"unlinking is ignored": setting(func(m *mutant, id string, _ *string,
		l *calendar.Link) {
		m.keep(id, l)
	}),
	"a write touches the owner's words": afterSet(func(m *mutant,
		id string) {
		m.Edit(id, func(e *calendar.Event) { e.Description += " " })
	}),
	"a write that is not needed": afterSet(func(m *mutant,
		id string) {
		m.Edit(id, func(*calendar.Event) {})
	}),
	"a write touches another event":        afterSet(func(m *mutant, id string) { m.touchOthers(id) }),
	"a write returns what it hoped for":    hopeful,
	"a context that is not looked at":      deaf,
	"a refused write counts as success":    forgiving(calendar.ErrConflict),
	"a denied write counts as success":     forgiving(calendar.ErrDenied),
	"throttling is passed on without time": timeless,
}

func pages(spoil func(c *calendar.Changes)) func(m *mutant) {
	return func(m *mutant) {
		m.changes = func(ctx context.Context, cursor string) (calendar.Changes, error) {
			changes, err := m.Fake.Changes(ctx, cursor)
			if err == nil {
				spoil(&changes)
			}
			return changes, err
		}
	}
}

func missing(which func(calendar.Change) bool) func(c *calendar.Changes) {
	return func(c *calendar.Changes) {
		for i := range c.List {
			if which(c.List[i]) {
				c.List[i] = calendar.Change{ID: c.List[i].ID, Missing: true}
			}
		}
	}
}

func drop(which func(calendar.Change) bool) func(c *calendar.Changes) {
	return func(c *calendar.Changes) {
		var left []calendar.Change
		for _, change := range c.List {
			if !which(change) {
				left = append(left, change)
			}
		}
		c.List = left
	}
}

func plain(c *calendar.Changes) {
	for i := range c.List {
		c.List[i].Plain = true
	}
}

// dateless is what adapters said of such a series before they knew better: nothing.
func dateless(m *mutant) {
	m.get = func(ctx context.Context, id string) (calendar.Event, error) {
		e, err := m.Fake.Get(ctx, id)
		if e.Empty {
			e.Empty, e.Until = false, time.Time{}
		}
		return e, err
	}
}

// once remembers itself what it has told, where the cursor should.
func once(m *mutant) {
	told := map[string]bool{}
	m.changes = func(ctx context.Context, cursor string) (calendar.Changes, error) {
		changes, err := m.Fake.Changes(ctx, cursor)
		changes.List = slices.DeleteFunc(changes.List, func(c calendar.Change) bool {
			tell := !c.Deleted || !told[c.ID]
			told[c.ID] = c.Deleted
			return !tell
		})
		return changes, err
	}
}

// vain takes what it has written to for its own work altogether.
func vain(m *mutant) {
	written := map[string]string{}
	m.set = func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
		e, err := m.Fake.SetLink(ctx, id, version, l)
		written[id] = e.Version
		return e, err
	}
	m.changes = func(ctx context.Context, cursor string) (calendar.Changes, error) {
		changes, err := m.Fake.Changes(ctx, cursor)
		for i, c := range changes.List {
			if c.Event != nil && c.Event.Version == written[c.ID] {
				changes.List[i] = calendar.Change{ID: c.ID, Same: true}
			}
		}
		return changes, err
	}
}

func getError(kind error) func(m *mutant) {
	return func(m *mutant) {
		m.get = func(ctx context.Context, id string) (calendar.Event, error) {
			e, err := m.Fake.Get(ctx, id)
			if err != nil {
				return e, kind
			}
			return e, nil
		}
	}
}

func setting(spoil func(m *mutant, id string, version *string, l *calendar.Link)) func(m *mutant) {
	return func(m *mutant) {
		m.set = func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
			spoil(m, id, &version, &l)
			return m.Fake.SetLink(ctx, id, version, l)
		}
	}
}

func afterSet(spoil func(m *mutant, id string)) func(m *mutant) {
	return func(m *mutant) {
		m.set = func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
			if _, err := m.Fake.SetLink(ctx, id, version, l); err != nil {
				return calendar.Event{}, err
			}
			spoil(m, id)
			return m.Fake.Get(ctx, id)
		}
	}
}

func (m *mutant) version(id string) string {
	e, _ := m.Event(id)
	return e.Version
}

func (m *mutant) keep(id string, l *calendar.Link) {
	if e, _ := m.Event(id); l.Mark == "" {
		*l = e.Link
	}
}

func (m *mutant) touchOthers(id string) {
	for _, other := range m.IDs() {
		if other != id {
			m.Edit(other, func(*calendar.Event) {})
		}
	}
}

func hopeful(m *mutant) {
	m.set = func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
		e, err := m.Fake.SetLink(ctx, id, version, l)
		e.Link = l
		return e, err
	}
}

func deaf(m *mutant) {
	m.set = func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
		return m.Fake.SetLink(context.WithoutCancel(ctx), id, version, l)
	}
}

func forgiving(kind error) func(m *mutant) {
	return func(m *mutant) {
		m.set = func(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
			e, err := m.Fake.SetLink(ctx, id, version, l)
			if errors.Is(err, kind) {
				e, _ = m.Event(id)
				return e, nil
			}
			return e, err
		}
	}
}

func timeless(m *mutant) {
	m.get = func(ctx context.Context, id string) (calendar.Event, error) {
		e, err := m.Fake.Get(ctx, id)
		var throttled *calendar.Throttled
		if errors.As(err, &throttled) {
			err = throttled.Err
		}
		return e, err
	}
}

// mutantWorld is the world of a mutant.
type mutantWorld struct {
	fakeWorld
	spoil func(m *mutant)
}

func (w mutantWorld) Calendar() calendar.Calendar {
	m := &mutant{Fake: w.Fake}
	w.spoil(m)
	return m
}

const mutantVariable = "ZOOMTAG_CALENDARTEST_MUTANT"

// TestMutants proves that the suite notices each of the faults. A suite fails its test, so each runs in its own
// process.
func TestMutants(t *testing.T) {
	if spoil := mutants[os.Getenv(mutantVariable)]; spoil != nil {
		Run(t, Harness{Class: Memory, New: func(*testing.T) World {
			f := NewFake()
			f.Explicit = true
			return mutantWorld{newFakeWorld(f), spoil}
		}})
		return
	}
	for name := range mutants {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMutants$", "-test.failfast")
		child.Env = append(os.Environ(), mutantVariable+"="+name)
		out, err := child.CombinedOutput()
		if err == nil {
			t.Errorf("%s: the suite did not notice", name)
		} else if strings.Contains(string(out), "panic:") {
			t.Errorf("%s: the suite panicked:\n%s", name, out)
		}
	}
}
