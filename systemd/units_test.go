package systemd

import (
	"slices"
	"strings"
	"testing"
)

// TestWorkerUnit: a worker is held as tightly as the machine's one service, and differs from it in nothing but its
// name, its folder and the database that it waits for.
func TestWorkerUnit(t *testing.T) {
	machine, worker := directives(MachineUnit), directives(WorkerUnit)
	for _, c := range []struct {
		of         string
		has, lacks []string
		want       []string
	}{
		{"the machine's unit", machine, worker,
			[]string{"[Unit] Description=zoomtag, Zoom links for tagged calendar events", "[Service] StateDirectory=zoomtag"}},
		{"the worker's unit", worker, machine,
			[]string{"[Unit] Description=zoomtag worker %i, Zoom links for tagged calendar events",
				"[Unit] After=postgresql.service", "[Service] StateDirectory=zoomtag-%i"}},
	} {
		alone := slices.DeleteFunc(slices.Clone(c.has), func(d string) bool { return slices.Contains(c.lacks, d) })
		if !slices.Equal(alone, c.want) {
			t.Errorf("only %s has %q, want %q", c.of, alone, c.want)
		}
	}
	if len(machine) < 40 {
		t.Errorf("the machine's unit has %d directives", len(machine))
	}
}

// directives are those of a unit, each with its section, in their order.
func directives(unit string) (list []string) {
	section := ""
	for line := range strings.Lines(unit) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = line
		default:
			list = append(list, section+" "+line)
		}
	}
	return list
}
