package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/invite"
	"zoomtag/sync/invite/keep"
)

func (a *app) inviteCommand() *cobra.Command {
	var to string
	var all, request, cancel bool
	var ask api.InviteRequest
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "invite [EVENT…] -o PATH",
		Short: "Write .ics invitations to linked events",
		Long: `Write invitations that others can open in any calendar app: a link, the times, and for a series all
of it. An event is named by its id, its UID, its meeting id or its title, as "zoomtag links" shows
them; without one it is about all that are coming. PATH is a file (NAME.ics) for one event or for
all of them together, a folder for one file each, or - for standard output.

Invitations are published: whoever opens one has the event, and nobody is asked for an answer.
--request and --cancel make those that an organizer mails to the attendees, who are then listed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 0 && all:
				return words.Usage(words.Mend(errors.New("--all is about every event"), "name none"))
			case request && cancel:
				return words.Usage(errors.New("--request and --cancel exclude each other"))
			case ask.Alarm < 0:
				return words.Usage(words.Mend(errors.New("--alarm is how long before the start"), "write it without a sign"))
			case request:
				ask.Method = invite.Request
			case cancel:
				ask.Method = invite.Cancel
			}
			ask.Events = args
			return a.invite(cmd.Context(), ask, to)
		},
	})
	cmd.Flags().StringVarP(&to, "output", "o", "-", "NAME.ics, a folder, or - for standard output")
	cmd.Flags().BoolVar(&all, "all", false, "every linked event that is coming, as without a name")
	cmd.Flags().BoolVar(&request, "request", false, "an invitation that asks for answers (METHOD:REQUEST), for "+
		"mailing to the attendees")
	cmd.Flags().BoolVar(&cancel, "cancel", false, "a cancellation (METHOD:CANCEL), for mailing to the attendees")
	cmd.Flags().BoolVar(&ask.Attendees, "attendees", false, "list the attendees")
	cmd.Flags().DurationVar(&ask.Alarm, "alarm", 0, "a reminder that long before the start, such as 15m")
	return cmd
}

func (a *app) invite(ctx context.Context, request api.InviteRequest, to string) error {
	report, err := ask(ctx, a,
		func(ctx context.Context, o api.Service) (api.InviteReport, error) { return o.Invite(ctx, request) })
	if err != nil {
		return err
	}
	failed := false
	made := slices.DeleteFunc(slices.Clone(report.Invites), func(i api.InviteStatus) bool { return i.Error != "" })
	for _, i := range report.Invites {
		if i.Error != "" {
			failed = true
			fmt.Fprintf(a.term.err, "zoomtag: no invitation to %s (%s): %s\n", terminal.Printable(i.Title),
				terminal.Printable(i.EventID), terminal.Printable(i.Told()))
		}
	}
	if len(report.Invites) == 0 { // of events with names, each that cannot be had is told by itself
		fmt.Fprintln(a.term.err, "zoomtag: no event that is coming has a link, so nothing was written: tag one, then run "+
			"zoomtag sync")
	}
	if err := a.writeInvites(made, to); err != nil {
		return err
	}
	if a.flags.json {
		for i := range report.Invites {
			report.Invites[i].ICS = nil
			for _, m := range made {
				if m.Calendar == report.Invites[i].Calendar && m.EventID == report.Invites[i].EventID {
					report.Invites[i].Path = m.Path
				}
			}
		}
		if err := terminal.JSON(a.term.out, report); err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// writeInvites writes where the command line says: one file, a file each, or standard output.
func (a *app) writeInvites(list []api.InviteStatus, to string) error {
	switch {
	case len(list) == 0:
		return nil
	case to == "-" && a.flags.json:
		return words.Usage(words.Mend(errors.New("--json prints what was written"), "name a file or a folder with -o"))
	}
	all := make([][]byte, len(list))
	for i := range list {
		all[i] = list[i].ICS
	}
	if to == "-" {
		raw, err := keep.Together(all)
		if err != nil {
			return words.Usage(err)
		}
		_, err = a.term.out.Write(raw)
		return err
	}
	if err := a.unwatched(to); err != nil {
		return err
	}
	paths, err := keep.Export(all, to)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Path = paths[i]
	}
	if folder := paths[0] != to; folder && !a.flags.json {
		fmt.Fprintf(a.term.out, "%s in %s\n", words.Count(len(list), "invitation"), terminal.Printable(to))
	}
	return nil
}

// unwatched returns why invitations cannot be written to a path: a calendar is read from there.
func (a *app) unwatched(to string) error {
	watching := func(string) string { return "" }
	// A daemon goes on with what it has read before somebody made a mistake.
	if cfg, err := a.way().LoadWith(configs.LoadWithoutSecrets); err == nil {
		watching = cfg.Watching
	}
	for _, folder := range []string{to, filepath.Dir(to)} {
		if name := watching(folder); name != "" {
			return words.Usage(words.Mend(fmt.Errorf("the calendar %s is read from %s: the invitations would be events",
				name, folder), "name another folder with -o"))
		}
	}
	return nil
}
