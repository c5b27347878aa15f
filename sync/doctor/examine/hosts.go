package examine

import (
	"context"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
)

// hostKey tells hosts apart: "me" is another one in each account.
func hostKey(a assemble.Account, host string) string { return a.Hash + " " + strings.ToLower(host) }

// hostFacts are what Zoom says of a host, asked once.
type hostFacts struct {
	name    string
	account string // what the account is called
	once    sync.Once
	facts   *meeting.HostFacts
	unknown bool
}

// hostBook keeps what Zoom says of hosts for some hours: it is wanted whenever a meeting is looked at.
type hostBook struct {
	mu    sync.Mutex // guards all below
	since time.Time
	hosts map[string]*hostFacts
}

// hostsFor is how long what is known of hosts counts, also that one could not be asked.
const hostsFor = 6 * time.Hour

// open is an examination that knows of hosts what was learned lately.
func (b *hostBook) open(e *Examiner) *examination {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := e.Now()
	if b.hosts == nil || now.Sub(b.since) >= hostsFor {
		b.since, b.hosts = now, map[string]*hostFacts{}
	}
	return &examination{Examiner: e, at: now, mu: &b.mu, hosts: b.hosts}
}

// JudgeLink judges the link of an event whose meeting was looked at. Of the calendar it asks once, who is invited; of
// Zoom, what it says of the host, now and then.
func (e *Examiner) JudgeLink(ctx context.Context, look engine.Look) []store.Verdict {
	account, ok := e.Builder.Accounts.Of(look.Record.Mark)
	if !ok || account.Inspector() == nil {
		return nil
	}
	x := e.book.open(e)
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
		verdicts = append(verdicts, doctor.VerdictOf(found))
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
