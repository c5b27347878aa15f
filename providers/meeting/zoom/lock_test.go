package zoom

import (
	"context"
	"errors"
	"testing"
)

func TestHostLocks(t *testing.T) {
	var locks hostLocks
	unlock, err := locks.lock(t.Context(), "alice@example.com")
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := locks.lock(ended, "Alice@Example.com"); !errors.Is(err, context.Canceled) {
		t.Errorf("the same host in other letters has a lock of its own: %v", err)
	}
	other, err := locks.lock(t.Context(), "bob@example.com")
	if err != nil {
		t.Fatal(err)
	}
	other()
	unlock()
	if again, err := locks.lock(t.Context(), "alice@example.com"); err != nil {
		t.Error(err)
	} else {
		again()
	}
}
