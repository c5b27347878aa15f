package doctor

import (
	"cmp"
	"slices"
	"time"

	"zoomtag/sync/reason"
)

// Severity says how bad a finding is.
type Severity string

const (
	Error   Severity = "error"   // it does not work, or will not
	Warning Severity = "warning" // it may not work, for some or at some time
	Note    Severity = "note"    // it works so, and somebody may not expect it
)

// Rank orders severities, the worst first.
func (s Severity) Rank() int { return slices.Index([]Severity{Error, Warning, Note}, s) }

// Side says who can mend it.
type Side string

const (
	Host        Side = "host"        // who hosts, or keeps the event
	Account     Side = "account"     // who runs the Zoom account, the calendar service or zoomtag
	Participant Side = "participant" // who wants to join
	Network     Side = "network"     // who runs the network of this machine
)

// Finding is one thing that is wrong or worth knowing.
type Finding struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	What     string   `json:"what"`
	Side     Side     `json:"side"`
	Mend     string   `json:"mend"`
	Account  string   `json:"account,omitempty"` // the Zoom account that it is about, where accounts have names
	Calendar string   `json:"calendar,omitempty"`
	EventID  string   `json:"event_id,omitempty"`
	Title    string   `json:"title,omitempty"`
	Link     string   `json:"link,omitempty"` // without what opens it
	// Start is when the event begins, of a series the next occurrence.
	Start   *time.Time `json:"start,omitempty"`
	Host    string     `json:"host,omitempty"` // the host at Zoom, where it is about one
	Meeting string     `json:"meeting_id,omitempty"`
	// Reason is the code of package reason where it is about something that is held, waits or has failed.
	Reason reason.Code `json:"reason_code,omitempty"`
	// Same names the event of another finding that tells the same: of those that get in each other's way, the first
	// one. It is zero for the first one itself.
	Same Place `json:"-"`
}

// Place names an event.
type Place struct{ Calendar, EventID string }

// Sort puts the worst first and leaves the order else.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Compare(a.Severity.Rank(), b.Severity.Rank()) })
}

// Failed reports whether one of the findings is an error.
func Failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// Checklist is what no check from a machine without a screen can find out, for the people who want to join.
var Checklist = []string{
	"Sound and picture travel by UDP 3478, 3479 and 8801 to 8810. Whether your network lets that through shows only " +
		"in a meeting: join https://zoom.us/test.",
	"Zoom's apps are too old after nine months or so and are then refused: update the app, or join from the browser.",
	"Camera and microphone: the system and the browser each ask for permission, and each can say no.",
	"Who has to sign in needs an account with the mail address that the host let in.",
	"In a company or a school, another network (a phone's) tells whether the network is what stands in the way.",
	"Zoom has a calendar sync of its own, which makes a second event for each meeting; whether it is on, Zoom tells " +
		"no program: zoom.us, Settings, Mail & Calendar.",
	"Whether the host comes, and lets people in from the waiting room, only the host knows.",
}
