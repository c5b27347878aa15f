package engine

import (
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// pass is one pass over one calendar. One goroutine works on it.
type pass struct {
	e       *Engine
	c       *Calendar
	mode    mode    // how it is made; set at its beginning, but for impatient
	outside outside // whom it asks; set at its beginning
	// what the calendar says; written while it is read (changes.go, reading.go, brake.go), and by who takes a record
	// over
	seen   reading
	writes batch       // links that are written together; written by link.go and together.go alone
	done   conclusions // what is concluded of the events; written by outcome.go, kin.go and begin, saved by finish.go
	report Report      // what people are told; written by report.go, and by who holds or breaks off the pass
}

// mode is how a pass is made.
type mode struct {
	dry       bool      // it changes nothing anywhere
	talkative bool      // it reports events that nothing was done to as well
	only      string    // the one event that it works on, by its id, UID or title; "" is all that are due
	began     time.Time // by the machine's own clock
	locked    []string  // the names of calendars whose locks it holds
	impatient bool      // it waits for nobody any more
}

// outside are the real ones, or such that only pretend.
type outside struct {
	source   calendar.Calendar
	accounts []Account
	used     map[store.Host]int // the calls that a dry pass would have used, by budget
	// save carries out a change of the store for this pass: nothing is saved once the calendar was lost.
	save func(fn func(tx *store.Tx) error) error
}

// reading is what a pass knows of the calendar.
type reading struct {
	events   map[string]*calendar.Event // fresh from this pass
	ahead    map[string]bool            // ids that were asked for together with others
	queue    queued                     // what is looked at
	absent   map[string]bool            // ids of which the calendar said in this pass that there is none
	deleted  map[string]bool            // ids that the service itself named as deleted
	moved    map[store.Item]bool        // items whose records others have taken over, where that is not saved
	problems map[string]store.Problem   // those of the calendar as they are saved; nil: not read yet
	belief   belief                     // how far the calendar is believed; written by brake.go and changes.go
}

// queued is what is looked at in a pass.
type queued struct {
	ids   map[string]bool // false: it is put behind the others
	dates []string        // of those, the ids of dates that are put behind the others
	read  family          // the dates whose events are fresh from this pass
	again []string        // series of which a date has given up its own link in this pass
}

// belief is how far a pass believes a calendar, and writes into it.
type belief struct {
	braked  bool   // what is missing is not believed
	another bool   // that is so because it is another calendar than before
	unasked bool   // another calendar could not be asked whether it has got another name
	cure    string // what mends that nothing in the calendar can be written, as a clause
}

// conclusions are saved in one transaction at the end of a pass.
type conclusions struct {
	records map[string]*store.Record // by the ids of their events
	begun   map[string]string        // the ids of records begun in this pass, by UID
	// ids that are nothing of ours; in a dry pass, until they are looked at, those that are due
	clear   []string
	others  others          // whose turn it is next
	held    []store.Problem // events that are held and have no record
	remarks []store.Entry   // for the journal
}

// others are those of which nothing is kept after a pass and which are looked at again, or may be.
type others struct {
	left   []string             // ids that are left to another item with their UID
	wake   []string             // ids of series of which a date has given up its own link
	handOn []string             // UIDs whose items are no longer ours to write: another item may have its turn
	later  map[string]time.Time // ids of which nothing is remembered yet, and when they are looked at again
}

// batch are links that wait to be written together.
type batch struct {
	parked []*parked     // their events
	since  time.Time     // the first of them
	took   time.Duration // how long the last such write took
	wrote  bool          // a link was written in this pass, by itself or with others
}

// settling is the work on one event.
type settling struct {
	*pass
	id    string
	ev    *calendar.Event // nil: the calendar says that there is none
	rec   *store.Record   // nil: nothing is kept of it
	twin  *store.Record   // of another item with its UID; written by kin.go
	work  work            // what was tried; written by settle.go and the steps
	story story           // what people are told of it; nothing is decided by it but whether Zoom could be told
	claim claim           // what it has taken for the event
}

// work is what was tried for an event in this pass.
type work struct {
	left      int            // steps, of maxSteps
	repeats   int            // how often a call was made again at once
	anew      int            // how often the event was begun anew
	reread    bool           // it was read once more after somebody else had changed it
	looked    bool           // its meeting was looked at
	dismissed string         // the meeting that is not to be found in its mark's account
	schedule  *plan.Schedule // of the series, once it was asked for
	// untaken is what was out of sight before the write at hand; nil where that takes nothing out of sight
	untaken *meeting.Passcode
}

// story is what a report tells of an event.
type story struct {
	steps        []string
	foretold     []string        // what a meeting will be otherwise than asked for, once it is made
	before       *calendar.Event // for the diff
	secrets      []string        // passcodes that the texts may show, in whatever words
	failedBefore string          // the error of the last try
	hosts        hosts           // written by organizer.go
	untold       untold          // written by untold.go
}

// hosts are who hosts the meeting of an event, as far as that was asked for.
type hosts struct {
	organizer string   // who hosts for whoever keeps the calendar, once that is known
	guests    []string // those of the guests who can be alternative hosts; nil: not known yet
	note      string   // what of that could not be found out
}

// untold is a change of which Zoom could not be told in this pass, though the link was seen to.
type untold struct {
	err   error   // why; nil: there is none
	step  plan.Do // which step that was
	tries int     // how often in a row that is
}

// claim is what is taken for an event: locks, calls, and the time of others.
type claim struct {
	unlock func()
	parked bool     // it waits, and keeps its locks, until links are written together
	paying *Account // on whose budgets calls are counted, where that is not the record's account
	paid   payment  // the call that was counted last
	bound  string   // the service that has said until when it waits
}

func (e *Engine) newPass(c *Calendar, m mode) *pass {
	p := &pass{
		e:       e,
		c:       c,
		mode:    m,
		outside: outside{source: c.Source, accounts: e.opt.Accounts, used: map[store.Host]int{}},
		seen: reading{
			events:  map[string]*calendar.Event{},
			ahead:   map[string]bool{},
			queue:   queued{ids: map[string]bool{}, read: family{}},
			absent:  map[string]bool{},
			deleted: map[string]bool{},
			moved:   map[store.Item]bool{},
		},
		done: conclusions{
			records: map[string]*store.Record{},
			begun:   map[string]string{},
			others:  others{later: map[string]time.Time{}},
		},
		report: Report{Name: c.Name, Provider: c.Provider, OK: true, Events: []EventReport{}, Calls: map[string]int{}},
	}
	if m.dry {
		p.outside.source, p.outside.accounts = preview(c.Source), rehearsed(e.opt.Accounts, p.report.Calls,
			e.opt.Now)
	}
	return p
}
