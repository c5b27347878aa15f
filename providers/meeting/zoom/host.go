package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// hosting is how paths name a host. Someone who has signed in hosts nothing for others: that is refused here, before
// anything is sent. A person's token is for "me" alone: any other name, even the person's own address, is answered as
// if scopes were missing.
func (s *Service) hosting(host string) (string, error) {
	p := s.tokens.person
	if p == nil && host == "" {
		return "", unsent{fmt.Errorf("%w: %w", meeting.ErrInvalid, errNoHost)}
	}
	if p == nil {
		return host, nil
	}
	if err := p.refuseOthers(host); err != nil {
		return "", unsent{err}
	}
	return meeting.Me, nil
}

// lane is under which name writes for a host are serialised.
func (s *Service) lane(host string) string {
	if s.tokens.person != nil {
		return meeting.Me
	}
	return host
}

func (s *Service) sameHost(a, b string) bool { return strings.EqualFold(s.lane(a), s.lane(b)) }

// refuseOthers says that a host is somebody else than the person who has signed in. Where nobody has, getting a token
// says so.
func (p *person) refuseOthers(host string) error {
	if host == "" || host == meeting.Me {
		return nil
	}
	grant, ok := p.grants.Standing(p.file)
	switch {
	case !ok || grant.Is(host):
		return nil
	case grant.Owner != oauth.Owner{}:
		return words.Mend(fmt.Errorf("%w: %s has signed in, and a person can only make meetings of their own, none of %s",
			meeting.ErrInvalid, grant.Name(), host), correctHost)
	case p.host == "":
		return words.Mend(fmt.Errorf("%w: it is not known whether %s is the person who has signed in",
			meeting.ErrInvalid, host), "write zoom.host, or give the Zoom app the scope user:read:user and run "+p.command)
	case !strings.EqualFold(host, p.host):
		return words.Mend(fmt.Errorf("%w: a person can only make meetings of their own, and zoom.host is %s, not %s",
			meeting.ErrInvalid, p.host, host), correctHost)
	}
	return nil
}

// correctHost mends that somebody else is to host than the person who has signed in.
const correctHost = "take host= out of the tag, or correct host in the configuration"

// wireUser is what is read of GET /users/me.
type wireUser struct {
	ID    text `json:"id"`
	Email text `json:"email"`
}

// whoami asks who has signed in. The scope for it is optional: without it, nobody is named. Any other failure is one:
// nobody is then known not to be who they were before.
func (s *Service) whoami(ctx context.Context, scopes []string) (oauth.Owner, error) {
	if len(scopes) > 0 && !slices.Contains(scopes, "user:read:user") && !slices.Contains(scopes, "user:read") {
		return oauth.Owner{}, nil
	}
	var u wireUser
	err := s.do(ctx, call{what: "ask who has signed in", method: http.MethodGet, path: []string{"users", meeting.Me},
		want: http.StatusOK, on: aUser}, &u)
	var refusal *problem
	switch {
	case errors.As(err, &refusal) && strings.HasPrefix(refusal.text, "the Zoom app lacks "):
		// a token that names no scopes
		return oauth.Owner{}, nil
	case err != nil:
		return oauth.Owner{}, err
	case u.ID == "" && u.Email == "":
		return oauth.Owner{}, errors.New("zoom: ask who has signed in: the answer names nobody")
	}
	return oauth.Owner{Email: string(u.Email), UserID: string(u.ID)}, nil
}

// whoamiPatiently also tries again where there was no connection.
func (s *Service) whoamiPatiently(ctx context.Context, scopes []string) (owner oauth.Owner, err error) {
	for try := 1; ; try++ {
		owner, err = s.whoami(ctx, scopes)
		again := errors.Is(err, meeting.ErrNotSent) && !errors.Is(err, meeting.ErrDenied) && ctx.Err() == nil &&
			try < maxTries
		if !again || s.wait(ctx, s.retry.Delay(try)) != nil {
			return owner, err
		}
	}
}

// Introduce reads the list of the person's meetings, and says whose they are: that the sign-in works shows now, and not
// at the first event.
func (s *Service) Introduce(ctx context.Context) (string, error) {
	if err := s.CheckScopes(ctx); err != nil {
		return "", err
	}
	if _, err := s.list(ctx, meeting.Me, "read the list of meetings"); err != nil {
		return "", err
	}
	grant, err := s.tokens.person.grants.Load(s.tokens.person.file)
	if err != nil {
		return "", fmt.Errorf("zoom: %w", err)
	}
	unknown := "the app lacks the scope user:read:user, which is optional"
	if grant.Name() == "" {
		if grant.Owner, err = s.whoami(ctx, grant.Scopes); err != nil {
			unknown = err.Error()
		}
	}
	if name := grant.Name(); name != "" {
		return "the meetings of " + name + " can be made and changed", nil
	}
	return "meetings can be made and changed (whose is not known: " + unknown + ")", nil
}
