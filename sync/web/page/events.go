package page

import (
	"fmt"
	"net/http"
	"time"
)

// How a page hears that there is something new: maxHearers pages at once, each for longestEar; it is looked for every
// lookEvery, and something is said at least every pulse, so that proxies keep the line.
const (
	maxHearers = 24
	longestEar = 10 * time.Minute
	lookEvery  = 3 * time.Second
	pulse      = 15 * time.Second
	slowest    = 10 * time.Second // how long one message may take
)

// events tells a page when what it shows is otherwise: server-sent events of one kind, whose data is the sum of the
// facts.
func (p *Page) events(w http.ResponseWriter, r *http.Request, _ *visitor) {
	// Another site can read nothing of it, and would still take a place.
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" && from != "none" {
		p.refuse(w, r, http.StatusForbidden, "Another site has sent you here: only a page of zoomtag's own listens.")
		return
	}
	select {
	case p.hearers <- struct{}{}:
		defer func() { <-p.hearers }()
	default:
		w.Header().Set("Retry-After", "60")
		http.Error(
			w,
			"Too many pages are open: this one is as it was when it was loaded.",
			http.StatusServiceUnavailable,
		)
		return
	}
	line := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	say := func(message string) error {
		if err := line.SetWriteDeadline(time.Now().Add(slowest)); err != nil {
			return err
		}
		if _, err := fmt.Fprint(w, message); err != nil {
			return err
		}
		return line.Flush()
	}
	err := say("retry: 5000\n\n")
	last, spoke := r.FormValue("sum"), p.Now()
	tick, over := time.NewTicker(lookEvery), time.NewTimer(longestEar)
	defer tick.Stop()
	defer over.Stop()
	for err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-over.C:
			return
		case <-tick.C:
		}
		if p.visitor(r, p.access.Load()) == nil { // they were signed out meanwhile
			return
		}
		f, failed := p.facts(r.Context())
		switch {
		case failed == nil && f.sum != last:
			last, spoke = f.sum, p.Now()
			err = say("event: change\ndata: " + f.sum + "\n\n")
		case p.Now().Sub(spoke) >= pulse:
			spoke = p.Now()
			err = say(": \n\n")
		}
	}
	p.Log.Debug("a status page hears no more", "reason", err)
}
