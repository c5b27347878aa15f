package doctor_test

import (
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/lineartest"
	"zoomtag/sync/doctor"
)

// linearCases are texts in which links are looked for, made of pieces over and over.
func linearCases() []lineartest.Case {
	var cases []lineartest.Case
	for name, piece := range map[string]string{
		"links": "https://zoom.us/j/123456789?pwd=a ", "one-link": "https://zoom.us/j/1?pwd=",
		"queries": "https://zoom.us/j/1?a=b&", "params": "&pwd=a", "hosts": "https://zoom.evil",
		"schemes": "://", "apps": "zoommtg://", "users": "https://a@", "words": "words ", "dots": ".", "slashes": "/",
		"escapes": "%25", "wrapped": "https://www.google.com/url?q=https%3A%2F%2F",
		"lines": "https://zoom.us/j/123456789\n?pwd=", "confusable": "оооrn", "labels": "Join: x\n",
	} {
		cases = append(cases, lineartest.Case{Name: name, Size: 16 << 10, Make: func(size int) func() {
			text := strings.Repeat(piece, max(1, size/len(piece)))
			ev := &calendar.Event{Description: text, Location: text, URL: text, Conferences: []string{text}}
			return func() {
				link := doctor.LinkIn(text)
				doctor.JudgeLink(doctor.Facts{Now: now, Link: link, Text: text})
				doctor.Mask(text)
				doctor.Hosts(doctor.Shown(ev))
			}
		}})
	}
	return cases
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases()) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases()) }
