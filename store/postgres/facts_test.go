//go:build peers

package postgres

import (
	"net/url"
	"testing"

	"zoomtag/store/postgres/pgtest"
)

// TestFacts: what is said of a database is how it is.
func TestFacts(t *testing.T) {
	c := newCrew(t, 2)
	look := func(e *Engine) Facts {
		t.Helper()
		f, err := e.Facts()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := look(c.m[0].e)
	if f.Major < Oldest || f.Version == "" || f.Layout != f.Known || f.Layout != len(steps(buckets1)) {
		t.Errorf("%+v", f)
	}
	// Nobody has a clock of their own here; what a journey takes is left.
	if f.Ahead.Abs().Seconds() > 5 || f.Orphans != Shards || f.Connections < 2 || f.Most < f.Connections {
		t.Errorf("%+v", f)
	}
	if len(f.Lax) > 0 || f.Remote || !f.Plain || f.Pooled {
		t.Errorf("%+v", f)
	}
	c.beat(c.m...)
	if f := look(c.m[1].e); f.Orphans != 0 {
		t.Errorf("%d shards are nobody's", f.Orphans)
	}
	c.sql("ALTER ROLE zoomtag IN DATABASE " + databaseOf(t, c.url) + " SET synchronous_commit = off")
	c.sql("UPDATE zoomtag.head SET layout = layout + 1")
	if f := look(open(t, c.url)); len(f.Lax) != 1 || f.Lax[0] != "synchronous_commit" || f.Layout != f.Known+1 {
		t.Errorf("%+v", f)
	}
	s := pgtest.Start(t)
	a := pgtest.NewAuthority(t)
	s.Secure(t, a, nil, "127.0.0.1")
	p := url.Values{"sslmode": {"verify-full"}, "sslrootcert": {a.File}}
	if f := look(open(t, addressed(t, s.Database(t), "127.0.0.1", p))); f.Plain {
		t.Error("what is encrypted is called plain")
	}
}

// databaseOf is the name of a database.
func databaseOf(t *testing.T, database string) string { return mustURL(t, database).Path[1:] }
