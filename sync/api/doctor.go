package api

import (
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
	Checklist []string         `json:"checklist"`
	// Unasked says that nobody was asked, and what was judged all the same.
	Unasked string `json:"unasked,omitempty"`
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
	return DoctorReport{Findings: append([]doctor.Finding{}, findings...), Passed: []Passed{},
		Checklist: doctor.Checklist}
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
