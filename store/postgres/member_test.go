//go:build peers

package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"zoomtag/store/postgres/pgtest"

	"github.com/jackc/pgx/v5"
)

var server pgtest.Shared

func TestMain(m *testing.M) { os.Exit(server.Run(m)) }

var buckets1 = []string{"records"}

// open opens an engine on a database.
func open(t *testing.T, url string) *Engine {
	t.Helper()
	e, err := Open(url, Options{Buckets: buckets1, Hook: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// crew are workers that beat when they are told to.
type crew struct {
	t   *testing.T
	url string
	m   []*Member
}

func newCrew(t *testing.T, n int) *crew {
	c := &crew{t: t, url: server.Server(t).Database(t)}
	for range n {
		c.join()
	}
	return c
}

func (c *crew) join() *Member {
	c.t.Helper()
	m, err := open(c.t, c.url).Join(MemberOptions{Name: fmt.Sprint("worker", len(c.m)), Version: "test"})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(m.end)
	c.m = append(c.m, m)
	return m
}

// beat has workers beat, as often as it takes for shards to change hands.
func (c *crew) beat(who ...*Member) {
	c.t.Helper()
	for range 2 * Shards / handAtOnce {
		for _, m := range who {
			if _, err := m.Beat(); err != nil {
				c.t.Fatal(err)
			}
		}
	}
}

// sql changes the database behind the workers' backs.
func (c *crew) sql(sql string, args ...any) {
	c.t.Helper()
	conn, err := pgx.Connect(context.Background(), c.url)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), sql, args...); err != nil {
		c.t.Fatal(err)
	}
}

// shares checks that each shard is one worker's, and returns how many each has.
func (c *crew) shares(who ...*Member) (counts []int) {
	c.t.Helper()
	owned := map[int]int{}
	for _, m := range who {
		n := 0
		for s := range Shards {
			m.mu.Lock()
			has := m.mine[s] != nil
			m.mu.Unlock()
			if has {
				owned[s]++
				n++
			}
		}
		counts = append(counts, n)
	}
	for s := range Shards {
		if owned[s] != 1 {
			c.t.Errorf("shard %d has %d owners", s, owned[s])
		}
	}
	return counts
}

// save commits something for a name.
func (c *crew) save(m *Member, name string) error {
	tx, err := m.e.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := tx.(*transaction).Fence(name); err != nil {
		return err
	}
	if err := tx.Put("records", []byte(name), []byte("x")); err != nil {
		return err
	}
	tx.Advance()
	return tx.Commit(func() {})
}

// TestShares: those who come get their share, evenly, and those who leave hand theirs over.
func TestShares(t *testing.T) {
	c := newCrew(t, 1)
	c.beat(c.m...)
	if got := c.shares(c.m...); got[0] != Shards {
		t.Errorf("one worker has %d", got[0])
	}
	c.join()
	c.join()
	c.join()
	c.beat(c.m...)
	for i, n := range c.shares(c.m...) {
		if n < Shards/4*8/10 || n > Shards/4*12/10 {
			t.Errorf("worker %d of 4 has %d of %d", i, n, Shards)
		}
	}
	if err := c.m[0].leave(); err != nil {
		t.Fatal(err)
	}
	c.beat(c.m[1:]...)
	c.shares(c.m[1:]...)
	workers, err := c.m[1].e.Workers()
	if err != nil || len(workers) != 3 {
		t.Fatalf("%+v, %v", workers, err)
	}
	if w := workers[0]; w.Name != "worker1" || !w.Me || len(w.Shards) == 0 {
		t.Errorf("%+v", w)
	}
}

// nameOf is the name of something that is a member's.
func nameOf(m *Member) string {
	for i := 0; ; i++ {
		if name := fmt.Sprint("calendar", i); m.Owns(name) {
			return name
		}
	}
}

// TestBuried: whoever gave no sign for too long has lost everything, saves nothing any more, and hears of it; it begins
// anew with nothing.
func TestBuried(t *testing.T) {
	c := newCrew(t, 2)
	a, b := c.m[0], c.m[1]
	c.beat(a, b)
	name := nameOf(a)
	if err := c.save(a, name); err != nil {
		t.Fatal(err)
	}
	if err := c.save(b, name); !errors.Is(err, ErrFenced) {
		t.Errorf("another one saves: %v", err)
	}
	held, release, ok := a.Hold(context.Background(), name, "")
	if !ok {
		t.Fatal("its owner cannot hold it")
	}
	defer release()
	c.sql("UPDATE zoomtag.members SET until = clock_timestamp() - interval '1 ms' WHERE id = $1", a.id)
	if err := c.save(a, name); err != nil {
		t.Errorf("nobody has taken it yet: %v", err)
	}
	c.beat(b)
	if !b.Owns(name) {
		t.Fatal("the living have not taken it")
	}
	if err := c.save(a, name); !errors.Is(err, ErrFenced) {
		t.Errorf("the buried one saves: %v", err)
	}
	if <-held.Done(); !errors.Is(context.Cause(held), ErrFenced) {
		t.Errorf("who holds it hears %v", context.Cause(held))
	}
	if err := c.save(b, name); err != nil {
		t.Error(err)
	}
	before := a.id
	c.beat(a, b)
	if a.id == before {
		t.Error("it goes on under its old name")
	}
	c.shares(a, b)
}

// TestTrustLapses: without an answer to its signs a worker stops by itself, before anybody may take over.
func TestTrustLapses(t *testing.T) {
	c := newCrew(t, 1)
	m := c.m[0]
	clock := time.Duration(0)
	m.o.Clock = func() time.Duration { return clock }
	c.beat(m)
	held, release, ok := m.Hold(context.Background(), "alice", "")
	if !ok || !m.Owns("alice") {
		t.Fatal("it owns nothing")
	}
	defer release()
	clock = Life - caution - 1
	if !m.Owns("alice") {
		t.Error("it gives up too early")
	}
	clock++
	if m.Owns("alice") {
		t.Error("it trusts for too long")
	}
	if _, _, ok := m.Hold(context.Background(), "alice", ""); ok {
		t.Error("something is begun that is not certain")
	}
	m.lapsed()
	if <-held.Done(); !errors.Is(context.Cause(held), ErrFenced) {
		t.Errorf("who holds it hears %v", context.Cause(held))
	}
	c.beat(m)
	if !m.Owns("alice") {
		t.Error("it does not go on")
	}
}

// TestHandOver: a shard in which somebody works stays until that is done; nothing is begun in it meanwhile.
func TestHandOver(t *testing.T) {
	c := newCrew(t, 1)
	a := c.m[0]
	c.beat(a)
	type one struct {
		name    string
		release func()
	}
	var all []one
	for i := range 20 {
		name := fmt.Sprint("calendar", i)
		_, release, _ := a.Hold(context.Background(), name, "")
		all = append(all, one{name, release})
	}
	b := c.join()
	c.beat(a, b)
	left := 0
	for _, o := range all {
		if !a.Owns(o.name) {
			left++
			if _, _, ok := a.Hold(context.Background(), o.name, ""); ok || b.Owns(o.name) {
				t.Errorf("%s is begun (%v), or another's already", o.name, ok)
			}
			if err := c.save(a, o.name); err != nil {
				t.Errorf("the work in hand cannot be saved: %v", err)
			}
		}
		o.release()
	}
	if left == 0 || left == len(all) {
		t.Fatalf("%d of %d are to be handed over", left, len(all))
	}
	c.beat(a, b)
	for _, o := range all {
		if a.Owns(o.name) == b.Owns(o.name) {
			t.Errorf("%s is nobody's", o.name)
		}
	}
}

// TestStaysAfterAll: a shard that was to be handed over to somebody who has gone again is worked on by its owner, who
// hears of it.
func TestStaysAfterAll(t *testing.T) {
	c := newCrew(t, 1)
	a := c.m[0]
	c.beat(a)
	changed := 0
	a.o.Changed = func() { changed++ }
	names := map[int]string{} // of each shard
	for i := 0; len(names) < Shards; i++ {
		name := fmt.Sprint("calendar", i)
		if names[ShardOf(name)] == "" {
			names[ShardOf(name)] = name
			_, release, _ := a.Hold(context.Background(), name, "")
			defer release()
		}
	}
	owned := func() (n int) {
		for _, name := range names {
			if a.Owns(name) {
				n++
			}
		}
		return n
	}
	b := c.join()
	c.beat(b)
	c.beat(a)
	if n := owned(); n == Shards {
		t.Fatal("nothing is to be handed over")
	}
	c.sql("DELETE FROM zoomtag.members WHERE id = $1", b.id)
	changed = 0
	c.beat(a)
	if n := owned(); n != Shards || changed == 0 {
		t.Errorf("%d of %d are its own, and it was told %d times", n, Shards, changed)
	}
}

// TestReplaced: a database that was made anew while a worker runs is not taken for the one before.
func TestReplaced(t *testing.T) {
	c := newCrew(t, 1)
	m := c.m[0]
	c.beat(m)
	c.sql("UPDATE zoomtag.head SET id = 'another one'::bytea")
	if err := c.save(m, "alice"); err == nil || !strings.Contains(err.Error(), "another one than it was") {
		t.Errorf("it was saved to: %v", err)
	}
	if _, err := m.Beat(); err == nil || !strings.Contains(err.Error(), "restart zoomtag") {
		t.Errorf("it goes on: %v", err)
	}
	if err := m.e.Usable(); err == nil {
		t.Error("it can be used")
	}
}

// TestPenIsBusy: who waits for the pen in vain goes on giving signs, and takes what is free when it can.
func TestPenIsBusy(t *testing.T) {
	c := newCrew(t, 1)
	m := c.m[0]
	conn, err := pgx.Connect(t.Context(), c.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT FROM zoomtag.head FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := m.Beat(); err != nil {
			t.Fatal(err)
		}
	}
	if m.Owns("alice") {
		t.Error("shards change hands without the pen")
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.beat(m)
	if !m.Owns("alice") {
		t.Error("what is free is nobody's")
	}
}
