package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"zoomtag/sync/assemble"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
)

// ask opens the office, asks it for facts, and closes it.
func ask[T any](ctx context.Context, a *app, question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	office, err := a.openOffice(ctx, nil)
	return put(ctx, office, err, question)
}

// look is ask for commands that only tell what is known: they make no state, and read it where nothing can be written.
func look[T any](ctx context.Context, a *app, question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	office, err := a.openLook(ctx)
	return put(ctx, office, err, question)
}

// put puts a question to an office, if it could be opened, and closes it.
func put[T any](ctx context.Context, office api.Service, fault error, question func(context.Context, api.Service) (T, error)) (answer T, err error) {
	if fault != nil {
		return answer, fault
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	return question(ctx, office)
}

func (a *app) statusCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "status",
		Short: "Show how the calendars, the Zoom budget and the events in trouble are",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.shows = true
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.StatusReport, error) { return o.Status(ctx) })
			if err != nil {
				return err
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, report)
			}
			return a.showStatus(report)
		},
	})
}

func (a *app) showStatus(r api.StatusReport) error {
	daemon := "no daemon is running"
	if r.Daemon {
		daemon = "the daemon is running"
	}
	fmt.Fprintf(a.term.out, "%s; %s\n\n", r.Health, daemon)
	for _, notice := range r.Notices {
		fmt.Fprintln(a.term.out, terminal.Printable(notice))
	}
	if len(r.Notices) > 0 {
		fmt.Fprintln(a.term.out)
	}
	rows := [][]string{{"CALENDAR", "KIND", "LINKS", "LAST SUCCESS", "NEXT RUN", "STATE"}}
	events, unwritable := withoutUnwritten(&r)
	for _, c := range r.Calendars {
		state := c.State()
		if state == api.OK && c.ReadOnly != "" {
			state = unwritten(c.ReadOnly, unwritable[c.Name])
		}
		rows = append(rows, []string{c.Name, c.Provider, strconv.Itoa(c.Links), a.ago(c.LastSuccess), terminal.Clock(c.NextRun), state})
	}
	if err := terminal.Table(a.term.out, rows); err != nil {
		return err
	}
	if len(r.Budget) > 0 {
		fmt.Fprintln(a.term.out)
		rows = [][]string{{"ZOOM HOST", "CALLS TODAY (UTC)", "LIMIT"}}
		for _, b := range r.Budget {
			host := b.Host
			if b.Account != "" {
				host += " (" + b.Account + ")"
			}
			rows = append(rows, []string{host, strconv.Itoa(b.Used), strconv.Itoa(b.Limit)})
		}
		if err := terminal.Table(a.term.out, rows); err != nil {
			return err
		}
	}
	if err := a.showTokens(r.Tokens); err != nil {
		return err
	}
	if err := a.showVerdicts(r.Verdicts); err != nil {
		return err
	}
	if len(events) > 0 {
		fmt.Fprintln(a.term.out)
		rows = [][]string{{"EVENT", "CALENDAR", "STATE", "NEXT TRY", "REASON"}}
		for _, ev := range events {
			rows = append(rows, []string{nameOf(&ev), ev.Calendar, ev.State, terminal.Clock(ev.NextTry), ev.Reason})
		}
		if err := terminal.Table(a.term.out, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.term.out, "What you have mended is tried again at once with: zoomtag retry")
	}
	if err := a.showWaiting(r.Waiting); err != nil {
		return err
	}
	if err := a.showLeftovers(r.Leftovers); err != nil {
		return err
	}
	if len(r.Notes) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows = [][]string{{"EVENT", "CALENDAR", "NOT AS ASKED"}}
	for _, ev := range r.Notes {
		rows = append(rows, []string{nameOf(&ev), ev.Calendar, ev.Reason})
	}
	return terminal.Table(a.term.out, rows)
}

// nameOf is what an event is called in a table.
func nameOf(e *api.EventStatus) string {
	if e.Title == "" {
		return terminal.Shorten(e.EventID, 40)
	}
	return terminal.Shorten(e.Title, 40)
}

// showVerdicts shows which links may not work.
func (a *app) showVerdicts(verdicts []doctor.Finding) error {
	if len(verdicts) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"LINK", "CALENDAR", "CODE", "SEVERITY", "WHAT", "MEND"}}
	for _, v := range verdicts {
		rows = append(rows, []string{terminal.Shorten(v.Title, 40), v.Calendar, v.Code, string(v.Severity), v.What, v.Mend})
	}
	return terminal.Table(a.term.out, rows)
}

func (a *app) showTokens(tokens []api.TokenStatus) error {
	if len(tokens) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"SIGN-IN", "SINCE", "STATE"}}
	for _, t := range tokens {
		name, mend := t.Calendar, "zoomtag auth "+t.Provider+" --calendar "+t.Calendar
		if t.Provider == "zoom" {
			name, mend = strings.Join(strings.Fields("Zoom "+t.Account+" "+t.Person), " "), assemble.ZoomSignIn(t.Account)
		}
		state := "ok"
		switch {
		case t.SignedIn == nil && t.Reason != "": // there is a sign-in, and it cannot be used
			state = t.Reason
		case t.SignedIn == nil:
			state = "nobody has signed in; run: " + mend
		case t.Refused != nil && t.Reason != "":
			state = "no longer accepted since " + terminal.Clock(t.Refused) + ": " + t.Reason + "; run: " + mend
		case t.Refused != nil:
			state = "no longer accepted since " + terminal.Clock(t.Refused) + "; run: " + mend
		}
		rows = append(rows, []string{name, a.ago(t.SignedIn), state})
	}
	return terminal.Table(a.term.out, rows)
}

// ago is how long ago something was, by the clock of the command.
func (a *app) ago(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return a.term.now().Sub(*t).Truncate(time.Second).String() + " ago"
}

func (a *app) linksCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "links",
		Short: "Show every link that zoomtag keeps",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.LinksReport, error) { return o.Links(ctx) })
			if err != nil {
				return err
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, report)
			}
			rows := [][]string{{"START", "EVENT", "CALENDAR", "MEETING", "HEALTH", "LINK"}}
			for _, l := range report.Links {
				rows = append(rows, []string{terminal.Clock(l.Start), terminal.Shorten(l.Title, 40), l.Calendar, l.MeetingID, l.Health, l.JoinURL})
			}
			return terminal.Table(a.term.out, rows)
		},
	})
}

func (a *app) logCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "log [EVENT]",
		Short: "Show what was done to which event, when and why",
		Long:  "Show the journal: what was done to which event, when and why. EVENT is an event's id, UID or title.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.LogReport, error) {
				return o.Log(ctx, api.LogRequest{Event: strings.Join(args, "")})
			})
			if err != nil {
				return err
			}
			if len(report.Log) == 0 && len(args) > 0 {
				return words.Usage(fmt.Errorf("the log knows no event %q: give an event's id, UID or words of its title; zoomtag log without one shows all", args[0]))
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, report)
			}
			rows := [][]string{{"TIME", "CALENDAR", "EVENT", "STEP", "MEETING", "REASON"}}
			for _, e := range report.Log {
				title, reason := cmp.Or(e.Title, e.EventID), e.Reason
				if e.Error != "" {
					reason = "failed: " + e.Error
				}
				rows = append(rows, []string{terminal.Clock(api.Time(e.Time)), e.Calendar, terminal.Shorten(title, 40), e.Step, e.MeetingID, reason})
			}
			return terminal.Table(a.term.out, rows)
		},
	})
}

func (a *app) releaseCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "release CALENDAR",
		Short: "Lift a brake, after a look",
		Long: `Lift the brake of a calendar that is held because many of its events are missing at once, and let go of the events that are
held because the configuration no longer counts their tag. What is then really gone ends as usual: after the grace period.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.ReleaseReport, error) {
				return o.Release(ctx, api.ReleaseRequest{Calendar: args[0]})
			})
			switch {
			case err != nil:
				return err
			case a.flags.json:
				return terminal.JSON(a.term.out, report)
			case report.Held:
				fmt.Fprintf(a.term.out, "%s is released: the next pass believes what it sees\n", report.Calendar)
			case report.Events > 0:
				fmt.Fprintf(a.term.out, "%s: %s %s released\n", report.Calendar, words.Count(report.Events, "held event"), words.Are(report.Events))
			default:
				fmt.Fprintf(a.term.out, "%s is not held: nothing to release\n", report.Calendar)
			}
			return nil
		},
	})
}

// version is set by release builds: -ldflags "-X main.version=1.2.3".
var version = "development"

func (a *app) versionCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "version",
		Short: "Show version, commit and Go version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			commit := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						commit = s.Value
					}
				}
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, map[string]string{"version": version, "commit": commit, "go": runtime.Version()})
			}
			_, err := fmt.Fprintf(a.term.out, "zoomtag %s, commit %s, %s\n", version, commit, runtime.Version())
			return err
		},
	})
}

// manCommand writes the man pages of all commands, for packagers.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the man pages into a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			header := &doc.GenManHeader{Title: "ZOOMTAG", Section: "1", Source: "zoomtag " + version, Manual: "zoomtag"}
			if err := doc.GenManTree(cmd.Root(), header, filepath.Clean(args[0])); err != nil {
				return fmt.Errorf("the man pages could not be written: %w", err)
			}
			return nil
		},
	}
}
