package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/files"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

func (a *app) linkCommand() *cobra.Command {
	var to, options string
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "link FILE.ics",
		Short: "Make the meeting for one .ics file and write the link into it",
		Long: `Make a Zoom meeting for the event in a file that you have prepared, an invitation for mailing for
example, and write the link into the file, or into a copy. Nothing else in it changes. The event
needs no tag; one that it has counts, with its options.

A second time the same event keeps its meeting: if the file says another time or title, the meeting
follows.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			from := cleaned(args[0])
			if to == "" {
				to = from
			}
			return a.linkFile(cmd.Context(), from, cleaned(to), options)
		},
	})
	cmd.Flags().StringVarP(&to, "output", "o", "", "where the file with the link goes, - for standard output; the "+
		"default is FILE.ics itself")
	cmd.Flags().StringVar(&options, "options", "", `options as in the brackets of a tag: "45m, no-waiting-room"`)
	return cmd
}

// cleaned is a path in its shortest form, so that one file has one name: ./a.ics is written into, and is a.ics in what
// is said. A lone - is no path.
func cleaned(path string) string {
	if path == "" {
		return path
	}
	return filepath.Clean(path)
}

func (a *app) linkFile(ctx context.Context, from, to, options string) error {
	raw, err := a.readEvent(from)
	if err != nil {
		return words.Usage(err)
	}
	a.tells = true
	report, err := ask(ctx, a, func(ctx context.Context, o api.Service) (api.LinkReport, error) {
		return o.Link(ctx, api.LinkRequest{ICS: raw, Options: options})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if to == "-" {
		_, err := a.term.out.Write(report.ICS)
		return err
	}
	if from == to {
		if now, err := os.ReadFile(from); err != nil || !bytes.Equal(now, raw) {
			return errors.Join(fmt.Errorf("%s was changed meanwhile: nothing is written; run the command again, the "+
				"meeting is kept", from), err)
		}
	}
	mode := os.FileMode(0o600)
	if info, err := os.Stat(from); err == nil {
		mode = info.Mode().Perm()
	}
	if err := files.Replace(to, report.ICS, mode); err != nil {
		return err
	}
	if a.flags.json {
		report.ICS, report.Path = nil, to
		return terminal.JSON(a.term.out, report)
	}
	a.printer().Event(&report.Event)
	if len(report.Event.Steps) == 0 {
		fmt.Fprintf(a.term.out, "      %s\n", terminal.Printable(report.Event.JoinURL))
	}
	return nil
}

// readEvent reads a file, or standard input, as far as a file of one event may go: what is longer is refused for its
// length later.
func (a *app) readEvent(from string) ([]byte, error) {
	if from == "-" {
		return io.ReadAll(io.LimitReader(a.term.in, api.MaxBytes))
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, files.ReadError(from, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, api.MaxBytes))
	if err != nil {
		return nil, files.ReadError(from, err)
	}
	return raw, nil
}
