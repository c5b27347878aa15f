package zoom_test

import (
	"bytes"
	"sync"
	"testing"

	"zoomtag/providers/signin"
)

// shelf is a database in memory.
type shelf struct {
	mu   sync.Mutex
	kept map[string][]byte
}

func (s *shelf) Grant(name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.kept[name]), nil
}

func (s *shelf) GrantsOf(names []string) (map[string][]byte, error) {
	found := map[string][]byte{}
	for _, name := range names {
		if value, err := s.Grant(name); err == nil && value != nil {
			found[name] = value
		}
	}
	return found, nil
}

func (s *shelf) PutGrant(name string, old, now []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there, ok := s.kept[name]; !bytes.Equal(there, old) || ok != (old != nil) {
		return false, nil
	}
	s.kept[name] = bytes.Clone(now)
	if now == nil {
		delete(s.kept, name)
	}
	return true, nil
}

func (s *shelf) Path() string { return "the database" }

// place is where a test keeps its sign-in: among the files, unless it is run by TestInAVault.
var place = func(*testing.T) signin.Grants { return signin.Grants{} }

// TestInAVault: a sign-in that several workers share lives as one in a file does.
func TestInAVault(t *testing.T) {
	before := place
	t.Cleanup(func() { place = before })
	place = func(t *testing.T) signin.Grants {
		g, err := signin.Sealed(&shelf{kept: map[string][]byte{}}, signin.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	for name, test := range map[string]func(*testing.T){"contract": TestContractAsPerson, "renewal": TestRenewal,
		"one at a time": TestOneRenewalAtATime, "refused": TestRefusedRenewals, "superseded": TestSupersededSignIn,
		"access tokens": TestRefusedAccessTokens, "idle": TestIdleSignIn,
		"lost": TestLostAnswer, "not hurried": TestLostAnswersAreNotHurried,
		"outlives": TestRenewalOutlivesItsCaller, "scopes": TestScopesOfPersons} {
		t.Run(name, test)
	}
}
