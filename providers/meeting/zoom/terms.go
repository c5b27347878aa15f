package zoom

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// Zoom's meeting types.
const (
	typeScheduled = 2
	typeLasting   = 3 // recurring, no fixed time
	typeRoom      = 4 // a personal room, in answers only
	typeFixed     = 8 // recurring, with times
)

// Zoom's approval types: who may register.
const (
	approvalAutomatic = 0
	approvalManual    = 1
	approvalNone      = 2
)

// terms are the terms of a meeting in Zoom's own values: what a spec asks for, or what Zoom says. Nil is "not said".
type terms struct {
	topic     *string
	kind      *int
	room      *bool // the host's personal room
	start     *time.Time
	zone      *string // a zone that Zoom knows
	minutes   *int
	passcode  *string // "": none
	waiting   *bool
	early     *bool // join before host
	earlyBy   *int  // minutes
	approval  *int
	signIn    *bool
	mute      *bool
	recording *string
	alternate *string // addresses, sorted, joined by ;
	mail      *bool
	altMail   *bool // to alternative hosts
	push      *bool // whether Zoom writes into calendars by itself
	// refused are alternative hosts that were asked for and are left out, in words.
	refused string
	// recurrence goes with start, zone and minutes where the times of a series have to be told. They are compared by
	// the occurrences that come of them, not here.
	recurrence *recurrenceBody
}

// termsOf says a spec in Zoom's terms.
func termsOf(s meeting.Spec) (terms, error) {
	o := s.Options
	t := terms{
		topic: new(topic(s.Topic)), kind: new(typeLasting), room: new(s.Kind == meeting.Personal),
		waiting: o.WaitingRoom, signIn: o.SignIn, mute: o.Mute, mail: new(o.Mail), altMail: new(o.Mail),
		push: new(false),
	}
	switch s.Kind {
	case meeting.Scheduled:
		if s.Start.IsZero() { // Zoom would start an instant meeting, which no list shows
			return terms{}, words.Mend(fmt.Errorf("%w: the event has no start", meeting.ErrInvalid),
				"give the tag one, as in #zoom(09:30)")
		}
		t.kind, t.start = new(typeScheduled), new(s.Start.Truncate(time.Second))
		t.minutes = minutes(s.Duration)
		if zone, ok := meeting.ZoneName(s.Zone); ok {
			t.zone = &zone
		}
	case meeting.Fixed:
		t.kind = new(typeFixed)
	case meeting.Lasting, meeting.Personal:
		// A personal room is asked for as a lasting meeting as well: it needs no start.
	default:
		return terms{}, fmt.Errorf("%w: %q is no kind of meeting", meeting.ErrInvalid, s.Kind)
	}
	if err := t.joinBeforeHost(o.JoinBeforeHost); err != nil {
		return terms{}, err
	}
	if err := t.words(o); err != nil {
		return terms{}, err
	}
	if s.Kind == meeting.Personal {
		t.passcode = nil // a room has the passcode of the room
	}
	return t, nil
}

func (t *terms) joinBeforeHost(d *time.Duration) error {
	switch {
	case d == nil:
	case *d < 0:
		t.early = new(false)
	case *d == 0, *d == 5*time.Minute, *d == 10*time.Minute, *d == 15*time.Minute:
		t.early, t.earlyBy = new(true), new(int(*d/time.Minute))
	default:
		return fmt.Errorf("%w: join-before-host=%s: Zoom offers 0m, 5m, 10m and 15m", meeting.ErrInvalid, *d)
	}
	return nil
}

// words reads the options that are words.
func (t *terms) words(o meeting.Options) error {
	approvals := map[string]int{"none": approvalNone, "automatic": approvalAutomatic, "manual": approvalManual}
	if o.Registration != "" {
		n, ok := approvals[o.Registration]
		if !ok {
			return fmt.Errorf("%w: registration %q: Zoom offers none, automatic and manual", meeting.ErrInvalid,
				o.Registration)
		}
		t.approval = &n
	}
	if o.Recording != "" {
		if !slices.Contains([]string{"none", "local", "cloud"}, o.Recording) {
			return fmt.Errorf("%w: recording %q: Zoom offers none, local and cloud", meeting.ErrInvalid, o.Recording)
		}
		t.recording = &o.Recording
	}
	if len(o.AlternativeHosts) > 0 {
		t.alternate = new(addresses(strings.Join(o.AlternativeHosts, ";")))
	}
	switch {
	case o.Passcode == meeting.PasscodeNone:
		t.passcode = new("")
	case own(o.Passcode):
		t.passcode = new(o.Passcode.Reveal())
	}
	return nil
}

// addresses puts a list of addresses into one form: small letters, sorted, joined by semicolons.
func addresses(list string) string {
	all := strings.FieldsFunc(strings.ToLower(list), func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ";")
}

// terms says what Zoom says of a meeting.
func (w *wireMeeting) terms() terms {
	s := w.Settings
	t := terms{
		topic: new(string(w.Topic)), kind: new(int(w.Type)), room: new(s.UsePMI.on()),
		passcode: new(string(w.Password)),
		waiting:  s.WaitingRoom.said(), early: s.JoinBeforeHost.said(), approval: s.ApprovalType,
		signIn: s.MeetingAuth.said(), mute: s.Mute.said(), mail: s.EmailNotification.said(),
		altMail: s.AlternateEmails.said(), push: s.PushChange.said(),
	}
	if s.JBHTime != nil {
		t.earlyBy = new(int(*s.JBHTime))
	}
	if w.Type == typeRoom {
		t.kind, t.room = new(typeLasting), new(true)
	}
	if !w.StartTime.IsZero() && w.Type != typeFixed {
		t.start = &w.StartTime.Time
	}
	if w.Duration > 0 && w.Type != typeFixed {
		t.minutes = new(int(w.Duration))
	}
	if s.AutoRecording != "" {
		t.recording = new(string(s.AutoRecording))
	}
	if s.AlternativeHosts != nil {
		t.alternate = new(addresses(string(*s.AlternativeHosts)))
	}
	return t
}

func (f toggle) said() *bool {
	if f == "" {
		return nil
	}
	return new(f.on())
}

// change is what has to be told to a meeting that was told from, so that it knows to.
func change(from, to terms) terms {
	t := terms{
		topic: differing(from.topic, to.topic), kind: differing(from.kind, to.kind),
		room:     differing(from.room, to.room),
		passcode: differing(from.passcode, to.passcode), waiting: differing(from.waiting, to.waiting),
		approval: differing(from.approval, to.approval), signIn: differing(from.signIn, to.signIn),
		mute: differing(from.mute, to.mute), recording: differing(from.recording, to.recording),
		alternate: differing(from.alternate, to.alternate), mail: differing(from.mail, to.mail),
		altMail: differing(from.altMail, to.altMail), push: differing(from.push, to.push),
	}
	if differing(from.early, to.early) != nil || differing(from.earlyBy, to.earlyBy) != nil {
		t.early, t.earlyBy = to.early, to.earlyBy
	}
	// These two have no setting of the host behind them: no longer asked for means that there are none.
	if from.alternate != nil && *from.alternate != "" && to.alternate == nil {
		t.alternate = new("")
	}
	if from.approval != nil && *from.approval != approvalNone && to.approval == nil {
		t.approval = new(approvalNone)
	}
	if to.start != nil && (!sameTime(from, to) || from.zone != nil && differing(from.zone, to.zone) != nil) {
		t.start, t.zone, t.minutes = to.start, to.zone, to.minutes
	}
	return t
}

// apart is change for a meeting that was read: what Zoom does not say counts as it should be.
func apart(said, to terms) terms {
	asked := to
	silent(said.waiting, &asked.waiting)
	silent(said.early, &asked.early)
	silent(said.approval, &asked.approval)
	silent(said.signIn, &asked.signIn)
	silent(said.mute, &asked.mute)
	silent(said.recording, &asked.recording)
	silent(said.alternate, &asked.alternate)
	silent(said.mail, &asked.mail)
	silent(said.altMail, &asked.altMail)
	silent(said.push, &asked.push)
	silent(said.earlyBy, &asked.earlyBy)
	if asked.early == nil || !*asked.early {
		asked.earlyBy = nil
	}
	// What is not asked for is the host's to set: only what was asked for can be apart.
	if to.alternate == nil {
		said.alternate = nil
	}
	if to.approval == nil {
		said.approval = nil
	}
	return change(said, asked)
}

func silent[T any](said *T, asked **T) {
	if said == nil {
		*asked = nil
	}
}

func differing[T comparable](from, to *T) *T {
	if to == nil || from != nil && *from == *to {
		return nil
	}
	return to
}

// sameTime reports whether both begin in the same minute and last equally long. Zoom shows no seconds.
func sameTime(a, b terms) bool {
	if a.start == nil || b.start == nil || a.minutes == nil || b.minutes == nil {
		return a.start == b.start && a.minutes == b.minutes
	}
	return sameMinute(*a.start, *b.start) && *a.minutes == *b.minutes
}

// withoutTime is t without what must not be sent when the start has passed: Zoom ignores it, and a change of the type
// without a time would make an instant meeting.
func (t terms) withoutTime() terms {
	t.start = nil
	t.zone = nil
	t.minutes = nil
	t.kind = nil
	t.recurrence = nil
	return t
}
