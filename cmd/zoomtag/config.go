package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check, show or begin a configuration",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.configCheckCommand(), a.configShowCommand(), &cobra.Command{
		Use:   "example",
		Short: "Print a configuration with every key in it, each explained",
		Long: "Print a configuration with every key in it, each explained, to begin with: zoomtag config example > " +
			"zoomtag.yaml",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.term.out.Write(configs.Example)
			return err
		},
	})
	return cmd
}

func (a *app) configCheckCommand() *cobra.Command {
	var noSecrets bool
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "check",
		Short: "Find the configuration's mistakes",
		Long: `Find all mistakes of the configuration, each with its file, its line and what mends it. Nobody is
asked: zoomtag doctor also looks whether services take the credentials. It exits with 2 if there is
a mistake.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.checkConfig(noSecrets) },
	})
	cmd.Flags().BoolVar(&noSecrets, "no-secrets", false, "leave out whether secrets can be read: for those that only "+
		"the daemon has")
	return cmd
}

// mistakes are what config check prints with --json.
type mistakes struct {
	File     string            `json:"file"`
	Mistakes []configs.Mistake `json:"mistakes"`
}

// checkConfig prints that the configuration is good, or returns its mistakes.
func (a *app) checkConfig(noSecrets bool) error {
	load := configs.Load
	if noSecrets {
		load = configs.LoadWithoutSecrets
	}
	cfg, err := a.way().LoadWith(load)
	if err == nil && !noSecrets {
		err = a.checkAssembled(cfg)
	}
	if a.flags.json {
		path, _ := configs.Find(a.flags.config, a.term.env) // that there is none, the mistake says
		return errors.Join(err, terminal.JSON(a.term.out, mistakes{File: path, Mistakes: configs.Mistakes(err)}))
	}
	if err != nil {
		return err
	}
	watched := words.Count(len(cfg.Calendars), "calendar")
	if n := len(cfg.CalendarsFrom); n > 0 {
		watched += ", " + words.Count(n, "list") + " of more"
	}
	fmt.Fprintf(a.term.out, "%s is good: %s, %s.\n", terminal.Printable(cfg.Path), watched,
		words.Count(len(cfg.Zoom), "Zoom account"))
	return nil
}

// checkAssembled finds what is wrong with what the configuration names: a credential file that is none, a link that is
// no room.
func (a *app) checkAssembled(cfg *configs.Config) error {
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	b.Grants = signin.Grants{} // who has signed in is no mistake of the configuration's
	if found := b.Mistakes(); len(found) > 0 {
		return words.Usage(errors.Join(found...))
	}
	return nil
}

// builder assembles what a configuration names, for commands that need no state.
func (a *app) builder(cfg *configs.Config) (*assemble.Builder, error) {
	log, err := a.quietLogger()
	if err != nil {
		return nil, err
	}
	grants, err := a.way().Grants(cfg)
	return &assemble.Builder{Kinds: providers(), Config: cfg, Requests: assemble.NewCounter(a.term.hurry), Log: log,
		Now: a.term.now, Haste: a.term.hurry, Grants: grants}, err
}

func (a *app) configShowCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "show",
		Short: "Show what holds, and where each value comes from",
		Long: `Show each value that holds: for a calendar also those that it has from the rest of the
configuration. Each comes from a line of the file, from an environment variable, or is a default.
What is written nowhere and has no default is left to the host's own settings at Zoom, and not
shown. Secrets are ***.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.showConfig() },
	})
}

// shownConfig is what config show prints with --json.
type shownConfig struct {
	File     string            `json:"file"`
	Settings []configs.Setting `json:"settings"`
}

func (a *app) showConfig() error {
	var settings []configs.Setting
	cfg, err := a.way().LoadWith(func(path string, getenv func(string) string) (cfg *configs.Config, err error) {
		cfg, settings, err = configs.Explain(path, getenv)
		return cfg, err
	})
	if err != nil {
		return err
	}
	if a.flags.json {
		return terminal.JSON(a.term.out, shownConfig{File: cfg.Path, Settings: settings})
	}
	rows := [][]string{{"KEY", "VALUE", "FROM"}}
	for _, s := range settings {
		rows = append(rows, []string{s.Key, s.Text(), s.From})
	}
	return a.table(rows)
}
