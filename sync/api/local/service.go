package local

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor/examine"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite/keep"
	"zoomtag/sync/lists"
	"zoomtag/sync/plan"
)

// Service answers by itself: it holds the store, and works on the calendars.
type Service struct {
	reader
	engine      *engine.Engine
	builder     *assemble.Builder
	requests    *assemble.Counter
	schedule    *engine.Schedule // nil unless this is the daemon
	accounts    assemble.Accounts
	invitations *keep.Keeper
	examiner    *examine.Examiner
	invites     bool              // they are kept, for a folder or a feed
	grants      map[string]string // the files of persons' sign-ins, by calendar
	log         *slog.Logger
	version     string
	options     Options // what it was made with; its configuration is without the calendars of lists
	rolls       *rolls
	quotas      *quotas
	meters      map[string][]*calendar.Meter // of services that count requests, by name
	outcomes    []lists.Outcome
	listing     sync.Mutex       // guards kept
	kept        map[string]heard // of each list
	askedFirst  []api.ListReport // what came of it before anybody asked for a pass
	enlisted    *enlistment      // shared with those in whose place this one comes
}

// known returns the calendars that are meant: those named, or all.
func (s *Service) known(names []string) ([]string, error) {
	if len(names) == 0 {
		return s.names, nil
	}
	for _, name := range names {
		if !slices.Contains(s.names, name) {
			return nil, words.Usage(errors.New("there is no calendar " + strconv.Quote(name) + " in the configuration" +
				oneOf(name, s.names)))
		}
	}
	return names, nil
}

// oneOf ends a sentence that says that there is nothing of a name: with the one that was probably meant, or else with
// those that there are.
func oneOf(name string, known []string) string {
	if meant := words.Meant(name, known); meant != "" {
		return meant
	}
	return "; there are: " + strings.Join(known, ", ")
}

// parallelFolders is how many folders one `sync` works on at once. They wait for the disk, and what they save while it
// is at work gets there together (store/group.go). Of a service it works on as many as a daemon does.
const parallelFolders = 128

// inLanes has work be done on calendars, by their places among names: of each lane on some at once, in their order. It
// returns when all is done. Whoever has worked on one goes on with the next: a thousand goroutines would each make room
// for themselves.
func (s *Service) inLanes(names []string, work func(i int)) {
	lanes := map[string]chan int{}
	for _, name := range names {
		lane := s.calendars[name].Lane
		if lanes[lane] == nil {
			lanes[lane] = make(chan int, len(names))
		}
	}
	for i, name := range names {
		lanes[s.calendars[name].Lane] <- i
	}
	var wg sync.WaitGroup
	for lane, waiting := range lanes {
		width := engine.LaneWidth
		if lane == "" {
			width = parallelFolders
		}
		close(waiting)
		for range min(width, len(waiting)) {
			wg.Go(func() {
				for i := range waiting {
					work(i)
				}
			})
		}
	}
	wg.Wait()
}

// Sync makes one pass over the calendars, several at a time. A fault of the store ends it. Invitations that cannot be
// kept do not: that is reported at the end.
func (s *Service) Sync(ctx context.Context, r api.SyncRequest) (api.SyncReport, error) {
	if r.Dry {
		next, asked, err := s.foresee(ctx)
		if err != nil {
			return api.SyncReport{}, err
		}
		report, err := next.passes(ctx, r.Calendars, true, next.engine.Plan)
		report.Lists = asked
		return report, err
	}
	if err := s.enlist(ctx); err != nil {
		return api.SyncReport{}, err
	}
	next := s
	var asked []api.ListReport
	if s.schedule == nil { // a daemon asks by itself
		var err error
		if next, asked, err = s.AskLists(ctx, DueLists); err != nil {
			return api.SyncReport{}, err
		}
	}
	report, err := next.passes(ctx, r.Calendars, false, next.reporting(act{Do: doPass}))
	report.Lists = slices.Concat(s.askedFirst, asked)
	return report, err
}

// Remove makes a pass that takes zoomtag out of the calendars, several at a time.
func (s *Service) Remove(ctx context.Context, r api.RemoveRequest) (api.SyncReport, error) {
	removal := plan.RemoveCancel
	if r.Keep {
		removal = plan.RemoveKeep
	}
	pass := s.reporting(act{Do: doRemove, Removal: removal})
	if r.Dry {
		pass = func(ctx context.Context, name string) (engine.Report, error) {
			return s.engine.PlanRemoval(ctx, name, removal)
		}
	}
	report, err := s.passes(ctx, r.Calendars, r.Dry, pass)
	if err == nil && len(r.Calendars) == 0 { // nobody knows where those files are by now
		report.Files, err = s.inFiles()
	}
	return report, err
}

// inFiles are the links that zoomtag link has put into files outside the calendars.
func (s *Service) inFiles() ([]api.LinkStatus, error) {
	report, err := s.links(nil)
	return slices.DeleteFunc(report.Links, func(l api.LinkStatus) bool { return !record.IsFile(l.Calendar) }), err
}

// passes makes one pass over each of the calendars. A dry one changes nothing.
func (s *Service) passes(ctx context.Context, calendars []string, dry bool,
	pass func(ctx context.Context, name string) (engine.Report, error)) (api.SyncReport, error) {
	names, err := s.known(calendars)
	if err != nil {
		return api.SyncReport{}, err
	}
	invites := s.invites && !dry
	if invites {
		_ = s.beginInvites() // asked again below, when it may have been mended
	}
	before := s.requests.Snapshot()
	reports := make([]engine.Report, len(names))
	faults := make([]error, len(names))
	if s.schedule == nil {
		s.recallQuotas()
		defer s.counting()()
	}
	s.inLanes(names, func(i int) { reports[i], faults[i] = pass(ctx, names[i]) })
	if !dry {
		s.SaveTokens()
	}
	if s.schedule == nil {
		s.SaveQuotas(true)
	}
	report := api.SyncReport{Calendars: reports, Requests: s.requests.Since(before)}
	for i := range reports {
		for call, n := range reports[i].Calls {
			report.Requests[call] += n
		}
	}
	err = stopped(names, faults)
	if s.schedule == nil && report.Requests["zoom"] > 0 { // a daemon has said it when it began
		s.CheckScopes(ctx)
	}
	for i := range reports {
		if !dry && faults[i] == nil {
			err = errors.Join(err, s.tellWaiting(&reports[i]))
		}
	}
	if dry {
		foretellMoves(reports)
		err = errors.Join(err, s.foretellRooms(reports))
	}
	if invites {
		err = errors.Join(err, s.beginInvites())
	}
	return report, err
}

// CheckScopes says what the Zoom apps are not allowed to do, rather than at the first event that needs it.
func (s *Service) CheckScopes(ctx context.Context) {
	for _, account := range s.accounts {
		checker, ok := account.Service.(meeting.ScopeChecker)
		if !ok {
			continue
		}
		err := checker.CheckScopes(ctx)
		var refused *meeting.SignInError
		saidByEvents := s.schedule == nil && errors.As(err, &refused)
		if err == nil || ctx.Err() != nil || saidByEvents {
			continue
		}
		s.log.Warn("the Zoom app needs a look", account.Attributes("reason", err)...)
	}
}

// beginInvites has the inviter begin, unless it has.
func (s *Service) beginInvites() error {
	var watched []string
	for _, c := range s.builder.Config.Calendars {
		if folder := c.Section().Folder(); folder != "" {
			watched = append(watched, folder)
		}
	}
	return s.invitations.Begin(watched)
}

// stopped joins the faults of passes over several calendars; that they were asked to end early is said once, in a
// sentence, and so is that no worker has made them.
func stopped(names []string, faults []error) error {
	early := false
	var others []error
	var left []string
	var alone error
	for i, err := range faults {
		switch {
		case errors.Is(err, context.Canceled):
			early = true
		case errors.Is(err, store.ErrNobody):
			left, alone = append(left, names[i]), err
		case err != nil:
			others = append(others, err)
		}
	}
	switch len(left) {
	case 0:
	case 1:
		others = append(others, alone)
	default:
		others = append(others, undone(context.Background(), left, len(names)))
	}
	if early {
		others = append(others, api.ErrStopped)
	}
	return errors.Join(others...)
}

// stands takes over how the sign-in of a person stands, why it cannot be used, and what mends that.
func stands(t *api.TokenStatus, g signin.State, ok bool) {
	again := words.Sentence("run " + t.Command)
	switch {
	case ok:
		t.SignedIn, t.Refused, t.Reason = api.Time(g.SignedIn), api.Time(g.Refused), g.Reason
		t.Ends = api.Time(g.Ends)
		if t.Refused != nil {
			t.Cure = again
		}
	case g.Unusable != nil:
		t.Reason = words.Cause(g.Unusable)
		t.Cure = cmp.Or(words.Sentence(words.Cure(g.Unusable)), again)
	default:
		t.Cure = again
	}
}

// Status gathers the facts, with those that only a daemon has.
func (s *Service) Status(_ context.Context, q api.StatusRequest) (api.StatusReport, error) {
	verdicts, err := s.verdicts()
	if err != nil {
		return api.StatusReport{}, err
	}
	report, err := s.statusOf(verdicts)
	if err == nil {
		err = report.Part(q)
	}
	return report, err
}

// statusOf is Status with the verdicts on coming links.
func (s *Service) statusOf(verdicts verdicts) (api.StatusReport, error) {
	report, err := s.status(verdicts)
	if err != nil {
		return report, err
	}
	left, notices, err := leftoversOf(s.engine)
	if err != nil {
		return report, err
	}
	for _, notice := range notices {
		if !saidOf(report.Events, notice) {
			report.Notices = append(report.Notices, notice)
		}
	}
	report.Leftovers = left
	if err := s.tellLists(&report); err != nil {
		return report, err
	}
	report.Daemon, report.Version = s.schedule != nil, s.version
	if err := s.tellWorkers(&report); err != nil {
		return report, err
	}
	s.tellSchedule(&report)
	s.tellSignIns(&report)
	report.Reasons = append(report.Reasons, report.Needs()...)
	return report, nil
}

// tellLists tells how the lists of calendars stand.
func (s *Service) tellLists(report *api.StatusReport) (err error) {
	if report.Lists, err = s.listStatus(); err != nil {
		return err
	}
	for i := range report.Lists {
		l := &report.Lists[i]
		report.Notices = append(report.Notices, notWatched(l)...)
		if l.Error == "" {
			continue
		}
		report.Reasons = append(report.Reasons, l.Name+": "+l.Error)
		if report.Health == api.OK {
			report.Health = api.Degraded
		}
	}
	return nil
}

// tellSchedule tells what only a daemon knows: when calendars are asked next, and what services were asked of a day.
func (s *Service) tellSchedule(report *api.StatusReport) {
	if s.schedule == nil {
		return
	}
	for _, q := range s.schedule.Quotas() {
		report.Quotas = append(report.Quotas, api.QuotaStatus{Service: q.Name, Used: q.Used, Limit: q.Most,
			Calendars: q.Calendars})
	}
	for i := range report.Calendars {
		report.Calendars[i].NextRun = api.Time(s.schedule.Next(report.Calendars[i].Name))
	}
}

// tellSignIns tells how the sign-ins of persons stand. Without one at Zoom not all is well; of a calendar its own state
// says so.
func (s *Service) tellSignIns(report *api.StatusReport) {
	grants := s.builder.Grants.Ahead(s.grantPaths())
	for i := range report.Calendars {
		c := &report.Calendars[i]
		if path, signsIn := s.grants[c.Name]; signsIn {
			token := api.TokenStatus{Calendar: c.Name, Provider: c.Provider,
				Command: assemble.CalendarSignIn(c.Provider, c.Name)}
			g, ok := grants.Standing(path)
			stands(&token, g, ok)
			report.Tokens = append(report.Tokens, token)
		}
	}
	for _, account := range s.accounts {
		if account.Grant == "" {
			continue
		}
		token := api.TokenStatus{Provider: "zoom", Account: account.Name, Command: assemble.ZoomSignIn(account.Name)}
		g, ok := grants.Standing(account.Grant)
		if stands(&token, g, ok); ok {
			nameHost(report.Budget, account.Name, g.Email)
			token.Person = g.Name()
		}
		report.Tokens = append(report.Tokens, token)
		if report.Health == api.OK && (token.SignedIn == nil || token.Refused != nil) {
			report.Health = api.Degraded
		}
	}
}

// grantPaths are where all sign-ins of persons lie.
func (s *Service) grantPaths() []string {
	paths := slices.Collect(maps.Values(s.grants))
	for _, account := range s.accounts {
		if account.Grant != "" {
			paths = append(paths, account.Grant)
		}
	}
	return paths
}

// saidOf reports whether a notice says no more than what stands against one of the events. What a service says of the
// single request, in brackets behind the sentence, differs each time.
func saidOf(events []api.EventStatus, notice string) bool {
	return slices.ContainsFunc(events, func(e api.EventStatus) bool {
		sentence, _, _ := strings.Cut(e.Reason, " (")
		return sentence != "" && strings.Contains(notice, sentence)
	})
}

// nameHost says who the person is whose calls are counted in an account of one person.
func nameHost(budgets []api.BudgetStatus, account, person string) {
	for i := range budgets {
		if b := &budgets[i]; b.Host == meeting.Me && b.Account == account && person != "" {
			b.Host = person
		}
	}
}

// Doctor judges everything, or one event or link.
func (s *Service) Doctor(ctx context.Context, r api.DoctorRequest) (api.DoctorReport, error) {
	s.builder.Tokens.Renew() // whether the services give one out is what is asked
	return s.examiner.Examine(ctx, r)
}

// Links gathers the links.
func (s *Service) Links(context.Context) (api.LinksReport, error) {
	verdicts, err := s.verdicts()
	if err != nil {
		return api.LinksReport{}, err
	}
	return s.links(verdicts)
}

// Overview is Status, Links and Conditions at once, for less than the three cost.
func (s *Service) Overview(ctx context.Context) (status api.StatusReport, links api.LinksReport,
	conditions api.ConditionsReport, err error) {
	verdicts, err := s.verdicts()
	if err != nil {
		return status, links, conditions, err
	}
	if status, err = s.statusOf(verdicts); err != nil {
		return status, links, conditions, err
	}
	if links, err = s.links(verdicts); err != nil {
		return status, links, conditions, err
	}
	conditions, err = s.conditionsOf(ctx, &status)
	return status, links, conditions, err
}

// Log reads the journal.
func (s *Service) Log(_ context.Context, r api.LogRequest) (api.LogReport, error) {
	if r.Calendar != "" {
		kept, err := s.st.Calendars() // one that was taken out has its entries still
		if err != nil {
			return api.LogReport{}, err
		}
		if _, err := s.known([]string{r.Calendar}); err != nil && !slices.Contains(kept, r.Calendar) {
			return api.LogReport{}, err
		}
	}
	r.Event = s.engine.Untagged(r.Event)
	return s.reader.log(r)
}

// Release lifts the brake of a calendar. A daemon looks at it at once.
func (s *Service) Release(ctx context.Context, r api.ReleaseRequest) (api.ReleaseReport, error) {
	name := r.Calendar
	if report, mine, err := s.releaseList(name); mine || err != nil {
		return report, err
	}
	if _, err := s.known([]string{name}); err != nil {
		return api.ReleaseReport{}, err
	}
	before, err := s.st.Calendar(name)
	if err != nil {
		return api.ReleaseReport{}, err
	}
	o, err := s.does(ctx, name, act{Do: doRelease})
	return api.ReleaseReport{Calendar: name, Held: o.Held, Removed: before.Removal != "", Events: o.Events}, err
}

// Close lets go of the store.
func (s *Service) Close() error {
	return errors.Join(s.dismiss(), s.st.Close())
}
