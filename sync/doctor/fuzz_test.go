package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"zoomtag/sync/doctor"
)

// FuzzJudgeText: any text can be judged, and a passcode or key in it is not shown.
func FuzzJudgeText(f *testing.F) {
	for _, tt := range linkCases {
		facts := healthy()
		tt.make(&facts)
		f.Add(facts.Text + " " + facts.Link)
	}
	f.Add("https://zoom.us:secret@zoom.us/j/1?pwd=x#y")
	f.Fuzz(func(t *testing.T, text string) {
		link := doctor.LinkIn(text)
		said := fmt.Sprint(doctor.JudgeLink(doctor.Facts{Now: now, Link: link, Text: text}))
		const secret = "kAnary7secret"
		own := "https://us02web.zoom.us/j/86000000001?pwd=" + secret
		said += fmt.Sprint(doctor.JudgeLink(doctor.Facts{Now: now, Link: own, Text: text + own}),
			doctor.Mask(own+"&"+text))
		if strings.Contains(said, secret) {
			t.Errorf("a secret is shown: %s", said)
		}
	})
}
