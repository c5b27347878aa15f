package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zoomtag/sync/doctor/examine"

	"zoomtag/sync/invite/keep"

	"zoomtag/sync/assemble"

	"zoomtag/providers/signin"

	"zoomtag/sync/api"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/sync/engine"
)

// desk is the office of this process: it holds the store and works on the calendars itself.
type desk struct {
	ledger
	engine    *engine.Engine
	builder   *assemble.Builder
	requests  *assemble.Counter
	schedule  *engine.Schedule           // nil unless this is the daemon
	stuck     func(calendar string) bool // set with it: no service that is only slow explains how long no pass has ended
	accounts  assemble.Accounts
	inviter   *keep.Keeper
	calendars map[string]*engine.Calendar
	examiner  *examine.Examiner
	invites   bool              // they are kept, for a folder or a feed
	grants    map[string]string // the files of persons' sign-ins, by calendar
	log       *slog.Logger
}

// known returns the calendars that are meant: those named, or all.
func (d *desk) known(names []string) ([]string, error) {
	if len(names) == 0 {
		return d.names, nil
	}
	for _, name := range names {
		if !slices.Contains(d.names, name) {
			return nil, words.Usage(errors.New("there is no calendar " + strconv.Quote(name) + " in the configuration" + oneOf(name, d.names)))
		}
	}
	return names, nil
}

// oneOf ends a sentence that says that there is nothing of a name: with the one that was probably meant, or else with those that there are.
func oneOf(name string, known []string) string {
	if meant := words.Meant(name, known); meant != "" {
		return meant
	}
	return "; there are: " + strings.Join(known, ", ")
}

// parallelPasses is how many calendars one `sync` works on at once.
const parallelPasses = 8

// Sync makes one pass over the calendars, several at a time. A fault of the store ends it. Invitations that cannot be kept do not: that
// is reported at the end.
func (d *desk) Sync(ctx context.Context, r api.SyncRequest) (api.SyncReport, error) {
	names, err := d.known(r.Calendars)
	if err != nil {
		return api.SyncReport{}, err
	}
	invites := d.invites && !r.Dry
	if invites {
		_ = d.beginInvites() // asked again below, when it may have been mended
	}
	before := d.requests.Snapshot()
	reports := make([]engine.Report, len(names))
	faults := make([]error, len(names))
	var wg sync.WaitGroup
	places := make(chan struct{}, parallelPasses)
	for i, name := range names {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			if r.Dry {
				reports[i], faults[i] = d.engine.Plan(ctx, name)
			} else {
				reports[i], faults[i] = d.engine.Pass(ctx, name)
			}
		})
	}
	wg.Wait()
	report := api.SyncReport{Calendars: reports, Requests: d.requests.Since(before)}
	for i := range reports {
		for call, n := range reports[i].Calls {
			report.Requests[call] += n
		}
	}
	if err = stopped(faults); d.schedule == nil && report.Requests["zoom"] > 0 { // a daemon has said it when it began
		d.checkScopes(ctx)
	}
	for i := range reports {
		if !r.Dry && faults[i] == nil {
			err = errors.Join(err, d.tellWaiting(&reports[i]))
		}
	}
	if r.Dry {
		err = errors.Join(err, d.foretellRooms(reports))
	}
	if invites {
		err = errors.Join(err, d.beginInvites())
	}
	return report, err
}

// checkScopes says what the Zoom apps are not allowed to do, rather than at the first event that needs it.
func (d *desk) checkScopes(ctx context.Context) {
	for _, account := range d.accounts {
		checker, ok := account.Service.(meeting.ScopeChecker)
		if !ok {
			continue
		}
		err := checker.CheckScopes(ctx)
		var refused *meeting.SignInError
		if err == nil || ctx.Err() != nil || d.schedule == nil && errors.As(err, &refused) { // the events that needed it say so
			continue
		}
		d.log.Warn("the Zoom app needs a look", account.Attributes("reason", err)...)
	}
}

// beginInvites has the inviter begin, unless it has.
func (d *desk) beginInvites() error {
	var watched []string
	for _, c := range d.builder.Config.Calendars {
		if c.ICS != nil {
			watched = append(watched, c.ICS.Path)
		}
	}
	return d.inviter.Begin(watched)
}

// stopped joins the faults of several passes; that they were asked to end early is said once, in a sentence.
func stopped(faults []error) error {
	early := false
	others := slices.DeleteFunc(faults, func(err error) bool {
		canceled := errors.Is(err, context.Canceled)
		early = early || canceled
		return canceled
	})
	if early {
		others = append(others, api.ErrStopped)
	}
	return errors.Join(others...)
}

// stands takes over how the sign-in of a person stands, and why it cannot be used.
func stands(t *api.TokenStatus, g signin.State, ok bool) {
	switch {
	case ok:
		t.SignedIn, t.Refused, t.Reason = api.Time(g.SignedIn), api.Time(g.Refused), g.Reason
	case g.Unusable != nil:
		t.Reason = words.Of(g.Unusable)
	}
}

// Status gathers the facts, with those that only a daemon has.
func (d *desk) Status(context.Context) (api.StatusReport, error) {
	report, err := d.status()
	if err != nil {
		return report, err
	}
	left, notices, err := leftoversOf(d.engine)
	for _, notice := range notices {
		if !saidOf(report.Events, notice) {
			report.Notices = append(report.Notices, notice)
		}
	}
	report.Leftovers = left
	report.Daemon = d.schedule != nil
	for i := range report.Calendars {
		c := &report.Calendars[i]
		if d.schedule != nil {
			c.NextRun = api.Time(d.schedule.Next(c.Name))
		}
		if path, ok := d.grants[c.Name]; ok {
			token := api.TokenStatus{Calendar: c.Name, Provider: c.Provider}
			g, ok := signin.Read(path)
			stands(&token, g, ok)
			report.Tokens = append(report.Tokens, token)
		}
	}
	for _, account := range d.accounts {
		if account.Grant == "" {
			continue
		}
		token := api.TokenStatus{Provider: "zoom", Account: account.Name}
		g, ok := signin.Read(account.Grant)
		if stands(&token, g, ok); ok {
			nameHost(report.Budget, account.Name, g.Email)
			token.Person = g.Name()
		}
		report.Tokens = append(report.Tokens, token)
		if report.Health == api.OK && (token.SignedIn == nil || token.Refused != nil) {
			report.Health = api.Degraded
		}
	}
	return report, err
}

// saidOf reports whether a notice says no more than what stands against one of the events. What a service says of the single request, in
// brackets behind the sentence, differs each time.
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
func (d *desk) Doctor(ctx context.Context, r api.DoctorRequest) (api.DoctorReport, error) {
	return d.examiner.Examine(ctx, r)
}

// Links gathers the links.
func (d *desk) Links(context.Context) (api.LinksReport, error) { return d.links() }

// Log reads the journal.
func (d *desk) Log(_ context.Context, r api.LogRequest) (api.LogReport, error) {
	return d.ledger.log(r.Event)
}

// Release lifts the brake of a calendar. A daemon looks at it at once.
func (d *desk) Release(ctx context.Context, r api.ReleaseRequest) (api.ReleaseReport, error) {
	name := r.Calendar
	if _, err := d.known([]string{name}); err != nil {
		return api.ReleaseReport{}, err
	}
	held, events, err := d.engine.Release(ctx, name)
	if d.schedule != nil && err == nil {
		d.schedule.Nudge(name)
	}
	return api.ReleaseReport{Calendar: name, Held: held, Events: events}, err
}

// Close lets go of the store.
func (d *desk) Close() error { return d.st.Close() }

// Serve makes d the one that a daemon asks: with a schedule for its calendars, and in the place of old, which may still be at work and be nil.
// specs are the schedules by the names of the calendars. Whoever starts the daemon, or has it read its configuration, has perhaps mended
// something: what failed is due at once.
func (d *desk) Serve(specs map[string]string, old *desk) (err error) {
	if d.schedule, err = engine.NewSchedule(d.engine, specs, nil); err != nil {
		return words.Usage(err)
	}
	d.overdue, d.stuck = d.schedule.Overdue, d.schedule.Stuck
	if old != nil {
		d.engine.Succeed(old.engine)
		d.inviter.Succeed(old.inviter)
	}
	return nil
}

// Begin has be due what somebody may have mended. It is called once d has taken the place of the one before.
func (d *desk) Begin() error {
	_, err := d.engine.Retry(engine.Again{Calendars: d.names})
	return err
}

// Run makes the passes of the schedule until ctx ends, and returns when the last of them has ended.
func (d *desk) Run(ctx context.Context) error {
	if d.invites {
		if err := d.beginInvites(); err != nil {
			d.log.Error("invitations", "reason", err)
		}
	}
	return d.schedule.Run(ctx)
}

// Finish saves what only the running daemon knew.
func (d *desk) Finish() error { return d.engine.SavePasses() }

// Sweep looks for meetings without an event, unless that was done within the day. It returns engine.ErrUnread until all calendars have been read.
func (d *desk) Sweep(ctx context.Context) error { return d.engine.Sweep(ctx) }

// Feed answers for the calendar of all invitations.
func (d *desk) Feed(w http.ResponseWriter, r *http.Request) { d.inviter.ServeFeed(w, r) }

// Stuck returns why no pass of some calendar has ended for so long that no slow service explains it; nil where none is.
func (d *desk) Stuck() error {
	for _, name := range d.names {
		if quiet, _ := d.overdue(name); d.stuck(name) {
			return fmt.Errorf("calendar %s: %s", name, engine.OverdueReason(quiet))
		}
	}
	return nil
}

// Late names the calendars that are overdue.
func (d *desk) Late() (names []string) {
	for _, name := range d.names {
		if _, overdue := d.overdue(name); overdue {
			names = append(names, name)
		}
	}
	return names
}
