package show

import (
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/api"
)

// Links prints the links that are kept.
func (p *Printer) Links(r api.LinksReport) error {
	rows := [][]string{{"START", "EVENT", "CALENDAR", "MEETING", "HEALTH", "LINK"}}
	for _, l := range r.Links {
		rows = append(rows, []string{terminal.Clock(l.Start), l.Title, l.Calendar, l.MeetingID, l.Health, l.JoinURL})
	}
	return p.table(rows)
}
