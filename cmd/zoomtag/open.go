package main

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

	"zoomtag/sync/api/local"

	"zoomtag/providers/files"

	"zoomtag/sync/api/socket"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// flags are those that every command has.
type flags struct {
	config    string
	logLevel  string
	logFormat string
	json      bool
}

// app is one command at work.
type app struct {
	term  *process
	flags flags
	tells bool // it prints what a pass reports
	shows bool // it prints the notices of the state
}

// logger writes to standard error.
func (a *app) logger() (*slog.Logger, error) {
	level := slog.LevelInfo
	if a.flags.logLevel == "" {
		return newLogger(a.term.err, level, a.flags.logFormat)
	}
	if err := level.UnmarshalText([]byte(a.flags.logLevel)); err != nil {
		return nil, words.Usage(fmt.Errorf("--log-level %q: use debug, info, warn or error", a.flags.logLevel))
	}
	return newLogger(a.term.err, level, a.flags.logFormat)
}

// quietLogger is the logger of commands that print what they did: without --log-level it says only what is wrong.
func (a *app) quietLogger() (*slog.Logger, error) {
	if a.flags.logLevel == "" {
		return newLogger(a.term.err, slog.LevelWarn, a.flags.logFormat)
	}
	return a.logger()
}

func newLogger(w io.Writer, level slog.Level, format string) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level}
	if level > slog.LevelDebug {
		options.ReplaceAttr = inWords
	}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(&terminal.Harmless{To: w}, options)), nil
	}
	return nil, words.Usage(fmt.Errorf("--log-format %q: use text or json", format))
}

// inWords makes of an error what people are told. Whoever looks for a fault, at level debug, sees the whole chain.
func inWords(_ []string, attr slog.Attr) slog.Attr {
	if err, ok := attr.Value.Any().(error); ok {
		return slog.String(attr.Key, words.Of(err))
	}
	return attr
}

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

// openDesk opens the store and makes the engine.
func (a *app) openDesk(cfg *configs.Config, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	return a.openDeskOn(cfg, cfg.State, log, progress)
}

// openDeskOn is openDesk on the store in another file than the configured one. The sign-ins are beside that one all the same.
func (a *app) openDeskOn(cfg *configs.Config, path string, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	st, err := a.openStore(path, store.Open)
	if err != nil {
		return nil, err
	}
	return a.deskOn(cfg, st, log, progress)
}

// openStore opens the state in one of the ways that the store has.
func (a *app) openStore(path string, open func(string, store.Options) (*store.Store, error)) (*store.Store, error) {
	return open(path, store.Options{Timeout: lockPatience, Now: a.term.now, Hook: a.term.hook})
}

// deskOn is newDesk on a store that is closed if that fails.
func (a *app) deskOn(cfg *configs.Config, st *store.Store, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	d, err := a.newDesk(cfg, st, log, progress)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return d, nil
}

// newDesk makes the engine on an open store.
func (a *app) newDesk(cfg *configs.Config, st *store.Store, log *slog.Logger, progress func(string, int, int)) (*local.Service, error) {
	return local.New(local.Options{
		Config:   cfg,
		Store:    st,
		Kinds:    providers(),
		Log:      log,
		Progress: progress,
		Told:     a.tells && a.flags.logLevel == "",
		Silent:   a.shows,
		Now:      a.term.now,
		Hook:     a.term.hook,
		Haste:    a.term.hurry,
	})
}

// openOffice gives the running daemon, or this process itself where there is none.
func (a *app) openOffice(ctx context.Context, progress func(string, int, int)) (api.Service, error) {
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
	return a.openDesk(cfg, log, progress)
}

// openLook is openOffice for a command that only tells what is known: where nothing is, it makes no state, and says where it looked; where
// nothing can be written, on a read-only mount, it reads the state all the same.
func (a *app) openLook(ctx context.Context) (api.Service, error) {
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
	return a.openReading()
}

// openReading opens the state for reading, and for writing where that can be.
func (a *app) openReading() (api.Service, error) {
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
	return a.deskOn(cfg, st, log, nil)
}

// openPreview is openOffice for a command that must change nothing: without a state file it works on an empty one that is
// thrown away.
func (a *app) openPreview(ctx context.Context) (api.Service, error) {
	if daemon, err := a.daemon(ctx); daemon != nil || err != nil {
		return daemon, err
	}
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(cfg.State); !errors.Is(err, os.ErrNotExist) {
		return a.openOffice(ctx, nil)
	}
	dir, err := files.TempDir("zoomtag-plan")
	if err != nil {
		return nil, err
	}
	log, err := a.quietLogger()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	d, err := a.openDeskOn(cfg, filepath.Join(dir, "zoomtag.db"), log, nil)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &previewDesk{Service: d, dir: dir}, nil
}

// previewDesk is a desk on a state that is thrown away.
type previewDesk struct {
	*local.Service
	dir string
}

// Close removes the state.
func (p *previewDesk) Close() error { return errors.Join(p.Service.Close(), os.RemoveAll(p.dir)) }
