package main

import (
	"context"
	"errors"

	"zoomtag/cmd/zoomtag/connect"
	"zoomtag/configs"
	"zoomtag/sync/api"
)

// way is how the command reaches what answers it.
func (a *app) way() *connect.Way {
	return &connect.Way{
		Config:  a.flags.config,
		Env:     a.term.env,
		Err:     a.term.err,
		Now:     a.term.now,
		Hook:    a.term.hook,
		Haste:   a.term.hurry,
		Kinds:   providers(),
		Version: thisBuild().Release(),
		Log:     a.quietLogger,
		Told:    a.tells && a.flags.logLevel == "",
		Silent:  a.shows,
	}
}

// load reads the configuration.
func (a *app) load() (*configs.Config, error) { return a.way().Load() }

// ask opens the service, asks it for facts, and closes it.
func ask[T any](ctx context.Context, a *app,
	question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	service, err := a.way().Service(ctx, nil)
	return put(ctx, service, err, question)
}

// look is ask for commands that only tell what is known: they make no state, and read it where nothing can be written.
func look[T any](ctx context.Context, a *app,
	question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	service, err := a.way().ToLook(ctx)
	return put(ctx, service, err, question)
}

// put puts a question to an service, if it could be opened, and closes it.
func put[T any](ctx context.Context, service api.Service, fault error,
	question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	if fault != nil {
		return answer, fault
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	return question(ctx, service)
}
