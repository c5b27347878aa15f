package backup

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/connect"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/setup"
)

// Store is the command for the place where everything is remembered.
func (c *Commands) Store() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Move all that zoomtag remembers to another place",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.copy())
	return cmd
}

// move is what store copy was asked for.
type move struct {
	from, to string
	yes      bool
	options  store.CopyOptions
}

func (c *Commands) copy() *cobra.Command {
	var m move
	cmd := &cobra.Command{
		Use:   "copy --to ADDRESS",
		Short: "Copy all that zoomtag remembers from a file to a database, or back",
		Long: `Copy all that zoomtag remembers from where the configuration has it to another place, and compare
each entry afterwards: from the file of state: to the PostgreSQL database of store:, or back. The
place it came from is not used any more then, and says to whoever opens it where everything is.

ADDRESS is the path of a file, a URL (postgres://USER@HOST/DATABASE), or, where the URL has a
password, file:PATH or env:NAME of it. Stop all daemons before: it is refused while one uses either
place. Broken off, it has changed nothing, or goes on when it is called again.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.move(cmd.Context(), m) },
	}
	f := cmd.Flags()
	f.StringVar(&m.to, "to", "", "where everything is to go")
	f.StringVar(&m.from, "from", "", "where everything is (default: where the configuration has it)")
	f.BoolVar(&m.options.Keep, "keep", false, "make a copy only: the place it came from is used on")
	f.BoolVar(&m.options.Replace, "replace", false, "replace what is there already, after a question")
	f.BoolVarP(&m.yes, "yes", "y", false, "do not ask")
	f.BoolVar(c.JSON, "json", false, "print one JSON document")
	return cmd
}

// move copies everything, and asks before anything is replaced.
func (c *Commands) move(ctx context.Context, m move) error {
	from, to, err := c.addresses(m)
	if err != nil {
		return err
	}
	way := c.Way()
	o := store.Options{Timeout: connect.LockPatience, Now: c.Now, Hook: way.Hook}
	bar := c.Bar()
	m.options.Progress = func(done, all int) { bar.Show("entries", done, all) }
	replace := m.options.Replace
	m.options.Replace = replace && m.yes
	done, err := store.Copy(ctx, from, to, o, m.options)
	bar.Clear()
	if replace && errors.Is(err, store.ErrOccupied) {
		if err := c.confirm(ctx, err); err != nil {
			return err
		}
		m.options.Replace = true
		done, err = store.Copy(ctx, from, to, o, m.options)
		bar.Clear()
	}
	if err != nil {
		return err
	}
	return c.tellCopied(done, store.Shared(to))
}

// addresses are those of the command line, and, for what it does not name, of the configuration.
func (c *Commands) addresses(m move) (from, to string, err error) {
	way := c.Way()
	if m.to == "" {
		return "", "", words.Usage(words.Mend(errors.New("it is not said where everything is to go"),
			"write zoomtag store copy --to ADDRESS"))
	}
	if to, err = configs.StoreAddress(m.to, way.Env); err != nil {
		return "", "", words.Usage(words.Mend(fmt.Errorf("--to: %s", words.Cause(err)), words.Cure(err)))
	}
	if m.from != "" {
		if from, err = configs.StoreAddress(m.from, way.Env); err != nil {
			return "", "", words.Usage(words.Mend(fmt.Errorf("--from: %s", words.Cause(err)), words.Cure(err)))
		}
		return from, to, nil
	}
	cfg, err := way.LoadWith(configs.LoadForStore)
	if err != nil {
		return "", "", err
	}
	return cfg.Address(), to, nil
}

// confirm asks whether what is there is to be replaced.
func (c *Commands) confirm(ctx context.Context, occupied error) error {
	answer, err := c.Ask().Ask(ctx, setup.Question{Flag: "yes", Title: "Replace them?", Default: "no",
		Check: setup.YesOrNo, Choices: setup.No, Help: words.Sentence(words.Cause(occupied)) + " Type yes or no."})
	if err != nil {
		return err
	}
	if answer != "yes" {
		return words.Say(nil, "nothing was changed")
	}
	return nil
}

// tellCopied says what was copied, and what is to be done now.
func (c *Commands) tellCopied(done store.Copied, shared bool) error {
	if *c.JSON {
		return terminal.JSON(c.Out, done)
	}
	what := "were copied to"
	if done.Same {
		what = "are in"
	}
	fmt.Fprintf(c.Out, "%d entries %s %s, each compared with %s\n", done.Entries, what, done.To, done.From)
	if done.Old != "" {
		fmt.Fprintln(c.Out, "the file that was there is kept as "+done.Old)
	}
	if !done.Moved {
		return nil
	}
	next := "write state: " + done.To + " into the configuration and take store: out of it"
	if shared {
		next = "write store: into the configuration, with the address of that database"
	}
	_, err := fmt.Fprintf(c.Out, "%s is not used any more: %s, then start zoomtag\n", done.From, next)
	return err
}
