package meeting

import (
	"context"
	"reflect"
	"time"
)

// Mark is a mark where it travels together with other names that are texts.
type Mark string

// Service makes and keeps meetings. Its methods may be called from several goroutines at once; writes for one host are
// serialised by the service. Every error that is not one of the kinds in errors.go leaves open whether the call took
// effect.
type Service interface {
	// Find returns the meeting of host that carries mark. ErrNotFound only when a complete list has been looked
	// through; a meeting that was made a moment ago may be missing from it.
	Find(ctx context.Context, host string, mark Mark) (Meeting, error)
	// Create makes a meeting that carries mark. It may be Unfinished. What is refused for a part that can be left out
	// ends with ErrAgain, here and in Update.
	Create(ctx context.Context, mark string, s Spec) (Meeting, error)
	// Get reads a meeting. ErrGone when the service says that there is none with this id.
	Get(ctx context.Context, id int64) (Meeting, error)
	// Update changes a meeting that was told from into to. It sends only what differs; a zero from means that nobody
	// knows what the meeting was told: it is read, and what differs is sent. It returns the meeting as read back. Of
	// what counts against the host's limit it does one thing: where more has to be done, the meeting is Unfinished.
	Update(ctx context.Context, id int64, from, to Spec) (Meeting, error)
	// Cancel deletes a meeting. One that is already gone is success.
	Cancel(ctx context.Context, id int64) error
}

// Recoverer is a Service that can bring a meeting back which Cancel has deleted, with the link that people have.
type Recoverer interface {
	// Recover brings a deleted meeting back. ErrGone when it is too late for that. One that was not deleted is success.
	Recover(ctx context.Context, id int64) (Meeting, error)
}

// Inviter is a Service that has an invitation text of its own for a meeting.
type Inviter interface {
	// Invitation reads that text. ErrGone when there is no such meeting.
	Invitation(ctx context.Context, id int64) (string, error)
}

// Me is the host of a service that acts for one person: whoever has signed in.
const Me = "me"

// Kind is what sort of meeting an event asks for.
type Kind string

const (
	Scheduled Kind = "scheduled" // a meeting of its own, at a time
	Lasting   Kind = "lasting"   // one link for a whole series; Zoom's "recurring, no fixed time"
	// one link for a whole series, with the times of the series; Zoom's "recurring, fixed time"
	Fixed    Kind = "fixed"
	Personal Kind = "personal" // the host's personal room
)

// Spec is the meeting that an event asks for. It is a pure function of event, tag options and configuration.
type Spec struct {
	Host  string // Zoom user, by e-mail address or id
	Topic string // any length; the service cuts it to its limit
	Kind  Kind
	// Start is in the event's own zone, whole seconds; of Fixed, that of the first occurrence. Zero for Lasting and
	// Personal.
	Start time.Time `json:",omitzero"`
	// Zone is the IANA name of the event's zone, or "" (then Start is told in UTC); of Fixed, one for which Zoom has a
	// name.
	Zone string `json:",omitempty"`
	// Duration is in whole minutes, at least one. Zero for Lasting and Personal.
	Duration time.Duration `json:",omitempty"`
	// Schedule is set for Fixed alone.
	Schedule *Schedule `json:",omitempty"`
	Options  Options   `json:",omitzero"`
}

// IsZero reports whether s says nothing.
func (s Spec) IsZero() bool { return s.Equal(Spec{}) }

// Equal reports whether two specs ask for the same meeting.
func (s Spec) Equal(t Spec) bool {
	if !s.Start.Equal(t.Start) || !s.Schedule.Equal(t.Schedule) {
		return false
	}
	s.Start = time.Time{}
	t.Start = time.Time{}
	s.Schedule = nil
	t.Schedule = nil
	return reflect.DeepEqual(s, t)
}

// Options are the settings of a meeting. The zero value of each means that it is not sent: the host's own Zoom setting
// applies.
type Options struct {
	WaitingRoom *bool `json:",omitempty"`
	// JoinBeforeHost: nil is the host's setting, negative is off, 0 is any time, else how long before the start (5, 10
	// or 15 minutes).
	JoinBeforeHost *time.Duration `json:",omitempty"`
	// Passcode is "auto" (there is one, chosen by Zoom or us), "none", or the passcode itself.
	Passcode Passcode `json:",omitempty"`
	// Registration is "none", "automatic" or "manual" (approval by the host).
	Registration string `json:",omitempty"`
	SignIn       *bool  `json:",omitempty"`
	Mute         *bool  `json:",omitempty"`
	// Recording is "none", "local" or "cloud".
	Recording        string   `json:",omitempty"`
	AlternativeHosts []string `json:",omitempty"`
	// Template is the name of the meeting template that a meeting is made from. It counts when it is made and never
	// again; all other options win over it.
	Template string `json:",omitempty"`
	// Mail is whether Zoom may mail hosts and alternative hosts about the meeting. It is always sent.
	Mail bool `json:",omitempty"`
}

// Words for Options.Passcode that are not themselves a passcode.
const (
	PasscodeAuto Passcode = "auto"
	PasscodeNone Passcode = "none"
)

// Meeting is a meeting as the service last described it. It holds no start URL: that is a host's credential and never
// leaves the decoder of the adapter.
type Meeting struct {
	ID       int64
	Mark     string `json:",omitempty"`
	Host     string `json:",omitempty"`
	JoinURL  string
	Passcode Passcode `json:",omitempty"` // "" where there is none
	// RegisterURL is where guests register, where they must; it then is the link that events show.
	RegisterURL string `json:",omitempty"`
	Topic       string `json:",omitempty"`
	// Start and Duration are zero for a meeting with a schedule.
	Start    time.Time     `json:",omitzero"`
	Duration time.Duration `json:",omitempty"`
	// Instance names the meeting as it is to be held next, or is being held; it is another one each time. Empty where
	// nobody knows.
	Instance string `json:",omitempty"`
	// Occurrences are the coming ones of a meeting with a schedule, in order.
	Occurrences []Occurrence `json:",omitempty"`
	// Unfinished says that a Create or Update has to be followed by an Update from nothing, which goes on with it.
	Unfinished bool `json:"-"`
	// Unsent says of an Update that nothing had to be told: no request was made that counts against the host's limit.
	Unsent bool `json:"-"`
	// DialIn are the numbers by which guests can take part by telephone; empty where the account has none.
	DialIn []Phone `json:",omitempty"`
	// Invitation is the service's own invitation text, where it was asked for, and NoInvitation why there is none.
	Invitation   string `json:",omitempty"`
	NoInvitation string `json:",omitempty"`
	// Notes say what the service did otherwise than asked, in sentences for the owner; each as words.Pair makes it.
	Notes []string `json:",omitempty"`
}

// Phone is a number to dial in with.
type Phone struct {
	Number string // with the country code: "+49 69 7104 9922"
	Place  string `json:",omitempty"` // a city or country
}

// Passcode is a meeting's passcode. It shows itself only to code that asks: printed or logged it is ***.
type Passcode string

// Reveal returns the passcode itself.
func (p Passcode) Reveal() string { return string(p) }

// String keeps the passcode out of logs and error texts.
func (p Passcode) String() string {
	if p == "" || p == PasscodeAuto || p == PasscodeNone {
		return string(p)
	}
	return "***"
}

// GoString is String, for %#v.
func (p Passcode) GoString() string { return p.String() }
