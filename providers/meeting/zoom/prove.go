package zoom

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// proofLife is for how long it is believed that a host is there: a preview of many calendars asks once.
const proofLife = 5 * time.Minute

// proofs are the hosts that were seen to be there, and when.
type proofs struct {
	mu   sync.Mutex // guards seen
	seen map[string]time.Time
}

// toMake is the scope without which no meeting is made, by the two names that it has.
const toMake = "meeting:write:meeting"

// Prove implements meeting.Prover: a token with the scope that makes meetings, and one row of the host's list of
// meetings, for which the app has a scope anyway. What else it lacks, CheckScopes tells.
func (s *Service) Prove(ctx context.Context, host string) error {
	_, scopes, err := s.tokens.get(ctx, "")
	if err != nil {
		return err
	}
	if missing := s.tokens.missing(scopes); slices.ContainsFunc(missing,
		func(scope string) bool { return strings.HasPrefix(scope, toMake) }) {
		cause, cure := s.tokens.lacks(missing)
		return words.Mend(fmt.Errorf("zoom: look for host %s: %w: %s", host, meeting.ErrDenied, cause), cure)
	}
	named, err := s.hosting(host)
	if err != nil {
		return fmt.Errorf("zoom: look for host %s: %w", host, err)
	}
	if s.proofs.fresh(named, s.now()) {
		return nil
	}
	err = s.do(ctx, call{what: "look for host " + host, method: http.MethodGet,
		path:  []string{"users", named, "meetings"},
		query: url.Values{"type": {"upcoming"}, "page_size": {"1"}}, want: http.StatusOK, on: aUser}, nil)
	if err != nil {
		return err
	}
	s.proofs.keep(named, s.now())
	return nil
}

func (p *proofs) fresh(host string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.seen[host]
	return ok && now.Sub(at) < proofLife
}

func (p *proofs) keep(host string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]time.Time{}
	}
	p.seen[host] = now
}
