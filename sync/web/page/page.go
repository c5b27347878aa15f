// Package page is the status page: what zoomtag does, for people with a browser.
//
// It asks the running service ([api.Service]) and nothing else. Pages are made here, whole, by html/template; a script
// of a few lines only puts newer ones in their place. What may be seen depends on who asks (access.go): with a password
// or a proxy that signs people in, those who are signed in see all; without either the page is for this machine alone,
// where it shows no link that lets somebody into a meeting, nor the number of one, since everybody on the machine can
// ask.
//
// What is asked of the service is asked once for all who look (facts.go). What the buttons have done is done by Run,
// and ends with the daemon.
package page

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"zoomtag/sync/api"
)

// Options are what a page is made with.
type Options struct {
	// Service is what answers by now: another one after each reading of the configuration.
	Service func() api.Service
	Now     func() time.Time
	// Zone is the zone in which times are shown: as it is configured by now.
	Zone func() *time.Location
	Log  *slog.Logger
}

// Page serves the status page. Its methods may be called at once.
type Page struct {
	Options
	access   atomic.Pointer[Access]
	local    atomic.Bool // it is served to this machine alone
	key      [32]byte    // of the tokens that forms carry
	sessions sessions
	tries    tries
	keeper   keeper
	jobs     jobs
	notes    notes
	hearers  chan struct{} // a place for each listener
	files    map[string]file
	handler  http.Handler
}

// New makes a page. It is for nobody until Configure and ListenAt were called.
func New(o Options) *Page {
	p := &Page{Options: o, hearers: make(chan struct{}, maxHearers), files: files()}
	_, _ = rand.Read(p.key[:]) // it never fails
	p.keeper.turn, p.keeper.wanted = make(chan struct{}, 1), make(chan struct{}, 1)
	p.jobs.wanted = make(chan job, maxJobs)
	p.access.Store(&Access{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.seen(p.overview))
	mux.HandleFunc("GET /event", p.seen(p.event))
	mux.HandleFunc("GET /events", p.seen(p.events))
	mux.HandleFunc("POST /act", p.seen(p.act))
	mux.HandleFunc("GET /signin", p.signInForm)
	mux.HandleFunc("POST /signin", p.signIn)
	mux.HandleFunc("POST /signout", p.seen(p.signOut))
	mux.HandleFunc("GET /static/{name}", p.static)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.refuse(w, r, http.StatusNotFound, "There is no such page: the status page is at /.")
	})
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.refuse(w, r, http.StatusForbidden, "Another site has sent you here: nothing was done.")
	}))
	p.handler = own.Handler(mux)
	return p
}

// ListenAt says on which address the page is served.
func (p *Page) ListenAt(at net.Addr) {
	tcp, ok := at.(*net.TCPAddr)
	p.local.Store(ok && tcp.IP.IsLoopback())
}

// Run does what the buttons ask for, and keeps the facts of a large state at hand, until ctx ends and the step in hand
// is finished.
func (p *Page) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { p.keep(ctx) })
	wg.Go(func() { p.jobs.run(ctx) })
	wg.Wait()
}

// policy lets a page of ours have what lies beside it, and nothing else: no script or style in the page itself, and no
// frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxBody bounds what a form may hold, in bytes.
const maxBody = 16 << 10

// ServeHTTP answers.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	p.handler.ServeHTTP(w, r)
}

// refuse answers with a sentence in place of what was asked for.
func (p *Page) refuse(w http.ResponseWriter, _ *http.Request, code int, sentence string) {
	p.show(w, code, "refused", &refusal{frame: frame{Heading: http.StatusText(code)}, Sentence: sentence})
}

// fail answers where the service could not.
func (p *Page) fail(w http.ResponseWriter, r *http.Request, who *visitor, err error) {
	if errors.Is(err, context.Canceled) {
		return // nobody is there to hear it
	}
	p.Log.Warn("the status page could not be made", "reason", err)
	p.refuse(w, r, http.StatusInternalServerError, who.shown(sentence(err))+" Look into the log of zoomtag.")
}
