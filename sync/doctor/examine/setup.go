package examine

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"slices"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// setup gathers what is known of the set-up, calendars included. It asks each Zoom account for a token and each
// calendar for its name, or nobody.
func (x *examination) setup(ctx context.Context, status *api.StatusReport) (doctor.Setup, error) {
	s := doctor.Setup{Now: x.at, Accounts: make([]doctor.AccountFacts, len(x.Builder.Accounts))}
	if x.grants = x.Builder.Grants; x.blind { // else asking may change how one stands
		x.grants = x.grants.Ahead(x.grantPaths())
	}
	refused, err := x.Refused()
	if err != nil {
		return s, err
	}
	inParallel(len(x.Builder.Accounts),
		func(i int) { s.Accounts[i] = x.accountFacts(ctx, x.Builder.Accounts[i], refused) })
	for i, a := range x.Builder.Accounts {
		x.mute[a.Hash] = x.alone || s.Accounts[i].Error != ""
	}
	s.Skew, s.Skewed = x.Builder.Requests.Skew("zoom")
	if err := x.told(ctx, &s, status); err != nil {
		return s, err
	}
	s.Calendars = make([]doctor.CalendarFacts, len(status.Calendars))
	inParallel(len(s.Calendars), func(i int) {
		s.Calendars[i] = x.calendarFacts(ctx, x.Builder.Config.Calendars[i])
		asRemembered(&s.Calendars[i], &status.Calendars[i])
	})
	return s, nil
}

// eventFacts are what the status says of an event that needs somebody.
func eventFacts(e *api.EventStatus) doctor.EventFacts {
	return doctor.EventFacts{Calendar: e.Calendar, ID: e.EventID, Title: e.Title, Start: e.Start, Reason: e.Reason,
		Code: e.Code, Cure: e.Cure}
}

// told adds what the status and the store tell.
func (x *examination) told(ctx context.Context, s *doctor.Setup, status *api.StatusReport) error {
	for _, b := range status.Budget {
		s.Budget = append(s.Budget, doctor.BudgetFacts{Host: b.Host, Account: b.Account, Used: b.Used, Limit: b.Limit})
	}
	for i := range status.Events {
		s.Events = append(s.Events, eventFacts(&status.Events[i]))
	}
	lists := status.Lists
	if !x.alone && x.Lists != nil {
		lists = x.Lists(ctx, lists)
	}
	for i := range lists {
		if l := &lists[i]; l.Error != "" {
			s.Lists = append(s.Lists, doctor.ListFacts{Name: l.Name, Error: l.Error, Code: l.Code, Cure: l.Cure})
		}
	}
	for _, l := range status.Leftovers {
		s.Leftovers = append(s.Leftovers, doctor.LeftoverFacts{ID: l.MeetingID, Topic: l.Topic, Host: l.Host,
			Mend: l.Mend})
	}
	if !x.blind {
		s.Database = x.database(ctx)
	}
	s.Contradictory = x.contradictory()
	s.Exposed, s.ExposedCure = words.Apart(x.Store.Exposed())
	s.ExposedCure = words.Sentence(s.ExposedCure)
	s.Readable, s.ReadableCure = words.Apart(x.Store.Readable())
	s.ReadableCure = words.Sentence(s.ReadableCure)
	s.Displaced, s.DisplacedCure = words.Apart(x.Store.Displaced())
	s.DisplacedCure = words.Sentence(s.DisplacedCure)
	failing, err := x.Store.FailingWays()
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(failing)) {
		s.Ways = append(s.Ways, doctor.WayFacts(failing[key]))
	}
	return nil
}

// asRemembered adds to what a calendar has said what the status tells of it.
func asRemembered(facts *doctor.CalendarFacts, c *api.CalendarStatus) {
	unsaid := facts.Unasked && c.LastError == "" // that it is not there, reading it says
	if c.Held && (!c.Absent || unsaid) {
		facts.Held, facts.HeldCode, facts.HeldCure = c.HeldReason, c.Code, c.Cure
	}
	if !facts.Unasked && !c.Held && c.LastError != "" { // reading it does not show what failed behind that
		facts.LastPass, facts.LastCode, facts.LastCure = c.LastError, c.Code, c.Cure
		if c.Code == reason.Overdue {
			facts.LastCode, facts.LastCure = "", ""
		}
	}
	if facts.Unasked {
		facts.Error, facts.ReadOnly, facts.Said = c.LastError, c.ReadOnly != "", c.ReadOnly
		if !c.Held || c.Absent { // else it is that of the brake
			remember(facts, c)
		}
	}
	if facts.Overdue = c.OverdueReason; c.Code == reason.Overdue {
		facts.OverdueCure = c.Cure
	}
}

// remember takes over what is remembered of why a calendar cannot be read, or not be written.
func remember(facts *doctor.CalendarFacts, c *api.CalendarStatus) {
	switch {
	case c.LastError != "" && c.Code != reason.Overdue:
		facts.ErrorCode, facts.Cure = c.Code, c.Cure
	case c.Code == reason.NotWritable:
		facts.RightsCure = c.Cure
	}
}

// accountFacts asks an account what its app may do, and looks how the sign-in of the person who hosts stands.
func (x *examination) accountFacts(ctx context.Context, a assemble.Account,
	refused map[string]error) doctor.AccountFacts {
	f := doctor.AccountFacts{Name: a.Name}
	if inspector := a.Inspector(); inspector != nil {
		f.API, f.Unasked = true, x.alone
		switch {
		case x.blind: // else what is remembered is told of the events, and is no more than a warning
			err := refused[a.Hash]
			f.Error, f.Cure = words.Cause(err), words.Sentence(words.Cure(err))
		case !x.alone:
			var err error
			f.Lacking, err = inspector.Scopes(ctx)
			f.Error, f.Cure = words.Cause(err), words.Sentence(words.Cure(err))
		}
	}
	if a.Grant != "" {
		f.Person = &doctor.CalendarFacts{Name: "Zoom", Account: a.Name, Provider: "zoom", SignsIn: true}
		readSignIn(f.Person, x.grants, a.Grant)
	}
	return f
}

// contradictory are the calendars for which the configuration asks for a waiting room and for joining before the host.
func (x *examination) contradictory() (names []string) {
	for _, c := range x.Builder.Config.Calendars {
		m := x.Builder.Config.For(c).Meeting
		if plan.Contradictory(meeting.Options{WaitingRoom: m.WaitingRoom, JoinBeforeHost: m.JoinBeforeHost}) {
			names = append(names, c.Name)
		}
	}
	return names
}

// grantPaths are where all sign-ins of persons lie.
func (x *examination) grantPaths() []string {
	paths := slices.Collect(maps.Values(x.Grants))
	for i := range x.Builder.Accounts {
		if grant := x.Builder.Accounts[i].Grant; grant != "" {
			paths = append(paths, grant)
		}
	}
	return paths
}

// readSignIn takes over what is kept of a person's sign-in. That it cannot be used is another thing than that
// there is none.
func readSignIn(f *doctor.CalendarFacts, grants signin.Grants, path string) {
	grant, ok := grants.Standing(path)
	switch {
	case ok:
		f.SignedIn, f.Refused, f.Reason = grant.SignedIn, grant.Refused, grant.Reason
		f.Ends = grant.Ends
	case grant.Unusable != nil:
		f.Unusable, f.UnusableCure = words.Cause(grant.Unusable), words.Sentence(words.Cure(grant.Unusable))
	}
}

// calendarFacts asks a calendar what it is and may.
func (x *examination) calendarFacts(ctx context.Context, c configs.Calendar) doctor.CalendarFacts {
	f := doctor.CalendarFacts{Name: c.Name, Provider: c.Provider(), SignsIn: c.SignsIn(), App: !c.SignsIn()}
	if f.SignsIn {
		readSignIn(&f, x.grants, x.Grants[c.Name])
	}
	f.Secret = c.Outlook != nil && f.App && !c.Outlook.ClientSecret.IsZero()
	if c.Outlook != nil && c.Outlook.ClientCertificate != "" {
		f.CertificateEnd = CertificateEnd(c.Outlook.ClientCertificate)
	}
	if f.Unasked = x.silent(c.Name); f.Unasked {
		return f
	}
	known, ok := x.calendarOf(c.Name).Source.(calendar.Introducer)
	if !ok {
		return f
	}
	if said, err := known.Introduce(ctx); err == nil { // else listing it fails as well, and says why
		f.Said, f.ReadOnly, f.RightsCure = said.Sentence, said.ReadOnly, words.Sentence(said.Cure)
	}
	return f
}

// CertificateEnd is when the first certificate in a PEM file ends; zero where there is none.
func CertificateEnd(path string) time.Time {
	rest, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return time.Time{}
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			return c.NotAfter
		}
	}
}
