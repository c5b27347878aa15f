package zoom

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
)

// Zoom refuses a whole request for one alternative host that it does not take. Who that is, is asked beforehand where
// the app may ask, and else learned from refusals; the next request leaves them out.

// alternateLife is for how long it is believed whom Zoom takes.
const alternateLife = 6 * time.Hour

// alternate is what is known of an alternative host.
type alternate struct {
	why   string // it is not taken; "" where nothing is known against it
	until time.Time
}

// leaveOut takes those alternative hosts out of t whom Zoom is known not to take, and notes why. ask says that those of
// whom nothing is known are asked about.
func (s *Service) leaveOut(ctx context.Context, host string, t *terms, ask bool) {
	if t.alternate == nil {
		return
	}
	var good, refused []string
	for _, address := range strings.FieldsFunc(*t.alternate, isSemicolon) {
		why, known := s.known.alternate(host, address, s.now())
		if !known && ask {
			why = s.whyNot(ctx, address)
			s.known.learnAlternate(host, address, why, s.now())
		}
		if why == "" {
			good = append(good, address)
		} else {
			refused = append(refused, address+" ("+why+")")
		}
	}
	t.alternate, t.refused = new(strings.Join(good, ";")), strings.Join(refused, ", ")
}

func isSemicolon(r rune) bool { return r == ';' }

// whyNot asks whether somebody can be an alternative host. What cannot be found out is no reason: then Zoom itself
// says.
func (s *Service) whyNot(ctx context.Context, address string) string {
	if licensed, known := s.known.licence(address, s.now()); known && licensed {
		return ""
	}
	if s.tokens.person != nil { // a person's token knows nobody else
		return ""
	}
	if _, scopes, err := s.tokens.get(ctx, ""); err != nil || len(scopes) > 0 && !has(scopes, scopeUser) {
		return ""
	}
	var user wireProfile
	err := s.do(ctx, call{what: "ask about the alternative host " + address, method: http.MethodGet,
		path: []string{"users", address}, want: http.StatusOK, on: aUser}, &user)
	var p *problem
	switch plan := user.plan(); {
	case errors.As(err, &p) && p.verdict == final && isNobody(p.code):
		return "no user of the account"
	case err != nil:
		s.log.DebugContext(ctx, "zoom alternative host cannot be asked about", "reason", err)
		return ""
	case user.Status != "" && user.Status != "active":
		return "not an active user"
	case plan == meeting.Basic || plan == meeting.NoPlan:
		return "not licensed"
	}
	return ""
}

// maxRefused bounds how many are learned of one by one for a host: each costs one of the day's calls. Then the others
// go with them.
const maxRefused = 4

// refusedByZoom is why somebody is left out of whom nobody but Zoom itself knows why.
const refusedByZoom = "Zoom refuses it"

// again is the error of a call that was refused for a part of it, which the next call leaves out.
type again struct{ error }

func (a again) Unwrap() []error { return []error{a.error, meeting.ErrAgain} }

// codeAlternate is Zoom's code for somebody who cannot be an alternative host.
const codeAlternate = 1114

// codeNoLicence is that of a host who may not host meetings.
const codeNoLicence = 3161

// refused learns from the refusal of a request with body. Where it was refused for a part that can be left out, it can
// be made again.
func (s *Service) refused(host string, body meetingBody, err error) error {
	var p *problem
	told := errors.Is(err, meeting.ErrInvalid) || errors.Is(err, meeting.ErrDenied)
	if !told || body.Settings == nil || !errors.As(err, &p) || p.verdict != final {
		return err
	}
	if body.Settings.PushChange != nil && p.code == 300 && strings.Contains(p.said, "push_change_to_calendar") &&
		!s.known.noPush.Swap(true) {
		return again{err}
	}
	if body.Settings.AlternativeHosts == nil {
		return err
	}
	asked := strings.FieldsFunc(*body.Settings.AlternativeHosts, isSemicolon)
	refused := p.alternates(asked)
	if len(refused) == 0 {
		return err
	}
	if s.known.refusals(host, s.now()) >= maxRefused {
		refused = asked
	}
	for _, address := range refused {
		s.known.learnAlternate(host, address, refusedByZoom, s.now())
	}
	return again{err}
}

// alternates are those of the alternative hosts asked for that a refusal is about; all of them where it names none.
func (p *problem) alternates(asked []string) []string {
	about := p.code == codeAlternate || strings.Contains(p.said, "alternative_host") ||
		strings.Contains(p.said, "alternative host")
	if !about && !slices.Contains([]number{200, 300, 3000}, p.code) {
		return nil
	}
	named := slices.DeleteFunc(slices.Clone(asked),
		func(address string) bool { return !strings.Contains(p.said, address) })
	if len(named) == 0 && about {
		return asked
	}
	return named
}
