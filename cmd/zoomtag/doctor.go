package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/doctor/examine"
)

func (a *app) doctorCommand() *cobra.Command {
	var request api.DoctorRequest
	var all bool
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "doctor [EVENT|LINK]",
		Short: "Find out why a link does not work, and what to do",
		Long: `Judge the set-up, the network and every coming Zoom link of the watched calendars, and say for each
finding whose side it is on and what mends it; what is equal is said once, with how many events it
hits. EVENT is an event's id, UID, meeting id or title, as "zoomtag links" shows them; LINK is any
link, or a text with one, also somebody else's. Nothing is changed, no meeting number is tried, and
no passcode is sent anywhere.

It exits with 1 if there is an error among the findings. docs/doctor.md explains all codes.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			request.About = strings.Join(args, "")
			if len(args) > 0 && strings.TrimSpace(request.About) == "" {
				return words.Usage(errors.New("name an event, or give a link"))
			}
			return a.doctor(cmd.Context(), request, all)
		},
	})
	cmd.Flags().BoolVar(&request.NoNetwork, "no-network", false,
		"ask nobody: judge the configuration, local folders, and what is remembered")
	cmd.Flags().BoolVar(&all, "all", false, "name each event and link, and tell what cannot be seen from here")
	return cmd
}

func (a *app) doctor(ctx context.Context, request api.DoctorRequest, all bool) error {
	report, err := a.examine(ctx, request)
	switch {
	case words.IsUsage(err) && a.flags.json && report.Findings != nil:
		return errors.Join(err, terminal.JSON(a.term.out, report))
	case err != nil:
		return err
	case a.flags.json:
		err = terminal.JSON(a.term.out, report)
	default:
		a.printer().Doctor(&report, all)
	}
	if err == nil && doctor.Failed(report.Findings) {
		err = errReported
	}
	return err
}

// examine asks the service. Without a configuration a link can still be judged by itself, and a wrong one is a finding.
func (a *app) examine(ctx context.Context, request api.DoctorRequest) (api.DoctorReport, error) {
	if link := doctor.LinkIn(request.About); link != "" {
		if _, err := configs.Find(a.flags.config, a.term.env); err != nil {
			return api.NewDoctorReport(doctor.JudgeLink(doctor.Facts{Link: link, Text: request.About})...), nil
		}
	}
	done := terminal.Wait(a.term.err, a.term.screen(a.term.err), "looking at set-up, network and links …")
	defer done()
	service, err := a.way().ToPlan(ctx)
	if err != nil {
		return examine.Without(err)
	}
	report, err := service.Doctor(ctx, request)
	return report, errors.Join(err, service.Close())
}
