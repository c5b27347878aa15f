//go:build mutants

package engine

// crewMutants are mistakes that show where workers share a state.
var crewMutants = []mutant{
	{"nobody is fenced", "../../store/group.go",
		`	if !ok || r.owner == "" {`, `	if fenced == nil || !ok || r.owner != "" {`},
	{"what was made too late stays", "tell.go",
		`errors.Is(err, store.ErrFenced) {
		return s.disown(m.ID, err)`, `errors.Is(err, store.ErrFenced) {
		return err`},
	{"a meeting whose record went to another item is taken for nobody's", "worker.go",
		`rec, err := s.e.store.ByMark(s.rec.Mark)`, `rec, err := s.e.store.Record(s.c.Name, s.id)`},
	{"a second meeting with one mark is not seen", "sweep.go",
		`one.ids[id], one.any = true, one.any || id == 0`, `one.ids[id], one.any = true, true`},
	{"a calendar gets another name while somebody knows it by the old one", "../../store/worker.go",
		`		return fenced.Agreed(sum)
`, `		_, err := fenced.Agreed(sum)
		return true, err
`},
	{"whoever has lost a calendar that has come back goes on with it", "../../store/group.go",
		`if r.lease != nil && r.lease.Err() != nil {`, `if r.lease != nil && r.lease.Err() != nil && false {`},
	{"what is made for an event that has come to its end is the event's", "sweep.go",
		`case made == 0 && rec.Closed():`, `case made == 0 && rec.Closed() && false:`},
}

// multiMutants are mistakes that show where things meet: two calendars with one event, two passes at once, an engine
// and the one after it, a configuration and the one before, two zoomtags.
var multiMutants = []mutant{
	{"records are saved whatever is saved by then", "../../store/records.go",
		`if now != r.Version {`, `if now != r.Version && false {`},
	{"a UID is not claimed where its record is saved", "finish.go",
		`if !rec.Closed() && (before == nil || before.Closed()) {`, `if before != nil && before.Closed() && false {`},
	{"locks do not outlive an engine", "engine.go",
		`	e.locks = old.locks
`, `	its := e.locks
	e.locks = NewLocks(func(context.Context) error { return its.busy(context.Background()) })
`},
	{"twins are not remembered", "kin.go",
		`err := tx.PutTwin(s.ev.UID,`, `err := tx.DeleteTwin(s.ev.UID,`},
	{"twins are not woken", "end.go",
		`	return tx.WakeTwins(s.rec.UID, s.e.opt.Now())
`, `	return nil
`},
	{"a renamed calendar is another one", "former.go",
		`return was.Source != "" && was.Source == changes.Source`,
		`return was.Source == "" && was.Source == changes.Source`},
	{"calendars that have each other's names are other ones", "exchange.go",
		`if !concerned || p.e.store.Shared() {`, `if concerned || p.e.store.Shared() {`},
	{"who waits for a calendar that was taken out waits for ever", "former.go",
		`			return p.wakeTwinsOf(tx, name)
`, `			return nil
`},
	{"another organizer is not followed", "kin.go",
		`return ev.UID != s.ev.UID || ev.Denied != "" || ends`, `return ev.UID != s.ev.UID || ends`},
	{"an event that is restored elsewhere is a new one", "kin.go",
		`if !other.Closed() || !plan.Restorable(other, s.e.opt.Now(), s.c.Settings) {`, `if true {`},
	{"the meeting that was made and not shown is forgotten", "adopt.go",
		`	if s.rec.MeetingID == 0 && s.rec.Doubt != plan.DoubtCreate || s.mine().Room {
		return
	}`, `	if s.rec != nil {
		return
	}`},
	{"a word from the configuration is a refusal", "../plan/ending.go",
		`return w.Refused != "" && !meant(w, rec)`, `return w.Refused != "" && meant(w, rec)`},
	{"what was out of sight and is gone is no wish any more", "../plan/kept.go",
		`if rec.Taken == "" || ev.Link.Tag != "" {`, `if rec != nil {`},
	{"what is not kept is written again", "../plan/kept.go",
		`return rec.Kept.Got == got || rec.Kept.Over == got`,
		`return rec.Kept.Got == got && rec.Kept.Over == got && false`},
	{"times ahead of now are waited for", "reading.go",
		`	rec.NotAhead(s.e.opt.Now())
`, ``},
	{"a cancellation whose answer was lost is forgotten", "adopt.go",
		`	case s.rec.Doubt == plan.DoubtCancel:
		return s.cancelledAfterAll()
`, ``},
	{"what was taken out of the sight of another item is this one's wish", "kin.go",
		`(s.ev.Link.Mark == moved.Mark || s.ev.Link.Block == "")`, `(s.ev.Link.Mark == moved.Mark)`},
	{"a line of ours that is out of date becomes the owner's", "../../providers/calendar/block.go",
		`return SameBlock(found, l.Block) && !outlived(found, l.Was.Block, l.Block)`,
		`return SameBlock(found, l.Block)`},
	{"what is changed at Zoom beside an update is not seen", "tell.go",
		`	if changed {
		s.rec.Telling()
	}
`, `	_ = changed
`},
}

// rareMutants are mistakes that walks meet too seldom, or never: a state that an older version has left behind, a mark
// that two zoomtags take up in the same moment, or what only delays: the walk looks when all has come to rest. A test
// finds each.
var rareMutants = []struct {
	mutant
	test string
}{
	{mutant{"a meeting is not kept for another record of the same mark", "end.go",
		`if err == nil && other != nil {
			err = &keptError{other}
		}`, `_ = other`}, "TestOneMeetingOfTwoRecords"},
	{mutant{"what is in a calendar that is held is nobody's other item", "sift.go",
		`		return p.announceAll(changes)
`, `		return nil
`}, "TestMovedIntoAHeldCalendar"},
	{mutant{"of two zoomtags none gives way", "../plan/plan.go",
		`if own == "" || own >= rec.Mark ||`, `if own != "" || own >= rec.Mark ||`}, "TestNotOfferedForCancelling"},
	{mutant{"another meeting is made under a mark that the event shows", "adopt.go",
		`if d.Account != "" && s.ev.Link.Mark == s.rec.Mark {`, `if d.Account == "none" {`}, "TestTwoOfOneMark"},
	{mutant{"what a refused write would have taken out of sight is out of sight", "link.go",
		`		s.rec.Taken = *before
`, ``}, "TestNothingTakenAfterAll"},
	{mutant{"due forgotten on the way", "save.go",
		`s.rec.Due = s.e.opt.Now()
	return s.put`, `return s.put`}, "TestStopBetweenSteps"},
	{mutant{"twins in other calendars do not count", "kin.go",
		`if c == nil || twin.Calendar == s.c.Name {`, `if c == nil || twin.Calendar != "" {`}, "TestTwinInAnotherCalendar"},
}
