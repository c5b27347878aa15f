package zoom

import (
	"errors"
	"strings"
	"time"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
)

const (
	// shortWait is the longest Retry-After that is waited for inside a call.
	shortWait = 5 * time.Second
	// busyWait is how long the caller is asked to wait when the short waits inside the call did not help.
	busyWait = 30 * time.Second
)

// throttled tells apart the three limits that all come as a 429. Nothing was executed in any of them.
func (s *Service) throttled(c call, res rest.Response, body errorBody) error {
	now := s.now()
	until, hasRetry := rest.RetryAfter(res.Header, now)
	said := details(int64(body.Code), res.Status, body.said(), res.Header.Get(trackingHeader))
	wait := func(until time.Time, daily bool, text string) error {
		return &problem{what: c.what, kind: &meeting.Throttled{Until: until, Daily: daily, Err: errors.New(text)},
			text: text + said}
	}
	switch message := strings.ToLower(string(body.Message)); {
	case isHostLimit(message):
		// It comes without Retry-After and with healthy-looking rate limit headers: only the words give it away.
		return wait(nextUTCDay(now), true, "this host's 100 create and update calls for today (UTC) are used up, by "+
			"zoomtag or by others")
	case strings.Contains(strings.ToLower(res.Header.Get("X-RateLimit-Type")), "daily"):
		if !hasRetry {
			until = nextUTCDay(now)
		}
		return wait(until, false, "the Zoom account's limit of requests for today is used up")
	case hasRetry && until.Sub(now) > shortWait:
		return wait(until, false, "Zoom asks to wait")
	}
	text := "too many requests at once for the Zoom account"
	p := &problem{what: c.what, verdict: busy, text: text + said,
		kind: &meeting.Throttled{Until: now.Add(busyWait), Err: errors.New(text)}}
	if hasRetry {
		p.after = until.Sub(now)
	}
	return p
}

// isHostLimit recognises "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted
// for this particular user. You may resume these requests at GMT 00:00:00."
func isHostLimit(message string) bool {
	return strings.Contains(message, "daily rate limit") && (strings.Contains(message, "particular user") ||
		strings.Contains(message, "create/update"))
}

// nextUTCDay is when Zoom's daily limits begin anew.
func nextUTCDay(t time.Time) time.Time {
	return t.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
}
