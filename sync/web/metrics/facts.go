package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"zoomtag/sync/api"
)

// Facts are how things stand.
type Facts struct {
	Status     api.StatusReport
	Links      []api.LinkStatus
	Conditions []api.Condition
	// CertificateEnd is when the first of the certificates ends with which zoomtag signs in; zero: there is none.
	CertificateEnd time.Time
	// StateBytes is how large the state file is.
	StateBytes int64
}

// Bounds on what gathering facts costs. It reads the whole state: what took a second is not done again for twenty, so
// that no number of scrapes takes more than a twentieth of one processor.
const (
	freshFor  = 10 * time.Second
	restTimes = 20
	// patience is how long a scrape waits for new facts; then it shows the ones before.
	patience = 5 * time.Second
	// longestLook bounds a look that asks nobody but the disk.
	longestLook = 2 * time.Minute
)

// facts keeps what was gathered last, and tells of it.
type facts struct {
	Options
	group singleflight.Group
	last  chan look // holds the last look
}

// look is what was gathered at once.
type look struct {
	Facts
	at     time.Time     // when it was begun
	took   time.Duration // by the machine's own clock
	known  bool          // false: nothing was gathered yet
	errors int           // how many looks have failed
	tried  time.Time     // when the last one ended, whatever came of it
}

func newFacts(o Options) *facts {
	f := &facts{Options: o, last: make(chan look, 1)}
	f.last <- look{}
	return f
}

// peek is the last look.
func (f *facts) peek() look {
	l := <-f.last
	f.last <- l
	return l
}

// rests reports whether the last look still does.
func (l *look) rests(now time.Time) bool {
	since := now.Sub(l.tried)
	return !l.tried.IsZero() && since >= 0 && since < max(freshFor, restTimes*l.took)
}

// now is a look that is new enough, or, where that takes too long, the last one. However many ask, one looks.
func (f *facts) now() look {
	if l := f.peek(); l.rests(f.Now()) {
		return l
	}
	done := f.group.DoChan("", func() (any, error) { return nil, f.renew() })
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-done: // what has failed is counted
	case <-late.C:
	}
	return f.peek()
}

// renew looks again, unless somebody has just done so.
func (f *facts) renew() error {
	if l := f.peek(); l.rests(f.Now()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), longestLook)
	defer cancel()
	at, began := f.Now(), time.Now()
	found, err := f.Look(ctx)
	l := <-f.last
	l.took, l.tried = time.Since(began), f.Now()
	if err != nil {
		l.errors++
	} else {
		l.Facts, l.at, l.known = found, at, true
	}
	f.last <- l
	return err
}

// Describe names the gauges.
func (f *facts) Describe(to chan<- *prometheus.Desc) {
	for _, g := range gauges {
		to <- g.desc
	}
	to <- failures
}

// Collect tells of all facts.
func (f *facts) Collect(to chan<- prometheus.Metric) {
	l := f.now()
	to <- prometheus.MustNewConstMetric(failures, prometheus.CounterValue, float64(l.errors))
	if !l.known {
		return
	}
	for _, g := range gauges {
		g.tell(&l, func(value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, value, labels...)
		})
	}
}
