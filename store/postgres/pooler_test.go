//go:build peers

package postgres

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"zoomtag/providers/words"
	"zoomtag/store/postgres/pgtest"
)

// TestPooler: behind a pooler that keeps a connection for each client all goes on as without one; one that does not is
// told from other troubles.
func TestPooler(t *testing.T) {
	s := pgtest.Start(t)
	for mode, keeps := range map[string]bool{"session": true, "transaction": false} {
		t.Run(mode, func(t *testing.T) {
			u, err := url.Parse(s.Database(t))
			if err != nil {
				t.Fatal(err)
			}
			u.Host = s.Pooler(t, mode)
			e, err := Open(u.String(), Options{Buckets: buckets1, Hook: func(string) {}})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			var saving sync.WaitGroup
			faults := make([]error, 64)
			for i := range faults {
				saving.Go(func() { faults[i] = e.write(fmt.Sprint("name", i)) })
			}
			saving.Wait()
			for _, err := range faults {
				told := err != nil && strings.Contains(words.Of(err), pooled+": "+pooledCure)
				if err != nil && (keeps || !told) {
					t.Errorf("not saved: %v", err)
				}
			}
			if facts, err := e.Facts(); err != nil {
				t.Error(err)
			} else if facts.Pooled == keeps {
				t.Errorf("its pooler gives each transaction another connection: %v", facts.Pooled)
			}
		})
	}
}

// write saves an entry.
func (e *Engine) write(key string) error {
	tx, err := e.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := tx.Put("records", []byte(key), []byte("value")); err != nil {
		return err
	}
	return tx.Commit(func() {})
}
