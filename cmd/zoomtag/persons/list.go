package persons

import (
	"cmp"
	"context"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
	"zoomtag/sync/setup"
)

// SignIns are the sign-ins that a configuration needs.
func SignIns(b *assemble.Builder) []setup.SignIn {
	cfg, rows := b.Config, []setup.SignIn{}
	for _, z := range cfg.Zoom {
		if z.Mode == configs.User {
			row := setup.Standing(b.Grants, assemble.ZoomGrantFile(b.Grants, cfg.State, z))
			row.Provider, row.Account, row.Command = "zoom", z.Name, assemble.ZoomSignIn(z.Name)
			row.Ask = func(ctx context.Context) error { return askZoom(ctx, b, z) }
			rows = append(rows, row)
		}
	}
	for _, c := range cfg.Calendars {
		if c.SignsIn() {
			row := setup.Standing(b.Grants, assemble.GrantFile(cfg.State, c))
			row.Provider, row.Calendar, row.Command = c.Provider(), c.Name,
				assemble.CalendarSignIn(c.Provider(), c.Name)
			row.Ask = func(ctx context.Context) error { return setup.AskCalendar(ctx, b, c) }
			rows = append(rows, row)
		}
	}
	return rows
}

func askZoom(ctx context.Context, b *assemble.Builder, z configs.Zoom) error {
	service, err := zoom.New(ZoomConfig(b, z))
	if err == nil {
		_, err = service.Introduce(ctx)
	}
	return err
}

// Table shows sign-ins in rows and columns.
func Table(list []setup.SignIn) [][]string {
	rows := [][]string{{"SIGN-IN", "PERSON", "SINCE", "STATE", "SIGN IN ANEW"}}
	for _, row := range list {
		name := strings.Join(strings.Fields(row.Provider+" "+cmp.Or(row.Calendar, row.Account)), " ")
		state := "accepted"
		if !row.Accepted {
			state = words.Join(row.Reason, words.Clause(row.Cure))
		}
		rows = append(rows, []string{name, cmp.Or(row.Person, "-"), terminal.Clock(row.SignedIn), state, row.Command})
	}
	return rows
}
