package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// licenceLife is for how long it is believed who has a licence. One that is given or taken away meanwhile counts for
// the meetings after that.
const licenceLife = 6 * time.Hour

type knownLicence struct {
	licensed bool
	until    time.Time
}

func (k *knowledge) licence(address string, now time.Time) (licensed, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l, ok := k.licences[strings.ToLower(address)]
	return l.licensed, ok && now.Before(l.until)
}

func (k *knowledge) learnLicence(address string, licensed bool, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	remember(&k.licences, maxKnown, strings.ToLower(address), knownLicence{licensed, now.Add(licenceLife)},
		func(l knownLicence) bool { return !now.Before(l.until) })
}

// lostLicence reports whether a meeting was refused because its host, who was believed to have a licence of their own,
// has none by now; it is forgotten then.
func (s *Service) lostLicence(host string, err error) bool {
	var p *problem
	if !errors.As(err, &p) || p.verdict != final {
		return false
	}
	return (isNobody(p.code) || p.code == codeNoLicence) && s.known.forgetLicence(host, s.now())
}

// isNobody reports whether an error is that Zoom knows no such user.
func isNobody(code number) bool { return code == 1001 || code == 1010 }

func (k *knowledge) forgetLicence(address string, now time.Time) (was bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	address = strings.ToLower(address)
	l, ok := k.licences[address]
	delete(k.licences, address)
	return ok && l.licensed && now.Before(l.until)
}

// Licensed implements meeting.Roster. A user who is not active, or of another account, has none that counts.
func (s *Service) Licensed(ctx context.Context, address string) (bool, error) {
	if s.tokens.person != nil {
		return false, words.Mend(fmt.Errorf("%w: a person's sign-in knows no other users", meeting.ErrDenied),
			"use mode server-to-server")
	}
	if licensed, known := s.known.licence(address, s.now()); known {
		return licensed, nil
	}
	if _, scopes, err := s.tokens.get(ctx, ""); err != nil {
		return false, err
	} else if len(scopes) > 0 && !has(scopes, scopeUser) {
		return false, words.Mend(fmt.Errorf("%w: nobody knows who has a licence of their own", meeting.ErrDenied),
			"give the Zoom app the scope "+s.tokens.named(scopeUser))
	}
	var user wireProfile
	err := s.do(ctx, call{what: "ask whether " + address + " has a licence", method: http.MethodGet,
		path: []string{"users", address}, want: http.StatusOK, on: aUser}, &user)
	var p *problem
	if errors.As(err, &p) && p.verdict == final && isNobody(p.code) {
		err, user = nil, wireProfile{}
	}
	if err != nil {
		return false, err
	}
	active := user.Status == "" || user.Status == "active"
	licensed := active && user.plan() == meeting.Licensed
	s.known.learnLicence(address, licensed, s.now())
	return licensed, nil
}
