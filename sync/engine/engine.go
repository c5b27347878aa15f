package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// Calendar is one watched calendar with all that its events need.
type Calendar struct {
	Name     string
	Provider string // "google", "ics", …: for people and for counting requests
	Source   calendar.Calendar
	// Lane names the service that the calendar is asked at: of those with the same one, some at a time are worked on;
	// empty: it waits for nobody.
	Lane string
	// Pace is how often it is asked where it has no schedule.
	Pace Pace
	// Settings are what the configuration says about its events. Many calendars may have the same ones: nobody changes
	// them.
	Settings *plan.Settings
	// Keeper is who keeps the calendar, by mail address: their licence counts where the organizer is to host. Empty:
	// nobody knows.
	Keeper string
	// Detects is a fingerprint of the configuration that decides what is detected and what is asked for. When it
	// changes, the whole calendar is read once.
	Detects string
	// Depends is a fingerprint of the credentials that the calendar is read with, as they are now; nil is none. A
	// sign-in that was refused is tried again when it changes.
	Depends func() string
	// Away is why nothing is done in the calendar; nil: nothing stands in the way. zoomtag can be removed from it all
	// the same.
	Away *reason.Reason
}

// Limits of Zoom for each host and UTC day: create and update calls, of which the reserve is kept for cancellations and
// for meetings that start soon.
const (
	DailyLimit   = 100
	DailyReserve = 20
	soon         = 24 * time.Hour
)

// DefaultSettle is how long after a lost answer "there is no such meeting" is not yet believed. Zoom documents no delay
// between making a meeting and listing it; a few seconds have been seen to be enough.
const DefaultSettle = 10 * time.Second

// settle fills in how long a lost answer is not believed, where nobody has said it.
func (c *Calendar) settle() {
	with := plan.Settings{}
	if c.Settings != nil {
		with = *c.Settings
	}
	if with.Settle == 0 {
		with.Settle = DefaultSettle
		c.Settings = &with
	}
}

// Options of an Engine. The zero value is good for one that makes no meetings.
type Options struct {
	// Accounts are all those in which meetings are made and kept: that of each calendar's settings, and those that tags
	// choose.
	Accounts []Account
	Now      func() time.Time
	Random   io.Reader // for marks
	Jitter   func() float64
	Log      *slog.Logger
	// Invites has the store note each event whose invitation may have to be made anew (store.Tx.QueueInvite).
	Invites bool
	// Judge, if set, says why the link of an event may not work, whenever its meeting is looked at. Meetings then have
	// to be of a meeting.Inspector, which tells it more of a meeting with the same request.
	Judge func(ctx context.Context, look Look) []store.Verdict
	// Passed, if set, is called after each pass that was saved, from its goroutine.
	Passed func(ctx context.Context, calendar string)
	// Progress, if set, is called while many events are worked on, from the goroutine of the pass.
	Progress func(calendar string, done, total int)
	// Told says that whoever asks for a pass reads its report to people: what is in that is not logged as well.
	Told bool
	// Locks are those of the engine's passes; nil are locks of its own.
	Locks *Locks
	// Observer, if set, counts what passes do.
	Observer Observer
}

// Look is a linked event and what its meeting was seen to be.
type Look struct {
	Record  *store.Record
	Event   *calendar.Event
	Meeting *meeting.Inspection
}

// Engine works on calendars. Passes of different calendars may run at once; the passes of one calendar follow each
// other.
type Engine struct {
	store *store.Store
	opt   Options

	calendars map[string]*Calendar
	sum       string // of the calendars: workers with the same have the same calendars
	locks     *Locks
	sights    *sights
	strange   strange

	mu        sync.Mutex            // guards all below
	quiet     map[string]store.Rest // who is left alone for a while
	seats     map[string]*seat      // by calendar
	restsRead time.Time             // when what is in the store was read into quiet, by the machine's own clock
	failed    map[string]string     // why a calendar could not be read the last time
}

// seat is what the engine itself knows of a calendar.
type seat struct {
	passed  time.Time // last successful pass, also where nothing had to be saved
	stirred time.Time // when a pass last ended or got on, by the machine's own clock
	looked  bool      // what other names left behind was looked through for it
	vetted  bool      // its queue was looked through for times that no right clock has set
}

// seat is that of a calendar. e.mu is held.
func (e *Engine) seat(name string) *seat {
	if e.seats[name] == nil {
		e.seats[name] = new(seat)
	}
	return e.seats[name]
}

// New makes an engine for these calendars.
func New(st *store.Store, calendars []*Calendar, opt Options) *Engine {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Random == nil {
		opt.Random = rand.Reader
	}
	if opt.Jitter == nil {
		opt.Jitter = mathrand.Float64
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Locks == nil {
		opt.Locks = NewLocks(nil)
	}
	e := &Engine{store: st, opt: opt, calendars: make(map[string]*Calendar, len(calendars)), locks: opt.Locks,
		sights: &sights{first: map[store.Item]time.Time{}},
		quiet:  map[string]store.Rest{}, seats: make(map[string]*seat, len(calendars)),
		failed: map[string]string{}}
	for _, c := range calendars {
		c.settle()
		e.calendars[c.Name] = c
	}
	e.sum = sumOf(calendars)
	return e
}

// Sum tells the engine's calendars, by their names and providers, from others (store.Know).
func (e *Engine) Sum() string { return e.sum }

func sumOf(calendars []*Calendar) string {
	lines := make([]string, len(calendars))
	for i, c := range calendars {
		lines[i] = c.Name + "\x00" + c.Provider + "\n"
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		_, _ = io.WriteString(sum, line) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Succeed makes e, which is new and not at work yet, go on from old, which may still be at work: they have the same
// locks, and whoever asked old to be left alone is left alone by e.
func (e *Engine) Succeed(old *Engine) {
	e.locks = old.locks
	e.sights = old.sights
	old.mu.Lock()
	defer old.mu.Unlock()
	for name := range e.calendars {
		if was := old.seats[name]; was != nil {
			e.seats[name] = &seat{passed: was.passed, stirred: was.stirred, vetted: was.vetted}
		}
	}
	maps.Copy(e.quiet, old.quiet)
	maps.Copy(e.failed, old.failed)
}

// warn logs what the report of a pass says as well.
func (e *Engine) warn(text string, about ...any) {
	level := slog.LevelWarn
	if e.opt.Told {
		level = slog.LevelDebug
	}
	e.opt.Log.Log(context.Background(), level, text, about...)
}

// LastPass is when the calendar was last read successfully by this engine, or the zero time.
func (e *Engine) LastPass(name string) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seat(name).passed
}

// Report is what a pass over one calendar did.
type Report struct {
	Name     string `json:"name"`
	Provider string `json:"provider"`
	OK       bool   `json:"ok"`
	Held     bool   `json:"held"`
	Reason   string `json:"reason,omitempty"` // why it is held
	Error    string `json:"error"`
	// Code is the code of Error, or else of Reason, Unfinished or ReadOnly, and Cure what mends it, in this case where
	// that is known, else as a rule.
	Code     reason.Code `json:"code,omitempty"`
	Cure     string      `json:"cure,omitempty"`
	Removed  bool        `json:"removed,omitempty"`   // zoomtag has left it, which Reason tells
	Unchosen bool        `json:"unchosen,omitempty"`  // the error is a question: which calendar the configuration means
	ReadOnly string      `json:"read_only,omitempty"` // why nothing in it can be written
	// Unfinished is why the pass stopped before all was done; the next one goes on.
	Unfinished string        `json:"unfinished,omitempty"`
	Seen       int           `json:"seen"`
	Events     []EventReport `json:"events"`
	// Calls counts what plan would have cost: calls to the calendar and to the meeting service.
	Calls map[string]int `json:"-"`
	// Chosen is the one event that the pass was for, where it was for one.
	Chosen string `json:"-"`
	// Stirred says that something has happened in the calendar, and Soon when an event with a link starts that was
	// looked at and is about to; zero: none is.
	Stirred bool      `json:"-"`
	Soon    time.Time `json:"-"`
	// Moved are the items in other calendars whose records a plan takes over: the events stand in this one now.
	Moved []store.Item `json:"-"`
	// Took is how long the pass took, once it had the calendar for itself.
	Took time.Duration `json:"-"`
}

// Failed reports whether something went wrong for the calendar or one of its events. A calendar that a brake holds
// waits for a person: that is no failure. One that is not there is one.
func (r *Report) Failed() bool {
	if r.Error != "" {
		return true
	}
	for _, ev := range r.Events {
		if ev.Error != "" {
			return true
		}
	}
	return false
}

// Withheld reports whether an event waits for nothing but the right to write to the calendar.
func (r *Report) Withheld() bool {
	return r.ReadOnly != "" && slices.ContainsFunc(r.Events, func(ev EventReport) bool {
		return ev.State == plan.Held && ev.Reason == r.ReadOnly
	})
}

// Told is what people read of Error, or else of Reason: cause and cure.
func (r *Report) Told() string { return r.Code.Told(cmp.Or(r.Error, r.Reason), r.Cure) }

// Told is what people read of Error, or else of Reason: cause and cure.
func (r *EventReport) Told() string { return r.Code.Told(cmp.Or(r.Error, r.Reason), r.Cure) }

// EventReport is what a pass did to one event, or would do.
type EventReport struct {
	ID        string     `json:"id"`
	UID       string     `json:"uid"`
	Title     string     `json:"title"`
	Start     *time.Time `json:"start"`
	Steps     []string   `json:"steps"`
	State     string     `json:"state"`
	MeetingID string     `json:"meeting_id"`
	JoinURL   string     `json:"join_url"`
	Reason    string     `json:"reason"`
	Error     string     `json:"error"`
	// Code is the code of Error, or else of Reason, where the event is held, waits, is ignored or has failed, and Cure
	// what mends it, in this case where that is known, else as a rule.
	Code  reason.Code `json:"code,omitempty"`
	Cure  string      `json:"cure,omitempty"`
	Diff  string      `json:"diff,omitempty"`  // plan only: how the event's texts would change
	Mails []string    `json:"mails,omitempty"` // plan only: who would be mailed
	// Made is the record of an event whose meeting would be made, as it would be; plan only.
	Made *store.Record `json:"-"`
}
