// Package backup has the commands for what zoomtag remembers: backup, restore and verify, and those of zoomtag store.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/connect"
	"zoomtag/cmd/zoomtag/prompt"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/backup"
)

// Commands are what the commands have of the program.
type Commands struct {
	Way  func() *connect.Way
	Out  io.Writer
	Now  func() time.Time
	JSON *bool // whether one JSON document is wanted
	Ask  func() *prompt.Asker
	Bar  func() *terminal.Progress
}

// Backup is the command that writes a backup.
func (c *Commands) Backup() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all that zoomtag remembers into one file",
		Long: `Write the state and the sign-ins of persons into one file, also while the daemon runs. The file is
readable by you alone: it holds passcodes and sign-ins. The configuration is not in it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" || args[0] == "-" {
				return words.Usage(words.Mend(errors.New("a backup goes into a file"), "name one"))
			}
			path, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			if err := c.write(cmd.Context(), path); err != nil {
				return err
			}
			summary, signIns, err := backup.Verify(path)
			if err != nil {
				return err
			}
			return c.tell(path, "is written", summary, signIns)
		},
	}
}

// write writes a backup: what is there already is looked at first, because the daemon may be slow to answer.
func (c *Commands) write(ctx context.Context, path string) (err error) {
	if err := backup.Check(path); err != nil {
		return err
	}
	service, err := c.Way().ToLook(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	out, err := backup.Create(path, c.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Drop()) }()
	var report api.BackupReport
	err = service.Backup(ctx, func(r api.BackupReport) (io.Writer, error) {
		report = r
		return out.State(r.Bytes, len(r.SignIns))
	})
	if err == nil {
		err = out.Finish(report.SignIns)
	}
	if report.Opened != "" {
		err = errors.Join(err, os.RemoveAll(report.Opened))
	}
	return err
}

// Verify is the command that verifies the state or a backup.
func (c *Commands) Verify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Read the whole state, or a backup, and verify it",
		Long: `Read the whole state, or a file that zoomtag backup has written, and verify every page and entry of
it. Nothing is changed. It exits with 1 if something is damaged.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				summary, signIns, err := backup.Verify(args[0])
				if err != nil {
					return err
				}
				return c.tell(args[0], "is whole", summary, signIns)
			}
			report, err := c.verifyState(cmd.Context())
			if err != nil {
				return err
			}
			return c.tell(report.File, "is whole", report.Summary, report.SignIns)
		},
	}
}

// tell says what a file holds.
func (c *Commands) tell(path, what string, s store.Summary, signIns int) error {
	if *c.JSON {
		return terminal.JSON(c.Out, api.VerifyReport{File: path, Summary: s, SignIns: signIns})
	}
	more := ""
	if signIns > 0 {
		more = " and " + words.Count(signIns, "sign-in")
	}
	_, err := fmt.Fprintf(c.Out, "%s %s: %d entries%s, schema %d, change %d, %d bytes\n", path, what, s.Entries, more,
		s.Schema, s.Changes, s.Bytes)
	return err
}

// Restore is the command that takes a backup back.
func (c *Commands) Restore() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the state",
		Long: `Put the state out of a file that zoomtag backup has written to where the configuration has the
state, and the sign-ins beside it. It is verified first. A state that is there is kept beside it, and
so are sign-ins that are there. Stop the daemon before, or, where several share a database (store:),
all of them.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			way := c.Way()
			cfg, err := way.LoadWith(configs.LoadForStore)
			if err != nil {
				return err
			}
			to := backup.Place{State: cfg.State, Shared: cfg.Store.Reveal()}
			if to.Grants, err = way.Grants(cfg); err != nil {
				return err
			}
			r, err := backup.Restore(cmd.Context(), args[0], to,
				store.Options{Timeout: connect.LockPatience, Now: c.Now, Hook: way.Hook})
			switch {
			case err != nil:
				return err
			case *c.JSON:
				return terminal.JSON(c.Out, r)
			}
			fmt.Fprintf(c.Out, "%s is restored from %s\n", r.State, args[0])
			if r.Old != "" {
				fmt.Fprintln(c.Out, "the state that was there is kept as "+r.Old)
			}
			if len(r.SignIns) > 0 {
				fmt.Fprintln(c.Out, "sign-ins restored: "+strings.Join(r.SignIns, ", "))
			}
			if len(r.Kept) > 0 {
				fmt.Fprintln(c.Out, "sign-ins that were there, and stay: "+strings.Join(r.Kept, ", "))
			}
			_, err = fmt.Fprintln(c.Out, "what happened since the backup is found again by the marks in the events: run "+
				"zoomtag plan to see, then start zoomtag")
			return err
		},
	}
}

// verifyState has the daemon verify the state, or this process where none runs.
func (c *Commands) verifyState(ctx context.Context) (report api.VerifyReport, err error) {
	service, err := c.Way().ToLook(ctx)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	return service.Verify(ctx)
}
