package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"

	"github.com/spf13/cobra"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
)

// doctorRequest is what is asked of an office. Without About it is about everything.
type doctorRequest struct {
	About     string `json:"about,omitempty"`
	NoNetwork bool   `json:"no_network,omitempty"`
}

// doctorReport is the document of `doctor --json`.
type doctorReport struct {
	Findings  []doctor.Finding `json:"findings"`
	Passed    []passed         `json:"passed"` // what was looked at and is well
	Checklist []string         `json:"checklist"`
	// Unasked says that nobody was asked, and what was judged all the same.
	Unasked string `json:"unasked,omitempty"`
}

// passed is one thing that is well.
type passed struct {
	Area string `json:"area"` // setup, network or links
	What string `json:"what"`
}

// The areas of a report.
const (
	areaSetup   = "setup"
	areaNetwork = "network"
	areaLinks   = "links"
)

// pass adds what is well.
func (r *doctorReport) pass(area string, what ...string) {
	for _, w := range what {
		r.Passed = append(r.Passed, passed{Area: area, What: w})
	}
}

func newDoctorReport(findings ...doctor.Finding) doctorReport {
	return doctorReport{Findings: append([]doctor.Finding{}, findings...), Passed: []passed{}, Checklist: doctor.Checklist}
}

func (a *app) doctorCommand() *cobra.Command {
	var request doctorRequest
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "doctor [EVENT|LINK]",
		Short: "Find out why a link does not work, and what to do",
		Long: `Judge the set-up, the network and every coming Zoom link of the watched calendars, and say for each finding whose side it is on and what
mends it. EVENT is an event's id, UID, meeting id or title, as "zoomtag links" shows them; LINK is any link, or a text with one, also
somebody else's. Nothing is changed, no meeting number is tried, and no passcode is sent anywhere.

It exits with 1 if there is an error among the findings. docs/doctor.md explains all codes.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			request.About = strings.Join(args, "")
			if len(args) > 0 && strings.TrimSpace(request.About) == "" {
				return words.Usage(errors.New("name an event, or give a link"))
			}
			return a.doctor(cmd.Context(), request)
		},
	})
	cmd.Flags().BoolVar(&request.NoNetwork, "no-network", false, "ask nobody: judge the configuration, local folders, and what is remembered")
	return cmd
}

func (a *app) doctor(ctx context.Context, request doctorRequest) error {
	report, err := a.examine(ctx, request)
	switch {
	case words.IsUsage(err) && a.flags.json && report.Findings != nil:
		return errors.Join(err, terminal.JSON(a.term.out, report))
	case err != nil:
		return err
	case a.flags.json:
		err = terminal.JSON(a.term.out, report)
	default:
		a.showDoctor(&report)
	}
	if err == nil && doctor.Failed(report.Findings) {
		err = errReported
	}
	return err
}

// examine asks the office. Without a configuration a link can still be judged by itself, and a wrong one is a finding.
func (a *app) examine(ctx context.Context, request doctorRequest) (doctorReport, error) {
	if link := doctor.LinkIn(request.About); link != "" {
		if _, err := configs.Find(a.flags.config, a.term.env); err != nil {
			return newDoctorReport(doctor.JudgeLink(doctor.Facts{Link: link, Text: request.About})...), nil
		}
	}
	done := terminal.Wait(a.term.err, a.term.screen(a.term.err), "looking at set-up, network and links …")
	defer done()
	office, err := a.openPreview(ctx)
	if err != nil {
		if words.IsUsage(err) {
			return newDoctorReport(doctor.WrongConfiguration(err.Error())), err
		}
		return doctorReport{}, err
	}
	report, err := office.Doctor(ctx, request)
	return report, errors.Join(err, office.Close())
}

// showDoctor prints a report: set-up, network, links, and what cannot be known from here.
func (a *app) showDoctor(r *doctorReport) {
	screen := a.term.screen(a.term.out)
	for _, area := range []struct{ name, title string }{{areaSetup, "Set-up"}, {areaNetwork, "Network"}, {areaLinks, "Links"}} {
		findings := slices.DeleteFunc(slices.Clone(r.Findings), func(f doctor.Finding) bool { return areaOf(f) != area.name })
		well := slices.DeleteFunc(slices.Clone(r.Passed), func(p passed) bool { return p.Area != area.name })
		if len(findings)+len(well) == 0 {
			continue
		}
		fmt.Fprintln(a.term.out, area.title)
		for _, p := range well {
			fmt.Fprintf(a.term.out, "  %s  %s\n", terminal.Paint(screen, terminal.Green, "ok"), terminal.Printable(p.What))
		}
		a.showFindings(findings)
	}
	if r.Unasked != "" {
		fmt.Fprintln(a.term.out, r.Unasked)
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(a.term.out, "Nothing is known that stands against it.")
	}
	fmt.Fprintln(a.term.out, "What cannot be seen from here")
	for _, line := range r.Checklist {
		fmt.Fprintln(a.term.out, "  -  "+line)
	}
}

// showFindings prints one line for each finding, under what it is about.
func (a *app) showFindings(findings []doctor.Finding) {
	screen := a.term.screen(a.term.out)
	about := ""
	for _, f := range findings {
		indent := "  "
		if now := subject(f); now != "" {
			if now != about {
				fmt.Fprintln(a.term.out, "  "+terminal.Printable(now))
			}
			indent = "      "
		}
		about = subject(f)
		color := map[doctor.Severity]string{doctor.Error: terminal.Red, doctor.Warning: terminal.Yellow, doctor.Note: terminal.Cyan}[f.Severity]
		fmt.Fprintf(a.term.out, "%s%s %s (%s): %s → %s\n", indent, terminal.Paint(screen, color, fmt.Sprintf("%-7s", f.Severity)), f.Code, f.Side, terminal.Printable(f.What), terminal.Printable(f.Mend))
	}
}

// subject names what a finding is about.
func subject(f doctor.Finding) string {
	name := f.Title
	if name == "" {
		name = f.EventID
	}
	if f.Calendar != "" {
		name = strings.TrimPrefix(name+" in "+f.Calendar, " in ")
	}
	if f.Account != "" {
		name = strings.TrimSuffix("Zoom account "+f.Account+": "+name, ": ")
	}
	return strings.TrimSpace(strings.Join([]string{name, f.Link}, "  "))
}

// areaOf says where a finding is shown: codes are numbered by area.
func areaOf(f doctor.Finding) string {
	switch {
	case strings.HasPrefix(f.Code, "ZT-5"), strings.HasPrefix(f.Code, "ZT-4") && f.EventID == "":
		return areaSetup
	case strings.HasPrefix(f.Code, "ZT-6"):
		return areaNetwork
	}
	return areaLinks
}
