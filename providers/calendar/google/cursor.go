package google

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/calendar"
)

// A cursor is "google1 PARAMETERS DAY TOKEN": a fingerprint of the request's parameters, which have to stay the same as
// long as a sync token is used, the day on which the token was given out, and the token.
const cursorName = "google1"

// refreshAfter is when a token that is still good is exchanged for the newer one that each answer brings: tokens do not
// live for ever, and a cursor that changes costs a write.
const refreshAfter = 7

type cursor struct {
	day   int64
	token string
}

var parameters = func() string {
	sum := sha256.Sum256([]byte(listFields + "|" + eventType))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}()

func (c cursor) String() string {
	return strings.Join([]string{cursorName, parameters, strconv.FormatInt(c.day, 10), c.token}, " ")
}

func dayOf(t time.Time) int64 { return t.Unix() / int64((24 * time.Hour).Seconds()) }

// parseCursor reads a cursor; an empty one has no token.
func parseCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{}, nil
	}
	parts := strings.SplitN(s, " ", 4)
	if len(parts) == 4 && parts[0] == cursorName && parts[1] == parameters && parts[3] != "" {
		if day, err := strconv.ParseInt(parts[2], 10, 64); err == nil {
			return cursor{day: day, token: parts[3]}, nil
		}
	}
	return cursor{}, fmt.Errorf("google: %w: it is not one of this version; the calendar is read again as a whole",
		calendar.ErrCursor)
}
