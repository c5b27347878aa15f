package page

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// outdated is said where a form does not belong to who sends it.
const outdated = "The page was too old, zoomtag has started anew since: nothing was done. Go back, reload the page, " +
	"and press the button again."

// act does what a button is for, and leads back to where it was pressed.
func (p *Page) act(w http.ResponseWriter, r *http.Request, who *visitor) {
	if !p.genuine(r, who) {
		p.refuse(w, r, http.StatusForbidden, outdated)
		return
	}
	said, err := p.do(r)
	if err != nil {
		p.Log.Info("a button could not do what it is for", "button", r.PostFormValue("do"), "reason", err)
		said = sentence(err)
	}
	p.stale(r.Context())
	back, err := url.Parse(local(r.PostFormValue("back")))
	if err != nil { // local has read it
		back = &url.URL{Path: "/"}
	}
	q := back.Query()
	q.Set("said", p.notes.leave(who.shown(said)))
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// do does it, and says what was done.
func (p *Page) do(r *http.Request) (string, error) {
	service, ctx := p.Service(), r.Context()
	calendar, id := r.PostFormValue("calendar"), r.PostFormValue("id")
	switch r.PostFormValue("do") {
	case "sync":
		return p.pass(ctx, calendar, "A pass over "+calendar)
	case "release":
		report, err := service.Release(ctx, api.ReleaseRequest{Calendar: calendar})
		if err != nil {
			return "", err
		}
		said := calendar + " is released"
		if report.Events > 0 {
			said += ", with " + words.Count(report.Events, "held event")
		}
		return said + ": the next pass goes on with it.", nil
	case "retry":
		what := api.RetryRequest{Calendars: []string{calendar}, What: r.PostFormValue("event")}
		if _, err := service.Retry(ctx, what); err != nil {
			return "", err
		}
		return p.pass(ctx, calendar, "Another try")
	case "dismiss", "undo":
		undo := r.PostFormValue("do") == "undo"
		if _, err := service.Dismiss(ctx, api.DismissRequest{ID: id, Undo: undo}); err != nil {
			return "", err
		}
		if undo {
			return "It is shown again.", nil
		}
		return "It is put aside for as long as it lasts: you find it below “put aside”.", nil
	}
	return "This button does nothing: reload the page.", nil
}

// How much is done for buttons: at once, and waiting; for how long at most; and how long a page waits for the end.
const (
	workers    = 4
	maxJobs    = 16
	longestJob = 15 * time.Minute
	patience   = 3 * time.Second
)

// pass has a pass made over a calendar, and says what came of it, if that is soon.
func (p *Page) pass(ctx context.Context, calendar, what string) (string, error) {
	j := job{calendar: calendar, done: make(chan string, 1)}
	j.do = func(ctx context.Context) string { return p.passed(ctx, calendar, what) }
	switch p.jobs.add(j) {
	case busy:
		return "A pass over " + calendar + " is at work already.", nil
	case full:
		return "Too much is at work already: press the button again in a minute.", nil
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case said := <-j.done:
		return said, nil
	case <-wait.C:
		return what + " is at work: the page shows what comes of it.", nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// passed makes a pass, and says what came of it.
func (p *Page) passed(ctx context.Context, calendar, what string) string {
	report, err := p.Service().Sync(ctx, api.SyncRequest{Calendars: []string{calendar}})
	if err != nil {
		return sentence(err)
	}
	changed, failed := 0, 0
	for i := range report.Calendars {
		c := &report.Calendars[i]
		if c.Error != "" {
			return asSentence(c.Error)
		}
		for _, e := range c.Events {
			if e.Error != "" {
				failed++
			} else if len(e.Steps) > 0 {
				changed++
			}
		}
	}
	switch {
	case failed > 0:
		return what + " has ended: " + words.Count(failed, "event") + " failed, see what needs you."
	case changed > 0:
		return what + " has ended: " + words.Count(changed, "event") + " brought up to date."
	}
	return what + " has ended: there was nothing to do."
}

// job is something that takes its time.
type job struct {
	calendar string
	do       func(context.Context) string
	done     chan string // has a place for what is said at the end
}

// jobs does what takes its time, one thing for each calendar.
type jobs struct {
	wanted chan job
	mu     sync.Mutex      // guards on
	on     map[string]bool // the calendars that are worked on, or will be
}

// What may become of a job.
const (
	taken = iota
	busy
	full
)

func (j *jobs) add(one job) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.on[one.calendar] {
		return busy
	}
	select {
	case j.wanted <- one:
		if j.on == nil {
			j.on = map[string]bool{}
		}
		j.on[one.calendar] = true
		return taken
	default:
		return full
	}
}

// busy reports whether a calendar is worked on.
func (j *jobs) busy(calendar string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.on[calendar]
}

// run works until ctx ends.
func (j *jobs) run(ctx context.Context) {
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case one := <-j.wanted:
					j.work(ctx, one)
				}
			}
		})
	}
	wg.Wait()
}

func (j *jobs) work(ctx context.Context, one job) {
	ctx, end := context.WithTimeout(ctx, longestJob)
	defer end()
	one.done <- one.do(ctx)
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.on, one.calendar)
}

// maxNotes is how many sentences are kept for pages that are about to be loaded.
const maxNotes = 64

// notes are what is said once, on the page that follows a button.
type notes struct {
	mu   sync.Mutex // guards all below
	said map[string]string
	ids  []string // the oldest first
}

// leave keeps a sentence, and returns its name.
func (n *notes) leave(sentence string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.said == nil {
		n.said = map[string]string{}
	}
	id := strings.ToLower(rand.Text()[:16])
	n.said[id], n.ids = sentence, append(n.ids, id)
	if len(n.ids) > maxNotes {
		delete(n.said, n.ids[0])
		n.ids = n.ids[1:]
	}
	return id
}

// take returns a sentence by its name.
func (n *notes) take(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.said[id]
}
