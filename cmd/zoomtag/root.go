package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zoomtag/providers/words"
)

// newRoot makes the command tree.
func newRoot(term *process) *cobra.Command {
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
	f.BoolVar(&a.flags.wide, "wide", false, "cut nothing in tables, however wide the screen is")
	f.StringVar(&a.flags.logFormat, "log-format", "text", "how to log: text or json")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return words.Usage(flagMistake(cmd, err)) })
	root.AddCommand(
		a.runCommand(),
		a.completeCalendars(a.syncCommand()),
		a.completeCalendars(a.planCommand()),
		a.statusCommand(),
		a.linksCommand(),
		a.completeEvents(a.logCommand()),
		a.completeEvents(a.retryCommand(), a.calendarNames),
		a.completeCalendars(a.releaseCommand()),
		a.cancelCommand(),
		a.completeEvents(a.inviteCommand()),
		a.linkCommand(),
		a.completeEvents(a.doctorCommand()),
		a.authCommand(),
		a.initCommand(),
		a.completeCalendars(a.calendarsCommand()),
		a.configCommand(),
		a.serviceCommand(),
		a.demoCommand(),
		a.versionCommand(),
		manCommand(),
	)
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.RunE = root.RunE // else a mistyped shell is answered with the help, as if all were well
	}
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

// wrapArgs makes every complaint about arguments a usage error, so that it exits with 2.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return words.Usage(argMistake(cmd, args, err))
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

// argMistake says what is wrong with the words behind a command, and what to write.
func argMistake(cmd *cobra.Command, args []string, err error) error {
	_, rest, _ := strings.Cut(cmd.Use, " ")
	line := strings.TrimSpace(cmd.CommandPath() + " " + rest)
	help := " (see " + cmd.CommandPath() + " --help)"
	switch {
	case cmd.HasAvailableSubCommands() && len(args) > 0:
		return fmt.Errorf("there is no command %q%s%s", strings.Join([]string{cmd.CommandPath(), args[0]}, " "), meantCommand(cmd, args), help)
	case rest == "" && len(args) > 0:
		return fmt.Errorf("%s takes no words behind it: leave %q out%s", cmd.CommandPath(), args[0], help)
	case len(args) == 0:
		missing, _, _ := strings.Cut(strings.TrimSuffix(rest, "…"), " ")
		return fmt.Errorf("%s is missing: write %s%s", missing, line, help)
	case len(firstWords(cmd)) > 0 && !slices.Contains(firstWords(cmd), args[0]):
		return fmt.Errorf("%q is none of %s%s%s", args[0], strings.Join(firstWords(cmd), ", "), meantCommand(cmd, args), help)
	case len(args) > 1:
		if strings.Contains(rest, "EVENT") {
			line += ", with quotes around a title of several words"
		}
		return fmt.Errorf("%q is one word too many: write %s%s", args[len(args)-1], line, help)
	}
	return fmt.Errorf("%w: write %s%s", err, line, help)
}

// firstWord is the annotation that lists what a command takes as its first word. Cobra's own ValidArgs would have nothing offered behind it.
const firstWord = "first word"

func firstWords(cmd *cobra.Command) []string { return strings.Fields(cmd.Annotations[firstWord]) }

// meantCommand asks for the command below cmd, or the word that it takes, that was probably meant.
func meantCommand(cmd *cobra.Command, args []string) string {
	names := firstWords(cmd)
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
	}
	return words.Meant(args[0], names)
}

// flagMistake is err with the flag that was probably meant.
func flagMistake(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near := words.Nearest(unknown.GetSpecifiedName(), names)
	if near == "" {
		return fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())
	}
	return fmt.Errorf("%w; did you mean --%s?", err, near)
}
