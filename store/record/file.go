package record

import (
	"strconv"
	"strings"
	"time"
)

// FilePrefix is what the names begin with under which files are remembered that were linked by themselves.
const FilePrefix = "link "

// IsFile reports whether a calendar stands for a file that was linked by itself.
func IsFile(calendar string) bool { return strings.HasPrefix(calendar, FilePrefix) }

// Active reports whether a meeting is kept for the event: one that was made, and is not about to end.
func (r *Record) Active() bool { return !r.Closed() && r.EndingAt.IsZero() && r.MeetingID != 0 }

// Over reports whether the event, the whole of a series, has ended by now. One without an end never has.
func (r *Record) Over(now time.Time) bool { return !r.Until.IsZero() && r.Until.Before(now) }

// Called reports whether a person may mean this event by a name: its id, UID or title, or its meeting's number, written
// as Zoom writes it.
func (r *Record) Called(name string) bool {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(name)
	return name == r.EventID || name == r.UID || strings.EqualFold(name, r.Title) ||
		digits == strconv.FormatInt(r.MeetingID, 10)
}
