package caldav_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-ical"
	"github.com/emersion/go-webdav"
	webdavcal "github.com/emersion/go-webdav/caldav"

	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/calendartest"
)

// TestContractWithGoWebDAV runs the suite on a server that others wrote. It knows neither sync-collection nor a ctag.
func TestContractWithGoWebDAV(t *testing.T) {
	calendartest.Run(t, calendartest.Harness{Class: calendartest.HTTP, New: func(t *testing.T) calendartest.World {
		s := httptest.NewServer(&webdavcal.Handler{Backend: &shelf{objects: map[string]string{}}})
		t.Cleanup(s.Close)
		return proxied(t, s.URL+calendarPath, false, caldav.Config{})
	}})
}

const calendarPath = "/owner/calendars/work/"

// shelf is a webdavcal.Backend in memory, with one calendar.
type shelf struct {
	mu      sync.Mutex
	objects map[string]string // by their path
}

func (s *shelf) CurrentUserPrincipal(context.Context) (string, error) { return "/owner/", nil }
func (s *shelf) CalendarHomeSetPath(context.Context) (string, error)  { return "/owner/calendars/", nil }

func (s *shelf) CreateCalendar(context.Context, *webdavcal.Calendar) error {
	return webdav.NewHTTPError(http.StatusForbidden, errors.New("there is one calendar"))
}

func (s *shelf) ListCalendars(context.Context) ([]webdavcal.Calendar, error) {
	return []webdavcal.Calendar{{Path: calendarPath, Name: "Work", SupportedComponentSet: []string{"VEVENT"}}}, nil
}

func (s *shelf) GetCalendar(ctx context.Context, path string) (*webdavcal.Calendar, error) {
	list, err := s.ListCalendars(ctx)
	if err != nil || path != calendarPath {
		return nil, webdav.NewHTTPError(http.StatusNotFound, errors.New("there is no such calendar"))
	}
	return &list[0], nil
}

// read makes an object of what is kept.
func read(path, raw string) (*webdavcal.CalendarObject, error) {
	data, err := ical.NewDecoder(strings.NewReader(raw)).Decode()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(raw))
	return &webdavcal.CalendarObject{Path: path, ETag: hex.EncodeToString(sum[:]), Data: data}, nil
}

func (s *shelf) GetCalendarObject(_ context.Context, path string,
	_ *webdavcal.CalendarCompRequest) (*webdavcal.CalendarObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, ok := s.objects[path]
	if !ok {
		return nil, webdav.NewHTTPError(http.StatusNotFound, errors.New("there is no such object"))
	}
	return read(path, raw)
}

func (s *shelf) ListCalendarObjects(context.Context, string,
	*webdavcal.CalendarCompRequest) ([]webdavcal.CalendarObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []webdavcal.CalendarObject
	for path, raw := range s.objects {
		o, err := read(path, raw)
		if err != nil {
			return nil, err
		}
		list = append(list, *o)
	}
	slices.SortFunc(list, func(a, b webdavcal.CalendarObject) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

func (s *shelf) QueryCalendarObjects(ctx context.Context, path string,
	q *webdavcal.CalendarQuery) ([]webdavcal.CalendarObject, error) {
	list, err := s.ListCalendarObjects(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	return webdavcal.Filter(q, list)
}

func (s *shelf) PutCalendarObject(_ context.Context, where string, data *ical.Calendar,
	o *webdavcal.PutCalendarObjectOptions) (*webdavcal.CalendarObject, error) {
	var b bytes.Buffer
	if err := ical.NewEncoder(&b).Encode(data); err != nil {
		return nil, webdav.NewHTTPError(http.StatusBadRequest, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if path.Dir(where)+"/" != calendarPath {
		return nil, webdav.NewHTTPError(http.StatusConflict, errors.New("there is no such calendar"))
	}
	if err := s.allowed(where, o); err != nil {
		return nil, err
	}
	s.objects[where] = b.String()
	return read(where, b.String())
}

// allowed checks what a write is to depend on.
func (s *shelf) allowed(where string, o *webdavcal.PutCalendarObjectOptions) error {
	raw, there := s.objects[where]
	tag := ""
	if there {
		now, err := read(where, raw)
		if err != nil {
			return err
		}
		tag = now.ETag
	}
	failed := webdav.NewHTTPError(http.StatusPreconditionFailed, errors.New("it is another version"))
	if o.IfNoneMatch.IsSet() && o.IfNoneMatch.IsWildcard() && there {
		return failed
	}
	if o.IfMatch.IsSet() {
		if ok, err := o.IfMatch.MatchETag(tag); err != nil || !ok || !there {
			return failed
		}
	}
	return nil
}

func (s *shelf) DeleteCalendarObject(_ context.Context, path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.objects[path]; !ok {
		return webdav.NewHTTPError(http.StatusNotFound, errors.New("there is no such object"))
	}
	delete(s.objects, path)
	return nil
}
