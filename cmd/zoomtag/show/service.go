package show

import (
	"fmt"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/service"
)

// Service prints how the service stands.
func (p *Printer) Service(r *service.Report) {
	head := "zoomtag is not running as a service"
	if r.Running {
		head = "zoomtag runs as a service of the " + string(r.Scope)
	}
	fmt.Fprintln(p.Out, head)
	if r.Reason != "" {
		fmt.Fprintln(p.Out, terminal.Printable(r.Told()))
	}
	if r.Installed {
		p.serviceFacts(r)
	}
	for _, notice := range r.Notices {
		fmt.Fprintln(p.Out, terminal.Printable(notice))
	}
	if len(r.Journal) > 0 {
		fmt.Fprintln(p.Out, "\nIts last words:")
	}
	for _, line := range r.Journal {
		fmt.Fprintln(p.Out, "  "+terminal.Printable(line))
	}
}

// origins are where a unit comes from, in words.
var origins = map[string]string{
	"install": "", "package": " (of the package)", "other": " (not written by zoomtag)", "masked": " (masked)",
	"changed": " (changed by hand since zoomtag has written it)",
}

func (p *Printer) serviceFacts(r *service.Report) {
	yes := map[bool]string{true: "yes", false: "no"}
	fact := func(name, value string) { fmt.Fprintf(p.Out, "  %-18s %s\n", name, terminal.Printable(value)) }
	fact("unit", r.Unit+origins[r.Origin])
	if len(r.DropIns) > 0 {
		fact("with", strings.Join(r.DropIns, ", "))
	}
	fact("state", r.State)
	if r.Since != nil {
		fact("since", terminal.Clock(r.Since))
	}
	fact("starts by itself", yes[r.Enabled])
	if r.Linger != nil {
		fact("without you", yes[*r.Linger])
	}
	fact("program", r.Version)
	if r.Daemon != "" {
		fact("service", r.Daemon)
	}
}
