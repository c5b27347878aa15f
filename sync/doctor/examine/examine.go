package examine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// Examiner gathers the facts that doctor judges.
type Examiner struct {
	Options
	book hostBook
}

// Options are what an examiner asks.
type Options struct {
	Store     *store.Store
	Builder   *assemble.Builder // whose accounts and calendars they are
	Names     []string          // the configured calendars, in their order
	Calendars map[string]*engine.Calendar
	Grants    map[string]string // the files of persons' sign-ins, by calendar
	Probes    *Prober           // looks at the way to Zoom; nil leaves that out
	// Status is what is known without asking anybody.
	Status func() (api.StatusReport, error)
	// Refused are the sign-ins of Zoom accounts that were refused when they were last tried, by the account's hash, and
	// why.
	Refused func() (map[string]error, error)
	// Lists asks the lists of calendars for who is on them, and tells how they stand by then. Nothing is saved.
	Lists func(ctx context.Context, known []api.ListStatus) []api.ListStatus
	Now   func() time.Time
}

// New returns an examiner that knows nothing of hosts yet.
func New(o Options) *Examiner { return &Examiner{Options: o} }

// examination gathers the facts for one judgement.
type examination struct {
	*Examiner
	at    time.Time
	alone bool            // nobody is asked: folders of this machine are read, and what is remembered
	blind bool            // nor are folders read
	mute  map[string]bool // accounts that cannot be asked, by hash: that is said once, and not for each link
	// grants are the sign-ins of persons, read at once.
	grants signin.Grants
	mu     *sync.Mutex           // guards hosts and what is in them
	hosts  map[string]*hostFacts // by hostKey
}

// inspector asks the account about its meetings and hosts; nil where Zoom is not asked.
func (x *examination) inspector(a assemble.Account) meeting.Inspector {
	if x.mute[a.Hash] {
		return nil
	}
	return a.Inspector()
}

// Examine judges everything, or one event or link.
func (e *Examiner) Examine(ctx context.Context, r api.DoctorRequest) (api.DoctorReport, error) {
	x := &examination{Examiner: e, at: e.Now(), alone: r.NoNetwork, mute: map[string]bool{}, mu: &sync.Mutex{},
		hosts: map[string]*hostFacts{}}
	if x.alone {
		for _, a := range e.Builder.Accounts {
			x.mute[a.Hash] = true
		}
	}
	report, err := x.judge(ctx, r)
	report.Count()
	if x.alone && err == nil {
		report.Unasked = unasked
	}
	if err == nil && ctx.Err() != nil {
		err = api.ErrStopped
	}
	return report, err
}

// Remembered judges the set-up by what is remembered, of which status tells: nobody is asked, and no folder is read.
func (e *Examiner) Remembered(ctx context.Context, status *api.StatusReport) ([]doctor.Finding, error) {
	x := &examination{Examiner: e, at: e.Now(), alone: true, blind: true, mute: map[string]bool{}, mu: &sync.Mutex{}}
	setup, err := x.setup(ctx, status)
	if err != nil {
		return nil, err
	}
	findings, _ := doctor.JudgeSetup(setup)
	return findings, nil
}

// unasked ends the report of an examination for which nobody was asked.
const unasked = "Nobody was asked, neither calendars of services nor Zoom: this is what the configuration, local " +
	"folders and zoomtag's memory say."

// silent reports whether a calendar is not asked: that of who has left a list is left alone, and all but folders of
// this machine are somebody's service.
func (x *examination) silent(calendar string) bool {
	if record.IsFile(calendar) { // nobody knows where it is by now
		return true
	}
	if c := x.Calendars[calendar]; c != nil && c.Away != nil {
		return true
	}
	if x.blind || !x.alone { // there may be many thousands of calendars, each of which is asked about
		return x.blind
	}
	list := x.Builder.Config.Calendars
	i := slices.IndexFunc(list, func(c configs.Calendar) bool { return c.Name == calendar })
	return i < 0 || list[i].Section().Folder() == ""
}

func (x *examination) judge(ctx context.Context, r api.DoctorRequest) (api.DoctorReport, error) {
	if r.About != "" {
		return x.one(ctx, r.About)
	}
	status, err := x.Status()
	if err != nil {
		return Without(err)
	}
	setup, err := x.setup(ctx, &status)
	if err != nil {
		return api.DoctorReport{}, err
	}
	var network doctor.NetworkFacts
	var wg sync.WaitGroup
	if !x.alone && x.Probes != nil {
		list, media, outside, err := x.targets()
		if err != nil {
			return api.DoctorReport{}, err
		}
		wg.Go(func() { network = x.Probes.Look(ctx, list, media, outside) })
	}
	x.configuredHosts(ctx)
	facts, err := x.coming(ctx, &setup)
	wg.Wait()
	if err != nil {
		return api.DoctorReport{}, err
	}
	report := api.NewDoctorReport()
	if !setup.Skewed {
		setup.Skew, setup.Skewed = network.Skew()
	}
	findings, well := doctor.JudgeSetup(setup)
	hosts, described := x.judgeHosts()
	report.Findings = append(append(report.Findings, findings...), hosts...)
	report.Pass(api.AreaSetup, slices.Concat([]string{"the configuration is good"}, well, described)...)
	findings, well = doctor.JudgeNetwork(network)
	report.Findings = append(report.Findings, findings...)
	report.Pass(api.AreaNetwork, well...)
	x.links(&report, facts, doctor.JudgeOverlaps(facts))
	return report, nil
}

// links judges the links, each with what the others mean for it.
func (x *examination) links(report *api.DoctorReport, facts []doctor.Facts, overlaps []doctor.Finding) {
	for i := range facts {
		f := &facts[i]
		findings := slices.Concat(doctor.JudgeLink(*f), doctor.JudgeNotes(*f))
		if f.Record != nil {
			for _, o := range overlaps {
				if o.Calendar == f.Calendar && o.EventID == f.Record.EventID {
					findings = append(findings, o)
				}
			}
		}
		doctor.Sort(findings)
		report.Findings = append(report.Findings, findings...)
		if len(findings) == 0 {
			report.Pass(api.AreaLinks, fmt.Sprintf("%s  %s", titled(f), doctor.Mask(f.Link)))
		}
	}
}

// titled names the event of a link that is well.
func titled(f *doctor.Facts) string {
	if f.Event == nil {
		return "the link"
	}
	return fmt.Sprintf("%s in %s (%s)", plan.ShownTitle(f.Event.Title), api.PlaceOf(f.Calendar),
		f.Event.Start.Local().Format("2006-01-02 15:04 MST"))
}

// untagged reports whether an event of a calendar is called as about is without the tags in it.
func (x *examination) untagged(calendar, about string, called func(name string) bool) bool {
	c := x.Calendars[calendar]
	return c != nil && called(c.Settings.Rules.Untagged(about))
}

// unlinked says why an event that somebody means has no link, of those for which something could not be done.
func (x *examination) unlinked(about string) (list []doctor.Finding, err error) {
	status, err := x.Status()
	for i := range status.Events {
		e := &status.Events[i]
		called := func(name string) bool { return name == e.EventID || strings.EqualFold(name, e.Title) }
		if called(about) || x.untagged(e.Calendar, about, called) {
			list = append(list, doctor.JudgeEvent(eventFacts(e)))
		}
	}
	return list, err
}

// one judges the event or link that somebody means.
func (x *examination) one(ctx context.Context, about string) (api.DoctorReport, error) {
	report := api.NewDoctorReport()
	records, err := x.keptRecords()
	if err != nil {
		return report, err
	}
	link := doctor.LinkIn(about)
	var facts []doctor.Facts
	for _, rec := range records {
		switch {
		case rec.Called(about), x.untagged(rec.Calendar, about, rec.Called):
			facts = append(facts, x.remembered(ctx, rec)...)
		case link != "" && (doctor.SameMeeting(link, rec.Meeting.JoinURL) ||
			doctor.SameMeeting(link, plan.ShownURL(rec.Meeting))):
			f := doctor.Facts{Now: x.at, Calendar: rec.Calendar, Record: rec, Link: link, Text: about}
			facts = append(facts, f)
		}
	}
	switch {
	case len(facts) == 0 && link == "":
		if report.Findings, err = x.unlinked(about); err != nil || len(report.Findings) > 0 {
			return report, err
		}
		return report, words.Usage(fmt.Errorf("there is no linked event %q, and it is no link; \"zoomtag links\" "+
			"shows the events that there are", about))
	case len(facts) == 0:
		report.Findings = append(report.Findings, doctor.JudgeLink(doctor.Facts{Now: x.at, Link: link, Text: about})...)
		return report, nil
	}
	x.ask(ctx, facts)
	own := len(facts)
	for _, rec := range records {
		if !slices.ContainsFunc(facts[:own], func(f doctor.Facts) bool { return f.Record == rec }) {
			facts = append(facts, doctor.Remembered(x.at, rec))
		}
	}
	x.links(&report, facts[:own], doctor.JudgeOverlaps(facts))
	hosts, _ := x.judgeHosts()
	report.Findings = append(report.Findings, hosts...)
	doctor.Sort(report.Findings)
	return report, nil
}
