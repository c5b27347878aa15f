package doctor_test

import (
	"time"

	"zoomtag/sync/doctor"
)

var (
	now   = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	start = now.Add(7 * 24 * time.Hour)
)

const (
	host    = "alice@example.com"
	token   = "kAbC-dEf0123456789.1"
	joinURL = "https://us02web.zoom.us/j/86000000001?pwd=" + token
)

func codesOf(findings []doctor.Finding) []string {
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	return codes
}
