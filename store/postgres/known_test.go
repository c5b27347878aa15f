//go:build peers

package postgres

import (
	"context"
	"testing"
)

// agreed reports whether a member sees all know the calendars with a sum.
func (c *crew) agreed(m *Member, sum string) bool {
	c.t.Helper()
	tx, err := m.e.Begin()
	if err != nil {
		c.t.Fatal(err)
	}
	defer tx.Rollback()
	all, err := tx.(*transaction).Agreed(sum)
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

func (c *crew) know(m *Member, sum string) {
	c.t.Helper()
	if err := m.Know(sum); err != nil {
		c.t.Fatal(err)
	}
}

// TestAgreed: all know the same calendars when each has read the same configuration, and has ended what it had begun
// with another one.
func TestAgreed(t *testing.T) {
	c := newCrew(t, 2)
	a, b := c.m[0], c.m[1]
	c.know(a, "old")
	c.know(b, "old")
	c.beat(a, b, a, b)
	if !c.agreed(a, "old") || c.agreed(a, "new") {
		t.Fatal("all have the old configuration, and do not agree on that")
	}
	name := nameOf(a)
	_, release, ok := a.Hold(context.Background(), name, "old")
	if !ok {
		t.Fatal("its owner cannot hold it")
	}
	c.know(b, "new")
	if c.agreed(b, "new") || c.agreed(b, "old") {
		t.Error("they agree, and one has the old configuration")
	}
	c.know(a, "new")
	if c.agreed(b, "new") {
		t.Error("they agree, and one works with the old configuration still")
	}
	_, end, ok := a.Hold(context.Background(), name, "new")
	if !ok {
		t.Error("nothing may be begun with the new configuration")
	}
	end()
	release()
	release() // once more counts once
	c.beat(a)
	if !c.agreed(b, "new") {
		t.Error("all have the new configuration, and do not agree")
	}
	if _, _, ok := a.Hold(context.Background(), name, "old"); ok {
		t.Error("something is begun with the old configuration after that")
	}
	c.sql("UPDATE zoomtag.members SET until = clock_timestamp() - interval '1 ms', calendars = 'old' WHERE id = $1", a.id)
	if c.agreed(b, "new") {
		t.Error("a late one with the old configuration, whose calendars nobody has taken yet, does not count")
	}
	c.beat(b)
	if !c.agreed(b, "new") {
		t.Error("the dead keep the living from agreeing")
	}
}

// TestKnowsNothing: where it cannot be told, a worker goes on with the configuration it has.
func TestKnowsNothing(t *testing.T) {
	c := newCrew(t, 1)
	m := c.m[0]
	c.know(m, "old")
	c.beat(m)
	c.sql("ALTER TABLE zoomtag.members RENAME TO away")
	if err := m.Know("new"); err == nil {
		t.Error("it was told to nobody")
	}
	c.sql("ALTER TABLE zoomtag.away RENAME TO members")
	c.beat(m, m)
	_, release, ok := m.Hold(context.Background(), "alice", "old")
	if !ok || !c.agreed(m, "old") {
		t.Error("it does not go on with the old configuration")
	}
	release()
}
