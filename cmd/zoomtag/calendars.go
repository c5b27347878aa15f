package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/sync/plan"
)

func (a *app) calendarsCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "calendars [NAME]",
		Short: "List what there is to watch in the accounts of the configuration",
		Long: `List the calendars of each account that a calendar of the configuration is in: what each is called, whether it can be changed, as what it is
watched already, and the line to write for it. NAME is a calendar of the configuration, and means its account alone. A folder has nothing to list.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.listCalendars(cmd.Context(), strings.Join(args, ""))
		},
	})
}

// listedCalendar is a calendar of an account, as calendars prints it with --json.
type listedCalendar struct {
	Account  string `json:"account"` // a calendar of the configuration that is in the account
	Provider string `json:"provider"`
	Name     string `json:"name"`
	ID       string `json:"id"` // empty: the one that is chosen by writing nothing
	ReadOnly bool   `json:"read_only"`
	Watched  string `json:"watched"` // the name under which it is watched; empty: it is not
	Line     string `json:"line"`
}

// listCalendars lists the accounts of all calendars, or of one.
func (a *app) listCalendars(ctx context.Context, name string) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	names := make([]string, len(cfg.Calendars))
	for i, c := range cfg.Calendars {
		names[i] = c.Name
	}
	if name != "" && !slices.Contains(names, name) {
		return words.Usage(fmt.Errorf("there is no calendar %q in the configuration%s", name, cmp.Or(words.Meant(name, names), "; there are: "+strings.Join(names, ", "))))
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	list, seen, failed := []listedCalendar{}, map[string]bool{}, false
	for _, c := range cfg.Calendars {
		if account := accountKey(c); name != "" && c.Name != name || account == "" || seen[account] {
			continue
		}
		seen[accountKey(c)] = true
		source, err := b.Source(c, plan.Settings{})
		if err != nil {
			return err
		}
		lister, ok := source.(calendar.Lister)
		if !ok {
			continue
		}
		found, err := lister.List(ctx)
		if err != nil {
			failed = true
			fmt.Fprintf(a.term.err, "zoomtag: %s: %s\n", c.Name, terminal.Lines(words.Of(err)))
		}
		for _, one := range found {
			list = append(list, inConfiguration(cfg, c, one))
		}
	}
	if err = a.showListed(list); err == nil && failed {
		err = errReported
	}
	return err
}

// accountKey tells the account of a calendar from others; "" where nobody signs in.
func accountKey(c configs.Calendar) string {
	said, files := c.Section().Proof()
	if said == nil {
		return ""
	}
	key := strings.Join(append(said, files...), "\x00")
	switch {
	case c.SignsIn(): // each calendar has a sign-in of its own
		key += "\x00" + c.Name
	case c.Outlook != nil:
		key += "\x00" + c.Outlook.User
	}
	return key
}

// chosen is what a calendar of the configuration writes to choose one in its account.
func chosen(c configs.Calendar) string {
	switch {
	case c.Google != nil && c.Google.Calendar != "primary":
		return c.Google.Calendar
	case c.Outlook != nil:
		return c.Outlook.Calendar
	case c.CalDAV != nil:
		return c.CalDAV.Calendar
	}
	return ""
}

// inConfiguration says of a calendar that is listed in the account of c whether it is watched, and what to write for it.
func inConfiguration(cfg *configs.Config, c configs.Calendar, one calendar.Listed) listedCalendar {
	out := listedCalendar{Account: c.Name, Provider: c.Provider(), Name: one.Name, ID: one.ID, ReadOnly: one.ReadOnly, Line: "calendar: " + fmt.Sprintf("%q", one.ID)}
	if one.ID == "" {
		out.Line = "(leave calendar out)"
	}
	for _, other := range cfg.Calendars {
		written := chosen(other)
		if accountKey(other) == accountKey(c) && (written == one.ID || written != "" && strings.EqualFold(written, one.Name)) {
			out.Watched = other.Name
		}
	}
	return out
}

func (a *app) showListed(list []listedCalendar) error {
	if a.flags.json {
		return terminal.JSON(a.term.out, map[string]any{"calendars": list})
	}
	if len(list) == 0 {
		fmt.Fprintln(a.term.out, "No account has calendars that can be listed; a folder is watched as it is.")
		return nil
	}
	rows := [][]string{{"ACCOUNT OF", "CALENDAR", "CHANGE", "WATCHED AS", "LINE TO WRITE"}}
	for _, c := range list {
		change := "yes"
		if c.ReadOnly {
			change = "no"
		}
		rows = append(rows, []string{c.Account, c.Name, change, cmp.Or(c.Watched, "-"), c.Line})
	}
	return a.table(rows)
}
