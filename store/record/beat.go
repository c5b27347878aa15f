package record

import "time"

// Beat is when things happen in a calendar: the last time, and in which hours of the day (UTC) they usually do.
type Beat struct {
	Changed time.Time `json:",omitzero"`
	Hours   [24]uint8 `json:",omitzero"`
}

// An hour weighs more with each change in it, and each day less by an eighth: a change is remembered for a fortnight.
const (
	beatWeight  = 32
	beatCounts  = 4
	beatBeside  = 64 // of both hours beside one
	longestBeat = 60 // days after which nothing of it is left
)

// Note notes a change. One that says nothing of when people work, such as the first reading of all, is not usual.
func (b *Beat) Note(now time.Time, usual bool) {
	now = now.UTC()
	if !b.Changed.IsZero() {
		b.fade(int(days(now) - days(b.Changed)))
	}
	b.Changed = now
	if usual {
		hour := &b.Hours[now.Hour()]
		*hour = min(*hour, 255-beatWeight) + beatWeight
	}
}

// days counts the days of UTC.
func days(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// fade forgets as much as some days do.
func (b *Beat) fade(n int) {
	for range min(max(n, 0), longestBeat) {
		for h, weight := range b.Hours {
			b.Hours[h] = uint8(int(weight) * 7 / 8)
		}
	}
}

// Active reports whether things usually happen at this time of the day: in its hour, or much in those beside it; known
// is false where nobody can say.
func (b *Beat) Active(now time.Time) (active, known bool) {
	faded := *b
	if !b.Changed.IsZero() {
		faded.fade(int(days(now) - days(b.Changed)))
	}
	weight := func(hour int) int { return int(faded.Hours[(hour+24)%24]) }
	hour := now.UTC().Hour()
	active = weight(hour) >= beatCounts || weight(hour-1)+weight(hour+1) >= beatBeside
	return active, b.Hours != [24]uint8{}
}
