package store

import (
	"errors"
	"testing"
)

func TestInvites(t *testing.T) {
	s := openTemp(t)
	ics := []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
	names := func(list []Invite) (ids []string) {
		for _, i := range list {
			ids = append(ids, i.Calendar+"/"+i.EventID)
		}
		return ids
	}
	update(t, s, func(tx *Tx) error {
		return errors.Join(put(tx, example("alice", "1")), put(tx, example("bob", "2")), tx.QueueInvite("alice", "1"),
			tx.QueueInvite("bob", "2"))
	})
	same(t, names(must[[]Invite](t)(s.Inviting())), []string{"alice/1", "bob/2"})
	same(t, names(must[[]Invite](t)(s.InvitingOf("bob"))), []string{"bob/2"})
	if list := must[[]Invite](t)(s.InvitingOf("bo")); len(list) != 0 {
		t.Errorf("of a name that is only the beginning of another one: %+v", list)
	}
	update(t, s, func(tx *Tx) error { return tx.PutInvite(Invite{"alice", "1", ics}) })
	same(t, names(must[[]Invite](t)(s.Inviting())), []string{"bob/2"})
	list := must[[]Invite](t)(s.Invites())
	if len(list) != 1 || string(list[0].ICS) != string(ics) {
		t.Errorf("kept: %+v", list)
	}

	// An event that moves to another calendar leaves its invitation behind, which then has to be dropped.
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.DeleteInvite("bob", "2"), tx.DeleteRecord("alice", "1"), tx.DeleteRecord("bob", "2"))
	})
	same(t, names(must[[]Invite](t)(s.Inviting())), []string{"alice/1"})
	update(t, s, func(tx *Tx) error { return tx.DeleteInvite("alice", "1") })
	if n := len(must[[]Invite](t)(s.Invites())) + len(must[[]Invite](t)(s.Inviting())); n != 0 {
		t.Errorf("%d are left", n)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}
