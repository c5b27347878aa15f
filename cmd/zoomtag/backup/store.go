package backup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/connect"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/files"
	"zoomtag/providers/signin"
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
	cmd.AddCommand(c.copy(), c.key())
	return cmd
}

// move is what store copy was asked for.
type move struct {
	from, to string
	key      string
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
place. Broken off, it has changed nothing, or goes on when it is called again.

The sign-ins of persons move as well. In a database they are sealed, with the key of store_key or
--key.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.move(cmd.Context(), m) },
	}
	f := cmd.Flags()
	f.StringVar(&m.to, "to", "", "where everything is to go")
	f.StringVar(&m.from, "from", "", "where everything is (default: where the configuration has it)")
	f.StringVar(&m.key, "key", "", "file:PATH or env:NAME of the key that seals sign-ins (default: store_key)")
	f.BoolVar(&m.options.Keep, "keep", false, "make a copy only: the place it came from is used on")
	f.BoolVar(&m.options.Replace, "replace", false, "replace what is there already, after a question")
	f.BoolVarP(&m.yes, "yes", "y", false, "do not ask")
	f.BoolVar(c.JSON, "json", false, "print one JSON document")
	return cmd
}

// move copies everything, and asks before anything is replaced.
func (c *Commands) move(ctx context.Context, m move) error {
	from, to, err := c.addresses(&m)
	if err != nil {
		return err
	}
	way := c.Way()
	signIns, err := c.signIns(m, from, to)
	if err != nil {
		return err
	}
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
	if err := signIns.leave(); err != nil {
		return err
	}
	return c.tellCopied(done, signIns, store.Shared(from), store.Shared(to))
}

// addresses are those of the command line, and, for what it does not name, of the configuration. It reads the key, too.
func (c *Commands) addresses(m *move) (from, to string, err error) {
	way := c.Way()
	if m.to == "" {
		return "", "", words.Usage(words.Mend(errors.New("it is not said where everything is to go"),
			"write zoomtag store copy --to ADDRESS"))
	}
	if to, err = configs.StoreAddress(m.to, way.Env); err != nil {
		return "", "", wrongFlag("to", err)
	}
	if m.key != "" {
		if m.key, err = configs.StoreKeyAt(m.key, way.Env); err != nil {
			return "", "", wrongFlag("key", err)
		}
	}
	if m.from != "" {
		if from, err = configs.StoreAddress(m.from, way.Env); err != nil {
			return "", "", wrongFlag("from", err)
		}
		if m.key != "" {
			return from, to, nil
		}
	}
	cfg, err := way.LoadWith(configs.LoadForStore)
	if err != nil && from != "" {
		return from, to, nil // it is not needed
	}
	if err != nil {
		return "", "", err
	}
	m.key = cmp.Or(m.key, cfg.StoreKey.Reveal())
	return cmp.Or(from, cfg.Address()), to, nil
}

// wrongFlag says what is wrong with a flag.
func wrongFlag(name string, err error) error {
	return words.Usage(words.Mend(fmt.Errorf("--%s: %s", name, words.Cause(err)), words.Cure(err)))
}

// moving are the sign-ins of persons that move with the state.
type moving struct {
	from  signin.Grants
	paths []string // in the place that they leave
	moved []string // their names
}

// signIns copies the sign-ins of persons, which are used from the new place on when everything is there.
func (c *Commands) signIns(m move, from, to string) (*moving, error) {
	if m.options.Keep { // most can be used from one place only
		return &moving{}, nil
	}
	way := c.Way()
	grants, paths, err := way.GrantsAt(from, m.key)
	if err != nil || len(paths) == 0 {
		return &moving{}, err
	}
	if m.key == "" && (store.Shared(from) || store.Shared(to)) {
		return nil, words.Usage(words.Mend(fmt.Errorf("%s of persons cannot be moved without the key that seals them in a "+
			"database", words.Count(len(paths), "sign-in")), "write store_key into the configuration, or give --key file:PATH; "+
			"zoomtag store key PATH makes a key"))
	}
	there, _, err := way.GrantsAt(to, m.key)
	if err != nil {
		return nil, err
	}
	s := &moving{from: grants}
	for _, path := range paths {
		name := filepath.Join(filepath.Dir(to), filepath.Base(path))
		if name == path { // it is in its place: both are files in one folder
			continue
		}
		copied, err := grants.CopyTo(there, path, name)
		if err != nil {
			return nil, err
		}
		s.paths = append(s.paths, path)
		if copied {
			s.moved = append(s.moved, filepath.Base(path))
		}
	}
	return s, nil
}

// leave removes the sign-ins from where they were.
func (s *moving) leave() (err error) {
	for _, path := range s.paths {
		err = errors.Join(err, s.from.Remove(path))
	}
	return err
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
func (c *Commands) tellCopied(done store.Copied, signIns *moving, wasShared, shared bool) error {
	if *c.JSON {
		return terminal.JSON(c.Out, struct {
			store.Copied
			SignIns []string `json:"sign_ins"`
		}{done, append([]string{}, signIns.moved...)})
	}
	what := "were copied to"
	if done.Same {
		what = "are in"
	}
	fmt.Fprintf(c.Out, "%d entries %s %s, each compared with %s\n", done.Entries, what, done.To, done.From)
	if done.Old != "" {
		fmt.Fprintln(c.Out, "the file that was there is kept as "+done.Old)
	}
	if len(signIns.moved) > 0 {
		fmt.Fprintln(c.Out, "sign-ins moved: "+strings.Join(signIns.moved, ", "))
	}
	if !done.Moved {
		return nil
	}
	next := "write state: " + done.To + " into the configuration"
	if wasShared {
		next += " and take store: out of it"
	}
	if shared {
		next = "write store: into the configuration, with the address of that database"
	}
	_, err := fmt.Fprintf(c.Out, "%s is not used any more: %s, then start zoomtag\n", done.From, next)
	return err
}

// key is the command that makes a key.
func (c *Commands) key() *cobra.Command {
	return &cobra.Command{
		Use:   "key PATH",
		Short: "Make the key that seals persons' sign-ins in a database",
		Long: `Write a new key into a file that you alone may read. Copy it to each machine that shares the database,
and write store_key: file:PATH into their configurations. Whoever has key and database can act in
the names of those who have signed in; whoever has lost the key has them sign in again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return words.Usage(words.Mend(errors.New(path+" is there already"), "name another file: a key that is in use "+
					"must not get lost"))
			}
			if err != nil {
				return files.WriteError(path, err)
			}
			_, err = file.WriteString(signin.NewKey() + "\n")
			if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
				return files.WriteError(path, err)
			}
			_, err = fmt.Fprintf(c.Out, "the key is in %s: copy it to each machine that shares the database, and write "+
				"store_key: file:%s into their configurations\n", path, path)
			return err
		},
	}
}
