package engine_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/engine/enginetest"
	"zoomtag/sync/plan"
)

// inside are the steps that change what is remembered, or ask.
var inside = []plan.Do{plan.Nothing, plan.Begin, plan.Reopen, plan.Seek, plan.Switch, plan.Probe, plan.Describe,
	plan.Word, plan.Renew, plan.Rehouse, plan.Check, plan.End, plan.Resume, plan.Close}

// TestEachStepHasItsPair: each step of a plan has its two faults, or changes nothing outside.
func TestEachStepHasItsPair(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../plan/plan.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var steps []plan.Do
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		kind, isIdent := spec.Type.(*ast.Ident)
		text, isText := spec.Values[0].(*ast.BasicLit)
		if !isIdent || kind.Name != "Do" || !isText {
			return true
		}
		step, err := strconv.Unquote(text.Value)
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, plan.Do(step))
		return true
	})
	if len(steps) != len(inside)+len(enginetest.Pairs) {
		t.Errorf("%d steps, %d that change nothing outside and %d pairs", len(steps), len(inside), len(enginetest.Pairs))
	}
	for _, step := range steps {
		pair, has := enginetest.Pairs[step]
		count := 0
		for _, s := range inside {
			if s == step {
				count++
			}
		}
		if has == (count == 1) || count > 1 {
			t.Errorf("%q has a pair: %v, and is said %d times to change nothing", step, has, count)
		}
		one, other := pair.NotPersisted, pair.Persisted
		if name := strings.TrimSuffix(one.Name, "NotPersisted"); has && (name+"NotPersisted" != one.Name ||
			name+"Persisted" != other.Name || one.Call != other.Call || one.Persisted || !other.Persisted) {
			t.Errorf("%q: %+v is no pair", step, pair)
		}
	}
}

// TestFaultPairs: whether the call of a step had no effect, or had it and its answer was lost, the same becomes of the
// event, with one meeting and one link at most, and the call that had its effect does not have it twice.
func TestFaultPairs(t *testing.T) {
	const far = 20 * 24 * time.Hour
	title := func(w *watch, id, title string) {
		w.cal.Edit(id, func(e *calendar.Event) { e.Title = title })
	}
	linked := func(w *watch) string {
		id := w.put("Talk #zoom", far)
		w.pass()
		return id
	}
	for step, c := range map[plan.Do]struct {
		prepare func(w *watch) (id string)
		ask     func(w *watch, id string) // for the step
		none    bool                      // the event has no meeting in the end
		creates int
		cancels int
	}{
		plan.Create: {prepare: func(w *watch) string { return w.put("Talk", far) },
			ask: func(w *watch, id string) { title(w, id, "Talk #zoom") }, creates: 1},
		plan.SetLink: {prepare: func(w *watch) string { return w.put("Talk", far) },
			ask: func(w *watch, id string) { title(w, id, "Talk #zoom") }, creates: 1},
		plan.Update: {prepare: linked, ask: func(w *watch, id string) { title(w, id, "Another #zoom") }, creates: 1},
		plan.Unlink: {prepare: linked, ask: func(w *watch, id string) { title(w, id, "Talk") }, none: true, creates: 1,
			cancels: 1},
		plan.Cancel: {prepare: linked, ask: func(w *watch, id string) { title(w, id, "Talk") }, none: true, creates: 1,
			cancels: 1},
		plan.Recover: {prepare: func(w *watch) string {
			id := linked(w)
			title(w, id, "Talk")
			w.pass()
			w.until(w.now.Add(time.Hour))
			return id
		}, ask: func(w *watch, id string) { title(w, id, "Talk #zoom") }, creates: 1, cancels: 1},
		plan.Discard: {prepare: linked, ask: func(w *watch, id string) { w.former(id) }, creates: 2, cancels: 1},
	} {
		pair := enginetest.Pairs[step]
		for _, fault := range []enginetest.Fault{pair.NotPersisted, pair.Persisted} {
			t.Run(fault.Name, func(t *testing.T) {
				w := newWatch(t)
				id := c.prepare(w)
				struck := 0
				strike := func(call, phase string) error {
					if struck > 0 || call != fault.Call || phase != fault.Phase() {
						return nil
					}
					struck++
					return errors.New("connection reset")
				}
				w.zoom.Hook = strike
				w.cal.Hook = func(call, phase, _ string) error { return strike(call, phase) }
				c.ask(w, id)
				w.pass()
				w.until(w.now.Add(3 * time.Hour))
				if struck != 1 {
					t.Fatalf("the call failed %d times", struck)
				}
				w.cal.Hook, w.zoom.Hook = nil, nil
				want := 1
				if c.none {
					want = 0
				}
				all, link := w.zoom.Meetings(), w.event(id).Link
				if len(all) != want || w.zoom.Creates() != c.creates || w.zoom.Cancels() != c.cancels {
					t.Fatalf("%d meetings, %d were made and %d cancelled", len(all), w.zoom.Creates(), w.zoom.Cancels())
				}
				if c.none {
					if link.Block != "" || link.Mark != "" {
						t.Errorf("the event shows %q (%s)", link.Block, link.Mark)
					}
					return
				}
				topic := strings.TrimSuffix(w.event(id).Title, " #zoom")
				if link.JoinURL != all[0].JoinURL || link.Mark != all[0].Mark || all[0].Spec.Topic != topic {
					t.Errorf("the event shows %q (%s), and there is %+v", link.JoinURL, link.Mark, all[0])
				}
			})
		}
	}
	if n := len(enginetest.Pairs); n != 7 {
		t.Errorf("%d pairs, and 7 were tried", n)
	}
}

// former makes another meeting of ours for an event, as one that it had before.
func (w *watch) former(id string) {
	w.t.Helper()
	rec, err := w.st.Record("c", id)
	if err != nil || rec == nil {
		w.t.Fatal(rec, err)
	}
	const end = "zzzzzzzzzzzzzzza" // of several marks the least stays
	mark := rec.Mark[:len(rec.Mark)-len(end)] + end
	m, err := w.zoom.Create(w.t.Context(), mark, meeting.Spec{Topic: "Talk", Host: rec.Host})
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.st.Update(func(tx *store.Tx) error {
		rec, err := tx.Record("c", id)
		if err != nil {
			return err
		}
		rec.Former = []store.Former{{MeetingID: m.ID, Mark: mark, Host: rec.Host, At: w.now}}
		rec.Due = w.now
		return tx.PutRecord(rec)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
