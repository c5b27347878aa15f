package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/prompt"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/service"
	"zoomtag/sync/setup"
)

// serviceFlags are what the commands about the service are asked for.
type serviceFlags struct {
	user, system          bool
	dry, force, noSandbox bool
}

func (a *app) serviceCommand() *cobra.Command {
	var how serviceFlags
	cmd := &cobra.Command{
		Use:   "service",
		Short: "Have zoomtag always run: install, uninstall, status",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, child := range []*cobra.Command{a.serviceInstallCommand(&how), a.serviceUninstallCommand(&how),
		a.serviceStatusCommand(&how)} {
		child.Flags().BoolVar(&how.user, "user", false, "your own service; the default unless you are root")
		child.Flags().BoolVar(&how.system, "system", false, "the machine's; the default for root")
		cmd.AddCommand(child)
	}
	return cmd
}

func (a *app) serviceInstallCommand(how *serviceFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Make zoomtag a service, or bring the service up to date",
		Long: `Make zoomtag a service, of yours or, for root, of the machine, and start it: with systemd, or with
launchd on a Mac. The configuration is checked first, as the service will read it. Run again, it
brings the service up to date. A unit that somebody has changed is left alone without --force, and
one of a package is enabled where it lies.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.installService(cmd.Context(), how) },
	}
	cmd.Flags().BoolVar(&how.dry, "dry-run", false, "print the unit and the commands; change nothing")
	cmd.Flags().BoolVar(&how.force, "force", false, "overwrite a unit that zoomtag has not written so")
	cmd.Flags().BoolVar(&how.noSandbox, "no-sandbox", false, "close no more than each system can (docs/service.md)")
	return cmd
}

func (a *app) serviceUninstallCommand(how *serviceFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "End the service, and remove what install has written",
		Long: `End the service, and remove what zoomtag service install has written. Configuration, state, events,
links and meetings stay.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.serviceOptions(how)
			if err != nil {
				return err
			}
			return service.Uninstall(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&how.dry, "dry-run", false, "print the commands; change nothing")
	cmd.Flags().BoolVar(&how.force, "force", false, "remove also what somebody has changed since")
	return cmd
}

func (a *app) serviceStatusCommand(how *serviceFlags) *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "status",
		Short: "Show how the service stands; exits with 0 only when it runs",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.serviceOptions(how)
			if err != nil {
				return err
			}
			o.Anywhere = !how.user && !how.system
			report, err := service.Status(cmd.Context(), o)
			switch {
			case err != nil:
				return err
			case a.flags.json:
				err = terminal.JSON(a.term.out, report)
			default:
				a.printer().Service(&report)
			}
			if err == nil && !report.Running {
				err = errReported
			}
			return err
		},
	})
}

// serviceOptions are those of this machine, for whom the flags say.
func (a *app) serviceOptions(how *serviceFlags) (service.Options, error) {
	o, err := service.Here(a.term.env)
	if err != nil {
		return o, err
	}
	o.Version, o.Config = thisBuild().Release(), a.flags.config
	o.Out, o.Check = a.term.out, a.checkAssembled
	o.Dry, o.Force, o.Open = how.dry, how.force, how.noSandbox
	o.Scope, err = service.ScopeOf(o.UID, how.user, how.system)
	return o, err
}

func (a *app) installService(ctx context.Context, how *serviceFlags) error {
	o, err := a.serviceOptions(how)
	if err != nil {
		return err
	}
	return service.Install(ctx, o)
}

// offerService asks at the end of init whether zoomtag is to be a service. A script that is asked nothing gets none
// unless it says so, and an input that ends before this question has answered all that init needs.
func (a *app) offerService(ctx context.Context, asker *prompt.Asker, given string) error {
	o, err := a.serviceOptions(&serviceFlags{})
	if err != nil {
		return err
	}
	o.Suit(a.flags.config)
	offered := !asker.Silent && service.Possible(ctx, o)
	wanted, err := setup.Service(ctx, asker.Ask, given, offered)
	switch {
	case errors.Is(err, prompt.ErrEnded):
		return nil
	case err != nil || !wanted:
		return err
	}
	return service.Install(ctx, o)
}
