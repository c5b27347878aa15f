package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/api/socket"
	"zoomtag/sync/engine"
	"zoomtag/systemd"
)

// daemon is the process that runs all calendars. The service changes when the configuration is read again; the store
// stays.
type daemon struct {
	Options
	st      *store.Store
	service atomic.Pointer[local.Service]
}

// Options are what the daemon is made with.
type Options struct {
	// Load reads the configuration, at SIGHUP.
	Load func() (*configs.Config, error)
	// Open makes of a configuration what answers for it, on the open store.
	Open    func(cfg *configs.Config, st *store.Store) (*local.Service, error)
	Store   store.Options
	Version string
	Log     *slog.Logger
}

// Run runs the daemon until ctx ends: every calendar of cfg on its schedule, and of each configuration that is read
// after it.
func Run(ctx context.Context, cfg *configs.Config, o Options) (err error) {
	st, err := store.Open(cfg.State, o.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.Check(); err != nil {
		return err
	}
	d := &daemon{Options: o, st: st}
	if err := d.build(cfg); err != nil {
		return err
	}
	stop, err := d.listen(ctx, cfg)
	if err != nil {
		return err
	}
	defer stop()
	return d.generations(ctx, cfg)
}

// build makes the service for a configuration, in the place of the one before.
func (d *daemon) build(cfg *configs.Config) error {
	service, err := d.Open(cfg, d.st)
	if err != nil {
		return err
	}
	specs := map[string]string{}
	for _, c := range cfg.Calendars {
		specs[c.Name] = cfg.For(c).Schedule
	}
	if err := service.Serve(specs, d.service.Load()); err != nil {
		return err
	}
	d.service.Store(service)
	return service.Begin()
}

// listen opens the control socket and the HTTP listener.
func (d *daemon) listen(ctx context.Context, cfg *configs.Config) (stop func(), err error) {
	control, err := socket.Listen(socket.Path(cfg.State))
	if err != nil {
		return nil, err
	}
	servers := []*http.Server{d.serve(control,
		d.server(ctx, socket.Handler(func() api.Service { return d.service.Load() }, d.Log)))}
	if cfg.Listen != "" {
		l, err := net.Listen("tcp", cfg.Listen)
		switch {
		case err == nil:
			servers = append(servers, d.serveWeb(ctx, l, ownNames(cfg.Listen, l.Addr(), d.healthHandler())))
		case cfg.ListenWritten:
			return nil, errors.Join(deaf(cfg.Listen, err), servers[0].Close())
		default:
			d.Log.Warn("no health page: its address is taken; set listen in the configuration, or listen: \"\" to do "+
				"without", "address", cfg.Listen)
		}
	}
	last, expire := context.WithCancel(context.Background())
	told := sync.OnceFunc(func() { time.AfterFunc(lastWords, expire) })
	context.AfterFunc(ctx, told)
	return func() {
		told()
		var wg sync.WaitGroup
		for _, s := range servers {
			wg.Go(func() {
				if err := s.Shutdown(last); err != nil {
					d.Log.Debug("listener closed with requests open", "reason", errors.Join(err, s.Close()))
				}
			})
		}
		wg.Wait()
		expire()
	}, nil
}

// deaf says why the address that the configuration wants cannot be listened on.
func deaf(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return words.Say(err, "another program listens on "+address+
			" already: end it, or write another address as listen")
	case errors.Is(err, syscall.EACCES):
		return words.Say(err, "this user may not listen on "+address+": write a port above 1023 as listen")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return words.Say(err, address+" is no address of this machine: write one of its own as listen, as in "+
			configs.DefaultListen)
	}
	return fmt.Errorf("the health page cannot listen on %s: %w", address, err)
}

// lastWords is how long after the daemon was told to stop a request may be at its step in hand: that step, and the
// renewal of a sign-in that it has begun at its very end.
const lastWords = engine.LastStep + 25*time.Second

// server answers with h. Requests hear of the end of ctx.
func (d *daemon) server(ctx context.Context, h http.Handler) *http.Server {
	return &http.Server{Handler: h, BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: webRead, IdleTimeout: webIdle,
		MaxHeaderBytes: webHeader, ErrorLog: slog.NewLogLogger(d.Log.Handler(), slog.LevelDebug)}
}

// serve has s answer on l in the background.
func (d *daemon) serve(l net.Listener, s *http.Server) *http.Server {
	go func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.Log.Error("a listener ended", "address", l.Addr().String(), "reason", err)
		}
	}()
	return s
}

// generations runs one configuration after the other.
func (d *daemon) generations(ctx context.Context, cfg *configs.Config) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	d.Log.Info("zoomtag runs", "version", d.Version, "calendars", len(cfg.Calendars), "state", cfg.State)
	// Whoever works beside the schedule is waited for: the store is closed after that.
	ctx, leave := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer leave()
	beside.Go(func() { systemd.Watchdog(ctx, d.healthy) })
	beside.Go(func() { d.housekeeping(ctx) })
	beside.Go(func() { d.watchState(ctx) })
	beside.Go(func() { d.sweeping(ctx) })
	for {
		generation, end := context.WithCancel(ctx)
		done := make(chan error, 1)
		service := d.service.Load()
		beside.Go(func() { service.CheckScopes(generation) })
		go func() { done <- service.Run(generation) }()
		systemd.Ready()
		next := d.wait(ctx, hup, done)
		end()
		if next.finished {
			systemd.Stopping()
			return errors.Join(next.err, d.finish(service, <-joined(done, next)))
		}
		if err := <-done; err != nil {
			return err
		}
		d.Log.Info("the configuration was read again")
	}
}

// turn is how a generation ended.
type turn struct {
	finished bool
	over     bool // the schedule has already returned
	err      error
}

// wait waits for the end of the process or for a new configuration that is good.
func (d *daemon) wait(ctx context.Context, hup <-chan os.Signal, done chan error) turn {
	for {
		select {
		case <-ctx.Done():
			return turn{finished: true}
		case err := <-done:
			return turn{finished: true, over: true, err: err}
		case <-hup:
			systemd.Reloading()
			err := d.reload()
			if err == nil {
				return turn{}
			}
			d.Log.Error("the configuration is wrong: the old one stays", "reason", err)
			systemd.Ready()
		}
	}
}

func joined(done chan error, t turn) <-chan error {
	if !t.over {
		return done
	}
	closed := make(chan error)
	close(closed)
	return closed
}

// reload reads the configuration again and makes a new service. The state file stays the one that is open.
func (d *daemon) reload() error {
	cfg, err := d.Load()
	if err != nil {
		return err
	}
	if cfg.State != d.st.Path() {
		return fmt.Errorf("state changed from %s to %s: that needs a restart", d.st.Path(), cfg.State)
	}
	return d.build(cfg)
}

// finish saves what only the running daemon knew.
func (d *daemon) finish(service *local.Service, cause error) error {
	err := service.Finish()
	d.Log.Info("zoomtag stops")
	return errors.Join(cause, err)
}

// healthy is what the watchdog rests on: the state can be read, and passes end.
func (d *daemon) healthy() error {
	if _, err := d.st.Calendars(); err != nil {
		return err
	}
	return d.service.Load().Stuck()
}

// healthHandler answers /healthz, which is well as long as the process works and degraded while a calendar is overdue,
// and /readyz, which is not well while every calendar fails or is overdue.
func (d *daemon) healthHandler() http.Handler {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, ok bool, text string) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			d.Log.Debug("health page", "reason", err)
		}
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if err := d.healthy(); err != nil {
			answer(w, false, api.Failing)
			return
		}
		// no concern of the watchdog's: its restart could come while a disk is away
		if displaced := d.st.Displaced(); displaced != "" {
			answer(w, false, api.Failing+"\n"+displaced)
			return
		}
		if late := d.service.Load().Late(); len(late) > 0 {
			answer(w, true, api.Degraded+"\noverdue: "+strings.Join(late, ", "))
			return
		}
		answer(w, true, api.OK)
	})
	mux.HandleFunc("GET /feed/{name}", func(w http.ResponseWriter, r *http.Request) { d.service.Load().Feed(w, r) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		report, err := d.service.Load().Status(r.Context())
		if err != nil {
			answer(w, false, api.Failing)
			return
		}
		answer(w, report.Health != api.Failing, strings.Join(append([]string{report.Health}, report.Reasons...), "\n"))
	})
	return mux
}
