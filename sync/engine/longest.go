package engine

import (
	"context"
	"fmt"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/reason"
)

// longestPass is how long a pass may last, by the machine's own clock. Each call has its own bound, and there are as
// many calls as there are pages and events: without a bound on the whole, a server that is just quick enough holds a
// pass for days. The first reading of the largest calendar that is read at all takes a fraction of it.
const longestPass = time.Hour

// longestReading is how long listing what may have changed may take of it. It is less than a watchdog waits for a sign
// of life (longestExchange): a listing gives none.
const longestReading = 10 * time.Minute

// slow is what a reading has come to that ended with err: where the pass ran out of time, that is the reason, and
// nothing was concluded.
func (p *pass) slow(ctx, reading context.Context, err error) error {
	if ctx.Err() != nil || reading.Err() == nil || isOfThePass(err) {
		return err
	}
	return reason.CalendarSlow.Because(fmt.Sprintf("calendar %s could not be read to its end within %s, because its server "+
		"answers too slowly; the next pass begins anew", p.c.Name, longestReading)).
		Mend("if it lasts, ask whoever runs the server")
}

// pause reports whether the pass has lasted too long, and tells what is left. One event is settled in each pass, so
// that each gets on.
func (p *pass) pause(settled, of int) bool {
	if settled == 0 || time.Since(p.mode.began) < longestPass {
		return false
	}
	p.report.Unfinished = fmt.Sprintf("the pass was not finished within %s, because the servers answer slowly: "+
		"%s of %d wait for the next pass, which goes on with them", longestPass, words.Count(of-settled, "event"), of)
	if p.report.Code == "" {
		p.coded(reason.Unfinished, "")
	}
	p.e.warn("pass not finished", "calendar", p.c.Name, "code", reason.Unfinished, "reason", p.report.Unfinished)
	return true
}
