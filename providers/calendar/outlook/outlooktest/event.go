package outlooktest

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"time"

	"zoomtag/providers/internal/emulator"
)

// event is a single event, a series, or an exception of one, as Exchange keeps it. Its body has the fields of Graph's
// event that somebody sets, the times in UTC; it is never changed in place: who changes it puts another there.
type event struct {
	n         int64 // tells it from all others
	cal       *shelf
	immutable string // its id
	body      JSON
	preview   string
	start     time.Time // as in the body
	end       time.Time
	allDay    bool
	created   string
	changed   string
	seq       int64 // number of its last change
	own       int64 // and, for a series, of the last one that was not of an exception
	version   int64 // of the etag: that changes also by itself
	hidden    bool
	deleted   bool

	exceptions []*event    // of a series
	cancelled  []time.Time // the occurrences that are no more
	master     *event      // of an exception
	original   time.Time   // when the exception would have been
}

// item is what an id stands for: an event, or, with an original start, an occurrence of a series that is as the series
// is.
type item struct {
	*event
	occurrence time.Time
}

// name is what an id was given out for.
type name struct {
	e        *event
	original time.Time
	in       *shelf // an id that is not immutable is good in this calendar only
}

// itemID is the id of an item. An exception keeps the id that it had as an occurrence.
func (s *Server) itemID(it item, immutable bool) string {
	e, original := it.event, it.occurrence
	if e.master != nil {
		e, original = e.master, e.original
	}
	if original.IsZero() && immutable {
		return e.immutable
	}
	key := fmt.Sprintf("event %d %s", e.n, original.UTC().Format(time.DateOnly))
	if original.IsZero() {
		key = fmt.Sprintf("event %d", e.n)
	}
	n := name{e: e, original: original}
	id := "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A" + opaque(key+" immutable", 40) + "AAA="
	if !immutable {
		n.in = e.cal
		id = "AAMkAGI2TG" + opaque(key+" in "+e.cal.id, 42) + "AAA="
	}
	s.names[id] = n
	return id
}

// item finds what an id stands for now. Ids are told apart by the case of their letters.
func (s *Server) item(id string) (item, bool) {
	n, known := s.names[id]
	if !known || n.in != nil && n.in != n.e.cal || n.e.deleted {
		return item{}, false
	}
	if n.original.IsZero() {
		return item{event: n.e}, true
	}
	if x := n.e.exception(n.original); x != nil {
		return item{event: x}, true
	}
	return item{n.e, n.original}, n.e.hasOccurrence(n.original)
}

func (e *event) exception(original time.Time) *event {
	i := slices.IndexFunc(e.exceptions, func(x *event) bool { return x.original.Equal(original) })
	if i < 0 {
		return nil
	}
	return e.exceptions[i]
}

func (it item) kind() string {
	switch {
	case !it.occurrence.IsZero():
		return "occurrence"
	case it.master != nil:
		return "exception"
	case it.body["recurrence"] != nil:
		return "seriesMaster"
	}
	return "singleInstance"
}

// changeKey and etag change together and cannot be made of each other.
func (it item) changeKey() string { return "XU8" + opaque(it.versionKey()+" key", 20) + "A==" }
func (it item) etag() string      { return `W/"` + opaque(it.versionKey()+" etag", 22) + `A=="` }

func (it item) versionKey() string {
	return fmt.Sprintf("%d %d %d", it.n, it.version, it.occurrence.Unix())
}

// iCalUID is the global object id: that of an occurrence holds its date.
func (it item) iCalUID() string {
	e, original := it.event, it.occurrence
	if e.master != nil {
		e, original = e.master, e.original
	}
	date := make([]byte, 4)
	if !original.IsZero() {
		date = []byte{byte(original.Year() >> 8), byte(original.Year()), byte(original.Month()), byte(original.Day())}
	}
	text, _ := e.body["iCalUId"].(string)
	if len(text) < 40 {
		return text + map[bool]string{true: "", false: hex.EncodeToString(date)}[original.IsZero()]
	}
	return text[:32] + fmt.Sprintf("%X", date) + text[40:]
}

// with is a copy of the body with some fields set; a nil value takes one away.
func (e *event) with(fields JSON) JSON { return emulator.With(e.body, fields) }

// touch gives an event a new body, a new version and its place in the changes. A series changes with its exceptions,
// and loses them when it takes place at other times.
func (s *Server) touch(e *event, body JSON) {
	s.seq++
	if e.body != nil && (!e.start.Equal(instant(body["start"])) || !reflect.DeepEqual(e.body["recurrence"],
		body["recurrence"])) {
		e.exceptions, e.cancelled = nil, nil
	}
	e.body = body
	e.seq = s.seq
	e.own = s.seq
	e.version = s.seq
	e.changed = stamp(s.now())
	e.preview = previewOf(body)
	e.allDay = body["isAllDay"] == true
	e.start, e.end = instant(body["start"]), instant(body["end"])
	if e.master != nil {
		s.touchSeries(e.master)
	}
}

// touchSeries makes a change of an occurrence one of its series.
func (s *Server) touchSeries(e *event) {
	s.seq++
	e.seq, e.version, e.changed = s.seq, s.seq, stamp(s.now())
}

// bump changes the version of an event and nothing else.
func (s *Server) bump(e *event) {
	s.seq++
	e.seq, e.version = s.seq, s.seq
}

// settle does what Exchange does a moment after a write.
func (s *Server) settle() {
	for _, e := range s.bumps {
		s.bump(e)
	}
	s.bumps = nil
}
