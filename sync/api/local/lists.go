package local

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/lists"
	"zoomtag/sync/reason"
)

// How often a list is asked for: so often that who comes is watched within the hour, even if it fails once.
const (
	listEvery = 30 * time.Minute
	listAgain = 5 * time.Minute // after a failure
)

// rolls is what a process knows of when its lists were asked for. Services of one configuration share it.
type rolls struct {
	asking  sync.Mutex         // one at a time asks; guards flights
	flights map[string]*flight // services that are being asked, by list
	soon    time.Duration      // soonAnswered, but for tests
	mu      sync.Mutex         // guards all below
	asked   map[string]time.Time
	stamps  map[string]string // of the files that were read, and of those seen at the last look
	seen    map[string]string
	// followed is when it was last looked what another worker has heard of a list.
	followed map[string]time.Time
}

func newRolls() *rolls {
	return &rolls{flights: map[string]*flight{}, soon: soonAnswered, asked: map[string]time.Time{},
		stamps: map[string]string{}, seen: map[string]string{}, followed: map[string]time.Time{}}
}

// keptLists is what is remembered of the lists of a configuration.
func keptLists(st *store.Store, cfg *configs.Config) (map[string]record.List, error) {
	kept := map[string]record.List{}
	for i := range cfg.CalendarsFrom {
		name := cfg.CalendarsFrom[i].Name
		list, err := st.List(name)
		if err != nil {
			return nil, err
		}
		kept[name] = list
	}
	return kept, nil
}

// Which says which lists are asked for.
type Which int

// The values of Which.
const (
	DueLists   Which = iota // files that were changed, and services whose time has come
	FirstLists              // files, and services that were never asked
	FileLists               // files
)

// flight is a list that is being asked.
type flight struct {
	stamp  string // of its file
	done   chan struct{}
	answer lists.Answer // once it is done
}

// landed reports whether the answer is there.
func (f *flight) landed() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// soonAnswered is how long a daemon waits for the services that it asks. One that takes longer is heard at a later
// look, and delays no list but its own.
const soonAnswered = 2 * time.Second

// AskLists asks the lists for who is on them, and saves what came of it. The service that it returns has the calendars
// of whoever came; it is s itself if nobody has come or gone. What cannot be had of a list stands in its report.
func (s *Service) AskLists(ctx context.Context, which Which) (*Service, []api.ListReport, error) {
	s.rolls.asking.Lock()
	defer s.rolls.asking.Unlock()
	var reports []api.ListReport
	changed, err := s.askDue(ctx, which)
	if err != nil {
		return s, reports, err
	}
	for i := range s.options.Config.CalendarsFrom {
		name := s.options.Config.CalendarsFrom[i].Name
		asked := s.rolls.flights[name]
		if asked == nil || !asked.landed() {
			continue
		}
		delete(s.rolls.flights, name)
		if ctx.Err() != nil { // whoever was told to stop says nothing of the list
			continue
		}
		now, news, ours, err := s.hear(ctx, name, asked)
		switch {
		case err != nil:
			return s, reports, err
		case ours:
			changed = changed || news.Any() || digestOf(now) != s.kept[name].members
			reports = append(reports, reportOf(name, now, news))
		}
	}
	if ctx.Err() != nil {
		return s, reports, nil
	}
	next := s
	if changed {
		var err error
		if next, err = s.anew(nil); err != nil {
			return s, reports, err
		}
	} else if len(reports) > 0 {
		if err := s.refreshKept(); err != nil {
			return s, reports, err
		}
	}
	reports = told(reports, s, next)
	if which == FirstLists { // whoever makes the pass tells them
		next.askedFirst = reports
	}
	return next, reports, nil
}

// askDue begins to ask the lists whose time has come. A daemon asks all services at once and does not wait long for
// them; a command asks one after the other, and has their answers. changed says that another worker has heard of others
// than those whose calendars s has.
func (s *Service) askDue(ctx context.Context, which Which) (changed bool, err error) {
	var begun []*flight
	for i := range s.options.Config.CalendarsFrom {
		f := &s.options.Config.CalendarsFrom[i]
		if s.rolls.flights[f.Name] != nil {
			continue
		}
		held, release, ours := s.st.Hold(ctx, listJob(f.Name), "")
		if !ours {
			followed, err := s.follow(f.Name)
			if err != nil {
				return changed, err
			}
			changed = changed || followed
			continue
		}
		stamp, due, err := s.isDue(f, which)
		if err == nil && due {
			asked := &flight{stamp: stamp, done: make(chan struct{})}
			s.rolls.flights[f.Name], begun = asked, append(begun, asked)
			if beside := s.schedule != nil && f.File == ""; beside {
				go func() { // a lease may end meanwhile: what is saved is checked against it then
					asked.answer = s.ask(ctx, f)
					close(asked.done)
				}()
			} else {
				asked.answer = s.ask(held, f)
				close(asked.done)
			}
		}
		release()
		if err != nil {
			return changed, err
		}
	}
	soon, end := context.WithTimeout(ctx, s.rolls.soon)
	defer end()
	for _, asked := range begun {
		select {
		case <-asked.done:
		case <-soon.Done():
		}
	}
	return changed, nil
}

// hear saves what came of asking a list, if asking for it is still this worker's.
func (s *Service) hear(ctx context.Context, name string, asked *flight) (now record.List, news lists.News, ours bool,
	err error) {
	held, release, ours := s.st.Hold(ctx, listJob(name), "")
	if !ours {
		return now, news, false, nil
	}
	defer release()
	if now, news, err = s.saveAnswer(name, asked.answer); err != nil || held.Err() != nil {
		return now, news, false, err
	}
	s.noteAsked(name, asked.stamp, asked.answer)
	s.logNews(name, now, news)
	return now, news, true, nil
}

// listJob names the asking for a list among what only one of several workers does.
func listJob(name string) string { return "job/list/" + name }

// followEvery is how often a worker looks what another one has heard of a list.
const followEvery = 20 * time.Second

// follow reports whether another worker, who asks for a list, has heard of others than those whose calendars s has.
func (s *Service) follow(name string) (changed bool, err error) {
	s.rolls.mu.Lock()
	due := time.Since(s.rolls.followed[name]) >= followEvery
	if due {
		s.rolls.followed[name] = time.Now()
	}
	s.rolls.mu.Unlock()
	if !due {
		return false, nil
	}
	now, err := s.st.List(name)
	return err == nil && digestOf(now) != s.kept[name].members, err
}

// heard is what a service knows of a list whose calendars it has. The members themselves, of whom there may be many
// thousands, are in the store.
type heard struct {
	members [sha256.Size]byte
	err     string // why it could not be read
}

func heardOf(kept map[string]record.List) map[string]heard {
	all := map[string]heard{}
	for name := range kept {
		all[name] = heard{digestOf(kept[name]), kept[name].Error}
	}
	return all
}

// digestOf tells the members of a list from others. It does not matter since when somebody has left.
func digestOf(list record.List) (sum [sha256.Size]byte) {
	hash := sha256.New()
	for _, m := range list.Members {
		left := m.Left()
		// strings and times alone, which can always be written
		fmt.Fprintf(hash, "%q %q %q %q %q %q %q %t %d\n", m.ID, m.Name, m.Provider, m.Subject, m.Calendar, m.Host,
			m.Called, left, m.SeenAt.Unix())
	}
	hash.Sum(sum[:0])
	return sum
}

// refreshKept reads what is remembered of the lists again, once they were asked for.
func (s *Service) refreshKept() error {
	kept, err := keptLists(s.st, s.options.Config)
	if err == nil {
		s.listing.Lock()
		s.kept = heardOf(kept)
		s.listing.Unlock()
	}
	return err
}

// anew is a service in the place of s, on the same store: with the calendars of these lists, or of those that are
// remembered.
func (s *Service) anew(known map[string]record.List) (*Service, error) {
	o := s.options
	o.lists, o.rolls, o.Silent = known, s.rolls, true
	next, err := New(o)
	if err != nil {
		return nil, err
	}
	next.engine.Succeed(s.engine)
	next.invitations.Succeed(s.invitations)
	next.schedule, next.Passes = s.schedule, s.Passes
	next.enlisted = s.enlisted
	return next, nil
}

// isDue reports whether a list is to be asked for. stamp is that of its file.
func (s *Service) isDue(f *configs.From, which Which) (stamp string, due bool, err error) {
	stamp = assemble.Stamp(*f)
	known, err := s.st.ListHead(f.Name) // the daemon looks every few seconds
	if err != nil || which == FileLists {
		return stamp, f.File != "", err
	}
	if now := s.now(); f.File == "" && now.Before(known.Until) && !now.Before(known.TriedAt) {
		return stamp, false, nil // the service wants to be left alone, whoever asks next
	}
	s.rolls.mu.Lock()
	defer s.rolls.mu.Unlock()
	asked, here := s.rolls.asked[f.Name]
	if which == FirstLists {
		return stamp, f.File != "" && !here || known.TriedAt.IsZero(), nil
	}
	if f.File != "" {
		// One that was changed a moment ago may be half written: it is read when it has come to rest.
		calm := s.rolls.seen[f.Name] == stamp
		s.rolls.seen[f.Name] = stamp
		if here && s.rolls.stamps[f.Name] != stamp {
			return stamp, calm, nil
		}
	}
	if !here && s.schedule == nil { // a command goes on from what the one before has asked
		asked, here = known.TriedAt, f.File == "" && !known.TriedAt.IsZero()
	}
	pause := listEvery
	if known.Error != "" {
		pause = listAgain
	}
	since := s.now().Sub(asked)
	return stamp, !here || since >= pause || since < 0, nil
}

// ask asks a list for who is on it.
func (s *Service) ask(ctx context.Context, f *configs.From) lists.Answer {
	return answerOf(ctx, s.builder, f)
}

func answerOf(ctx context.Context, b *assemble.Builder, f *configs.From) lists.Answer {
	a := lists.Answer{At: b.Now()}
	directory, err := b.Directory(*f)
	if err == nil {
		a.Roll, err = directory.Members(ctx)
	}
	a.Err = err
	return a
}

// askAll asks lists at once, so that all take as long as the slowest one.
func askAll(all []configs.From, ask func(*configs.From) lists.Answer) []lists.Answer {
	answers := make([]lists.Answer, len(all))
	var asking sync.WaitGroup
	for i := range all {
		asking.Go(func() { answers[i] = ask(&all[i]) })
	}
	asking.Wait()
	return answers
}

// saveAnswer saves what came of an answer, judged by what is remembered by then.
func (s *Service) saveAnswer(name string, a lists.Answer) (now record.List, news lists.News, err error) {
	err = s.st.UpdateFor(listJob(name), func(tx *store.Tx) error {
		was, err := tx.List(name)
		if err != nil {
			return err
		}
		others, err := s.otherLists(name, tx.List)
		if err != nil {
			return err
		}
		if now, news, err = judged(tx.Records, name, was, others, a); err != nil || isSaved(was, now) {
			return err
		}
		return tx.PutList(name, now)
	})
	return now, news, err
}

// otherLists are what is remembered of the lists but one, as list tells it.
func (s *Service) otherLists(name string, list func(string) (record.List, error)) (others []record.List, err error) {
	for i := range s.options.Config.CalendarsFrom {
		if other := s.options.Config.CalendarsFrom[i].Name; other != name {
			kept, err := list(other)
			if err != nil {
				return nil, err
			}
			others = append(others, kept)
		}
	}
	return others, nil
}

// isSaved reports whether all that matters of what is to be remembered is remembered already. A look at a file costs
// nothing, and a commit does.
func isSaved(was, now record.List) bool {
	since := now.TriedAt.Sub(was.TriedAt)
	if since < 0 || since >= listEvery || digestOf(was) != digestOf(now) {
		return false
	}
	was.Members, now.Members = nil, nil
	was.ReadAt, was.TriedAt = now.ReadAt, now.TriedAt
	return reflect.DeepEqual(was, now)
}

// judged is what is to be remembered after an answer, where records are what is kept of a calendar.
func judged(records func(string) ([]*store.Record, error), name string, was record.List, others []record.List,
	a lists.Answer) (now record.List, news lists.News, err error) {
	open := func(calendar string) bool {
		kept, fault := records(calendar)
		err = errors.Join(err, fault)
		return slices.ContainsFunc(kept, func(r *store.Record) bool { return !r.Closed() })
	}
	now, news = lists.Next(name, was, a, lists.Around{Open: open, Others: others})
	return now, news, err
}

// noteAsked notes that a list was asked for.
func (s *Service) noteAsked(name, stamp string, a lists.Answer) {
	s.rolls.mu.Lock()
	defer s.rolls.mu.Unlock()
	s.rolls.asked[name], s.rolls.stamps[name], s.rolls.seen[name] = a.At, stamp, stamp
}

// maxNamed is how many names a log line has.
const maxNamed = 20

// logNews logs what has changed in a list, and that it cannot be read, once.
func (s *Service) logNews(name string, now record.List, news lists.News) {
	s.listing.Lock()
	before := s.kept[name]
	s.listing.Unlock()
	switch {
	case now.Error != "" && now.Error != before.err:
		s.log.Warn("list not read", "list", name, "code", now.Code, "reason", now.Error)
	case now.Error == "" && before.err != "":
		s.log.Info("list is read again", "list", name)
	}
	for _, some := range []struct {
		text  string
		names []string
	}{{"calendars came with a list", news.Came}, {"calendars have left a list", news.Left},
		{"calendars are back on a list", news.Back}, {"calendars have another owner's address", news.Moved}} {
		if len(some.names) > 0 {
			s.log.Info(some.text, "list", name, "calendars", len(some.names), "names",
				some.names[:min(len(some.names), maxNamed)])
		}
	}
}

// foresee asks all lists for who is on them, and saves nothing: the service that it returns has the calendars of
// whoever would come.
func (s *Service) foresee(ctx context.Context) (*Service, []api.ListReport, error) {
	if len(s.options.Config.CalendarsFrom) == 0 {
		return s, nil, nil
	}
	known, err := keptLists(s.st, s.options.Config)
	if err != nil {
		return s, nil, err
	}
	foreseen := maps.Clone(known)
	answers := askAll(s.options.Config.CalendarsFrom, func(f *configs.From) lists.Answer { return s.ask(ctx, f) })
	var reports []api.ListReport
	for i := range s.options.Config.CalendarsFrom {
		f := &s.options.Config.CalendarsFrom[i]
		others, err := s.otherLists(f.Name, func(name string) (record.List, error) { return foreseen[name], nil })
		if err != nil {
			return s, nil, err
		}
		now, news, err := judged(s.st.Records, f.Name, known[f.Name], others, answers[i])
		if err != nil {
			return s, nil, err
		}
		foreseen[f.Name] = now
		report := reportOf(f.Name, now, news)
		report.Planned = true
		reports = append(reports, report)
	}
	if ctx.Err() != nil {
		return s, nil, api.ErrStopped
	}
	next, err := s.anew(foreseen)
	if err != nil {
		return s, nil, err
	}
	return next, told(reports, s, next), nil
}

// lookAtLists asks all lists for who is on them, and tells how they stand by then. Nothing is saved.
func (s *Service) lookAtLists(ctx context.Context, known []api.ListStatus) []api.ListStatus {
	known = slices.Clone(known)
	answers := askAll(s.options.Config.CalendarsFrom, func(f *configs.From) lists.Answer { return s.ask(ctx, f) })
	for i := range known {
		l := &known[i]
		kept, err := s.st.List(l.Name)
		if err != nil {
			continue // what is wrong with the state, others say
		}
		now, _ := lists.Next(l.Name, kept, answers[i],
			lists.Around{Open: func(string) bool { return true }})
		l.Error, l.Code = now.Error, reason.Code(now.Code)
		l.Cure = l.Code.CureOf(now.Cure)
	}
	return known
}

// releaseList has the next answer of a list be believed, or lets go of a calendar whose owner has left its list.
// mine is false where the name is that of neither.
func (s *Service) releaseList(name string) (report api.ReleaseReport, mine bool, err error) {
	list, member := name, ""
	for _, c := range s.builder.Config.Calendars {
		if c.Name == name && c.Away != "" {
			list, member = c.List, name
		}
	}
	if !slices.ContainsFunc(s.options.Config.CalendarsFrom, func(f configs.From) bool { return f.Name == list }) {
		return report, false, nil
	}
	report.Calendar, report.Let = name, member != ""
	err = s.st.Update(func(tx *store.Tx) error {
		kept, err := tx.List(list)
		if err != nil {
			return err
		}
		if kept, report.Held = lists.Release(kept, member); !report.Held {
			return nil
		}
		return tx.PutList(list, kept)
	})
	if err == nil && report.Held {
		s.rolls.mu.Lock()
		delete(s.rolls.asked, list) // it is asked for at once
		s.rolls.mu.Unlock()
	}
	return report, true, err
}
