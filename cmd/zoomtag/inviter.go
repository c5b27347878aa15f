package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite"
	"zoomtag/sync/plan"
)

// inviter makes invitations. For a folder or a feed it keeps one for each linked event: in the store, where the engine queues what has
// to be made anew in the transaction in which it concludes something of an event, so that nothing is forgotten.
type inviter struct {
	st        *store.Store
	calendars map[string]*engine.Calendar
	dir       inviteDir
	log       *slog.Logger
	now       func() time.Time

	mu      sync.Mutex // one at a time
	encoder invite.Encoder
	begun   bool
}

// begin queues the linked events that have no invitation yet, and has the folder show what is kept.
func (v *inviter) begin(ctx context.Context) error {
	v.mu.Lock()
	begun := v.begun
	v.begun = true
	v.mu.Unlock()
	if begun {
		return nil
	}
	kept, err := v.st.Invites()
	if err != nil {
		return err
	}
	has := map[string]bool{}
	var stale []store.Invite
	for _, i := range kept {
		has[i.Calendar+"\x00"+i.EventID] = true
		if v.calendars[i.Calendar] == nil {
			stale = append(stale, i)
		}
	}
	for name := range v.calendars {
		records, err := v.st.Records(name)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if rec.State == plan.Linked && !rec.Closed() && !has[name+"\x00"+rec.EventID] {
				stale = append(stale, store.Invite{Calendar: name, EventID: rec.EventID})
			}
		}
	}
	if len(stale) > 0 {
		err = v.st.Update(func(tx *store.Tx) error {
			for _, i := range stale {
				if err := tx.QueueInvite(i.Calendar, i.EventID); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err == nil {
		err = v.dir.mirror(kept)
	}
	if err == nil {
		v.run(ctx)
	}
	return err
}

// run makes anew what is queued. What fails stays queued, but for what will fail again.
func (v *inviter) run(ctx context.Context) {
	v.mu.Lock()
	defer v.mu.Unlock()
	queued, err := v.st.Inviting()
	if err != nil {
		v.log.Error("invitations cannot be made", "reason", err)
		return
	}
	for _, i := range queued {
		if ctx.Err() != nil {
			return
		}
		if err := v.renew(ctx, i); err != nil && ctx.Err() == nil {
			v.log.Warn("no invitation", "calendar", i.Calendar, "event", i.EventID, "reason", err)
		}
	}
}

// renew makes one invitation anew, or drops it.
func (v *inviter) renew(ctx context.Context, i store.Invite) error {
	rec, err := v.st.Record(i.Calendar, i.EventID)
	if err != nil {
		return err
	}
	c := v.calendars[i.Calendar]
	switch {
	case rec == nil || c == nil || rec.Closed() || !rec.EndingAt.IsZero() || rec.MeetingID == 0:
		return v.drop(i)
	case rec.State != plan.Linked:
		return v.keep(i) // the event will be settled again, and queued then
	}
	raw, err := v.make(ctx, c, rec, invite.Options{})
	var refused *unfitError
	switch {
	case errors.As(err, &refused):
		return errors.Join(err, v.keep(i))
	case err != nil:
		return err
	}
	old, err := v.st.Invite(i.Calendar, i.EventID)
	if err != nil || bytes.Equal(raw, old) {
		return errors.Join(err, v.keep(i))
	}
	if err := v.dir.put(raw); err != nil {
		return err
	}
	i.ICS = raw
	return v.st.Update(func(tx *store.Tx) error {
		entry := store.Entry{At: v.now(), Calendar: i.Calendar, EventID: i.EventID, UID: rec.UID, Title: rec.Title, Step: "invite", Meeting: rec.MeetingID}
		return errors.Join(tx.PutInvite(i), tx.Journal(entry))
	})
}

func (v *inviter) keep(i store.Invite) error {
	return v.st.Update(func(tx *store.Tx) error { return tx.KeepInvite(i.Calendar, i.EventID) })
}

// drop forgets an invitation. Its file goes, unless the event now stands in another calendar under the same UID.
func (v *inviter) drop(i store.Invite) error {
	kept, err := v.st.Invites()
	if err != nil {
		return err
	}
	name, others := "", map[string]bool{}
	for _, other := range kept {
		if other.Calendar == i.Calendar && other.EventID == i.EventID {
			name = inviteName(other.ICS)
		} else {
			others[inviteName(other.ICS)] = true
		}
	}
	if name != "" && !others[name] {
		if err := v.dir.remove(name); err != nil {
			return err
		}
	}
	return v.st.Update(func(tx *store.Tx) error { return tx.DeleteInvite(i.Calendar, i.EventID) })
}

// unfitError is an event to which there can be no invitation as it is.
type unfitError struct{ error }

func (e *unfitError) Unwrap() error { return e.error }

// make makes the invitation to an event.
func (v *inviter) make(ctx context.Context, c *engine.Calendar, rec *store.Record, opt invite.Options) ([]byte, error) {
	source, ok := c.Source.(calendar.Describer)
	if !ok {
		return nil, &unfitError{fmt.Errorf("calendars of the kind %s cannot tell all that an invitation says", c.Provider)}
	}
	details, err := source.Describe(ctx, rec.EventID)
	switch {
	case errors.Is(err, calendar.ErrGone), errors.Is(err, calendar.ErrMalformed):
		return nil, &unfitError{err}
	case err != nil:
		return nil, err
	}
	link := invite.Link{JoinURL: plan.ShownURL(rec.Meeting), Block: rec.Block, MeetingID: max(rec.MeetingID, 0)}
	for _, phone := range rec.Meeting.DialIn {
		link.Phones = append(link.Phones, invite.Phone{Number: phone.Number, Place: phone.Place})
	}
	opt.Rules = c.Settings.Rules
	raw, err := v.encoder.Encode(nil, opt, invite.Invitation{Event: details, Link: link})
	if err != nil {
		return nil, &unfitError{err}
	}
	return raw, nil
}

// feed is a calendar of all invitations.
func (v *inviter) feed() ([]byte, error) {
	kept, err := v.st.Invites()
	if err != nil {
		return nil, err
	}
	return joinInvites(kept)
}

func joinInvites(kept []store.Invite) ([]byte, error) {
	list := make([][]byte, 0, len(kept))
	seen := map[string]bool{}
	for _, i := range kept {
		if name := inviteName(i.ICS); !seen[name] { // a UID must not occur twice
			seen[name] = true
			list = append(list, i.ICS)
		}
	}
	return invite.Join("Zoom meetings", list...)
}

// makeDir makes the folder of invitations. It is for others to read.
func makeDir(path string) error { return os.MkdirAll(path, 0o755) }
