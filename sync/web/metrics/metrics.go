package metrics

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zoomtag/store/record"
	"zoomtag/sync/engine"
)

// Metrics counts what is done. It is a local.Observer, and goes on through all configurations.
type Metrics struct {
	registry *prometheus.Registry
	facts    *facts

	passes   *prometheus.CounterVec
	duration *prometheus.HistogramVec
	calls    *prometheus.CounterVec
	delay    *prometheus.HistogramVec
	journal  *prometheus.CounterVec
	requests *prometheus.CounterVec
}

// Options are what metrics are made with.
type Options struct {
	// Look gathers how things stand.
	Look func(ctx context.Context) (Facts, error)
	// Version is the program's.
	Version string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// The buckets: a pass is mostly one request, and may take an hour; a link is mostly there in seconds, and may wait for
// the next day of Zoom's.
var (
	passBuckets  = []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600}
	delayBuckets = []float64{1, 2.5, 5, 10, 20, 30, 60, 120, 300, 900, 3600, 6 * 3600, 24 * 3600}
)

// New makes metrics that have counted nothing yet.
func New(o Options) *Metrics {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		passes: counter("zoomtag_passes_total", "Passes over calendars that have ended.",
			"provider", "outcome"),
		duration: histogram("zoomtag_pass_duration_seconds", "How long passes over calendars took.", passBuckets,
			"provider"),
		calls: counter("zoomtag_calls_total", "Requests to the APIs of services.", "service", "outcome"),
		delay: histogram("zoomtag_link_delay_seconds",
			"From when the daemon first saw that an event asks for a link until the event had it.", delayBuckets,
			"provider"),
		journal: counter("zoomtag_journal_entries_total", "Entries of the journal, by what they tell.", "step"),
		requests: counter("zoomtag_api_requests_total", "Requests to the HTTP API, by the status of the answer.",
			"code"),
	}
	m.facts = newFacts(o)
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "zoomtag_build_info", Help: "1, with the version of zoomtag and of Go.",
		ConstLabels: prometheus.Labels{"version": o.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	m.registry.MustRegister(m.passes, m.duration, m.calls, m.delay, m.journal, m.requests, m.facts, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// Bounds on one scrape.
const (
	scrapesAtOnce = 4
	scrapeTime    = 20 * time.Second
)

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: scrapesAtOnce, Timeout: scrapeTime, ErrorHandling: promhttp.ContinueOnError,
	})
}

// PassEnded counts a pass.
func (m *Metrics) PassEnded(r *engine.Report, fault error) {
	m.passes.WithLabelValues(r.Provider, passOutcome(r, fault)).Inc()
	m.duration.WithLabelValues(r.Provider).Observe(r.Took.Seconds())
}

func passOutcome(r *engine.Report, fault error) string {
	switch {
	case errors.Is(fault, context.Canceled):
		return "stopped"
	case fault != nil:
		return "fault"
	case r.Held:
		return "held"
	case r.Error != "":
		return "failed"
	case r.Unfinished != "":
		return "unfinished"
	}
	return "ok"
}

// LinkMade counts a first link of an event.
func (m *Metrics) LinkMade(provider string, after time.Duration) {
	m.delay.WithLabelValues(provider).Observe(after.Seconds())
}

// Called counts a request to a service.
func (m *Metrics) Called(service string, status int) {
	m.calls.WithLabelValues(service, callOutcome(status)).Inc()
}

func callOutcome(status int) string {
	switch {
	case status == 0:
		return "unanswered"
	case status == http.StatusTooManyRequests:
		return "throttled"
	case status >= http.StatusInternalServerError:
		return "failed"
	case status >= http.StatusBadRequest:
		return "refused"
	}
	return "ok"
}

// Journaled counts an entry of the journal.
func (m *Metrics) Journaled(e record.Entry) {
	step := e.Step
	switch {
	case e.Error != "":
		step = "failure"
	case step == "":
		step = "remark"
	}
	m.journal.WithLabelValues(step).Inc()
}

// Answered counts an answer of the HTTP API.
func (m *Metrics) Answered(status int) { m.requests.WithLabelValues(strconv.Itoa(status)).Inc() }
