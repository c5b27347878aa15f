package caldav_test

import (
	"testing"

	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/sync/engine/enginetest"
)

// profiles are servers as there are, each with something that the others have not.
var profiles = map[string]struct {
	options caldavtest.Options
	config  func(s *caldavtest.Server) caldav.Config
}{
	"sync": {},
	"sync, like radicale": {
		options: caldavtest.Options{Save: caldavtest.LikeRadicale, Auth: caldavtest.Basic},
		config:  signedIn,
	},
	"sync, like xandikos": {
		options: caldavtest.Options{Save: caldavtest.LikeXandikos, Style: caldavtest.Numbered,
			BadToken: caldavtest.BadToken500, NoData: true},
	},
	"sync, full addresses, no etag after PUT": {
		options: caldavtest.Options{
			Style: caldavtest.Prefixed, Hrefs: caldavtest.Hrefs{Absolute: true, Escaped: true}, Clutter: true,
			ETags:    caldavtest.Unanswered,
			BadToken: caldavtest.BadToken409, AutoSchedule: true, Auth: caldavtest.Basic, WellKnown: 301,
		},
		config: func(s *caldavtest.Server) caldav.Config {
			return caldav.Config{URL: s.RootURL(), Calendar: caldavtest.WorkTitle, Username: caldavtest.Username,
				Password: caldavtest.Password}
		},
	},
	"sync without data": {
		options: caldavtest.Options{
			NoData: true, Hrefs: caldavtest.Hrefs{Escaped: true, NoSlash: true}, BadToken: caldavtest.BadToken507,
			Auth: caldavtest.Bearer,
		},
		config: func(s *caldavtest.Server) caldav.Config {
			return caldav.Config{URL: s.HomeURL(), Calendar: caldavtest.WorkTitle, Token: caldavtest.Token}
		},
	},
	"sync that lists everything for a bad token, like davical": {
		options: caldavtest.Options{BadToken: caldavtest.BadTokenAll, CTagOfLast: true, Auth: caldavtest.Basic,
			WellKnown: 301},
		config: signedIn,
	},
	"weak etags": {options: caldavtest.Options{ETags: caldavtest.Weak,
		Save: caldavtest.LikeRadicale}},
	"etags of some objects only": {options: caldavtest.Options{ETags: caldavtest.SomeMissing, NoData: true}},
	"ctag, etags of some objects only": {options: caldavtest.Options{Detect: caldavtest.CTag,
		ETags: caldavtest.SomeMissing}},
	"ctag": {options: caldavtest.Options{Detect: caldavtest.CTag, Hrefs: caldavtest.Hrefs{Escaped: true},
		Clutter: true}},
	"etags only": {options: caldavtest.Options{Detect: caldavtest.Plain, Style: caldavtest.Numbered}},
	"etags only, like radicale": {
		options: caldavtest.Options{
			Detect: caldavtest.Plain, Save: caldavtest.LikeRadicale, Clutter: true, Auth: caldavtest.Basic,
			Hrefs: caldavtest.Hrefs{Absolute: true, NoSlash: true},
		},
		config: signedIn,
	},
}

// signedIn says who asks.
func signedIn(s *caldavtest.Server) caldav.Config {
	return caldav.Config{URL: s.URL(""), Username: caldavtest.Username, Password: caldavtest.Password}
}

func TestContract(t *testing.T) {
	for name, profile := range profiles {
		t.Run(name, func(t *testing.T) {
			calendartest.Run(t, calendartest.Harness{Class: calendartest.HTTP,
				New: func(t *testing.T) calendartest.World {
					w, _ := emulated(t, profile.options, profile.config)
					return w
				}})
		})
	}
}

// TestForetold: a pass does what plan has said, whatever the owner has done; see enginetest.Contract.
func TestForetold(t *testing.T) {
	for name, profile := range profiles {
		t.Run(name, func(t *testing.T) {
			enginetest.Contract(t, calendartest.Harness{Class: calendartest.HTTP,
				New: func(t *testing.T) calendartest.World {
					w, _ := emulated(t, profile.options, profile.config)
					return w
				}})
		})
	}
}

// emulated makes a world on the emulator. Without a config the address is that of the calendar, and nobody asks who it
// is.
func emulated(t *testing.T, o caldavtest.Options,
	config func(s *caldavtest.Server) caldav.Config) (*world, *caldavtest.Server) {
	t.Helper()
	o.PageLimit = 2
	s := caldavtest.New(o)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := caldav.Config{URL: s.URL("")}
	if config != nil {
		c = config(s)
	}
	e := emulator{s, o}
	return newWorld(t, e, e, o.Detect == caldavtest.Sync && o.BadToken != caldavtest.BadTokenAll, c), s
}

// emulator is the server and the owner's hand in one.
type emulator struct {
	*caldavtest.Server
	opts caldavtest.Options
}

func (e emulator) expire() {
	e.ExpireTokens()
	switch e.opts.Detect {
	case caldavtest.CTag:
		e.SetDetection(caldavtest.Plain)
	case caldavtest.Plain:
		e.SetDetection(caldavtest.CTag)
	case caldavtest.Sync:
		if e.opts.BadToken == caldavtest.BadTokenAll {
			e.SetDetection(caldavtest.Plain)
		}
	}
}

func (e emulator) heal() { e.SetDetection(e.opts.Detect) }

func (e emulator) put(name, raw string) { e.Put("", name, raw) }
func (e emulator) remove(name string)   { e.Delete("", name) }
func (e emulator) object(name string) string {
	raw, _ := e.Object("", name)
	return raw
}
