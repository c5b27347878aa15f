package caldavtest

import "time"

// Options are what a Server begins with. The zero value is a server that does everything as the RFCs would have it, and
// trusts everybody.
type Options struct {
	Detect   Detection
	Auth     Auth
	Save     Save
	ETags    ETags
	BadToken BadToken
	Style    Style
	Hrefs    Hrefs
	// PageLimit bounds what one sync-collection lists; 0 is no bound. Clients may ask for less.
	PageLimit int
	// CTagOfLast makes the ctag of the object that was written last, like DAViCal: with the object the ctag comes back.
	// That is so only while there are sync tokens as well.
	CTagOfLast bool
	// NoData leaves calendar-data out of sync-collection, as a property that is not there.
	NoData bool
	// Clutter lists more than was asked for: the collection itself in a sync-collection, and a folder within it, each
	// time.
	Clutter bool
	// Task puts a task into Work.
	Task bool
	// SecretRights refuses to tell what one may do, like DAViCal with those to whom a calendar is shared without the
	// right to know.
	SecretRights bool
	// AutoSchedule mails to attendees (RFC 6638).
	AutoSchedule bool
	// WellKnown is the status with which /.well-known/caldav redirects; 0 answers 404.
	WellKnown int
	// WellKnownTo is where to: a path, or an address; empty is the root of the calendars.
	WellKnownTo string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Detection is how a client can learn of changes.
type Detection int

// Ways to learn of changes. Each server can also do what stands below.
const (
	Sync  Detection = iota // sync-collection (RFC 6578), and a ctag
	CTag                   // a ctag of the collection
	Plain                  // etags of objects and nothing more
)

// Auth is how a client says who it is.
type Auth int

// Ways to say who one is.
const (
	Nobody Auth = iota // everybody may do everything
	Basic
	Bearer
)

// Save is what becomes of the bytes of a PUT.
type Save int

// What becomes of them.
const (
	AsSent       Save = iota // they are kept; 201 for a new object, 204 for one that is replaced
	LikeRadicale             // properties are put into another order, the answer is always 201
	LikeXandikos             // properties are sorted, lines end with CRLF; some refusals are a 412 within a 207
)

// ETags is what etags look like.
type ETags int

// What they look like.
const (
	Strong      ETags = iota
	Unanswered        // strong, but the answer to a PUT has none
	Weak              // W/"..."; they are compared like strong ones
	SomeMissing       // every second object has none
)

// BadToken is how a sync token that is not good is answered.
type BadToken int

// How it is answered.
const (
	BadToken403 BadToken = iota // with DAV:valid-sync-token, as RFC 6578 wants it
	BadToken409                 // with DAV:valid-sync-token
	BadToken507                 // without a body
	BadToken500                 // with a text
	BadTokenAll                 // with all that is there now, like DAViCal
)

// Style is how XML is written.
type Style int

// How XML is written. All but Prefixed leave the line endings of calendar-data as they are, so that a reader of XML
// sees LF only.
const (
	DefaultNamespace Style = iota // <multistatus xmlns="DAV:">
	Prefixed                      // <d:multistatus>, <cal:calendar-data>
	Numbered                      // <ns0:multistatus>, <ns1:calendar-data>
)

// Hrefs is how addresses in answers are written. The zero value writes absolute paths that escape no more than they
// must.
type Hrefs struct {
	Absolute bool // http://host/path
	Escaped  bool // characters such as @ and - are escaped as well, with small hexadecimal digits
	NoSlash  bool // those of collections do not end with one
}
