package caldavtest

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// collection is one calendar.
type collection struct {
	name, title string
	components  []string
	readOnly    bool
	empty       bool // it looks as if nothing were in it
	objects     map[string]*object
	order       []string // of the names, as they came
	seq         int64    // of its last change
	last        *object  // the one that was changed then
}

// object is one item, also one that was deleted.
type object struct {
	name    string
	raw     string
	serial  int64 // when it came
	rev     int64 // when its content last changed
	seq     int64 // when it last changed for those who list
	deleted bool
	hidden  bool
}

const task = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//caldavtest//EN\r\nBEGIN:VTODO\r\nUID:a-task\r\nDTSTAMP:20260101T000000Z\r\n" +
	"SUMMARY:Not an event #zoom\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"

func newCollection(name, title string, components ...string) *collection {
	return &collection{name: name, title: title, components: components, objects: map[string]*object{}}
}

// standing returns an object that is there, or nil.
func (c *collection) standing(name string) *object {
	o := c.objects[name]
	if o == nil || c.gone(o) {
		return nil
	}
	return o
}

func (c *collection) gone(o *object) bool { return o.deleted || c.empty }

// put stores an object as change number n.
func (c *collection) put(name, raw string, n int64) *object {
	o := c.objects[name]
	if o == nil {
		o = &object{name: name, serial: int64(len(c.order))}
		c.objects[name], c.order = o, append(c.order, name)
	}
	o.raw, o.deleted, o.rev = raw, false, n
	c.touch(o, n)
	return o
}

// touch notes that those who list should see an object.
func (c *collection) touch(o *object, n int64) { o.seq, c.seq, c.last = n, n, o }

// listed returns what changed after a number, oldest change first; what is gone is in it unless everything was asked
// for.
func (c *collection) listed(after int64) []*object {
	var out []*object
	for _, name := range c.order {
		if o := c.objects[name]; o.seq > after && !o.hidden && (after > 0 || !c.gone(o)) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b *object) int { return int(a.seq - b.seq) })
	return out
}

// byUID returns the object with a UID, or nil.
func (c *collection) byUID(uid string) *object {
	for _, name := range c.order {
		if o := c.standing(name); o != nil && parse(o.raw).uid() == uid {
			return o
		}
	}
	return nil
}

// etag is that of an object, empty where it has none.
func (s *Server) etag(o *object) string {
	sum := sha256.Sum256([]byte(strings.Repeat("+", s.form) + o.raw))
	tag := hex.EncodeToString(sum[:8])
	if s.opts.Save == AsSent {
		tag = number(o.rev) + "-" + tag
	}
	switch tag = `"` + tag + `"`; {
	case s.opts.ETags == Weak:
		return "W/" + tag
	case s.opts.ETags == SomeMissing && o.serial%2 == 1:
		return ""
	}
	return tag
}

// ctag is that of a collection.
func (s *Server) ctag(c *collection) string {
	form := strings.Repeat("+", s.form) + "ctag-"
	switch {
	case s.opts.CTagOfLast && s.detect == Sync && c.last != nil && c.last.deleted:
		return form + c.last.name + s.etag(c.last)
	case s.opts.CTagOfLast && s.detect == Sync && c.last != nil:
		return form + s.etag(c.last)
	}
	return form + number(c.seq)
}
