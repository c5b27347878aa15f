package page

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"zoomtag/sync/api"
)

// eventPage is the page of one event.
type eventPage struct {
	frame
	Calendar, ID, UID string
	Place             string // the calendar as people know it
	Stands            health
	Reason            string
	Start             moment
	When              string
	Host, Account     string
	Meeting           string // its number
	Join              string
	QR                *code
	Hidden            bool // there is a link, and whoever asks may not see it
	With              string
	Verdicts          []verdict
	Needs             []need
	NextTry           moment
	CanRetry          bool
	CanRun            bool // the calendar is one of the configuration
	Lines             []line
	Running           bool
}

type verdict struct{ Shape, Severity, Code, What, Mend string }

func (p *Page) event(w http.ResponseWriter, r *http.Request, who *visitor) {
	f, err := p.facts(r.Context())
	if err != nil {
		p.fail(w, r, who, err)
		return
	}
	at := place{r.FormValue("calendar"), r.FormValue("id")}
	lines, err := p.history(r, who, at)
	if err != nil {
		p.fail(w, r, who, err)
		return
	}
	e := f.byEvent[at]
	if e == nil && len(lines) == 0 {
		p.refuse(w, r, http.StatusNotFound, "zoomtag knows no such event, or none any more: the journal is kept for 90 "+
			"days.")
		return
	}
	v := &eventPage{Calendar: at.calendar, Place: api.PlaceOf(at.calendar), ID: at.event, Lines: lines,
		Running: p.jobs.busy(at.calendar)}
	v.CanRun = slices.ContainsFunc(f.status.Calendars,
		func(c api.CalendarStatus) bool { return c.Name == at.calendar })
	title := at.event
	switch {
	case e != nil:
		title = e.title
		p.describe(v, f, e, who)
	default:
		title = cmp.Or(lines[0].Title, title)
		v.Stands, v.Reason = health{"wait", "no link"}, "zoomtag keeps no link for this event."
	}
	for i := range v.Lines { // what they are about stands above them
		v.Lines[i].Event, v.Lines[i].Title = "", ""
	}
	v.frame = p.frameOf(r, who, f, who.shown(title))
	p.show(w, http.StatusOK, "event", v)
}

// history is what was done to an event.
func (p *Page) history(r *http.Request, who *visitor, at place) ([]line, error) {
	if at.event == "" || at.calendar == "" {
		return nil, nil
	}
	list, err := p.entries(r.Context(), api.LogRequest{Event: at.event, Calendar: at.calendar, Limit: perEvent})
	if err != nil {
		return nil, err
	}
	// what is asked for may be words of other titles as well
	own := slices.DeleteFunc(list, func(e api.LogEntry) bool { return e.EventID != at.event })
	return p.lines(own, who), nil
}

// describe tells what is known of an event.
func (p *Page) describe(v *eventPage, f *facts, e *entry, who *visitor) {
	v.Stands, v.Reason, v.Host = e.health, who.shown(asSentence(e.reason)), e.host
	if !e.start.IsZero() {
		v.Start = p.moment(&e.start)
		v.When = e.start.In(p.Zone()).Format("Monday 2 January 2006, 15:04")
		if e.link != nil && e.link.Duration > 0 {
			v.When += "–" + p.clock(e.end) + " (" + length(time.Duration(e.link.Duration)*time.Second) + ")"
		}
	}
	v.With = p.chip(f, e, who).With
	if l := e.link; l != nil {
		v.UID, v.Account = l.UID, l.Account
		v.Hidden = !who.signedIn() && l.JoinURL != ""
		if who.signedIn() {
			v.Meeting, v.Join = grouped(l.MeetingID), joinLink(l.JoinURL)
			v.QR = codeOf(v.Join)
		}
		for _, d := range l.Verdicts {
			v.Verdicts = append(v.Verdicts, verdict{shapeOf(d.Severity), d.Severity, d.Code,
				who.shown(asSentence(d.What)), who.shown(d.Mend)})
		}
	}
	for i := range f.status.Events {
		s := &f.status.Events[i]
		if s.Calendar == e.calendar && s.EventID == e.event {
			v.CanRetry, v.NextTry = true, p.moment(s.NextTry)
		}
	}
	for i := range f.conditions {
		c := &f.conditions[i]
		if c.Calendar == e.calendar && c.EventID == e.event && !c.Dismissed {
			v.Needs = append(v.Needs, p.need(c, who))
		}
	}
}

// length is how long something takes.
func length(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return strconv.Itoa(m) + " min"
	case m == 0:
		return strconv.Itoa(h) + " h"
	}
	return strconv.Itoa(h) + " h " + strconv.Itoa(m) + " min"
}

func shapeOf(severity string) string {
	switch severity {
	case "error":
		return "fail"
	case "warning":
		return "warn"
	}
	return "wait"
}

// joinLink is a link that a browser may follow; "" for anything else.
func joinLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return link
}

// code is a QR code as the path of an SVG.
type code struct {
	Size int // with the white around it
	Path string
}

// Around a QR code is white, of quiet modules; longer texts than maxCoded make codes that no phone reads.
const (
	quiet    = 4
	maxCoded = 600
)

// codeOf makes the QR code of a link; nil where there is none.
func codeOf(link string) *code {
	if link == "" || len(link) > maxCoded {
		return nil
	}
	c, err := qr.Encode(link, qr.M)
	if err != nil {
		return nil
	}
	var path strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			from := x
			for c.Black(x, y) {
				x++
			}
			if x > from {
				path.WriteString(
					"M" + strconv.Itoa(from+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(x-from) +
						"v1h-" + strconv.Itoa(x-from) + "z",
				)
			}
		}
	}
	return &code{c.Size + 2*quiet, path.String()}
}
