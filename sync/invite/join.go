package invite

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"zoomtag/providers/ical"
)

// Join puts published calendars that Encode made, one for each event, into one with a name: what a subscription wants. Of the
// descriptions of one zone it keeps the longest: Encode writes more for an event that begins earlier, and what is written for
// it holds for later ones as well.
func Join(name string, calendars ...[]byte) ([]byte, error) {
	zones := map[string][]byte{}
	var events [][]byte
	size := 0
	for _, raw := range calendars {
		method := []byte("\r\nMETHOD:" + string(Publish) + "\r\n")
		if !bytes.Contains(raw, method) {
			return nil, fmt.Errorf("invite: only published events can be in one calendar (RFC 5546 3.2.1)")
		}
		for raw := range components(raw) {
			if bytes.HasPrefix(raw, []byte("BEGIN:VTIMEZONE\r\n")) {
				if id := zoneID(raw); len(raw) > len(zones[id]) {
					zones[id] = raw
				}
				continue
			}
			events = append(events, raw)
			size += len(raw)
		}
	}
	w := ical.NewWriter(make([]byte, 0, size+1024*len(zones)+512))
	begin(w, Publish, name)
	for _, id := range slices.Sorted(maps.Keys(zones)) {
		w.Lines(zones[id])
	}
	for _, event := range events {
		w.Lines(event)
	}
	w.End("VCALENDAR")
	return w.Bytes(), nil
}

// components yields the VTIMEZONEs and VEVENTs of a calendar that Encode made.
func components(raw []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for {
			zone, event := bytes.Index(raw, []byte("\r\nBEGIN:VTIMEZONE\r\n")), bytes.Index(raw, []byte("\r\nBEGIN:VEVENT\r\n"))
			at, end := event, []byte("\r\nEND:VEVENT\r\n")
			if zone >= 0 && (event < 0 || zone < event) {
				at, end = zone, []byte("\r\nEND:VTIMEZONE\r\n")
			}
			if at < 0 {
				return
			}
			length := bytes.Index(raw[at:], end)
			if length < 0 {
				return
			}
			next := at + length + len(end)
			if !yield(raw[at+2 : next]) {
				return
			}
			raw = raw[next-2:] // the line end before the next one
		}
	}
}

// zoneID is the TZID line of a VTIMEZONE, with its folds.
func zoneID(zone []byte) string {
	_, rest, _ := bytes.Cut(zone, []byte("\r\nTZID:"))
	for i := 0; i+2 < len(rest); i++ {
		if rest[i] == '\r' && rest[i+2] != ' ' {
			return string(rest[:i])
		}
	}
	return string(rest)
}
