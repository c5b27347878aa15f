package ical

import (
	"slices"
	"testing"
	"time"
)

// TestElsewhere: HTML twins of the description, and links in properties of one app, are read; ours are not.
func TestElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		line string
		want []string
	}{
		"Outlook": {`X-ALT-DESC;FMTTYPE=text/html:<p>a\, <a href="https://zoom.us/j/1">b</a></p>`,
			[]string{`<p>a, <a href="https://zoom.us/j/1">b</a></p>`}},
		"Thunderbird": {`DESCRIPTION;ALTREP="data:text/html,%3Cp%3Ehttps%3A%2F%2Fzoom.us%2Fj%2F1":a`,
			[]string{"<p>https://zoom.us/j/1"}},
		"in base64":        {`DESCRIPTION;ALTREP="data:text/html;base64,PHA+YTwvcD4=":a`, []string{"<p>a</p>"}},
		"a page somewhere": {`DESCRIPTION;ALTREP="https://example.org/a":a`, nil},
		"an app's":         {"X-CONFERENCE-LINK:https://zoom.us/j/1", []string{"https://zoom.us/j/1"}},
		"without a scheme": {"X-CONFERENCE-LINK:zoom.us/j/1", []string{"zoom.us/j/1"}},
		"in RFC 9073": {`STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<a href="https://zoom.us/j/1">b</a>`,
			[]string{`<a href="https://zoom.us/j/1">b</a>`}},
		"a remark":            {"COMMENT:see https://zoom.us/j/1", []string{"see https://zoom.us/j/1"}},
		"whom to ask":         {"CONTACT:Alice\\, https://zoom.us/j/1", []string{"Alice, https://zoom.us/j/1"}},
		"an attached address": {"ATTACH:https://zoom.us/j/1", []string{"https://zoom.us/j/1"}},
		"an attached file":    {"ATTACH;VALUE=BINARY;ENCODING=BASE64:aHR0cHM6Ly96b29tLnVzL2ovMQ/=", nil},
		"no link":             {"X-WORDS:a", nil},
		"ours":                {"X-ZOOMTAG-TAG:https://zoom.us/j/1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := Parse([]byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261101T080000Z\r\nDTSTART:20270112T100000Z\r\n"+
				tt.line+"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			ev, _, err := doc.Event("a", time.UTC, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
			if err != nil || !slices.Equal(ev.Elsewhere, tt.want) {
				t.Errorf("%q, %v, want %q", ev.Elsewhere, err, tt.want)
			}
		})
	}
}
