package store

import "bytes"

// Invite is the invitation to an event, as it was last made.
type Invite struct {
	Calendar, EventID string
	ICS               []byte // an iCalendar object; nil in a list of those to be made
}

// Invites returns all invitations, by calendar and id.
func (s *Store) Invites() (list []Invite, err error) {
	err = s.view(func(tx *Tx) error {
		return tx.invites(bucketInvites, nil,
			func(i Invite) { list = append(list, i) })
	})
	return list, err
}

// Inviting returns the events whose invitation has to be made anew, or dropped.
func (s *Store) Inviting() (list []Invite, err error) {
	err = s.view(func(tx *Tx) error {
		return tx.invites(bucketInviting, nil,
			func(i Invite) { list = append(list, i) })
	})
	return list, err
}

// InvitingOf is Inviting for one calendar.
func (s *Store) InvitingOf(calendar string) (list []Invite, err error) {
	err = s.view(func(tx *Tx) error {
		return tx.invites(bucketInviting, prefixKey(calendar), func(i Invite) { list = append(list, i) })
	})
	return list, err
}

func (tx *Tx) invites(bucket string, prefix []byte, add func(Invite)) error {
	return tx.scan(bucket, prefix, func(key, value []byte) (bool, error) {
		i := Invite{}
		i.Calendar, i.EventID = splitPair(key)
		if len(value) > 0 {
			i.ICS = bytes.Clone(value)
		}
		add(i)
		return true, nil
	})
}

// Invite returns the invitation to an event, or nil.
func (s *Store) Invite(calendar, id string) (ics []byte, err error) {
	err = s.view(func(tx *Tx) error {
		value, err := tx.get(bucketInvites, pairKey(calendar, id))
		ics = bytes.Clone(value)
		return err
	})
	return ics, err
}

// QueueInvite has the invitation to an event made anew.
func (tx *Tx) QueueInvite(calendar, id string) error {
	return tx.writing(func() error {
		if err := checkNames(calendar, id); err != nil {
			return err
		}
		return tx.put(bucketInviting, pairKey(calendar, id), nil)
	})
}

// PutInvite saves an invitation, which then need not be made anew.
func (tx *Tx) PutInvite(i Invite) error {
	return tx.writing(func() error {
		if err := checkNames(i.Calendar, i.EventID); err != nil {
			return err
		}
		key := pairKey(i.Calendar, i.EventID)
		if err := tx.put(bucketInvites, key, i.ICS); err != nil {
			return err
		}
		return tx.remove(bucketInviting, key)
	})
}

// KeepInvite says that the invitation to an event need not be made anew.
func (tx *Tx) KeepInvite(calendar, id string) error {
	return tx.writing(func() error { return tx.remove(bucketInviting, pairKey(calendar, id)) })
}

// DeleteInvite drops an invitation.
func (tx *Tx) DeleteInvite(calendar, id string) error {
	return tx.writing(func() error {
		key := pairKey(calendar, id)
		if err := tx.remove(bucketInvites, key); err != nil {
			return err
		}
		return tx.remove(bucketInviting, key)
	})
}
