package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// Revocation takes a token back at the service that gave it out (RFC 7009).
type Revocation struct {
	HTTP    *http.Client
	Service string // its name, for texts
	Address string
	// Form are the fields beside the token; with a Secret the app proves itself with Basic as ClientID.
	Form             url.Values
	ClientID, Secret string
}

// maxRevoked bounds an answer, in bytes.
const maxRevoked = 64 << 10

// Take takes a token back. One that the service does not take any more is as good as taken back.
func (r Revocation) Take(ctx context.Context, token Secret) error {
	form := url.Values{"token": {token.Reveal()}}
	for name, values := range r.Form {
		form[name] = values
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Address, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("%s: %w", r.Address, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.Secret != "" {
		req.SetBasicAuth(r.ClientID, r.Secret)
	}
	res, err := r.HTTP.Do(req)
	if err != nil {
		cause, cure := rest.Unreached(HostOf(r.Address), err)
		return words.Mend(errors.New(cause), cure)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxRevoked))
	text := strings.ToLower(string(body))
	switch {
	case res.StatusCode == http.StatusOK:
		return nil
	case err != nil:
		return fmt.Errorf("the answer of %s broke off: %w", r.Service, err)
	case rest.KindOf(res.StatusCode) != rest.Throttled && (strings.Contains(text, "invalid_token") ||
		strings.Contains(text, "invalid token")):
		return nil
	}
	return fmt.Errorf("%s answered HTTP %d (%s)", r.Service, res.StatusCode, rest.Snippet(body, 200))
}

// End ends a sign-in: take takes it back at the service, and then it is removed, with those that are beside it; all of
// it under the lock, so that nobody renews it meanwhile. If take fails, everything stays; a nil take asks nobody.
// ErrNoGrant says that there is none. One that cannot be used is removed all the same. over says that the service takes
// the sign-in no more.
func (s Grants) End(ctx context.Context, path string,
	take func(context.Context, Grant) error, beside ...string) (grant Grant, over bool, err error) {
	if !s.Exists(path) {
		return Grant{}, false, ErrNoGrant
	}
	limited, cancel := context.WithTimeout(ctx, saveWait)
	defer cancel()
	unlock, err := s.Lock(limited, path)
	if err != nil {
		return Grant{}, false, words.Mend(fmt.Errorf("the sign-in cannot be locked, since somebody uses it: %w", err),
			"try again")
	}
	defer unlock()
	grant, unusable := s.Load(path)
	if errors.Is(unusable, ErrAway) {
		return Grant{}, false, unusable
	}
	over = !grant.Refused.IsZero()
	if unusable == nil && !over && take != nil {
		if err := take(ctx, grant); err != nil {
			return grant, false, err
		}
		over = true
	}
	for _, name := range append([]string{path}, beside...) {
		if err := s.Remove(name); err != nil {
			return grant, over, err
		}
	}
	if s.vault != nil {
		return grant, over, nil
	}
	return grant, over, syncDir(filepath.Dir(path))
}
