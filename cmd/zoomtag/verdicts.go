package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"zoomtag/sync/assemble"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// hostBook keeps what Zoom says of hosts for some hours: it is wanted whenever a meeting is looked at.
type hostBook struct {
	mu    sync.Mutex
	since time.Time
	hosts map[string]*hostFacts
}

// hostsFor is how long what is known of hosts counts, also that one could not be asked.
const hostsFor = 6 * time.Hour

// open is an examination that knows of hosts what was learned lately.
func (b *hostBook) open(d *desk) *examination {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := d.now()
	if b.hosts == nil || now.Sub(b.since) >= hostsFor {
		b.since, b.hosts = now, map[string]*hostFacts{}
	}
	return &examination{desk: d, at: now, mu: &b.mu, hosts: b.hosts}
}

// judge judges the link of an event whose meeting was looked at. Of the calendar it asks once, who is invited; of Zoom, what it says of
// the host, now and then.
func (d *desk) judge(ctx context.Context, look engine.Look) []store.Verdict {
	account, ok := d.accounts.Of(look.Record.Mark)
	if !ok || account.Inspector() == nil {
		return nil
	}
	x := d.hosts.open(d)
	f := x.shown(look.Record.Calendar, look.Event, look.Record)[0]
	f.Meeting, f.Host = look.Meeting, x.host(ctx, account, look.Record.Host)
	f.Details = x.invited(ctx, &f)
	findings := doctor.JudgeLink(f)
	for _, about := range doctor.JudgeHost(look.Record.Host, f.Host, x.unknown(account, look.Record.Host)) {
		if about.Severity != doctor.Note { // what is only worth knowing of a host is not worth knowing for each link
			findings = append(findings, about)
		}
	}
	doctor.Sort(findings)
	verdicts := make([]store.Verdict, 0, len(findings))
	for _, found := range findings {
		verdicts = append(verdicts, verdictOf(found))
	}
	if len(verdicts) == 0 {
		return nil
	}
	return verdicts
}

// unknown reports whether Zoom has said that it does not know a host that was asked about.
func (x *examination) unknown(a assemble.Account, host string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := x.hosts[hostKey(a, host)]
	return h != nil && h.unknown
}

func verdictOf(f doctor.Finding) store.Verdict {
	return store.Verdict{Code: f.Code, Severity: string(f.Severity), What: f.What, Mend: f.Mend}
}

// invited is what the calendar says of an event's guests; nil where it cannot.
func (x *examination) invited(ctx context.Context, f *doctor.Facts) *calendar.Details {
	c := x.calendarOf(f.Calendar)
	if c == nil || f.Event == nil {
		return nil
	}
	source, ok := c.Source.(calendar.Describer)
	if !ok {
		return nil
	}
	details, err := source.Describe(ctx, f.Event.ID)
	if err != nil { // then nobody knows who is invited
		return nil
	}
	return &details
}

// verdicts are the findings about coming links: those of the last look at each, and which of them get in each other's way.
type verdicts []doctor.Finding

func (l *ledger) verdicts() (verdicts, error) {
	var all verdicts
	var coming []doctor.Facts
	now := l.now()
	for _, name := range l.names {
		records, err := l.st.Records(name)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			if !rec.Active() || rec.Over(now) {
				continue
			}
			coming = append(coming, doctor.Remembered(now, rec))
			for _, v := range rec.Verdicts {
				all = append(all, doctor.Finding{Code: v.Code, Severity: doctor.Severity(v.Severity), What: v.What, Mend: v.Mend,
					Calendar: rec.Calendar, EventID: rec.EventID, Title: rec.Title, Link: doctor.Mask(plan.ShownURL(rec.Meeting))})
			}
		}
	}
	all = append(all, doctor.JudgeOverlaps(coming)...)
	doctor.Sort(all)
	return all, nil
}

// byEvent are the verdicts by the key of their event.
func (v verdicts) byEvent() map[string][]store.Verdict {
	found := map[string][]store.Verdict{}
	for _, f := range v {
		key := f.Calendar + "\x00" + f.EventID
		found[key] = append(found[key], verdictOf(f))
	}
	return found
}

// worth are those that somebody should do something about.
func (v verdicts) worth() []doctor.Finding {
	return slices.DeleteFunc(slices.Clone([]doctor.Finding(v)), func(f doctor.Finding) bool { return f.Severity == doctor.Note })
}

// serious are the codes of errors and warnings.
func serious(found []store.Verdict) []string {
	var codes []string
	for _, v := range found {
		if v.Severity != string(doctor.Note) && !slices.Contains(codes, v.Code) {
			codes = append(codes, v.Code)
		}
	}
	return codes
}
