package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/backup"
	"zoomtag/cmd/zoomtag/usage"
	"zoomtag/providers/words"
)

// newRoot makes the command tree.
func newRoot(term *process) *cobra.Command {
	a := &app{term: term}
	root := &cobra.Command{
		Use:   "zoomtag",
		Short: "Puts working Zoom links into calendar events, and keeps them working",
		Long: `Write #zoom into a calendar event, in any calendar app. zoomtag makes the Zoom meeting, writes the
link into the event, and keeps both sides true: when the event is moved, renamed, cancelled or
untagged, the meeting follows.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.flags.config, "config", "", "configuration file (default $ZOOMTAG_CONFIG, "+
		"$XDG_CONFIG_HOME/zoomtag/zoomtag.yaml, /etc/zoomtag/zoomtag.yaml)")
	f.StringVar(&a.flags.logLevel, "log-level", "", "what to log: debug, info, warn or error (default info for run, "+
		"else warn)")
	f.BoolVar(&a.flags.wide, "wide", false, "cut nothing in tables, however wide the screen is")
	f.StringVar(&a.flags.logFormat, "log-format", "text", "how to log: text or json")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return words.Usage(usage.FlagMistake(cmd, err)) })
	keep := &backup.Commands{Way: a.way, Out: term.out, Now: term.now, JSON: &a.flags.json, Ask: a.asker,
		Bar: a.progress}
	root.AddCommand(
		a.runCommand(),
		a.completes().Calendars(a.syncCommand()),
		a.completes().Calendars(a.planCommand()),
		a.statusCommand(),
		a.linksCommand(),
		a.completes().Events(a.logCommand()),
		a.completes().Events(a.retryCommand(), a.completes().Names),
		a.completes().Calendars(a.releaseCommand()),
		a.completes().Calendars(a.removeCommand()),
		a.cancelCommand(),
		a.completes().Events(a.inviteCommand()),
		a.linkCommand(),
		a.completes().Events(a.doctorCommand()),
		a.authCommand(),
		a.initCommand(),
		a.completes().Calendars(a.calendarsCommand()),
		a.configCommand(),
		a.serviceCommand(),
		a.notifyCommand(),
		a.jsonFlag(keep.Backup()),
		a.jsonFlag(keep.Restore()),
		a.jsonFlag(keep.Verify()),
		keep.Store(),
		a.demoCommand(),
		a.versionCommand(),
		manCommand(),
	)
	root.InitDefaultCompletionCmd()
	usage.FitHelp(root)
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.RunE = root.RunE // else a mistyped shell is answered with the help, as if all were well
	}
	usage.CheckArgs(root)
	for _, cmd := range root.Commands() {
		a.endAtHangup(cmd)
	}
	return root
}

// endAtHangup has a command end in good order when its terminal is closed, as on Ctrl-C. The daemon takes the signal
// for its own.
func (a *app) endAtHangup(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		a.endAtHangup(child)
	}
	run := cmd.RunE
	if run == nil || !a.term.own || cmd.Name() == "run" {
		return
	}
	if signal.Ignored(syscall.SIGHUP) { // nohup
		return
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		hup := make(chan os.Signal, 1)
		signal.Notify(hup, syscall.SIGHUP)
		defer signal.Stop(hup)
		done := make(chan struct{})
		defer close(done)
		go func() {
			select {
			case <-hup:
				a.term.end()
			case <-done:
			}
		}()
		return run(cmd, args)
	}
}

// jsonFlag gives a command that prints facts its --json.
func (a *app) jsonFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return cmd
}
