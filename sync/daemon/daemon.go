package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
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
	"zoomtag/sync/notify"
	"zoomtag/sync/web/metrics"
	"zoomtag/sync/web/page"
	"zoomtag/systemd"
)

// daemon is the process that runs all calendars. The service changes when the configuration is read again; the store
// stays.
type daemon struct {
	Options
	st       *store.Store
	service  atomic.Pointer[local.Service]
	notifier *notify.Notifier // of the present configuration; generations and those it calls use it
	page     *page.Page
	metrics  *metrics.Metrics
	tokens   atomic.Pointer[[]configs.Token] // who may use the HTTP API
	listenAt string                          // of the configuration at the start
	// address is where the store is, and control the path beside which the control socket is, both from the start on.
	address, control string
	regroup          chan regrouped // the calendars of the lists are others
}

// regrouped is a service that has the calendars which the lists name by now, in the place of the one before.
type regrouped struct{ before, service *local.Service }

// Options are what the daemon is made with.
type Options struct {
	// Reload asks for the configuration to be read again, by Load. Whoever makes it listens to the signal from the
	// beginning of the process: one that nobody listens to ends it.
	Reload <-chan os.Signal
	Load   func() (*configs.Config, error)
	// Open makes of a configuration what answers for it, on the open store.
	// It tells watch what it does.
	Open    func(cfg *configs.Config, st *store.Store, watch local.Observer) (*local.Service, error)
	Store   store.Options
	Version string
	Log     *slog.Logger
}

// Run runs the daemon until ctx ends: every calendar of cfg on its schedule, and of each configuration that is read
// after it.
func Run(ctx context.Context, cfg *configs.Config, o Options) (err error) {
	beModest()
	d := prepared(o)
	o.Store.Journaled = d.metrics.Journaled
	st, err := store.Open(cfg.Address(), o.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if !st.Shared() { // a database sees to that itself, and may hold what many workers have
		if err := st.Check(); err != nil {
			return err
		}
	}
	d.st, d.address, d.control = st, cfg.Address(), cfg.State
	if err := d.build(ctx, cfg); err != nil {
		return err
	}
	stop, err := d.listen(ctx, cfg)
	if err != nil {
		return err
	}
	defer stop()
	return d.generations(ctx, cfg)
}

// prepared is a daemon without a store.
func prepared(o Options) *daemon {
	d := &daemon{Options: o, regroup: make(chan regrouped)}
	d.tokens.Store(&[]configs.Token{})
	d.metrics = metrics.New(metrics.Options{Look: d.look, Version: o.Version})
	d.page = d.newPage()
	return d
}

// build makes the service for a configuration, in the place of the one before.
func (d *daemon) build(ctx context.Context, cfg *configs.Config) error {
	service, err := d.Open(cfg, d.st, d.metrics)
	if err != nil {
		return err
	}
	if service, _, err = service.AskLists(ctx, local.FileLists); err != nil {
		return err
	}
	if err := d.install(service); err != nil {
		return err
	}
	return service.Begin()
}

// install puts a service into the place of the one before.
func (d *daemon) install(service *local.Service) error {
	cfg, specs := service.Config(), map[string]string{}
	for _, c := range cfg.Calendars {
		specs[c.Name] = cfg.For(c).Schedule
	}
	notifier, err := notify.New(notify.Options{Store: d.st, Config: cfg, Conditions: service.Conditions,
		Now: d.now, Log: d.Log, Zone: service.Zone()})
	if err != nil {
		return err
	}
	if err := d.st.Know(service.Sum()); err != nil {
		return err
	}
	if err := service.Serve(specs, d.service.Load()); err != nil {
		return err
	}
	d.service.Store(service)
	d.notifier = notifier
	d.page.Configure(accessOf(cfg.Page))
	d.tokens.Store(&cfg.API.Tokens)
	return nil
}

// now is the time, as the store has it.
func (d *daemon) now() time.Time {
	if d.Store.Now != nil {
		return d.Store.Now()
	}
	return time.Now()
}

// listen opens the control socket and the HTTP listener.
func (d *daemon) listen(ctx context.Context, cfg *configs.Config) (stop func(), err error) {
	// With a shared store nothing else has made the folder.
	if err := os.MkdirAll(filepath.Dir(cfg.State), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the control socket cannot be made: %w", err)
	}
	control, err := socket.Listen(socket.Path(cfg.State))
	if err != nil {
		return nil, err
	}
	servers := []*http.Server{d.serve(control,
		d.server(ctx, socket.Handler(func() api.Service { return d.service.Load() }, d.Log)))}
	d.listenAt = cfg.Listen
	if cfg.Listen != "" {
		l, err := net.Listen("tcp", cfg.Listen)
		switch {
		case err == nil:
			d.page.ListenAt(l.Addr())
			servers = append(servers, d.serveWeb(ctx, l, ownNames(cfg.Listen, l.Addr(), d.pages())))
		case cfg.ListenWritten:
			return nil, errors.Join(deaf(cfg.Listen, err), servers[0].Close())
		default:
			d.Log.Warn("no status page: its address is taken", "address", cfg.Listen,
				"mend", "set listen in the configuration, or listen: \"\" to do without")
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
		return words.Mend(words.Say(err, "another program listens on "+address+" already"),
			"end it, or write another address as listen")
	case errors.Is(err, syscall.EACCES):
		return words.Mend(words.Say(err, "this user may not listen on "+address),
			"write a port above 1023 as listen")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return words.Mend(words.Say(err, address+" is no address of this machine"),
			"write one of its own as listen, as in "+configs.DefaultListen)
	}
	return fmt.Errorf("the status page cannot listen on %s: %w", address, err)
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
	d.Log.Info("zoomtag runs", "version", d.Version, "calendars", len(d.service.Load().Config().Calendars), "state",
		cfg.State)
	// Whoever works beside the schedule is waited for: the store is closed after that.
	ctx, leave := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer leave()
	beside.Go(func() { d.work(ctx) })
	beside.Go(func() { systemd.Watchdog(ctx, d.healthy) })
	beside.Go(func() { d.housekeeping(ctx) })
	beside.Go(func() { d.watchState(ctx) })
	beside.Go(func() { d.keepTokens(ctx) })
	beside.Go(func() { d.keepQuotas(ctx) })
	beside.Go(func() { d.sweeping(ctx) })
	beside.Go(func() { d.asking(ctx) })
	beside.Go(func() { d.page.Run(ctx) })
	for {
		generation, end := context.WithCancel(ctx)
		done := make(chan error, 1)
		service, notifier := d.service.Load(), d.notifier
		beside.Go(func() { service.CheckScopes(generation) })
		var telling sync.WaitGroup // until it ends, the next generation tells nobody the same
		telling.Go(func() {
			d.whenever(generation, notify.Job, jobPause, func(ctx context.Context) { notifier.Run(ctx) })
		})
		go func() { done <- service.Run(generation) }()
		systemd.Ready()
		beside.Go(giveBack)
		next := d.wait(ctx, done)
		end()
		telling.Wait()
		if next.finished {
			systemd.Stopping()
			return errors.Join(next.err, d.finish(service, <-joined(done, next)))
		}
		if err := <-done; err != nil {
			return err
		}
		d.notifier.Succeed(notifier)
		if !next.regrouped {
			d.Log.Info("the configuration was read again")
		}
	}
}

// turn is how a generation ended.
type turn struct {
	finished  bool
	over      bool // the schedule has already returned
	regrouped bool // the lists name other calendars; the configuration is the same
	err       error
}

// wait waits for the end of the process or for a new configuration that is good.
func (d *daemon) wait(ctx context.Context, done chan error) turn {
	for {
		select {
		case <-ctx.Done():
			return turn{finished: true}
		case err := <-done:
			return turn{finished: true, over: true, err: err}
		case <-d.Reload:
			systemd.Reloading()
			err := d.reload(ctx)
			if err == nil {
				return turn{}
			}
			said := "the configuration is wrong: the old one stays"
			if errors.As(err, new(*restartError)) {
				said = "the configuration wants a restart: the old one stays until then"
			}
			d.Log.Error(said, "reason", err)
			systemd.Ready()
		case r := <-d.regroup:
			if d.service.Load() != r.before { // the configuration was read again meanwhile, and the lists are as well
				continue
			}
			if err := d.install(r.service); err == nil {
				return turn{regrouped: true}
			} else {
				d.Log.Error("the calendars of the lists cannot be watched: those before stay", "reason", err)
			}
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

// restartError says what of a good configuration counts only from the next start on.
type restartError struct{ error }

func (e *restartError) Unwrap() error { return e.error }

// reload reads the configuration again and makes a new service. The state file stays the one that is open.
func (d *daemon) reload(ctx context.Context) error {
	cfg, err := d.Load()
	if err != nil {
		return err
	}
	if cfg.State != d.control {
		return &restartError{words.Mend(fmt.Errorf("state has changed from %s to %s", d.control, cfg.State),
			"restart zoomtag")}
	}
	if cfg.Address() != d.address {
		return &restartError{words.Mend(errors.New("store has changed"), "restart zoomtag")}
	}
	if cfg.Listen != d.listenAt {
		d.Log.Warn("listen has changed, and counts from the next start on", "address", d.listenAt,
			"mend", "restart zoomtag")
	}
	return d.build(ctx, cfg)
}

// finish saves what only the running daemon knew.
func (d *daemon) finish(service *local.Service, cause error) error {
	err := service.Finish()
	d.Log.Info("zoomtag stops")
	return errors.Join(cause, err)
}

// healthy is what the watchdog rests on: the state can be read, and passes end.
func (d *daemon) healthy() error {
	if !d.st.Shared() { // a restart mends no database
		if _, err := d.st.Calendars(); err != nil {
			return err
		}
	}
	return d.service.Load().Stuck()
}
