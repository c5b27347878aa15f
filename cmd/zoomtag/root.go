package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zoomtag/configs"
)

// newRoot makes the command tree.
func newRoot(term *terminal) *cobra.Command {
	a := &app{term: term}
	root := &cobra.Command{
		Use:   "zoomtag",
		Short: "Puts working Zoom links into calendar events, and keeps them working",
		Long: `Write #zoom into a calendar event, in any calendar app. zoomtag makes the Zoom meeting, writes the link into the event,
and keeps both sides true: when the event is moved, renamed, cancelled or untagged, the meeting follows.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.flags.config, "config", "", "configuration file (default $ZOOMTAG_CONFIG, $XDG_CONFIG_HOME/zoomtag/zoomtag.yaml, /etc/zoomtag/zoomtag.yaml)")
	f.StringVar(&a.flags.logLevel, "log-level", "", "what to log: debug, info, warn or error (default info for run, else warn)")
	f.StringVar(&a.flags.logFormat, "log-format", "text", "how to log: text or json")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{flagMistake(cmd, err)} })
	root.AddCommand(a.runCommand(), a.syncCommand(), a.planCommand(), a.statusCommand(), a.linksCommand(), a.logCommand(),
		a.retryCommand(), a.releaseCommand(), a.cancelCommand(), a.inviteCommand(), a.linkCommand(), a.doctorCommand(), a.authCommand(), a.demoCommand(), a.versionCommand(), manCommand())
	wrapArgs(root)
	for _, cmd := range root.Commands() {
		a.endAtHangup(cmd)
	}
	return root
}

// endAtHangup has a command end in good order when its terminal is closed, as on Ctrl-C. The daemon takes the signal for its own.
func (a *app) endAtHangup(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		a.endAtHangup(child)
	}
	run := cmd.RunE
	if run == nil || !a.term.own || cmd.Name() == "run" || signal.Ignored(syscall.SIGHUP) { // nohup
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

// wrapArgs makes every complaint about arguments a usage error, so that it exits with 2.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return &usageError{fmt.Errorf("%w%s (see %s --help)", err, meantCommand(cmd, args), cmd.CommandPath())}
			}
			return nil
		}
	}
	for _, child := range cmd.Commands() {
		wrapArgs(child)
	}
}

// jsonFlag gives a command that prints facts its --json.
func (a *app) jsonFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return cmd
}

// meant asks for the word that was probably meant, if one is near.
func meant(word string, known []string) string {
	if near := configs.Nearest(word, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// meantCommand asks for the command below cmd that was probably meant.
func meantCommand(cmd *cobra.Command, args []string) string {
	if len(args) == 0 {
		return ""
	}
	names := slices.Clone(cmd.ValidArgs)
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
	}
	return meant(args[0], names)
}

// flagMistake is err with the flag that was probably meant.
func flagMistake(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near := configs.Nearest(unknown.GetSpecifiedName(), names)
	if near == "" {
		return fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())
	}
	return fmt.Errorf("%w; did you mean --%s?", err, near)
}
