package caldav

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// unknownToken is a sync token that no server has given out.
const unknownToken = "urn:zoomtag:no-such-token"

// checkTokens has the ETags compared where sync tokens cannot be relied on. A token that a server has forgotten it has
// to refuse (RFC 6578, section 3.2). DAViCal answers with a list of all that is there now: what was deleted meanwhile
// would never show.
func (c *Calendar) checkTokens(ctx context.Context, p *place) error {
	if p.mode != bySync {
		return nil
	}
	refuses, err := c.refusesTokens(ctx, p)
	if err != nil {
		return err
	}
	if !refuses {
		p.mode = byETag
	}
	return nil
}

// refusesTokens asks with a token that is none. It asks once: that some servers answer with a failure of their own is a
// refusal too.
func (c *Calendar) refusesTokens(ctx context.Context, p *place) (bool, error) {
	r := call{what: "ask whether sync tokens can be relied on", method: methodReport, url: p.url,
		body:   syncCollection(unknownToken, false),
		header: xmlHeaders("0")}
	err := c.once(ctx, r, func(*answer, io.Reader) error { return nil })
	var refused *refusedError
	var broken *brokenError
	switch {
	case err == nil:
		return false, nil
	case errors.As(err, &refused) && refused.status != http.StatusUnauthorized && !asMissing(err),
		errors.As(err, &broken) && broken.status == http.StatusInternalServerError:
		return true, nil
	}
	return false, c.aboutCalendar(err)
}
