package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// fillStore puts n linked events into a store, a page of changes at a time.
func fillStore(tb testing.TB, s *Store, n int) {
	tb.Helper()
	for i := 0; i < n; {
		update(tb, s, func(tx *Tx) error {
			for range min(1000, n-i) {
				id := fmt.Sprintf("event-%08d.ics", i)
				r := example("team", id)
				if err := errors.Join(put(tx, r),
					tx.Journal(Entry{Calendar: "team", EventID: id, Step: "create", Title: r.Title})); err != nil {
					return err
				}
				i++
			}
			return nil
		})
	}
}

// BenchmarkCommit is one step of one event: a changed record and a journal entry, in a store of 100 records.
func BenchmarkCommit(b *testing.B) {
	for _, sync := range []bool{false, true} {
		b.Run("sync="+strconv.FormatBool(sync), func(b *testing.B) {
			o := testOptions()
			o.NoSync = !sync
			s := must[*Store](b)(Open(filepath.Join(b.TempDir(), "zoomtag.db"), o))
			defer s.Close()
			fillStore(b, s, 100)
			r := example("team", "event-00000042.ics")
			for i := 0; b.Loop(); i++ {
				r.Tries, r.Due = i, t0.Add(time.Duration(i)*time.Second)
				update(b, s, func(tx *Tx) error { return put(tx, r) })
			}
		})
	}
}

func BenchmarkRecord(b *testing.B) {
	s := openTemp(b)
	fillStore(b, s, 10_000)
	for b.Loop() {
		if r, err := s.Record("team", "event-00004242.ics"); err != nil || r == nil {
			b.Fatal(r, err)
		}
	}
}

// BenchmarkOpen opens and closes, which verifies the whole file.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{0, 100, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			s := openTemp(b)
			fillStore(b, s, n)
			path := s.Path()
			s.Close()
			for b.Loop() {
				s, err := Open(path, testOptions())
				if err != nil {
					b.Fatal(err)
				}
				s.Close()
			}
		})
	}
}
