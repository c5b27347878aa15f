package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"zoomtag/sync/api/local"

	"zoomtag/providers/files"

	"zoomtag/sync/api/socket"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// load reads the configuration.
func (a *app) load() (*configs.Config, error) { return a.loadWith(configs.Load) }

// daemon returns the running daemon, or nil. It takes no secrets to ask it: those of a service are for the service alone.
func (a *app) daemon(ctx context.Context) (*socket.Client, error) {
	cfg, err := a.loadWith(configs.LoadWithoutSecrets)
	if err != nil {
		return a.daemonDespite(ctx, err)
	}
	return socket.Dial(ctx, cfg.State)
}

// daemonDespite returns the daemon that runs beside a configuration in which mistakes were made since: it goes on with the one before, and
// can be asked. Otherwise there is only the mistake to tell.
func (a *app) daemonDespite(ctx context.Context, mistake error) (*socket.Client, error) {
	path, err := configs.Find(a.flags.config, a.term.env)
	if err != nil {
		return nil, mistake
	}
	state := configs.StateOf(path, a.term.env)
	if state == "" {
		return nil, mistake
	}
	daemon, err := socket.Dial(ctx, state)
	if daemon == nil || err != nil {
		return nil, mistake
	}
	fmt.Fprintln(a.term.err, "zoomtag: the daemon goes on with the configuration before, because the file has mistakes now:\n"+terminal.Lines(words.Of(mistake)))
	return daemon, nil
}

func (a *app) loadWith(load func(string, func(string) string) (*configs.Config, error)) (*configs.Config, error) {
	path, err := configs.Find(a.flags.config, a.term.env)
	if err != nil {
		return nil, words.Usage(err)
	}
	cfg, err := load(path, a.term.env)
	if err != nil {
		return nil, words.Usage(err)
	}
	return cfg, nil
}

// lockPatience is how long a command waits for another one that holds the store.
const lockPatience = time.Second

// openLocal opens the store and makes the engine.
func (a *app) openLocal(cfg *configs.Config, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	return a.openLocalOn(cfg, cfg.State, log, progress)
}

// openLocalOn is openLocal on the store in another file than the configured one. The sign-ins are beside that one all the same.
func (a *app) openLocalOn(cfg *configs.Config, path string, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	st, err := a.openStore(path, store.Open)
	if err != nil {
		return nil, err
	}
	return a.localOn(cfg, st, log, progress)
}

// openStore opens the state in one of the ways that the store has.
func (a *app) openStore(path string, open func(string, store.Options) (*store.Store, error)) (*store.Store, error) {
	return open(path, store.Options{Timeout: lockPatience, Now: a.term.now, Hook: a.term.hook})
}

// localOn is newLocal on a store that is closed if that fails.
func (a *app) localOn(cfg *configs.Config, st *store.Store, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	d, err := a.newLocal(cfg, st, log, progress)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return d, nil
}

// newLocal makes the engine on an open store.
func (a *app) newLocal(cfg *configs.Config, st *store.Store, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	return local.New(local.Options{
		Config:   cfg,
		Store:    st,
		Kinds:    providers(),
		Log:      log,
		Version:  thisBuild().release(),
		Progress: progress,
		Told:     a.tells && a.flags.logLevel == "",
		Silent:   a.shows,
		Now:      a.term.now,
		Hook:     a.term.hook,
		Haste:    a.term.hurry,
	})
}

// connect gives the running daemon, or this process itself where there is none.
func (a *app) connect(ctx context.Context, progress func(string, int, int)) (api.Service, error) {
	if daemon, err := a.daemon(ctx); daemon != nil || err != nil {
		return daemon, err
	}
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	log, err := a.quietLogger()
	if err != nil {
		return nil, err
	}
	return a.openLocal(cfg, log, progress)
}

// connectToLook is connect for a command that only tells what is known: where nothing is, it makes no state, and says where it looked; where
// nothing can be written, on a read-only mount, it reads the state all the same.
func (a *app) connectToLook(ctx context.Context) (api.Service, error) {
	daemon, err := a.daemon(ctx)
	if daemon != nil || err != nil {
		return daemon, err
	}
	cfg, err := a.loadWith(configs.LoadWithoutSecrets)
	if err != nil {
		return nil, err
	}
	switch _, err := os.Stat(cfg.State); {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no state at %s, and no daemon beside it: run zoomtag sync first, or, if zoomtag runs as another user "+
			"or with another state, ask as that user or write state into the configuration", cfg.State)
	case errors.Is(err, os.ErrPermission):
		return nil, store.NotAllowed(cfg.State)
	}
	return a.openToRead()
}

// openToRead opens the state for reading, and for writing where that can be.
func (a *app) openToRead() (api.Service, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	log, err := a.quietLogger()
	if err != nil {
		return nil, err
	}
	open := store.Open
	if a.term.hurry.Open != nil {
		open = a.term.hurry.Open
	}
	st, err := a.openStore(cfg.State, open)
	if errors.Is(err, syscall.EROFS) {
		st, err = a.openStore(cfg.State, store.OpenReadOnly)
	}
	if err != nil {
		return nil, err
	}
	return a.localOn(cfg, st, log, nil)
}

// connectToPlan is connect for a command that must change nothing: without a state file it works on an empty one that is
// thrown away.
func (a *app) connectToPlan(ctx context.Context) (api.Service, error) {
	if daemon, err := a.daemon(ctx); daemon != nil || err != nil {
		return daemon, err
	}
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(cfg.State); !errors.Is(err, os.ErrNotExist) {
		return a.connect(ctx, nil)
	}
	dir, err := files.TempDir("zoomtag-plan")
	if err != nil {
		return nil, err
	}
	log, err := a.quietLogger()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	d, err := a.openLocalOn(cfg, filepath.Join(dir, "zoomtag.db"), log, nil)
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

// ask opens the service, asks it for facts, and closes it.
func ask[T any](ctx context.Context, a *app, question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	service, err := a.connect(ctx, nil)
	return put(ctx, service, err, question)
}

// look is ask for commands that only tell what is known: they make no state, and read it where nothing can be written.
func look[T any](ctx context.Context, a *app, question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	service, err := a.connectToLook(ctx)
	return put(ctx, service, err, question)
}

// put puts a question to an service, if it could be opened, and closes it.
func put[T any](ctx context.Context, service api.Service, fault error, question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	if fault != nil {
		return answer, fault
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	return question(ctx, service)
}
