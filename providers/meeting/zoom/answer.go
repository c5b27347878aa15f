package zoom

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/links"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// meeting makes ours of Zoom's. It believes no join link that does not lead to Zoom: guests will click it.
func (s *Service) meeting(w wireMeeting, what string) (meeting.Meeting, error) {
	m := meeting.Meeting{
		ID: int64(w.ID), Host: string(w.HostEmail), JoinURL: string(w.JoinURL), Passcode: meeting.Passcode(w.Password),
		Topic: string(w.Topic), Start: w.StartTime.Time, Duration: time.Duration(w.Duration) * time.Minute,
		Occurrences: s.occurrences(&w),
		Instance:    string(w.UUID),
	}
	if w.Type == typeFixed { // they are those of one of its occurrences
		m.Start, m.Duration = time.Time{}, 0
	}
	if m.Host == "" {
		m.Host = string(w.HostID)
	}
	m.Mark = markOf(string(w.Agenda))
	// A meeting without registration has a registration page in some answers as well.
	if a := w.Settings.ApprovalType; a == nil || *a != approvalNone {
		m.RegisterURL = string(w.RegisterURL)
	}
	m.DialIn = dialIn(w.Settings.DialIn)
	links := []string{m.JoinURL}
	if m.RegisterURL != "" {
		links = append(links, m.RegisterURL)
	}
	for _, link := range links {
		if wrong := s.checkLink(link); wrong != "" {
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: Zoom's answer %s", what, wrong)
		}
	}
	return m, nil
}

// maxDialIn bounds how many numbers are kept: some accounts have those of fifty countries.
const maxDialIn = 8

// dialIn are the numbers to dial in with, each once.
func dialIn(list phones) []meeting.Phone {
	var found []meeting.Phone
	for _, p := range list {
		phone := meeting.Phone{Number: strings.TrimSpace(string(p.Number)), Place: strings.TrimSpace(string(p.City))}
		if phone.Place == "" {
			phone.Place = strings.TrimSpace(string(p.Country))
		}
		known := slices.ContainsFunc(found, func(other meeting.Phone) bool { return other.Number == phone.Number })
		if phone.Number != "" && !known && len(found) < maxDialIn {
			found = append(found, phone)
		}
	}
	return found
}

// checkLink says what is wrong with a link for guests, or "".
func (s *Service) checkLink(link string) string {
	if link == "" {
		return "holds no join link"
	}
	u, err := url.Parse(link)
	switch {
	case err != nil || u.User != nil:
		return "holds a join link that cannot be read"
	case u.Query().Has("zak") || strings.HasPrefix(u.Path, "/s/"):
		return "holds a start link, which is the host's own, in the place of a join link"
	case u.Scheme == "https" && links.OnZoom(u.Hostname()):
		return ""
	case rest.Loopback(s.api.Host) && rest.Loopback(u.Host):
		return ""
	}
	return "holds a join link that does not lead to Zoom but to " + strconv.Quote(words.Cut(u.Hostname(), 80))
}
