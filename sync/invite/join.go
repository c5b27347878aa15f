package invite

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"zoomtag/providers/ical"
)

// Join puts published calendars that Encode made, one for each event, into one with a name: what a subscription wants.
// A zone that several of them describe is described once: as for the event that begins first, since that holds for
// later ones as well. Zones that no database knows may have one name and different rules: then the later one gets
// another name, as in Encode.
func Join(name string, calendars ...[]byte) ([]byte, error) {
	var all []object
	method := Publish
	for _, raw := range calendars {
		head, _, _ := bytes.Cut(raw, []byte("\r\nBEGIN:V"))
		switch {
		case bytes.Contains(raw, []byte("\r\nMETHOD:"+string(Publish)+"\r\n")):
		case bytes.Contains(head, []byte("\r\nMETHOD:")):
			return nil, errors.New("invite: only published events can be in one calendar (RFC 5546 3.2.1)")
		default:
			method = "" // it cannot be lawful for all of them
		}
		all = append(all, take(raw))
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(all[a].first, all[b].first) })
	w := ical.NewWriter(nil)
	begin(w, method, name)
	described := map[string]string{}
	for _, i := range order {
		all[i].describe(w, described)
	}
	for _, o := range all {
		w.Lines(o.events)
	}
	w.End("VCALENDAR")
	return w.Bytes(), nil
}

// object is a calendar with one event, taken apart.
type object struct {
	zone   []byte // its VTIMEZONE, if it has one
	events []byte // its VEVENTs
	tzid   string
	first  string // the earliest time in the zone, as written: such texts sort by time
}

var (
	zoneName = regexp.MustCompile(`\r\nTZID:([^\r]*)\r\n`)
	zoneTime = regexp.MustCompile(`\r\n(?:DTSTART|RDATE|RECURRENCE-ID);TZID=[^:\r]*:(\d{8}T\d{6})`)
)

// take takes a calendar apart that Encode made.
func take(raw []byte) (o object) {
	const endZone = "\r\nEND:VTIMEZONE\r\n"
	if from := bytes.Index(raw, []byte("\r\nBEGIN:VTIMEZONE\r\n")); from >= 0 {
		if length := bytes.Index(raw[from:], []byte(endZone)); length >= 0 {
			o.zone = raw[from+2 : from+length+len(endZone)]
			raw = raw[from+length+len(endZone)-2:]
		}
	}
	from, to := bytes.Index(raw, []byte("\r\nBEGIN:VEVENT\r\n")), bytes.LastIndex(raw, []byte("\r\nEND:VCALENDAR\r\n"))
	if from >= 0 && to > from {
		o.events = raw[from+2 : to+2]
	}
	if found := zoneName.FindSubmatch(unfolded(o.zone)); found != nil {
		o.tzid = string(found[1])
	}
	for _, found := range zoneTime.FindAllSubmatch(append([]byte("\r\n"), unfolded(o.events)...), -1) {
		if at := string(found[1]); o.first == "" || at < o.first {
			o.first = at
		}
	}
	return o
}

func unfolded(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte("\r\n "), nil) }

// describe writes the zone of an object unless it is described already. described are the rules by name.
func (o *object) describe(w *ical.Writer, described map[string]string) {
	if o.zone == nil {
		return
	}
	_, known := described[o.tzid]
	if iana, ok := ical.ZoneName(o.tzid); known && ok && iana == o.tzid {
		return // as for an earlier event
	}
	rules := strings.Replace(string(unfolded(o.zone)), "\r\nTZID:"+o.tzid+"\r\n", "\r\n", 1)
	name := o.tzid
	for n := 2; known && described[name] != rules; n++ {
		name = fmt.Sprintf("%s %d", o.tzid, n)
		_, known = described[name]
	}
	if name != o.tzid {
		o.rename(name)
	}
	if !known {
		described[name] = rules
		w.Lines(o.zone)
	}
}

// rename gives the object's zone another name. Lines may have to be folded elsewhere then.
func (o *object) rename(name string) {
	for _, part := range []*[]byte{&o.zone, &o.events} {
		w := ical.NewWriter(nil)
		for line := range strings.SplitSeq(strings.TrimSuffix(string(unfolded(*part)), "\r\n"), "\r\n") {
			if line == "TZID:"+o.tzid {
				line = "TZID:" + name
			} else if head, value, ok := strings.Cut(line, ";TZID="+o.tzid+":"); ok && !strings.Contains(head, ":") {
				line = head + ";TZID=" + name + ":" + value
			}
			head, value, _ := strings.Cut(line, ":")
			w.Name(head)
			w.Word(value)
		}
		*part = w.Bytes()
	}
	o.tzid = name
}
