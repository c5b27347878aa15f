package rest

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestWait bounds what a Retry-After may ask for: no limit that we know of lasts longer than a day.
const longestWait = 24 * time.Hour

// RetryAfter reads the Retry-After header: seconds or an HTTP date (RFC 9110, section 10.2.3), or the ISO 8601 time
// that Zoom sends. The time is never before now and never more than a day away. ok is false when there is nothing to go
// by.
func RetryAfter(h http.Header, now time.Time) (until time.Time, ok bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return time.Time{}, false
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds >= 0) { // NaN as well
			return time.Time{}, false
		}
		return now.Add(time.Duration(min(seconds, longestWait.Seconds()) * float64(time.Second))), true
	}
	at, err := http.ParseTime(value)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700",
		"2006-01-02 15:04:05"} {
		if err == nil {
			break
		}
		at, err = time.ParseInLocation(layout, value, time.UTC)
	}
	switch {
	case err != nil:
		return time.Time{}, false
	case at.Before(now):
		return now, true
	case at.After(now.Add(longestWait)):
		return now.Add(longestWait), true
	}
	return at, true
}

// Backoff says how long to wait before another try: First, doubled each time, at most Most, of which a random half is
// taken off so that clients do not come back all at once.
type Backoff struct {
	First, Most time.Duration
	// Rand gives numbers in [0,1); nil is math/rand's.
	Rand func() float64
}

// Delay is the wait before the try after the given number of failed ones, 1 or more.
func (b Backoff) Delay(failed int) time.Duration {
	d := b.First
	for range failed - 1 {
		if d >= b.Most {
			break
		}
		d *= 2
	}
	d = min(d, b.Most)
	random := b.Rand
	if random == nil {
		random = rand.Float64
	}
	return d - time.Duration(random()*float64(d)/2)
}
