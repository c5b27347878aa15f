package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"zoomtag/sync/setup"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
)

func (a *app) authListCommand() *cobra.Command {
	var ask bool
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "list",
		Short: "List the sign-ins of persons",
		Long: `List for whom somebody has to sign in, who has done so and when, whether the service still takes it, and the command that mends it. That is
what the files of the sign-ins say; with --ask each service is asked.`,
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
	cfg, err := a.loadWith(load)
	if err != nil {
		return err
	}
	rows, err := a.signIns(cfg)
	if err != nil {
		return err
	}
	failed := false
	for i := range rows {
		if row := &rows[i]; ask && row.Accepted {
			if err := row.Ask(ctx); err != nil {
				row.Accepted, row.Reason = false, words.Of(err)
			}
		}
		failed = failed || ask && !rows[i].Accepted
	}
	if err = a.showSignIns(rows); err == nil && failed {
		err = errReported
	}
	return err
}

// signIns are the sign-ins that a configuration needs.
func (a *app) signIns(cfg *configs.Config) ([]setup.SignIn, error) {
	b, err := a.builder(cfg)
	if err != nil {
		return nil, err
	}
	rows := []setup.SignIn{}
	for _, z := range cfg.Zoom {
		if z.Mode == configs.User {
			row := setup.Standing(assemble.ZoomGrantFile(cfg.State, z.Name))
			row.Provider, row.Account, row.Command = "zoom", z.Name, assemble.ZoomSignIn(z.Name)
			row.Ask = func(ctx context.Context) error { return askZoom(ctx, b, z) }
			rows = append(rows, row)
		}
	}
	for _, c := range cfg.Calendars {
		if c.SignsIn() {
			row := setup.Standing(assemble.GrantFile(cfg.State, c))
			row.Provider, row.Calendar, row.Command = c.Provider(), c.Name, "zoomtag auth "+c.Provider()+" --calendar "+c.Name
			row.Ask = func(ctx context.Context) error { return setup.AskCalendar(ctx, b, c) }
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func askZoom(ctx context.Context, b *assemble.Builder, z configs.Zoom) error {
	service, err := zoom.New(zoomConfig(b, z))
	if err == nil {
		_, err = service.Introduce(ctx)
	}
	return err
}

func (a *app) showSignIns(list []setup.SignIn) error {
	if a.flags.json {
		return terminal.JSON(a.term.out, map[string]any{"sign_ins": list})
	}
	if len(list) == 0 {
		fmt.Fprintln(a.term.out, "Nobody has to sign in: no calendar has auth: user, and no Zoom account mode: user.")
		return nil
	}
	rows := [][]string{{"SIGN-IN", "PERSON", "SINCE", "STATE", "SIGN IN ANEW"}}
	for _, row := range list {
		name := strings.Join(strings.Fields(row.Provider+" "+cmp.Or(row.Calendar, row.Account)), " ")
		state := "accepted"
		if !row.Accepted {
			state = row.Reason
		}
		rows = append(rows, []string{name, cmp.Or(row.Person, "-"), terminal.Clock(row.SignedIn), state, row.Command})
	}
	return a.table(rows)
}
