package oauth

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// deadShelf has a lock of somebody who is gone.
type deadShelf struct {
	mu   sync.Mutex
	kept map[string]string
}

// set puts what somebody else has written.
func (s *deadShelf) set(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[name] = value
}

func (s *deadShelf) Grant(name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.kept[name]; ok {
		return []byte(v), nil
	}
	return nil, nil
}

func (s *deadShelf) GrantsOf([]string) (map[string][]byte, error) { return nil, nil }

func (s *deadShelf) PutGrant(name string, old, now []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[name] != string(old) {
		return false, nil
	}
	if s.kept[name] = string(now); now == nil {
		delete(s.kept, name)
	}
	return true, nil
}

func (s *deadShelf) Path() string { return "db" }

// TestStaleLock: a lock whose owner is gone is taken after a while, and one that changes hands is not.
func TestStaleLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &deadShelf{kept: map[string]string{"zoom.grant.lock": "gone"}}
		key, err := ReadVaultKey(NewVaultKey())
		if err != nil {
			t.Fatal(err)
		}
		v := NewVault(s, key)
		start := time.Now()
		time.AfterFunc(time.Minute, func() { s.set("zoom.grant.lock", "another") })
		unlock, err := v.Lock(t.Context(), "zoom.grant")
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < time.Minute+lockStale || took > time.Minute+lockStale+2*lockBeat {
			t.Errorf("taken after %v", took)
		}
		s.set("zoom.grant.lock", "a thief") // who waited while this one stood still
		unlock()
		if left, err := s.Grant("zoom.grant.lock"); err != nil || string(left) != "a thief" {
			t.Error("somebody else's lock was let go of")
		}
	})
}
