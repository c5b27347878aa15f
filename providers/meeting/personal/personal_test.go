package personal_test

import (
	"strings"
	"testing"

	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/providers/meeting/personal"
)

const link = "https://us02web.zoom.us/j/1234567890?pwd=Abc-dEf.1"

func TestContract(t *testing.T) {
	for _, link := range []string{link, "https://example.zoom.us/my/alice"} {
		meetingtest.Run(t, func(t *testing.T) *meetingtest.World {
			s, err := personal.New(link)
			if err != nil {
				t.Fatal(err)
			}
			return &meetingtest.World{Class: meetingtest.Room, Service: s, Host: "alice@example.com"}
		})
	}
}

func TestNew(t *testing.T) {
	tests := []struct {
		name, link string
		want       string // in the error; "" for none
	}{
		{"number", link, ""},
		{"number without passcode", "https://zoom.us/j/1234567890", ""},
		{"name", "https://example.zoom.us/my/alice?pwd=x", ""},
		{"government", "https://example.zoomgov.com/j/1612345678", ""},
		{"spaces around", "  " + link + "\n", ""},
		{"empty", "", "is empty"},
		{"no link", "1234567890", "is not a link"},
		{"plain http", "http://zoom.us/j/1234567890", "https://"},
		{"another host", "https://evilzoom.us/j/1234567890", "evilzoom.us"},
		{"Zoom in front", "https://zoom.us.example.com/j/1234567890", "zoom.us.example.com"},
		{"credentials", "https://zoom.us@example.com/j/1234567890", "is not a link"},
		{"another port", "https://zoom.us:8443/j/1234567890", "zoom.us:8443"},
		{"start link", "https://zoom.us/s/1234567890?zak=secret", "start meetings"},
		{"zak in a join link", "https://zoom.us/j/1234567890?zak=secret", "start meetings"},
		{"no room", "https://zoom.us/pricing", "does not lead to a room"},
		{"short number", "https://zoom.us/j/12345", "does not lead to a room"},
		{"zero", "https://zoom.us/j/000000000", "no meeting id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := personal.New(tt.link)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with %q", err, tt.want)
			case err != nil && strings.Contains(err.Error(), "secret"):
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestRoom(t *testing.T) {
	s, err := personal.New(link)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Get(t.Context(), 1234567890)
	if err != nil || m.ID != 1234567890 || m.JoinURL != link || m.Passcode != "" {
		t.Errorf("Get = %+v, %v", m, err)
	}
	if m, err := s.Get(t.Context(), 9999999999); err != nil || m.ID != 1234567890 {
		t.Errorf("Get of the room of an earlier link = %+v, %v; want the room of now", m, err)
	}
	first, _ := personal.New("https://example.zoom.us/my/alice")
	second, _ := personal.New("https://EXAMPLE.zoom.us/my/alice/?pwd=x")
	other, _ := personal.New("https://example.zoom.us/my/bob")
	id := func(s *personal.Service) int64 { m, _ := s.Find(t.Context(), "", ""); return m.ID }
	if id(first) != id(second) || id(first) == id(other) || id(first) <= 0 {
		t.Errorf("ids of rooms with names: %d, %d, %d", id(first), id(second), id(other))
	}
}

func FuzzNew(f *testing.F) {
	f.Add(link)
	f.Add("https://zoom.us/my/a")
	f.Add("https://zoom.us@[::1%25]:0/s/%2f")
	f.Fuzz(func(t *testing.T, link string) {
		s, err := personal.New(link)
		if err != nil {
			return
		}
		if m, err := s.Find(t.Context(), "a", "b"); err != nil || m.ID <= 0 ||
			!strings.HasPrefix(strings.ToLower(m.JoinURL), "https://") {
			t.Errorf("room %+v, %v", m, err)
		}
	})
}
