package api

import (
	"cmp"
	"slices"
	"strings"

	"zoomtag/sync/doctor"
)

// DoctorRequest says what is to be judged: everything, or About an event (its id, UID, meeting id or title), a link or
// a text with one.
type DoctorRequest struct {
	About     string `json:"about,omitempty"`
	NoNetwork bool   `json:"no_network,omitempty"` // nobody is asked
}

// DoctorReport is the document of `doctor --json`.
type DoctorReport struct {
	Findings  []doctor.Finding `json:"findings"`
	Passed    []Passed         `json:"passed"` // what was looked at and is well
	Codes     []CodeCount      `json:"codes"`  // of the findings, the worst first
	Checklist []string         `json:"checklist"`
	// Unasked says that nobody was asked, and what was judged all the same.
	Unasked string `json:"unasked,omitempty"`
}

// CodeCount says how often a code was found.
type CodeCount struct {
	Code     string          `json:"code"`
	Severity doctor.Severity `json:"severity"` // the worst of them
	Findings int             `json:"findings"`
	Events   int             `json:"events"` // that it hits
	Meaning  string          `json:"meaning"`
}

// Count fills in how often each code was found.
func (r *DoctorReport) Count() {
	r.Codes = []CodeCount{}
	at, events := map[string]int{}, map[[3]string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		k, known := at[f.Code]
		if !known {
			k = len(r.Codes)
			at[f.Code], r.Codes = k, append(r.Codes, CodeCount{Code: f.Code, Severity: f.Severity,
				Meaning: doctor.MeaningOf(f.Code)})
		}
		c, event := &r.Codes[k], [3]string{f.Code, f.Calendar, f.EventID}
		c.Findings++
		if f.Severity.Rank() < c.Severity.Rank() {
			c.Severity = f.Severity
		}
		if f.EventID != "" && !events[event] {
			events[event] = true
			c.Events++
		}
	}
	slices.SortStableFunc(r.Codes, func(a, b CodeCount) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(b.Events, a.Events))
	})
}

// Passed is one thing that is well.
type Passed struct {
	Area string `json:"area"` // setup, network or links
	What string `json:"what"`
}

// The areas of a report.
const (
	AreaSetup   = "setup"
	AreaNetwork = "network"
	AreaLinks   = "links"
)

// Pass adds what is well.
func (r *DoctorReport) Pass(area string, what ...string) {
	for _, w := range what {
		r.Passed = append(r.Passed, Passed{Area: area, What: w})
	}
}

// NewDoctorReport returns a report with these findings, and what cannot be known from here.
func NewDoctorReport(findings ...doctor.Finding) DoctorReport {
	r := DoctorReport{Findings: append([]doctor.Finding{}, findings...), Passed: []Passed{},
		Checklist: doctor.Checklist}
	r.Count()
	return r
}

// AreaOf says where a finding is shown: codes are numbered by area.
func AreaOf(f doctor.Finding) string {
	switch {
	case strings.HasPrefix(f.Code, "ZT-5"), strings.HasPrefix(f.Code, "ZT-4") && f.EventID == "":
		return AreaSetup
	case strings.HasPrefix(f.Code, "ZT-6"):
		return AreaNetwork
	}
	return AreaLinks
}
