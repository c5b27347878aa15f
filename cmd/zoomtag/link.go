package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/onefile"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

func (a *app) linkCommand() *cobra.Command {
	var to, options string
	cmd := a.completes().Event(a.jsonFlag(&cobra.Command{
		Use:   "link CALENDAR EVENT | FILE.ics",
		Short: "Make the link of one event now, in a calendar or in an .ics file",
		Long: `Make the Zoom meeting of one event now, and write the link into it.

CALENDAR EVENT is an event in a calendar that zoomtag watches, by its id, its UID or its title. It
needs its tag; nothing else in the calendar is worked on.

FILE.ics is a file that you have prepared, an invitation for mailing for example. Its event needs no
tag; one that it has counts, with its options. Nothing else in the file changes but the lines that
tell of a change (DTSTAMP, LAST-MODIFIED, SEQUENCE). A second time the same event keeps its meeting:
if the file says another time or title, the meeting follows.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.linkFile(cmd.Context(), onefile.Clean(args[0]), onefile.Clean(to), options)
			}
			if to != "" {
				return words.Usage(errors.New("--output is for a file: an event in a calendar gets its link there"))
			}
			report, err := a.link(cmd.Context(), api.LinkRequest{Calendar: args[0], Event: args[1], Options: options})
			if err != nil {
				return errors.Join(err, a.problem(err))
			}
			return a.showLink(report)
		},
	}))
	cmd.Flags().StringVarP(&to, "output", "o", "", "where the file with the link goes, - for standard output; the "+
		"default is FILE.ics itself")
	cmd.Flags().StringVar(&options, "options", "", `for a file, options as in a tag: "45m, no-waiting-room"`)
	return cmd
}

// link has the link made.
func (a *app) link(ctx context.Context, r api.LinkRequest) (api.LinkReport, error) {
	a.tells = true
	return ask(ctx, a, func(ctx context.Context, o api.Service) (api.LinkReport, error) { return o.Link(ctx, r) })
}

// linkFile makes the link of the event in a file.
func (a *app) linkFile(ctx context.Context, from, to, options string) error {
	raw, err := onefile.Read(from, a.term.in)
	if err != nil {
		return words.Usage(err)
	}
	if err := onefile.Check(from, to, raw); err != nil {
		return err
	}
	report, err := a.link(ctx, api.LinkRequest{ICS: raw, Options: options})
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if to == "" {
		to = from
	}
	if to == "-" {
		_, err := a.term.out.Write(report.ICS)
		return err
	}
	if err := onefile.Write(from, to, raw, report.ICS); err != nil {
		return err
	}
	report.ICS, report.Path = nil, to
	return a.showLink(report)
}

// problem prints why there is no link, for programs: the same document as the HTTP API's.
func (a *app) problem(err error) error {
	if !a.flags.json {
		return nil
	}
	return terminal.JSON(a.term.out, api.ProblemOf(err))
}

// showLink prints what became of an event.
func (a *app) showLink(report api.LinkReport) error {
	if a.flags.json {
		return terminal.JSON(a.term.out, report)
	}
	a.printer().Event(&report.Event)
	if len(report.Event.Steps) == 0 {
		fmt.Fprintf(a.term.out, "      %s\n", terminal.Printable(report.Event.JoinURL))
	}
	return nil
}
