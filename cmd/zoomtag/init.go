package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/persons"
	"zoomtag/cmd/zoomtag/prompt"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/setup"
)

func (a *app) initCommand() *cobra.Command {
	var answers setup.Answers
	var yes, noPlan bool
	var always string
	var how persons.How
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a configuration by asking a few questions",
		Long: `Ask which calendar is watched, where meetings come from, and who hosts; say what to press at Google,
Microsoft or Zoom, where that is needed; sign in, try each answer with the service, and write a
commented configuration, with each secret in a file of its own that you alone can read. Where there
is a configuration, a calendar is added to it, and another Zoom account if you want one. Everything is written at the end: Ctrl-C leaves all
as it was. At last it shows what zoomtag would do (zoomtag plan), which changes nothing, and offers
to make zoomtag a service (zoomtag service install).

Each question has a flag; with --yes nobody is asked.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := setup.YesOrNo(cmp.Or(always, "no")); err != nil {
				return words.Usage(fmt.Errorf("--service: %w", err))
			}
			asker := a.asker()
			asker.Silent = yes
			if err := a.begin(cmd, answers, asker, noPlan, how); err != nil {
				return err
			}
			return a.offerService(cmd.Context(), asker, always)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&yes, "yes", false, "ask nobody: take the flags, and defaults for the rest")
	f.BoolVar(&noPlan, "no-plan", false, "leave out the plan at the end")
	f.StringVar(&always, "service", "", "yes or no: make zoomtag a service at the end")
	f.BoolVar(&how.NoBrowser, "no-browser", false, "only show addresses to open")
	f.StringVar(&answers.Calendar, "calendar", "", "a folder of .ics files, the address of a CalDAV server, google, "+
		"google-service, outlook or outlook-app")
	f.StringVar(&answers.Name, "name", "", "what the calendar is called in commands")
	f.StringVar(&answers.CalendarID, "calendar-id", "", "which of the account's calendars, by id or name")
	f.StringVar(&answers.Meetings, "meetings", "", "the link of a personal room, zoom (an app of the account), me "+
		"(sign in at Zoom), or the name of an account that is configured")
	f.StringVar(&answers.Host, "host", "", "who hosts: a mail address")
	f.StringVar(&answers.Credentials, "credentials", "", "google: the JSON file that Google gave out")
	f.StringVar(&answers.Subject, "subject", "", "google-service: whose calendar, a mail address")
	f.StringVar(&answers.ClientID, "client-id", "", "outlook: Application (client) ID")
	f.StringVar(&answers.Tenant, "tenant", "", "outlook: Directory (tenant) ID")
	f.StringVar(&answers.SecretFile, "secret-file", "", "outlook-app: a file with the app's secret")
	f.StringVar(&answers.Mailbox, "mailbox", "", "outlook-app: whose mailbox, a mail address")
	f.StringVar(&answers.Username, "username", "", "CalDAV: the user name")
	f.StringVar(&answers.PasswordFile, "password-file", "", "CalDAV: a file with the password")
	f.StringVar(&answers.ZoomName, "zoom-name", "", "what another Zoom account is called in calendars and tags")
	f.StringVar(&answers.ZoomAccount, "zoom-account-id", "", "Zoom: Account ID")
	f.StringVar(&answers.ZoomClient, "zoom-client-id", "", "Zoom: Client ID")
	f.StringVar(&answers.ZoomSecret, "zoom-secret-file", "", "Zoom: a file with the Client Secret")
	f.StringVar(&answers.ZoomAPI, "zoom-api-url", "", "Zoom for Government: https://api.zoomgov.com/v2")
	f.StringVar(&answers.ZoomOAuth, "zoom-oauth-url", "", "Zoom for Government: https://zoomgov.com/oauth")
	f.StringVar(&answers.GoogleAPI, "google-api-url", "", "google: another address of the API")
	f.StringVar(&answers.OutlookAPI, "outlook-api-url", "", "outlook: that of a national cloud")
	f.StringVar(&answers.OutlookLogin, "outlook-login-url", "", "outlook: that of a national cloud")
	return cmd
}

// begin asks, writes, and shows what would be done.
func (a *app) begin(cmd *cobra.Command, answers setup.Answers, asker *prompt.Asker, noPlan bool,
	how persons.How) error {
	path, err := a.ownConfig()
	if err != nil {
		return err
	}
	name, err := setup.Run(cmd.Context(), setup.Options{
		Path:     path,
		Home:     a.term.env("HOME"),
		Env:      a.term.env,
		Kinds:    providers(),
		Out:      a.term.out,
		Quiet:    asker.Silent,
		Ask:      asker.Ask,
		Typed:    !asker.Silent,
		Open:     a.people().Browser(how),
		Assemble: a.builder,
		SignInAccount: func(ctx context.Context, cfg *configs.Config, z configs.Zoom) error {
			b, err := a.builder(cfg)
			if err != nil {
				return err
			}
			return a.people().SignInZoom(ctx, b, z, how)
		},
		SignInCalendar: func(ctx context.Context, cfg *configs.Config, c configs.Calendar) error {
			b, err := a.builder(cfg)
			if err != nil {
				return err
			}
			return a.people().SignIn(ctx, b, c, how)
		},
	}, answers)
	switch {
	case errors.Is(err, context.Canceled):
		return words.Say(nil, "init was told to stop: nothing was written")
	case err != nil:
		return err
	}
	fmt.Fprintf(a.term.out, "\nWritten: %s, with calendar %s (%s asked).\n", terminal.Printable(path), name,
		words.Count(asker.Asked, "question"))
	a.flags.config = path
	if noPlan {
		return nil
	}
	fmt.Fprintln(a.term.out, "\nThis is what zoomtag would do now; zoomtag sync does it once, zoomtag run goes on "+
		"doing it:")
	return a.planOnce(cmd.Context())
}

// ownConfig is the file that is begun or added to: the one that commands would find, or a person's own.
func (a *app) ownConfig() (string, error) {
	path, err := configs.Find(a.flags.config, a.term.env)
	if err != nil {
		if path = configs.Own(a.term.env); path == "" {
			return "", words.Usage(words.Mend(errors.New(
				"there is no place for the configuration, since HOME is not set"), "name one with --config"))
		}
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", words.Usage(words.Mend(fmt.Errorf("%s is a folder", path),
			"name the file in it, for instance "+filepath.Join(path, "zoomtag.yaml")))
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return path, nil
}
