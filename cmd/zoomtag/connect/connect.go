// Package connect finds what answers a command: the daemon that runs beside the configuration, or, where none does,
// this process itself, with the store in its hands until the command ends.
package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/files"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/api/socket"
	"zoomtag/sync/assemble"
)

// Way is how a command reaches what answers it.
type Way struct {
	Config  string // the file that --config names, or ""
	Env     func(string) string
	Err     io.Writer // for what is said beside the answer
	Now     func() time.Time
	Hook    func(string) // called at each crash point, and nil but in builds for crash tests
	Haste   assemble.Haste
	Kinds   assemble.Kinds
	Version string
	Log     func() (*slog.Logger, error)
	Told    bool // the command prints what a pass reports: that is not logged as well
	Silent  bool // the command prints the notices of the state
	// Observer counts what is done; nil does not.
	Observer local.Observer
}

// Load reads the configuration.
func (w *Way) Load() (*configs.Config, error) { return w.LoadWith(configs.Load) }

// daemon returns the running daemon, or nil. It takes no secrets to ask it: those of a service are for the service
// alone.
func (w *Way) daemon(ctx context.Context) (*socket.Client, error) {
	if daemon, _ := w.alike(ctx); daemon != nil {
		return daemon, nil
	}
	return w.beside(ctx)
}

// beside is daemon, by the configuration as it is now.
func (w *Way) beside(ctx context.Context) (*socket.Client, error) {
	cfg, err := w.LoadWith(configs.LoadWithoutSecrets)
	if err != nil {
		return w.daemonDespite(ctx, err)
	}
	return socket.Dial(ctx, cfg.State)
}

// alike returns the daemon that works with this very configuration, as it is now: what it has read and found good need
// not be read once more, which takes a while with thousands of calendars. nil says nothing; deserted is where the state
// probably is, if no daemon works with that one.
func (w *Way) alike(ctx context.Context) (daemon *socket.Client, deserted string) {
	path, err := configs.Find(w.Config, w.Env)
	if err != nil {
		return nil, ""
	}
	state, sum := configs.Glance(path, w.Env)
	if state == "" {
		return nil, ""
	}
	daemon, err = socket.Dial(ctx, state)
	switch {
	case err != nil:
		return nil, ""
	case daemon == nil:
		return nil, state
	case daemon.Config() != sum:
		return nil, ""
	}
	return daemon, ""
}

// daemonDespite returns the daemon that runs beside a configuration in which mistakes were made since: it goes on with
// the one before, and can be asked. Otherwise there is only the mistake to tell.
func (w *Way) daemonDespite(ctx context.Context, mistake error) (*socket.Client, error) {
	path, err := configs.Find(w.Config, w.Env)
	if err != nil {
		return nil, mistake
	}
	state := configs.StateOf(path, w.Env)
	if state == "" {
		return nil, mistake
	}
	daemon, err := socket.Dial(ctx, state)
	if daemon == nil || err != nil {
		return nil, mistake
	}
	fmt.Fprintln(w.Err, "zoomtag: the daemon goes on with the configuration before, because the file has mistakes "+
		"now:\n"+terminal.Lines(words.Of(mistake)))
	return daemon, nil
}

// LoadWith reads the configuration in one of the ways that configs has. A mistake in it is one of whoever asks.
func (w *Way) LoadWith(load func(string, func(string) string) (*configs.Config, error)) (*configs.Config, error) {
	path, err := configs.Find(w.Config, w.Env)
	if err != nil {
		return nil, words.Usage(err)
	}
	cfg, err := load(path, w.Env)
	if err != nil {
		return nil, words.Usage(err)
	}
	return cfg, nil
}

// LockPatience is how long a command waits for another one that holds the store.
const LockPatience = time.Second

// OpenLocal opens the store and makes the engine.
func (w *Way) OpenLocal(cfg *configs.Config, log *slog.Logger, progress func(string, int, int)) (*local.Service,
	error) {
	return w.openLocalOn(cfg, cfg.Address(), log, progress)
}

// openLocalOn is OpenLocal on the store in another file than the configured one. The sign-ins are beside that one all
// the same.
func (w *Way) openLocalOn(cfg *configs.Config, path string, log *slog.Logger,
	progress func(string, int, int)) (*local.Service, error) {
	st, err := w.openStore(path, store.Open)
	if err != nil {
		return nil, err
	}
	return w.localOn(cfg, st, log, progress)
}

// openStore opens the state in one of the ways that the store has.
func (w *Way) openStore(path string, open func(string, store.Options) (*store.Store, error)) (*store.Store, error) {
	return open(path, store.Options{Timeout: LockPatience, Now: w.Now, Hook: w.Hook})
}

// localOn is Local on a store that is closed if that fails.
func (w *Way) localOn(cfg *configs.Config, st *store.Store, log *slog.Logger,
	progress func(string, int, int)) (*local.Service, error) {
	d, err := w.Local(cfg, st, log, progress)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return d, nil
}

// Local makes the engine on an open store.
func (w *Way) Local(cfg *configs.Config, st *store.Store, log *slog.Logger,
	progress func(string, int, int)) (*local.Service, error) {
	return local.New(local.Options{
		Config:   cfg,
		Store:    st,
		Kinds:    w.Kinds,
		Log:      log,
		Version:  w.Version,
		Progress: progress,
		Told:     w.Told,
		Silent:   w.Silent,
		Now:      w.Now,
		Hook:     w.Hook,
		Haste:    w.Haste,
		Observer: w.Observer,
	})
}

// begin reads the configuration and opens the log: what this process needs to answer by itself.
func (w *Way) begin() (*configs.Config, *slog.Logger, error) {
	cfg, err := w.Load()
	if err != nil {
		return nil, nil, err
	}
	log, err := w.Log()
	return cfg, log, err
}

// alone is begin where that says itself that the state is one with which no daemon works: once is enough then. No
// configuration: that cannot be said.
func (w *Way) alone(deserted string) (*configs.Config, *slog.Logger) {
	if deserted == "" {
		return nil, nil
	}
	cfg, log, err := w.begin()
	if wrong := err != nil; wrong || cfg.State != deserted {
		return nil, nil // with a mistake there may be a daemon that goes on with the configuration before
	}
	return cfg, log
}

// Service gives the running daemon, or this process itself where there is none.
func (w *Way) Service(ctx context.Context, progress func(string, int, int)) (api.Service, error) {
	daemon, deserted := w.alike(ctx)
	if daemon != nil {
		return daemon, nil
	}
	cfg, log := w.alone(deserted)
	if cfg == nil {
		var err error
		if daemon, err = w.beside(ctx); daemon != nil || err != nil {
			return daemon, err
		}
		if cfg, log, err = w.begin(); err != nil {
			return nil, err
		}
	}
	service, err := w.OpenLocal(cfg, log, progress)
	if err != nil {
		return nil, err
	}
	// Whoever is on a list can be named from here on.
	listed, _, err := service.AskLists(ctx, local.FirstLists)
	if err != nil {
		return nil, errors.Join(err, service.Close())
	}
	return listed, nil
}

// ToLook is Service for a command that only tells what is known: where nothing is, it makes no state, and says where it
// looked; where nothing can be written, on a read-only mount, it reads the state all the same.
func (w *Way) ToLook(ctx context.Context) (api.Service, error) {
	daemon, err := w.daemon(ctx)
	if daemon != nil || err != nil {
		return daemon, err
	}
	cfg, err := w.LoadWith(configs.LoadWithoutSecrets)
	if err != nil {
		return nil, err
	}
	switch _, err := os.Stat(cfg.State); {
	case !cfg.Store.IsZero(): // the database says whether there is anything
	case errors.Is(err, os.ErrNotExist):
		return nil, words.Mend(fmt.Errorf("there is no state at %s, and no daemon beside it", cfg.State),
			"run zoomtag sync first, or, if zoomtag runs as another user or with another state, ask as that "+
				"user or write state into the configuration")
	case errors.Is(err, os.ErrPermission):
		return nil, store.NotAllowed(cfg.State)
	}
	return w.openToRead()
}

// openToRead opens the state for reading, and for writing where that can be.
func (w *Way) openToRead() (api.Service, error) {
	cfg, log, err := w.begin()
	if err != nil {
		return nil, err
	}
	open := store.Open
	if w.Haste.Open != nil {
		open = w.Haste.Open
	}
	st, err := w.openStore(cfg.Address(), open)
	if errors.Is(err, syscall.EROFS) {
		st, err = w.openStore(cfg.Address(), store.OpenReadOnly)
	}
	if err != nil {
		return nil, err
	}
	return w.localOn(cfg, st, log, nil)
}

// ToPlan is Service for a command that must change nothing: without a state file it works on an empty one that is
// thrown away.
func (w *Way) ToPlan(ctx context.Context) (api.Service, error) {
	if daemon, err := w.daemon(ctx); daemon != nil || err != nil {
		return daemon, err
	}
	cfg, log, err := w.begin()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(cfg.State); !errors.Is(err, os.ErrNotExist) || !cfg.Store.IsZero() {
		return w.OpenLocal(cfg, log, nil)
	}
	dir, err := files.TempDir("zoomtag-plan")
	if err != nil {
		return nil, err
	}
	d, err := w.openLocalOn(cfg, filepath.Join(dir, "zoomtag.db"), log, nil)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &preview{Service: d, dir: dir}, nil
}

// preview is a service on a state that is thrown away.
type preview struct {
	*local.Service
	dir string
}

// Close removes the state.
func (p *preview) Close() error { return errors.Join(p.Service.Close(), os.RemoveAll(p.dir)) }
