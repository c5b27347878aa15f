// Package personal is a meeting.Service without an API: one fixed link to somebody's personal room, for every event.
//
// Nothing is made, told or cancelled: each call succeeds at once, and the meeting of every mark is the room. Its number
// is that in the link, or made of the room's name. What a tag asks of a meeting cannot be had, and plan says so.
package personal

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"zoomtag/providers/links"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// Service is one room. It always exists, and no call changes it.
type Service struct {
	link string
	id   int64
}

var (
	idPath   = regexp.MustCompile(`^/j/([0-9]{9,11})/?$`)
	namePath = regexp.MustCompile(`^/my/[^/]+/?$`)
)

// New makes a Service of the link to a personal room: https://…zoom.us/j/1234567890?pwd=… or https://…zoom.us/my/name.
func New(link string) (*Service, error) {
	link = strings.TrimSpace(link)
	u, err := url.Parse(link)
	wrong := func(why string) (*Service, error) {
		// The link itself may hold a passcode: it is not repeated.
		return nil, words.Mend(fmt.Errorf("zoom.personal_link %s", why),
			"copy it from Zoom, Meetings, Personal Room, Copy invitation")
	}
	switch {
	case link == "":
		return wrong("is empty")
	case err != nil || u.Host == "" || u.User != nil:
		return wrong("is not a link")
	case u.Scheme != "https":
		return wrong("does not begin with https://")
	case !links.OnZoom(u.Hostname()) || u.Port() != "" && u.Port() != "443":
		return wrong("does not lead to Zoom but to " + u.Host)
	case u.Query().Has("zak") || strings.HasPrefix(u.Path, "/s/"):
		return wrong("is a link to start meetings, which is the host's own and must not be shown to guests")
	}
	if m := idPath.FindStringSubmatch(u.Path); m != nil {
		id, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil || id == 0 {
			return wrong("holds no meeting id")
		}
		return &Service{link: link, id: id}, nil
	}
	if !namePath.MatchString(u.Path) {
		return wrong("does not lead to a room: /j/ and a number of 9 to 11 digits, or /my/ and a name, is expected " +
			"after the host")
	}
	return &Service{link: link, id: nameID(u)}, nil
}

// nameID makes an id for a room that only has a name: the same each time, positive, and beyond the numbers of Zoom.
func nameID(u *url.URL) int64 {
	h := fnv.New64a()
	h.Write([]byte(strings.ToLower(u.Hostname() + strings.TrimRight(u.Path, "/")))) // never fails, says package hash
	return int64(h.Sum64()>>1 | 1<<62)
}

// room is the room as every call shows it. The passcode is not known: the pwd in the link is a token of Zoom's, not the
// passcode that guests would type.
func (s *Service) room() meeting.Meeting { return meeting.Meeting{ID: s.id, JoinURL: s.link} }

// Find implements meeting.Service: the room carries every mark.
func (s *Service) Find(_ context.Context, host string, of meeting.Mark) (meeting.Meeting, error) {
	mark := string(of)
	m := s.room()
	m.Host, m.Mark = host, mark
	return m, nil
}

// Create implements meeting.Service.
func (s *Service) Create(_ context.Context, mark string, spec meeting.Spec) (meeting.Meeting, error) {
	m := s.shown(spec)
	m.Mark = mark
	return m, nil
}

// Get implements meeting.Service. Any id leads to the room: one of an earlier link or of an earlier mode is answered
// with the room that guests shall now use.
func (s *Service) Get(context.Context, int64) (meeting.Meeting, error) { return s.room(), nil }

// Update implements meeting.Service: the room is what it is.
func (s *Service) Update(_ context.Context, _ int64, _, to meeting.Spec) (meeting.Meeting, error) {
	return s.shown(to), nil
}

// Cancel implements meeting.Service: a room is never deleted.
func (s *Service) Cancel(context.Context, int64) error { return nil }

func (s *Service) shown(spec meeting.Spec) meeting.Meeting {
	m := s.room()
	m.Host = spec.Host
	m.Topic = spec.Topic
	m.Start = spec.Start
	m.Duration = spec.Duration
	return m
}
