package calendar

import (
	"context"
	"time"
)

// Calendar is one watched calendar. Its methods may be called from several goroutines at once.
type Calendar interface {
	// Changes reports what may have changed since cursor; an empty cursor asks for everything that still matters (from
	// now on). It is complete or an error: a page that fails fails the call. Changes.Full says that the list is a whole
	// snapshot. Not being listed never means that an event is gone. An expired cursor is ErrCursor, never an empty
	// list.
	Changes(ctx context.Context, cursor string) (Changes, error)
	// Get reads one event afresh. ErrGone only when the server has said that there is no such event (or it is
	// cancelled). An event that is there but cannot be understood is ErrMalformed; one that is still being written is
	// ErrIncomplete.
	Get(ctx context.Context, id string) (Event, error)
	// SetLink makes l the event's link and touches nothing else; a Link without a Mark takes ours out again.
	// ErrConflict when the event is no longer at version. Idempotent: an event that already holds exactly l is not
	// written. It returns the event as the server now holds it: the caller checks. Of a series, the exceptions that are
	// still to come get the same, but for those that the Link leaves out; where one of them fails, that is an error,
	// and the next call goes on. Of a single date, which has an id of its own, nothing else of its series is touched.
	SetLink(ctx context.Context, id, version string, l Link) (Event, error)
}

// Echoer is a Calendar that can take its own writes out of the next Changes. The engine asks after a pass that wrote
// links, so that an undisturbed calendar costs no write in the pass after it.
type Echoer interface {
	// Echoed returns cursor as it would be had it been taken after the writes of SetLink since the last Changes.
	Echoed(cursor string) string
}

// MultiGetter is a Calendar that can read several events with fewer requests than Get needs for them one by one.
type MultiGetter interface {
	// MultiGet is Get for each of ids, which are all different. What it leaves out of its answer has to be read with
	// Get; an error says why something was left out, and takes nothing back of what was read.
	MultiGet(ctx context.Context, ids []string) (map[string]Got, error)
}

// Got is what Get or SetLink says of one event.
type Got struct {
	Event Event
	Err   error
}

// Batcher is a Calendar in which several events may lie in one place that is written as a whole, as in a file of many:
// their links are written together.
type Batcher interface {
	// Together names the place where an event lies with others; "" where it is written by itself. It asks nobody.
	Together(id string) string
	// SetLinks is SetLink for each of several events, which are all different, with one answer for each of them. What
	// fails for one of them keeps none of the others from being written.
	SetLinks(ctx context.Context, list []Setting) []Got
}

// Setting is a link that an event is to have: what SetLink is told.
type Setting struct {
	ID, Version string
	Link        Link
}

// Watcher is a Calendar that can say early that something may have changed. The schedule stays the safety net.
type Watcher interface {
	// Watch calls nudge, from any goroutine, after each change that it notices, until ctx ends. It returns nil then.
	Watch(ctx context.Context, nudge func()) error
}

// Changes is what Calendar.Changes found.
type Changes struct {
	// List holds each item once, in no particular order.
	List []Change
	// Full says that List names every item of the calendar that still matters.
	Full bool
	// Total is the number of items that the calendar holds now, listed or not; -1 where the service does not say.
	Total int
	// Cursor is where the next call goes on. Equal to the cursor given when nothing has changed.
	Cursor string
	// ReadOnly says, in a sentence for the owner, why nothing in the calendar can be written now; empty where it can.
	// The events are Denied and Unwritable then. It is said with each answer: what was seen while it was said is read
	// again when it is not said any more.
	ReadOnly string
	// Cure is what mends that, as a clause (words.Curable).
	Cure string
	// Source names what was listed: the service's own name for the calendar, an address, a folder; "" where nobody can
	// say. Where it is another one than before, that an event is not there says nothing of the calendar in which it
	// was.
	Source string
}

// Change is one item of Changes.
type Change struct {
	ID string
	// Event is the event as the listing showed it; nil where only Get knows.
	Event *Event
	// Plain says that the adapter has looked at the item and found nothing that could be a tag, and no mark.
	Plain bool
	// Same says that the item is there and is nothing new: unchanged since the cursor but for what SetLink itself
	// wrote.
	Same bool
	// Deleted says that the service itself named the item as deleted or cancelled. Get confirms.
	Deleted bool
	// Missing says that the item was there at the cursor and is not there now: a question, not an answer.
	Missing bool
	// Err is why the item cannot be understood (ErrMalformed, ErrIncomplete).
	Err error
}

// Event is one calendar item: a single event, or a whole series (master with its exceptions).
type Event struct {
	// ID is the adapter's name for the event, unique within its calendar and good for Get and SetLink.
	ID string
	// UID is the iCalendar UID: the same event has the same UID wherever it is moved to, a copy has another. Adapters
	// fill it with ID where the service has none.
	UID string
	// Version changes with every change of the event: an ETag, a change key, a hash.
	Version string

	Title       string
	Description string // as stored, our block included; HTML where HTML is set
	HTML        bool
	Location    string
	// Places are the parts of Location where the service keeps several places as such, a room and a word beside it;
	// else nil.
	Places     []string
	URL        string
	Categories []string
	Color      string
	// Elsewhere are texts in which an app may show a place to meet besides those above: the HTML twin of a plain
	// description, and links in properties of one app. They are searched for conferences, and for nothing else.
	Elsewhere []string
	// Conferences holds the URIs (or, lacking one, a name such as "Teams") of conference data that the event carries
	// outside its texts.
	Conferences []string

	// Start and End are in the event's own zone. For a series they are those of the running or next occurrence, or of
	// the last one if none is left. Zero where the event has no such time.
	Start, End time.Time
	// Zone is the IANA name of the event's zone, or "" where it has none that the zone database knows.
	Zone string
	// Guessed is what the calendar calls the event's zone, where nobody knows what it means: times were read in the
	// configured zone.
	Guessed string
	AllDay  bool
	Series  bool
	// Until is when the last occurrence ends; zero for a series without an end. For a single event it equals End.
	Until time.Time
	// Of is the series of which this is a single date (see Exception.Date); nil for all others.
	Of *Event
	// Detached says that this is not the series with this UID but single dates of it, which the series' own item does
	// not hold.
	Detached bool
	// Empty says that no date of the series takes place: each was cancelled, or taken out. Such an event is over,
	// whenever its dates would have been. Start and End are then zero, and Until is when the first date would have
	// ended. It is not set where that is not known for each of them: a date that cannot be read, a rule that is not
	// followed, no end.
	Empty bool

	Cancelled bool
	// Denied says, in a sentence for the owner, why this event must not be written ("organised by carol@example.com").
	// Empty where it may be.
	Denied string
	// Unwritable says of what is Denied that it would not be, had somebody mended what Denied says: a calendar that may
	// only be read, a disk without room. Then the event is held; what is Denied for good, an invitation by somebody
	// else, is left alone.
	Unwritable bool
	// Sealed says, in such a sentence, why this event, though it is the owner's, is not to be written: its guests would
	// be mailed, and nobody has said that they may be. Its meeting is kept in step with it all the same. At most one of
	// Denied and Sealed is set.
	Sealed string
	// Cure is what mends that the event is Denied or Sealed, as a clause (words.Curable); empty where nobody can name
	// more than that it is so.
	Cure string
	// Mails lists who would be mailed by the calendar service if the event were written.
	Mails []string

	// Settled is when the event has stood long enough for other apps to have added their conference to it, which some
	// do by themselves; zero: it has. Nothing is begun before.
	Settled time.Time
	// Meet says that the event has a Google Meet conference which Link.DropMeet can take out. It is in Conferences as
	// well.
	Meet bool

	// Link is ours as the event holds it now: Mark, Tag, JoinURL and Block as found, the rest zero.
	Link Link
	// Exceptions are the occurrences of a series that were edited by themselves.
	Exceptions []Exception
	// Notes are warnings for the owner about this event, e.g. a time zone that had to be guessed; each as words.Pair
	// makes it.
	Notes []string
}

// Link is what an event shows: join URL, block of text, and the mark.
type Link struct {
	// Mark names the event's meeting; see the plan package for its form. A Link without it is no link.
	Mark string
	// Tag is the owner's wish, as text ("#zoom(45m)"), where we have taken it out of sight. It is kept beside the mark,
	// so that it outlives a lost database. TagOf makes it, so that a location that was the wish can be put back.
	Tag string
	// JoinURL is what guests click.
	JoinURL string
	// Block is our lines, the first and last one included, joined by \n.
	Block string
	// Title and Location replace those of the event; nil leaves them alone. Without a Mark, Location takes the place of
	// a location that is nothing but our link.
	Title, Location *string
	// DropMeet takes a Google Meet conference out of the event (Event.Meet).
	DropMeet bool
	// Apart names the exceptions of a series that have a link of their own: they are left as they are.
	Apart []string
	// Out names the exceptions of a series that are to have no link: it is taken out of them, or not put in.
	Out []string
	// Was is the link as we last wrote it: the lines and the URL known to be ours, which this one replaces.
	Was Was
}

// Was is what an earlier Link put into the event.
type Was struct {
	JoinURL string
	Block   string
}

// Bounds are how much of a calendar is read in one pass; zero is the adapter's own bound. What holds more is an error.
type Bounds struct {
	Events, Pages int
	Bytes         int64
}
