// Package meetingtest holds what proves a meeting.Service: a Fake that works, and the suite that every service passes.
package meetingtest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"zoomtag/providers/meeting"
)

// firstID is above 2^32, so that an id kept in 32 bits shows.
const firstID = 85_000_000_001

// Fake is a meeting service in memory that works. The zero value is ready; set the exported fields before the first
// call.
type Fake struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Hook, if set, is called before and after the effect of each call: call is find, create, get, update or cancel,
	// phase is before or after. An error in before fails the call without effect; in after it fails although it took
	// effect (a lost answer). It may panic (a power cut): no lock is held then.
	Hook func(call, phase string) error
	// Lag is how long after its creation a meeting stays invisible: Find misses it and Get says that it is gone.
	Lag time.Duration
	// Beyond is added to the ids of its meetings: those of several services are apart, as all of Zoom's are.
	Beyond int64
	// Deaf makes writes answer as if all were well and change nothing.
	Deaf bool

	mu       sync.Mutex
	meetings []*Live // oldest first
	trash    []*Live // deleted by Cancel
	deleted  map[int64]time.Time
	creates  int
	updates  int
	cancels  int
	ends     int
}

// Live is a meeting that exists.
type Live struct {
	ID       int64
	Mark     string
	Host     string
	Spec     meeting.Spec // what it was last told, all calls together
	JoinURL  string
	Passcode string
	Created  time.Time
	Held     int // how often it was held
}

// Meetings returns the meetings that exist, visible or not, oldest first.
func (f *Fake) Meetings() []Live {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]Live, len(f.meetings))
	for i, l := range f.meetings {
		all[i] = *l
	}
	return all
}

// Creates returns how many meetings were ever made.
func (f *Fake) Creates() int { return f.count(&f.creates) }

// Updates returns how many updates took effect.
func (f *Fake) Updates() int { return f.count(&f.updates) }

// Cancels returns how many meetings were deleted through Cancel.
func (f *Fake) Cancels() int { return f.count(&f.cancels) }

// Ends returns how many calls of Cancel were answered, also for meetings that were not there.
func (f *Fake) Ends() int { return f.count(&f.ends) }

func (f *Fake) count(n *int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *n
}

// OwnerDelete is the owner deleting a meeting in Zoom's own app.
func (f *Fake) OwnerDelete(id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.meetings = slices.DeleteFunc(f.meetings, func(l *Live) bool { return l.ID == id })
}

// OwnerRecover is the owner bringing back, in Zoom's own app, the meeting that Cancel deleted last. ok is false where
// there is none.
func (f *Fake) OwnerRecover() (id int64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.trash) == 0 {
		return 0, false
	}
	last := len(f.trash) - 1
	l := f.trash[last]
	f.trash, f.meetings = f.trash[:last], append(f.meetings, l)
	return l.ID, true
}

// OwnerEdit is the owner changing a meeting in Zoom's own app. The join URL follows a changed passcode.
func (f *Fake) OwnerEdit(id int64, edit func(*Live)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if l := f.byID(id); l != nil {
		edit(l)
		l.JoinURL = joinURL(l)
	}
}

// Find implements meeting.Service.
func (f *Fake) Find(ctx context.Context, host string, of meeting.Mark) (m meeting.Meeting, err error) {
	mark := string(of)
	err = f.call(ctx, "find", func() error {
		for _, l := range f.meetings {
			if l.Host == host && l.Mark == mark && f.visible(l) {
				m = l.meeting(f.now())
				return nil
			}
		}
		return fmt.Errorf("fake: find %s for %s: %w", mark, host, meeting.ErrNotFound)
	})
	return only(m, err)
}

// Create implements meeting.Service.
func (f *Fake) Create(ctx context.Context, mark string, s meeting.Spec) (m meeting.Meeting, err error) {
	err = f.call(ctx, "create", func() error {
		l := &Live{ID: firstID + f.Beyond + int64(f.creates), Mark: mark, Host: s.Host, Spec: s,
			Passcode: passcode(s.Options.Passcode, f.creates), Created: f.now()}
		l.JoinURL = joinURL(l)
		l.Spec.Schedule = nil
		unfinished := l.schedule(s, f.now())
		m = l.meeting(f.now())
		m.Unfinished = unfinished
		if !f.Deaf {
			f.creates++
			f.meetings = append(f.meetings, l)
		}
		return nil
	})
	return only(m, err)
}

// Get implements meeting.Service.
func (f *Fake) Get(ctx context.Context, id int64) (m meeting.Meeting, err error) {
	err = f.call(ctx, "get", func() error {
		l := f.byID(id)
		if l == nil || !f.visible(l) {
			return fmt.Errorf("fake: get meeting %d: %w", id, meeting.ErrGone)
		}
		m = l.meeting(f.now())
		return nil
	})
	return only(m, err)
}

// Update implements meeting.Service. As at Zoom, what is the same in from and to stays as the owner left it.
func (f *Fake) Update(ctx context.Context, id int64, from, to meeting.Spec) (m meeting.Meeting, err error) {
	err = f.call(ctx, "update", func() error {
		l := f.byID(id)
		switch {
		case l == nil:
			return fmt.Errorf("fake: update meeting %d: %w", id, meeting.ErrGone)
		case to.Host != l.Host:
			return fmt.Errorf("fake: update meeting %d: a meeting keeps its host: %w", id, meeting.ErrInvalid)
		}
		unfinished, sent := false, f.Deaf
		if !f.Deaf {
			before := l.Spec
			if l.tell(from, to); to.Kind == meeting.Fixed {
				l.Spec.Start, l.Spec.Schedule = before.Start, before.Schedule
				unfinished = l.schedule(to, f.now())
			}
			if sent = !l.Spec.Equal(before); sent {
				f.updates++
			}
		}
		m = l.meeting(f.now())
		m.Unfinished, m.Unsent = unfinished, !sent
		return nil
	})
	return only(m, err)
}

// Cancel implements meeting.Service.
func (f *Fake) Cancel(ctx context.Context, id int64) error {
	return f.call(ctx, "cancel", func() error {
		f.ends++
		if i := slices.IndexFunc(f.meetings, func(l *Live) bool { return l.ID == id }); i >= 0 && !f.Deaf {
			if f.deleted == nil {
				f.deleted = map[int64]time.Time{}
			}
			f.trash, f.deleted[id] = append(f.trash, f.meetings[i]), f.now()
			f.meetings = slices.Delete(f.meetings, i, i+1)
			f.cancels++
		}
		return nil
	})
}

// Recover implements meeting.Recoverer, for seven days.
func (f *Fake) Recover(ctx context.Context, id int64) (m meeting.Meeting, err error) {
	err = f.call(ctx, "recover", func() error {
		if l := f.byID(id); l != nil {
			m = l.meeting(f.now())
			return nil
		}
		i := slices.IndexFunc(f.trash, func(l *Live) bool { return l.ID == id })
		if i < 0 || f.now().Sub(f.deleted[id]) > 7*24*time.Hour {
			return fmt.Errorf("fake: recover meeting %d: %w", id, meeting.ErrGone)
		}
		m = f.trash[i].meeting(f.now())
		if !f.Deaf {
			f.meetings = append(f.meetings, f.trash[i])
			f.trash = slices.Delete(f.trash, i, i+1)
		}
		return nil
	})
	return only(m, err)
}

// call runs effect under the lock, between the two hooks, which run without it.
func (f *Fake) call(ctx context.Context, name string, effect func() error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("fake: %s: %w: %w", name, meeting.ErrNotSent, err)
	}
	if f.Hook != nil {
		if err := f.Hook(name, "before"); err != nil {
			return err
		}
	}
	err := f.locked(effect)
	if f.Hook != nil {
		if lost := f.Hook(name, "after"); lost != nil {
			return lost
		}
	}
	return err
}

func (f *Fake) locked(effect func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return effect()
}

func (f *Fake) byID(id int64) *Live {
	for _, l := range f.meetings {
		if l.ID == id {
			return l
		}
	}
	return nil
}

func (f *Fake) visible(l *Live) bool { return f.Lag <= 0 || !f.now().Before(l.Created.Add(f.Lag)) }

func (f *Fake) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}

// schedule brings the schedule of a meeting one step nearer to that of a spec, as services do: first the rule, with
// what is removed from it, then one moved occurrence after the other.
func (l *Live) schedule(to meeting.Spec, now time.Time) (unfinished bool) {
	if to.Kind != meeting.Fixed {
		l.Spec.Schedule = nil
		return false
	}
	have, want := l.Spec.Schedule, *to.Schedule
	fresh := have == nil || !l.Spec.Start.Equal(to.Start) || !have.Rule.Equal(want.Rule)
	l.Spec.Start = to.Start
	l.Spec.Zone = to.Zone
	l.Spec.Duration = to.Duration
	l.Spec.Kind = to.Kind
	told := meeting.Schedule{Rule: want.Rule, Removed: want.Removed}
	n := 1 // how many moved ones may be told
	if fresh {
		n = 0
	}
	for _, m := range want.Moved {
		known := !fresh && slices.ContainsFunc(have.Moved, func(h meeting.Move) bool {
			return h.From.Equal(m.From) && h.Start.Equal(m.Start) && h.Duration == m.Duration
		})
		if !known {
			if n--; n < 0 {
				continue
			}
		}
		told.Moved = append(told.Moved, m)
	}
	l.Spec.Schedule = &told
	return !l.Spec.SameSince(meeting.Spec{Host: l.Spec.Host, Topic: l.Spec.Topic, Kind: l.Spec.Kind, Start: to.Start,
		Zone: to.Zone, Duration: to.Duration,
		Schedule: to.Schedule, Options: l.Spec.Options}, now)
}

// tell gives the meeting what differs between from and to; all of to where from is zero.
func (l *Live) tell(from, to meeting.Spec) {
	all := from.IsZero()
	set(&l.Spec.Topic, from.Topic, to.Topic, all)
	set(&l.Spec.Kind, from.Kind, to.Kind, all)
	if all || !from.Start.Equal(to.Start) || from.Zone != to.Zone || from.Duration != to.Duration ||
		from.Kind != to.Kind {
		l.Spec.Start, l.Spec.Zone, l.Spec.Duration = to.Start, to.Zone, to.Duration
	}
	if to.Kind != meeting.Fixed {
		l.Spec.Schedule = nil
	}
	a, b, o := from.Options, to.Options, &l.Spec.Options
	setPtr(&o.WaitingRoom, a.WaitingRoom, b.WaitingRoom, all)
	setPtr(&o.JoinBeforeHost, a.JoinBeforeHost, b.JoinBeforeHost, all)
	setPtr(&o.SignIn, a.SignIn, b.SignIn, all)
	setPtr(&o.Mute, a.Mute, b.Mute, all)
	set(&o.Registration, a.Registration, b.Registration, all)
	set(&o.Recording, a.Recording, b.Recording, all)
	set(&o.Mail, a.Mail, b.Mail, all)
	if all || !slices.Equal(a.AlternativeHosts, b.AlternativeHosts) {
		o.AlternativeHosts = b.AlternativeHosts
	}
	if was := o.Passcode; all || a.Passcode != b.Passcode {
		o.Passcode = b.Passcode
		if o.Passcode != was {
			l.Passcode = passcode(o.Passcode, int(l.ID-firstID))
		}
	}
	l.JoinURL = joinURL(l)
}

func set[T comparable](field *T, from, to T, all bool) {
	if all || from != to {
		*field = to
	}
}

func setPtr[T comparable](field **T, from, to *T, all bool) {
	same := from == to || from != nil && to != nil && *from == *to
	if all || !same {
		*field = to
	}
}

func (l *Live) meeting(now time.Time) meeting.Meeting {
	m := meeting.Meeting{
		ID: l.ID, Mark: l.Mark, Host: l.Host, JoinURL: l.JoinURL, Passcode: meeting.Passcode(l.Passcode),
		Topic: l.Spec.Topic, Start: l.Spec.Start, Duration: l.Spec.Duration, Instance: strconv.Itoa(l.Held),
	}
	if l.Spec.Kind == meeting.Fixed {
		m.Start, m.Duration, m.Occurrences = time.Time{}, 0, l.Spec.Coming(now)
	}
	if r := l.Spec.Options.Registration; r == "automatic" || r == "manual" {
		m.RegisterURL = "https://us02web.zoom.us/meeting/register/t" + strconv.FormatInt(l.ID, 36)
	}
	return m
}

// joinURL makes a link whose pwd token follows from the passcode and has the dots and dashes of a real one.
func joinURL(l *Live) string {
	u := "https://us02web.zoom.us/j/" + strconv.FormatInt(l.ID, 10)
	if l.Passcode == "" {
		return u
	}
	token := uint64(14695981039346656037)
	for _, c := range []byte(l.Passcode) {
		token = (token ^ uint64(c)) * 1099511628211
	}
	return u + "?pwd=Ab." + strconv.FormatUint(token, 36) + "-" + strconv.FormatInt(l.ID%997, 36) + ".1"
}

func passcode(asked meeting.Passcode, n int) string {
	switch asked {
	case meeting.PasscodeNone:
		return ""
	case "", meeting.PasscodeAuto:
		return strconv.Itoa(100_000 + (n*7919+481_516)%900_000)
	}
	return asked.Reveal()
}

// only keeps a failed call from handing out half an answer.
func only(m meeting.Meeting, err error) (meeting.Meeting, error) {
	if err != nil {
		return meeting.Meeting{}, err
	}
	return m, nil
}
