package outlook

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"zoomtag/providers/calendar"
)

// sweepWithin is how long a deletion may stay unnoticed: Graph says nothing of it, so all ids are listed before that
// time is over.
const sweepWithin = 14 * time.Minute

// offer is the last answer of Changes. What it shows counts when somebody asks with its cursor: until then nobody knows
// whether it was saved. An answer to which nothing can be lost has the cursor that it was asked with.
type offer struct {
	cursor, echoed string          // echoed is what Echoed has made of the cursor
	swept          time.Time       // when all ids were listed; zero if they were not
	prints         map[string]bool // what a listing of everything showed; nil if it was none
}

// begin begins a pass, and says whether all ids have to be listed.
func (c *Calendar) begin(from string, now time.Time) (sweep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.held)
	clear(c.fresh)
	if o := c.offer; from != "" && (from == o.cursor || from == o.echoed) {
		if !o.swept.IsZero() {
			c.swept = o.swept
		}
		if o.prints != nil {
			c.prints = o.prints
		}
	}
	c.offer = offer{}
	for _, id := range c.told.Dropped(from) {
		delete(c.written, id) // it was news, and still is, also where we have written into it
	}
	next := now.Add(now.Sub(c.polled)) // the next pass may come too late
	return from != "" && (next.Sub(c.swept) >= sweepWithin || now.Before(c.swept))
}

// offers ends a pass: it keeps what its answer shows.
func (c *Calendar) offers(from string, l *listing, changes *calendar.Changes, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.polled, c.offer = now, offer{cursor: changes.Cursor}
	if l.full {
		c.offer.prints = l.prints
	}
	if l.sweep { // a first reading may be that of a plan, from which nothing is concluded
		c.offer.swept = now
	}
	c.told.Note(from, changes.List)
}

// census is a fingerprint of all ids, in whatever order they are listed. A cursor has that of the last listing of
// everything: so a sweep that finds a deletion, and nothing else, has another cursor than the one before.
func (l *listing) census() string {
	var sum uint64
	for id := range l.at {
		digest := sha256.Sum256([]byte(id))
		sum += binary.BigEndian.Uint64(digest[:])
	}
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
}
