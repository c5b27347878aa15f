package main

import (
	"context"
	"io"

	"zoomtag/cmd/zoomtag/complete"
	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/sync/api"
)

// completes is where a shell's offers come from. Links are asked for as links does, but without a word, and writing
// nothing.
func (a *app) completes() *complete.Source {
	term := *a.term
	term.err, term.hurry.Open = io.Discard, store.OpenReadOnly
	return &complete.Source{
		Load:      func() (*configs.Config, error) { return a.way().LoadWith(configs.LoadWithoutSecrets) },
		Providers: signInProviders,
		Links: func(ctx context.Context) (api.LinksReport, error) {
			quiet := &app{term: &term, flags: a.flags, shows: true}
			return look(ctx, quiet,
				func(ctx context.Context, o api.Service) (api.LinksReport, error) { return o.Links(ctx) })
		},
	}
}
