// Package usage tells people how a command line is written: help that fits their terminal, and, for one that is wrong,
// what to write instead.
package usage

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
)

// knowFill tells cobra's templates of terminal.Fill: once, because cobra keeps that without a lock.
var knowFill = sync.OnceFunc(func() { cobra.AddTemplateFunc("fill", terminal.Fill) })

// FitHelp has the help of a command, and of those below it, fit a terminal of 80 columns.
func FitHelp(root *cobra.Command) {
	knowFill()
	root.SetHelpTemplate(strings.Replace(root.HelpTemplate(), "{{. | trimTrailingWhitespaces}}", "{{. | fill}}", 1))
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", ".FlagUsagesWrapped 80 "))
}

// CheckArgs makes every complaint about arguments a usage error, so that it exits with 2.
func CheckArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return words.Usage(argMistake(cmd, args, err))
			}
			return nil
		}
	}
	for _, child := range cmd.Commands() {
		CheckArgs(child)
	}
}

// argMistake says what is wrong with the words behind a command, and what to write.
func argMistake(cmd *cobra.Command, args []string, err error) error {
	_, rest, _ := strings.Cut(cmd.Use, " ")
	line := strings.TrimSpace(cmd.CommandPath() + " " + rest)
	help := " (see " + cmd.CommandPath() + " --help)"
	switch {
	case cmd.HasAvailableSubCommands() && len(args) > 0:
		return fmt.Errorf("there is no command %q%s%s", strings.Join([]string{cmd.CommandPath(), args[0]}, " "),
			meantCommand(cmd, args), help)
	case rest == "" && len(args) > 0:
		return words.Mend(fmt.Errorf("%s takes no words behind it", cmd.CommandPath()), fmt.Sprintf(
			"leave %q out%s", args[0], help))
	case len(args) == 0:
		missing, _, _ := strings.Cut(strings.TrimSuffix(rest, "…"), " ")
		return words.Mend(fmt.Errorf("%s is missing", missing), fmt.Sprintf("write %s%s", line, help))
	case len(FirstWords(cmd)) > 0 && !slices.Contains(FirstWords(cmd), args[0]):
		return fmt.Errorf("%q is none of %s%s%s", args[0], strings.Join(FirstWords(cmd), ", "),
			meantCommand(cmd, args), help)
	case len(args) > 1:
		if strings.Contains(rest, "EVENT") {
			line += ", with quotes around a title of several words"
		}
		return words.Mend(fmt.Errorf("%q is one word too many", args[len(args)-1]), fmt.Sprintf("write %s%s",
			line, help))
	}
	return words.Mend(err, fmt.Sprintf("write %s%s", line, help))
}

// FirstWord is the annotation that lists what a command takes as its first word. Cobra's own ValidArgs would have
// nothing offered behind it.
const FirstWord = "first word"

// FirstWords are what a command takes as its first word; none is anything.
func FirstWords(cmd *cobra.Command) []string { return strings.Fields(cmd.Annotations[FirstWord]) }

// meantCommand asks for the command below cmd, or the word that it takes, that was probably meant.
func meantCommand(cmd *cobra.Command, args []string) string {
	names := FirstWords(cmd)
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
	}
	return words.Meant(args[0], names)
}

// FlagMistake says what is wrong with a flag: with the one that was probably meant, or with what its value has to be.
func FlagMistake(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return fmt.Errorf("%w (see %s --help)", valueMistake(err), cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near := words.Nearest(unknown.GetSpecifiedName(), names)
	if near == "" {
		return fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())
	}
	return fmt.Errorf("%w; did you mean --%s?", err, near)
}

// valueKinds are what values have to be, by the types of flags.
var valueKinds = map[string]string{
	"int":      "not a whole number",
	"duration": "no time span such as 15m or 1h30m",
	"bool":     "neither true nor false; the flag alone says true",
}

// valueMistake says what is wrong with the value of a flag.
func valueMistake(err error) error {
	var wrong *pflag.InvalidValueError
	var without *pflag.ValueRequiredError
	switch {
	case errors.As(err, &without):
		return fmt.Errorf("--%s needs a value", without.GetFlag().Name)
	case errors.Is(err, strconv.ErrRange) && errors.As(err, &wrong):
		return fmt.Errorf("--%s: %s is too large", wrong.GetFlag().Name, wrong.GetValue())
	case errors.As(err, &wrong):
		if kind := valueKinds[wrong.GetFlag().Value.Type()]; kind != "" {
			return fmt.Errorf("--%s: %q is %s", wrong.GetFlag().Name, wrong.GetValue(), kind)
		}
	}
	return err
}
