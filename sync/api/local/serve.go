package local

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/doctor/examine"
	"zoomtag/sync/engine"
)

// Serve makes d the one that a daemon asks: with a schedule for its calendars, and in the place of old, which may still
// be at work and be nil. specs are the schedules by the names of the calendars. Whoever starts the daemon, or has it
// read its configuration, has perhaps mended something: what failed is due at once.
func (s *Service) Serve(specs map[string]string, old *Service) (err error) {
	if s.schedule, err = engine.NewSchedule(s.engine, specs, nil); err != nil {
		return words.Usage(err)
	}
	s.Passes = s.schedule
	if old == nil {
		s.recallQuotas()
		s.SaveQuotas(false)
	} else {
		s.quotas = old.quotas
		s.countOn(old)
		if old.rolls == s.rolls {
			s.schedule.Follow(old.schedule)
		}
		s.engine.Succeed(old.engine)
		s.builder.Tokens.Succeed(old.builder.Tokens)
		s.invitations.Succeed(old.invitations)
	}
	return nil
}

// Config is the configuration, with the calendars of its lists.
func (s *Service) Config() *configs.Config { return s.builder.Config }

// ConfigSum tells the configuration from others (configs.Config).
func (s *Service) ConfigSum() string { return s.builder.Config.Sum }

// Sum tells the calendars from others (store.Know).
func (s *Service) Sum() string { return s.engine.Sum() }

// Zone is the zone of times that name none.
func (s *Service) Zone() *time.Location { return s.builder.Zone }

// Begin has be due what somebody may have mended. It is called once d has taken the place of the one before.
func (s *Service) Begin() error {
	_, err := s.engine.Retry(engine.Again{Calendars: s.names})
	return err
}

// Divide has the passes begin of the calendars that have become this worker's, and leaves alone those that went.
func (s *Service) Divide() {
	s.quotas.shared.stale.Store(true)
	s.schedule.Divide()
}

// Nudge has passes be made of calendars in which another worker, or a command, has changed something.
func (s *Service) Nudge(names []string) {
	for _, name := range names {
		s.schedule.Nudge(name)
	}
}

// Run makes the passes of the schedule until ctx ends, and returns when the last of them has ended.
func (s *Service) Run(ctx context.Context) error {
	if s.invites {
		if err := s.beginInvites(); err != nil {
			s.log.Error("invitations", "reason", err)
		}
	}
	return s.schedule.Run(ctx)
}

// Finish saves what only the running daemon knew.
func (s *Service) Finish() error {
	s.SaveTokens()
	s.SaveQuotas(true)
	return s.engine.SavePasses()
}

// SaveTokens has the access tokens be there for those who come later. That it fails harms nobody.
func (s *Service) SaveTokens() {
	if err := s.builder.Tokens.Save(); err != nil {
		s.log.Debug("tokens", "reason", err)
	}
}

// Sweep looks for meetings without an event, unless that was done within the day. It returns engine.ErrUnread until all
// calendars have been read.
func (s *Service) Sweep(ctx context.Context) error { return s.engine.Sweep(ctx) }

// Feed answers for the calendar of all invitations.
func (s *Service) Feed(w http.ResponseWriter, r *http.Request) { s.invitations.ServeFeed(w, r) }

// Stuck returns why no pass of some calendar has ended for so long that no slow service explains it; nil where none is.
func (s *Service) Stuck() error {
	for _, name := range s.names {
		if quiet, _ := s.Passes.Overdue(name); s.st.Owns(name) && s.Passes.Stuck(name) {
			return fmt.Errorf("calendar %s: %w", name, engine.Overdue(quiet))
		}
	}
	return nil
}

// Late names the calendars that are overdue.
func (s *Service) Late() (names []string) {
	for _, name := range s.names {
		if _, overdue := s.Passes.Overdue(name); overdue && s.st.Owns(name) {
			names = append(names, name)
		}
	}
	return names
}

// CertificateEnd is when the first of the certificates ends with which calendars are signed in to; zero where there is
// none.
func (s *Service) CertificateEnd() (first time.Time) {
	for _, c := range s.builder.Config.Calendars {
		if c.Outlook == nil || c.Outlook.ClientCertificate == "" {
			continue
		}
		end := examine.CertificateEnd(c.Outlook.ClientCertificate)
		if sooner := first.IsZero() || end.Before(first); sooner && !end.IsZero() {
			first = end
		}
	}
	return first
}

// Passes tells for how long no pass of a calendar has ended.
type Passes interface {
	// Overdue reports whether that is too long.
	Overdue(calendar string) (quiet time.Duration, overdue bool)
	// Stuck reports whether it is so long that no slow service explains it.
	Stuck(calendar string) bool
}
