// Package condition says what needs a person: of all that doctor finds, what somebody has to see to, which of that
// explains the rest, and how long each has to last before it is worth a word. It is pure: findings in, conditions out.
//
// A condition has an ID, which is made of its code and of what it is about, and not of its sentence: a retry whose
// message differs is the same condition.
package condition

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/plan"
)

// Facts are what conditions are made of.
type Facts struct {
	// Findings are doctor's, of the set-up and of coming links.
	Findings []doctor.Finding
	// Status is how calendars and events stand.
	Status *api.StatusReport
	// Account is the name of the Zoom account of each calendar.
	Account map[string]string
}

// quiet is how long a condition of a code has to last before it is told: services have short troubles, which end before
// anybody could do something about them. Codes that are not named are told at once.
var quiet = map[string]time.Duration{
	doctor.Credentials:     5 * time.Minute,
	doctor.CalendarFails:   5 * time.Minute,
	doctor.MailboxDenied:   5 * time.Minute,
	doctor.ReadOnly:        time.Minute,
	doctor.EventFails:      5 * time.Minute, // one that is held waits for a person: that is told at once
	doctor.Leftover:        time.Hour,       // the meeting of an event that is just being moved, perhaps
	doctor.HostBusy:        5 * time.Minute,
	doctor.CalendarOverdue: time.Minute,
	doctor.ListFails:       10 * time.Minute, // it is tried again after five
	doctor.WayFails:        10 * time.Minute, // the second try comes after five
}

// roots are the codes that explain others in their place, the one that explains most first.
var roots = []string{doctor.NobodySignedIn, doctor.SignInRefused, doctor.TestingApp, doctor.Credentials,
	doctor.CertificateEnd, doctor.MailboxDenied, doctor.CalendarFails, doctor.ReadOnly, doctor.CalendarHeld,
	doctor.CalendarOverdue}

// Of returns what needs a person, the worst first. What is only worth knowing is left out.
func Of(f Facts) []api.Condition {
	list := []api.Condition{}
	seen := map[string]bool{}
	for i := range f.Findings {
		found := &f.Findings[i]
		c := of(found)
		if found.Severity == doctor.Note || seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		list = append(list, c)
	}
	f.explain(list)
	f.join(list)
	return list
}

// join has what several findings tell in the same way be told once: of the events of a host that get in each other's
// way, by the first.
func (f Facts) join(list []api.Condition) {
	at, byID := map[[3]string]*api.Condition{}, map[string]*api.Condition{}
	for i := range list {
		c := &list[i]
		at[[3]string{c.Code, c.Calendar, c.EventID}], byID[c.ID] = c, c
	}
	for i := range f.Findings {
		found := &f.Findings[i]
		first := at[[3]string{found.Code, found.Same.Calendar, found.Same.EventID}]
		c := byID[ID(found)]
		if found.Same.EventID == "" || first == nil || c == nil {
			continue
		}
		if c != first && c.DependsOn == "" {
			c.DependsOn = first.ID
		}
	}
}

// of makes a condition of a finding.
func of(f *doctor.Finding) api.Condition {
	c := api.Condition{ID: ID(f), Code: f.Code, Severity: f.Severity, Text: sentence(f.What), Cure: f.Mend,
		Account: f.Account, Calendar: f.Calendar, EventID: f.EventID, Reason: f.Reason}
	switch {
	case f.Title != "":
		c.Title = f.Title
	case f.EventID != "":
		c.Title = f.EventID
	case f.Calendar != "" && f.Calendar != "Zoom":
		c.Title = "Calendar " + f.Calendar
	case f.Host != "":
		c.Title = "Zoom host " + f.Host
	case f.Account != "":
		c.Title = "Zoom account " + f.Account
	case f.Code == doctor.Credentials, f.Code == doctor.NobodySignedIn, f.Code == doctor.SignInRefused:
		c.Title = "Zoom"
	default:
		c.Title = "zoomtag"
	}
	return c
}

// ID names a condition: by its code, and by what it is about.
func ID(f *doctor.Finding) string {
	about := strings.Join([]string{f.Account, f.Calendar, f.EventID, f.Host, f.Meeting}, "\x00")
	if f.Code == doctor.WayFails || f.Code == doctor.ListFails { // of events the title may change
		about += "\x00" + f.Title
	}
	sum := sha256.Sum256([]byte(about))
	id := f.Code + "-" + hex.EncodeToString(sum[:8])
	if foretold(f.Code) && f.Severity == doctor.Error {
		id += api.Ended
	}
	return id
}

// foretold reports whether what a code is about is told before it comes about.
func foretold(code string) bool { return code == doctor.CertificateEnd || code == doctor.TestingApp }

// sentence is a text as a sentence: with a capital at its beginning and a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if first, rest := s[:1], s[1:]; first >= "a" && first <= "z" && !strings.Contains(firstWord(s), ".") {
		s = strings.ToUpper(first) + rest
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// explain notes for each condition which other one explains it.
func (f Facts) explain(list []api.Condition) {
	held := map[[2]string]bool{}
	for i := range f.Status.Events {
		e := &f.Status.Events[i]
		held[[2]string{e.Calendar, e.EventID}] = e.State == plan.Held
	}
	for i := range list {
		c := &list[i]
		if c.Quiet = quiet[c.Code]; c.Code == doctor.EventFails && held[[2]string{c.Calendar, c.EventID}] {
			c.Quiet = 0
		}
		mayDepend := c.Code == doctor.EventFails || c.EventID == "" && c.Calendar != ""
		if !mayDepend {
			continue
		}
		if root := rootOf(list, c, func(r *api.Condition) bool { return r.Calendar == c.Calendar }); root != "" {
			c.DependsOn = root
			continue
		}
		// What a person has to decide for an event, no account decides.
		if c.Code == doctor.EventFails && !held[[2]string{c.Calendar, c.EventID}] {
			account := f.Account[c.Calendar]
			c.DependsOn = rootOf(list, c,
				func(r *api.Condition) bool { return r.Calendar == "" && r.Account == account })
		}
	}
}

// explains reports whether a condition of one of the roots explains anything yet: a certificate or a sign-in that ends
// soon works until then.
func explains(r *api.Condition) bool {
	return r.EventID == "" && (!foretold(r.Code) || r.Severity == doctor.Error)
}

// rootOf returns the ID of the condition of those in the same place that explains most, unless it is c or explains less
// than c.
func rootOf(list []api.Condition, c *api.Condition, same func(*api.Condition) bool) string {
	for _, code := range roots {
		if code == c.Code {
			return ""
		}
		for i := range list {
			if r := &list[i]; r.Code == code && explains(r) && same(r) {
				return r.ID
			}
		}
	}
	return ""
}
