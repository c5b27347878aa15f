package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/persons"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
)

func (a *app) authListCommand() *cobra.Command {
	var ask bool
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "list",
		Short: "List the sign-ins of persons",
		Long: `List for whom somebody has to sign in, who has done so and when, whether the service still takes it,
and the command that mends it. That is what the files of the sign-ins say; with --ask each service
is asked.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listSignIns(cmd.Context(), ask) },
	})
	cmd.Flags().BoolVar(&ask, "ask", false, "ask each service whether it takes the sign-in")
	return cmd
}

// listSignIns prints how each sign-in stands.
func (a *app) listSignIns(ctx context.Context, ask bool) error {
	load := configs.LoadWithoutSecrets
	if ask {
		load = configs.Load
	}
	cfg, err := a.way().LoadWith(load)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	rows := persons.SignIns(b)
	failed := false
	for i := range rows {
		if row := &rows[i]; ask && row.Accepted {
			if err := row.Ask(ctx); err != nil {
				row.NotAccepted(err)
			}
		}
		failed = failed || ask && !rows[i].Accepted
	}
	switch {
	case a.flags.json:
		err = terminal.JSON(a.term.out, map[string]any{"sign_ins": rows})
	case len(rows) == 0:
		fmt.Fprintln(a.term.out, "Nobody has to sign in: no calendar has auth: user, and no Zoom account mode: user.")
	default:
		err = a.table(persons.Table(rows))
	}
	if err == nil && failed {
		err = errReported
	}
	return err
}
