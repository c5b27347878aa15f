package metrics

import (
	"cmp"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zoomtag/sync/api"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// tell takes one value of a gauge, with its labels in the order in which the gauge names them.
type tell func(value float64, labels ...string)

// gauge is one thing that stands somehow.
type gauge struct {
	desc *prometheus.Desc
	tell func(l *look, to tell)
}

func newGauge(name, help string, of func(l *look, to tell), labels ...string) gauge {
	return gauge{desc: prometheus.NewDesc(name, help, labels, nil), tell: of}
}

// failures counts looks that have failed: the gauges then stay as they were.
var failures = prometheus.NewDesc("zoomtag_look_failures_total",
	"How often the state could not be read for the gauges, which then stay as they were.", nil, nil)

// gauges are all that is asked of the service.
var gauges = []gauge{
	newGauge("zoomtag_health", "1 for the health that zoomtag has, 0 for the others.", health, "status"),
	newGauge("zoomtag_calendars", "Calendars, by how they stand.", calendars, "provider", "state"),
	newGauge("zoomtag_oldest_success_timestamp_seconds",
		"When that calendar was last read which was read longest ago.", oldestSuccess),
	newGauge("zoomtag_links", "Links that are kept or waited for, by state and by whether they work.", links,
		"state", "health"),
	newGauge("zoomtag_link_findings", "Coming links that may not work, by the code of what was found.", findings,
		"code"),
	newGauge("zoomtag_events", "Events that need somebody, by their state.", events, "state"),
	newGauge("zoomtag_waiting_events", "Events that wait for a service.", waiting, "service"),
	newGauge("zoomtag_conditions", "What needs a person, was not dismissed, and nothing else explains, by code.",
		conditions, "code", "severity"),
	newGauge("zoomtag_leftover_meetings", "Meetings of zoomtag's that no event has.",
		func(l *look, to tell) { to(float64(len(l.Status.Leftovers))) }),
	newGauge("zoomtag_budget_used_calls", "Calls that Zoom counts today (UTC), of all hosts.", budgetUsed),
	newGauge("zoomtag_budget_used_calls_max", "Calls that Zoom counts today (UTC), of the host with most.", budgetMost),
	newGauge("zoomtag_budget_limit_calls", "Calls that a host has in a day.",
		func(_ *look, to tell) { to(engine.DailyLimit) }),
	newGauge("zoomtag_quota_used_ratio", "Requests within 24 hours to a service that counts them for a day, as a part of "+
		"what there may be, of the service with most.", quotaUsed),
	newGauge("zoomtag_budget_hosts", "Hosts with calls today (UTC), by whether some are left.", budgetHosts, "state"),
	newGauge("zoomtag_sign_ins", "Sign-ins of persons, by how they stand.", signIns, "provider", "state"),
	newGauge("zoomtag_oldest_sign_in_timestamp_seconds", "When the oldest of the sign-ins was made.", oldestSignIn,
		"provider"),
	newGauge("zoomtag_sign_in_expiry_timestamp_seconds",
		"When the first of the sign-ins ends of which the service has said when.", firstSignInEnd, "provider"),
	newGauge("zoomtag_certificate_expiry_timestamp_seconds",
		"When the first of the certificates ends with which zoomtag signs in.", certificate),
	newGauge("zoomtag_workers", "Workers that share the state; none where it is not shared.", workers),
	newGauge("zoomtag_worker_calendars", "Calendars that this worker has, of a state that is shared.", workerCalendars),
	newGauge("zoomtag_worker_lag_seconds", "How long ago that worker gave its last sign which did so longest ago.",
		workerLag),
	newGauge("zoomtag_unclaimed_calendars", "Calendars of a shared state that no worker has.", unclaimed),
	newGauge("zoomtag_state_bytes", "Size of the state.",
		func(l *look, to tell) { to(float64(l.StateBytes)) }),
	newGauge("zoomtag_look_timestamp_seconds", "When the state was last read for the gauges.",
		func(l *look, to tell) { to(seconds(l.at)) }),
	newGauge("zoomtag_look_duration_seconds", "How long it took to read the state for the gauges.",
		func(l *look, to tell) { to(l.took.Seconds()) }),
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// count is a number of things by one or two labels.
type count map[[2]string]int

func (c count) tell(to tell, labels int) {
	for key, n := range c {
		to(float64(n), key[:labels]...)
	}
}

func health(l *look, to tell) {
	for _, status := range []string{api.OK, api.Degraded, api.Failing} {
		value := 0.0
		if l.Status.Health == status {
			value = 1
		}
		to(value, status)
	}
}

// calendarState is a calendar's state as one word. The order is that of CalendarStatus.State.
func calendarState(c *api.CalendarStatus) string {
	switch {
	case c.Held:
		return "held"
	case c.Overdue:
		return "overdue"
	case c.LastError != "":
		return "failing"
	case c.Unfinished != "":
		return "unfinished"
	case c.LastSuccess == nil:
		return "new"
	case c.ReadOnly != "":
		return "read-only"
	}
	return api.OK
}

func calendars(l *look, to tell) {
	found := count{}
	for i := range l.Status.Calendars {
		c := &l.Status.Calendars[i]
		found[[2]string{c.Provider, calendarState(c)}]++
	}
	found.tell(to, 2)
}

func oldestSuccess(l *look, to tell) {
	var oldest *time.Time
	for i := range l.Status.Calendars {
		oldest = earlier(oldest, l.Status.Calendars[i].LastSuccess)
	}
	if oldest != nil {
		to(seconds(*oldest))
	}
}

// earlier is the earlier of two times that may be nil.
func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// linkHealth is the health of a link as one word: what else stands there are the codes of what was found.
func linkHealth(link *api.LinkStatus) string {
	switch {
	case link.Health == api.OK, link.Health == api.Failing:
		return link.Health
	case link.State != plan.Linked:
		return "waiting"
	}
	return "doubtful"
}

func links(l *look, to tell) {
	found := count{}
	for i := range l.Links {
		link := &l.Links[i]
		found[[2]string{cmp.Or(link.State, plan.Pending), linkHealth(link)}]++
	}
	found.tell(to, 2)
}

func findings(l *look, to tell) {
	found := count{}
	for i := range l.Status.Verdicts {
		found[[2]string{l.Status.Verdicts[i].Code}]++
	}
	found.tell(to, 1)
}

func events(l *look, to tell) {
	found := count{{plan.Doubt}: 0, {plan.Failed}: 0, {plan.Held}: 0}
	for i := range l.Status.Events {
		found[[2]string{cmp.Or(l.Status.Events[i].State, plan.Pending)}]++
	}
	found.tell(to, 1)
}

func waiting(l *look, to tell) {
	found := count{{"calendar"}: 0, {"zoom"}: 0}
	for i := range l.Status.Waiting {
		found[[2]string{l.Status.Waiting[i].For}]++
	}
	found.tell(to, 1)
}

func conditions(l *look, to tell) {
	found, stands := count{}, map[string]bool{}
	for i := range l.Conditions {
		stands[l.Conditions[i].ID] = true
	}
	delete(stands, "") // what depends on nothing
	for i := range l.Conditions {
		if c := &l.Conditions[i]; c.Visible && !c.Dismissed && !stands[c.DependsOn] {
			found[[2]string{c.Code, string(c.Severity)}]++
		}
	}
	found.tell(to, 2)
}

func budgetUsed(l *look, to tell) {
	sum := 0
	for _, b := range l.Status.Budget {
		sum += b.Used
	}
	to(float64(sum))
}

func budgetMost(l *look, to tell) {
	most := 0
	for _, b := range l.Status.Budget {
		most = max(most, b.Used)
	}
	to(float64(most))
}

func quotaUsed(l *look, to tell) {
	if len(l.Status.Quotas) == 0 {
		return
	}
	most := 0.0
	for _, q := range l.Status.Quotas {
		most = max(most, float64(q.Used)/float64(q.Limit))
	}
	to(most)
}

func budgetHosts(l *look, to tell) {
	found := count{{api.OK}: 0, {"reserve"}: 0, {"exhausted"}: 0}
	for _, b := range l.Status.Budget {
		state := api.OK
		switch {
		case b.Used >= b.Limit:
			state = "exhausted"
		case b.Used >= b.Limit-engine.DailyReserve:
			state = "reserve"
		}
		found[[2]string{state}]++
	}
	found.tell(to, 1)
}

func signIns(l *look, to tell) {
	found := count{}
	for i := range l.Status.Tokens {
		t := &l.Status.Tokens[i]
		state := api.OK
		switch {
		case t.SignedIn == nil:
			state = "missing"
		case t.Refused != nil:
			state = "refused"
		}
		found[[2]string{t.Provider, state}]++
	}
	found.tell(to, 2)
}

func oldestSignIn(l *look, to tell) {
	oldest := map[string]*time.Time{}
	for i := range l.Status.Tokens {
		t := &l.Status.Tokens[i]
		oldest[t.Provider] = earlier(oldest[t.Provider], t.SignedIn)
	}
	for provider, at := range oldest {
		if at != nil {
			to(seconds(*at), provider)
		}
	}
}

func firstSignInEnd(l *look, to tell) {
	first := map[string]*time.Time{}
	for i := range l.Status.Tokens {
		t := &l.Status.Tokens[i]
		first[t.Provider] = earlier(first[t.Provider], t.Ends)
	}
	for provider, at := range first {
		if at != nil {
			to(seconds(*at), provider)
		}
	}
}

func certificate(l *look, to tell) {
	if !l.CertificateEnd.IsZero() {
		to(seconds(l.CertificateEnd))
	}
}
