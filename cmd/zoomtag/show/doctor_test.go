package show_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/cmd/zoomtag/show"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// TestDoctorSaysEachMend: where events of one code are mended in different ways, each line says its own.
func TestDoctorSaysEachMend(t *testing.T) {
	var out strings.Builder
	p := &show.Printer{Out: &out, Now: time.Now}
	failing := func(title, what, mend string) doctor.Finding {
		return doctor.Finding{Code: doctor.EventFails, Severity: doctor.Warning, Side: doctor.Account, What: what,
			Mend: mend, Calendar: "team", EventID: title, Title: title}
	}
	report := api.NewDoctorReport(failing("Tea", "it contradicts itself", "Correct the tag."),
		failing("Talk", "it is missing", "Run zoomtag release team."))
	p.Doctor(&report, false)
	for _, want := range []string{
		"ZT-515 (account), 2 events: zoomtag could not do what an event asks for → Mend what the message names.\n",
		"Tea in team: it contradicts itself → Correct the tag.\n",
		"Talk in team: it is missing → Run zoomtag release team.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, out.String())
		}
	}
}

// TestDoctorSaysEqualThingsOnce: what hits eight events is one line with their number, the events by their start; --all
// names each. What hits one is told as it is.
func TestDoctorSaysEqualThingsOnce(t *testing.T) {
	begins := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	var findings []doctor.Finding
	for i := range 8 {
		start := begins.AddDate(0, 0, 8-i)
		findings = append(findings, doctor.Finding{Code: doctor.SharedRoom, Severity: doctor.Warning, Side: doctor.Host,
			What: "the room is shared", Mend: "Use meetings.", Calendar: "team", EventID: fmt.Sprint(i),
			Title: fmt.Sprint("Tea ", i), Start: &start})
	}
	for title, wait := range map[string]time.Duration{"Late": 2 * time.Hour, "Early": time.Hour} {
		soon := begins.Add(wait)
		findings = append(findings, doctor.Finding{Code: doctor.Rotated, Severity: doctor.Error, Side: doctor.Host,
			What: "another passcode, says " + title, Mend: "Wait.", Calendar: "team", EventID: title, Title: title,
			Start: &soon})
	}
	findings = append(findings, doctor.Finding{Code: doctor.Deleted, Severity: doctor.Error, Side: doctor.Host,
		What: "gone", Mend: "Recover it.", Calendar: "team", EventID: "x", Title: "Alone"})
	report := api.NewDoctorReport(findings...)
	for _, c := range report.Codes {
		want := map[string]int{doctor.SharedRoom: 8, doctor.Rotated: 2, doctor.Deleted: 1}[c.Code]
		if c.Events != want {
			t.Errorf("%s hits %d events, want %d", c.Code, c.Events, want)
		}
	}
	told := func(all bool) string {
		var out strings.Builder
		p := &show.Printer{Out: &out, Now: func() time.Time { return begins }}
		p.Doctor(&report, all)
		return out.String()
	}
	brief, full := told(false), told(true)
	for _, want := range []string{
		"error   ZT-205 (host), 2 events: the meeting has another passcode",
		"warning ZT-406 (host), 8 events: the room is shared → Use meetings.", "and 3 more: zoomtag doctor --all",
		"Alone in team\n      error   ZT-202 (host): gone",
	} {
		if !strings.Contains(brief, want) {
			t.Errorf("it lacks %q:\n%s", want, brief)
		}
	}
	for _, order := range [][2]string{{"Early", "Late"}, {"Tea 7", "Tea 6"}, {"ZT-205", "ZT-406"}} {
		if strings.Index(brief, order[0]) > strings.Index(brief, order[1]) {
			t.Errorf("%s comes behind %s:\n%s", order[0], order[1], brief)
		}
	}
	if strings.Contains(brief, "Tea 0") || !strings.Contains(full, "Tea 0") {
		t.Errorf("the last of eight is named without --all, or not with it:\n%s\n%s", brief, full)
	}
	if strings.Contains(brief, doctor.Checklist[0]) || !strings.Contains(full, doctor.Checklist[0]) {
		t.Error("what cannot be seen is told without --all, or not with it")
	}
}
