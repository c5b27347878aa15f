package keep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite"
	"zoomtag/sync/plan"
)

// Keeper makes invitations. For a folder or a feed it keeps one for each linked event: in the store, where the engine
// queues what has to be made anew in the transaction in which it concludes something of an event, so that nothing is
// forgotten. The folder only shows what the store holds: whatever went wrong there is mended by showing all of it
// again.
type Keeper struct {
	st        *store.Store
	calendars map[string]*engine.Calendar
	dir       folder
	token     string // under which the feed is found; "" where there is none
	log       *slog.Logger
	now       func() time.Time

	*locks

	encoding sync.Mutex // guards encoder
	encoder  invite.Encoder

	// Guarded by keeping.
	wanted  bool     // begin was called
	watched []string // folders that are calendars
	// all linked events were queued; not again, for there may be some to which there can be no invitation
	listed bool
	begun  bool
	broken bool   // the folder could not be used last time
	said   string // the last complaint
}

// Options are what an inviter works with.
type Options struct {
	Store     *store.Store
	Calendars map[string]*engine.Calendar // by name; nobody changes it
	Dir       string                      // the folder that shows the invitations; "" is none
	Token     string                      // under which the feed is found; "" is none
	Log       *slog.Logger
	Now       func() time.Time
}

// New returns an inviter that keeps nothing yet: see begin.
func New(o Options) *Keeper {
	return &Keeper{
		locks:     &locks{},
		st:        o.Store,
		calendars: o.Calendars,
		dir:       folder(o.Dir),
		token:     o.Token,
		log:       o.Log,
		now:       o.Now,
	}
}

// locks keep two from working on one folder. They outlive an inviter: when the configuration is read again, the one
// before may still be at work.
type locks struct {
	mu      sync.Mutex // one command at a time
	queues  sync.Map   // a lock for each calendar, by name: a slow one must not hold up the others
	keeping sync.Mutex // guards what store and folder hold; never held during a call to a calendar
}

// Succeed makes v, which is new and not at work yet, have the locks of old, which may still be.
func (v *Keeper) Succeed(old *Keeper) { v.locks = old.locks }

// FolderError is a folder of invitations that does not show all of them. The calendars themselves are none the worse
// for it.
type FolderError struct{ error }

func (e *FolderError) Unwrap() error { return e.error }

// Begin queues the linked events that have no invitation yet, and has the folder show what is kept. It makes no calls.
// Until it has succeeded, it is tried again with each run.
func (v *Keeper) Begin(watched []string) error {
	v.keeping.Lock()
	defer v.keeping.Unlock()
	v.wanted, v.watched = true, watched
	err := v.start()
	v.said = ""
	if err != nil {
		v.said = words.Of(err)
	}
	return err
}

// again begins again if that has failed, and reports whether there is anything to go on with.
func (v *Keeper) again() bool {
	v.keeping.Lock()
	defer v.keeping.Unlock()
	if !v.wanted {
		return false
	}
	err := v.start()
	switch {
	case err == nil:
		v.said = ""
	case words.Of(err) != v.said: // once is enough
		v.said = words.Of(err)
		v.log.Error("invitations", "code", CodeOf(err), "reason", err)
	}
	var folder *FolderError
	return err == nil || errors.As(err, &folder)
}

func (v *Keeper) start() error {
	if v.begun {
		return nil
	}
	if !v.listed {
		if err := v.enqueue(); err != nil {
			return err
		}
		v.listed = true
	}
	kept, err := v.st.Invites()
	if err != nil {
		return err
	}
	err = v.dir.mirror(v.watched, kept)
	var foreign *foreignError
	v.begun, v.broken = err == nil, err != nil && !errors.As(err, &foreign)
	if err != nil {
		return &FolderError{err}
	}
	return nil
}

// enqueue queues the linked events that have no invitation, and drops those to events of calendars that are watched no
// more.
func (v *Keeper) enqueue() error {
	kept, err := v.st.Invites()
	if err != nil {
		return err
	}
	queued, err := v.st.Inviting()
	if err != nil {
		return err
	}
	has := map[store.Item]bool{}
	var missing, over []store.Invite
	for _, i := range slices.Concat(kept, queued) {
		has[store.Item{Calendar: i.Calendar, EventID: i.EventID}] = true
		if v.calendars[i.Calendar] == nil && !record.IsFile(i.Calendar) {
			over = append(over, i)
		}
	}
	for name := range v.calendars {
		records, err := v.st.Records(name)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if rec.State == plan.Linked && !rec.Closed() && !has[store.Item{Calendar: name, EventID: rec.EventID}] {
				missing = append(missing, store.Invite{Calendar: name, EventID: rec.EventID})
			}
		}
	}
	if len(missing)+len(over) == 0 {
		return nil
	}
	return v.st.Update(func(tx *store.Tx) error {
		for _, i := range over {
			if err := tx.DeleteInvite(i.Calendar, i.EventID); err != nil {
				return err
			}
		}
		for _, i := range missing {
			if err := tx.QueueInvite(i.Calendar, i.EventID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Run makes anew what is queued of these calendars, or of all. What fails stays queued, but for what will fail again.
func (v *Keeper) Run(ctx context.Context, names ...string) {
	if !v.again() {
		return
	}
	if len(names) == 0 {
		queued, err := v.st.Inviting()
		if err != nil {
			v.log.Error("invitations cannot be made", "reason", err)
			return
		}
		for _, i := range queued {
			if !slices.Contains(names, i.Calendar) {
				names = append(names, i.Calendar)
			}
		}
	}
	for _, name := range names {
		if v.st.Owns(name) { // of several workers each makes those of its own calendars
			v.work(ctx, name)
		}
	}
}

// work makes anew what is queued of one calendar. Where a calendar does not answer, what else is queued waits for its
// next pass.
func (v *Keeper) work(ctx context.Context, name string) {
	lock, _ := v.queues.LoadOrStore(name, new(sync.Mutex))
	one := lock.(*sync.Mutex)
	one.Lock()
	defer one.Unlock()
	queued, err := v.st.InvitingOf(name)
	if err != nil {
		v.log.Error("invitations cannot be made", "calendar", name, "reason", err)
		return
	}
	for _, i := range queued {
		if ctx.Err() != nil {
			return
		}
		err := v.renew(ctx, i)
		var folder *FolderError
		if err == nil || ctx.Err() != nil || errors.As(err, &folder) { // of a folder it is said when all is shown again
			continue
		}
		v.log.Warn("no invitation", "calendar", i.Calendar, "event", i.EventID, "code", CodeOf(err), "reason", err)
		var unfit *UnfitError
		if !errors.As(err, &unfit) {
			return
		}
	}
}

// renew makes one invitation anew, or drops it.
func (v *Keeper) renew(ctx context.Context, i store.Invite) error {
	rec, err := v.st.Record(i.Calendar, i.EventID)
	if err != nil {
		return err
	}
	c := v.calendars[i.Calendar]
	active := rec != nil && rec.Active()
	if active && record.IsFile(i.Calendar) {
		return v.keep(i, rec) // it was made when the file was linked
	}
	switch {
	case !active || c == nil:
		return v.drop(i, rec)
	case rec.State != plan.Linked:
		return v.keep(i, rec) // the event will be settled again, and queued then
	}
	raw, err := v.make(ctx, c, rec, invite.Options{})
	var refused *UnfitError
	switch {
	case errors.As(err, &refused):
		return errors.Join(err, v.keep(i, rec))
	case err != nil:
		return err
	}
	i.ICS = raw
	return v.save(i, rec)
}

// conclude saves what came of an event, unless the event was settled anew since its record was read: then it stays
// queued.
func (v *Keeper) conclude(i store.Invite, read *store.Record, save func(*store.Tx) error) (saved bool, err error) {
	err = v.st.Update(func(tx *store.Tx) error {
		now, err := tx.Record(i.Calendar, i.EventID)
		if saved = err == nil && reflect.DeepEqual(now, read); !saved {
			return err
		}
		return save(tx)
	})
	return saved && err == nil, err
}

// save keeps a new invitation, and has the folder show it.
func (v *Keeper) save(i store.Invite, rec *store.Record) error {
	v.keeping.Lock()
	defer v.keeping.Unlock()
	old, err := v.st.Invite(i.Calendar, i.EventID)
	if err != nil {
		return err
	}
	if bytes.Equal(i.ICS, old) {
		return v.keep(i, rec)
	}
	entry := store.Entry{At: v.now(), Calendar: i.Calendar, EventID: i.EventID, UID: rec.UID, Title: rec.Title,
		Step: "invite", Meeting: rec.MeetingID}
	saved, err := v.conclude(i, rec,
		func(tx *store.Tx) error { return errors.Join(tx.PutInvite(i), tx.Journal(entry)) })
	if !saved {
		return err
	}
	return v.show(func() error { return v.dir.put(v.watched, i.ICS) })
}

func (v *Keeper) keep(i store.Invite, rec *store.Record) error {
	_, err := v.conclude(i, rec, func(tx *store.Tx) error { return tx.KeepInvite(i.Calendar, i.EventID) })
	return err
}

// drop forgets an invitation. Its file goes, unless the event now stands in another calendar under the same UID.
func (v *Keeper) drop(i store.Invite, rec *store.Record) error {
	v.keeping.Lock()
	defer v.keeping.Unlock()
	kept, err := v.st.Invites()
	if err != nil {
		return err
	}
	name, others := "", map[string]bool{}
	for _, other := range kept {
		if other.Calendar == i.Calendar && other.EventID == i.EventID {
			name = FileName(other.ICS)
		} else {
			others[FileName(other.ICS)] = true
		}
	}
	saved, err := v.conclude(i, rec, func(tx *store.Tx) error { return tx.DeleteInvite(i.Calendar, i.EventID) })
	if !saved || name == "" || others[name] {
		return err
	}
	return v.show(func() error { return v.dir.remove(v.watched, name) })
}

// show changes the folder. If that fails, the next run shows all of it again; a folder that cannot be used is left
// alone until then.
func (v *Keeper) show(change func() error) error {
	if v.broken {
		return nil
	}
	err := change()
	if err == nil {
		return nil
	}
	var foreign *foreignError
	v.begun, v.broken = false, !errors.As(err, &foreign)
	return &FolderError{err}
}

// KeepFile makes the invitation to an event in a file that was linked by itself, which nobody watches from here on.
func (v *Keeper) KeepFile(ctx context.Context, c *engine.Calendar, id string) error {
	rec, err := v.st.Record(c.Name, id)
	if err != nil || rec == nil {
		return err
	}
	raw, err := v.make(ctx, c, rec, invite.Options{})
	if err != nil {
		return err
	}
	return v.save(store.Invite{Calendar: c.Name, EventID: id, ICS: raw}, rec)
}

// UnfitError is an event to which there can be no invitation as it is.
type UnfitError struct{ error }

func (e *UnfitError) Unwrap() error { return e.error }

// make makes the invitation to an event.
func (v *Keeper) make(ctx context.Context, c *engine.Calendar, rec *store.Record, opt invite.Options) ([]byte, error) {
	source, ok := c.Source.(calendar.Describer)
	if !ok {
		return nil, &UnfitError{fmt.Errorf("calendars of the kind %s cannot tell all that an invitation says",
			c.Provider)}
	}
	details, err := source.Describe(ctx, rec.EventID)
	switch {
	case errors.Is(err, calendar.ErrGone), errors.Is(err, calendar.ErrMalformed):
		return nil, &UnfitError{err}
	case err != nil:
		return nil, err
	}
	link := invite.Link{JoinURL: plan.ShownURL(rec.Meeting), Block: rec.Block, MeetingID: max(rec.MeetingID, 0)}
	for _, phone := range rec.Meeting.DialIn {
		link.Phones = append(link.Phones, invite.Phone{Number: phone.Number, Place: phone.Place})
	}
	opt.Rules = c.Settings.Rules
	plan.AtTime(&details, rec, c.Settings)
	in := invite.Invitation{Event: details, Link: link}
	if err := v.revise(rec, &in, opt); err != nil {
		return nil, err
	}
	v.encoding.Lock()
	defer v.encoding.Unlock()
	raw, err := v.encoder.Encode(nil, opt, in)
	if err != nil {
		return nil, &UnfitError{err}
	}
	return raw, nil
}

// revise says which revision of an invitation this is, and keeps that with the event's record. Where a record cannot be
// written, on a mount that may only be read, the next invitation is told anew by the same rule.
func (v *Keeper) revise(rec *store.Record, in *invite.Invitation, opt invite.Options) error {
	v.encoding.Lock()
	sum, err := v.encoder.Sum(opt, *in)
	v.encoding.Unlock()
	if err != nil {
		return &UnfitError{err}
	}
	var before invite.Told
	if was := rec.Invited; was != nil {
		before = invite.Told{Sum: was.Sum, Revision: invite.Revision{Sequence: was.Sequence, Stamp: was.Stamp}}
	}
	next := invite.Next(sum, in, before, v.now())
	in.Revision = &next.Revision
	if next == before {
		return nil
	}
	return v.noteRevision(rec, &store.Invited{Sum: next.Sum, Sequence: next.Sequence,
		Stamp: next.Stamp.UTC().Truncate(time.Second)})
}

// noteRevision saves the revision with a record that is still as it was read. If it is not, the event was settled anew,
// and so is its invitation.
func (v *Keeper) noteRevision(rec *store.Record, told *store.Invited) error {
	err := v.st.Update(func(tx *store.Tx) error {
		now, err := tx.Record(rec.Calendar, rec.EventID)
		if err != nil || !reflect.DeepEqual(now, rec) {
			return err
		}
		now.Invited = told
		if err := tx.PutRecord(now); err != nil {
			return err
		}
		if now, err = tx.Record(rec.Calendar, rec.EventID); err == nil {
			*rec = *now
		}
		return err
	})
	if errors.Is(err, store.ErrReadOnly) {
		return nil
	}
	return err
}

// Fresh is the invitation to an event: the one that is kept if it is good and plainly asked for, else a new one.
func (v *Keeper) Fresh(ctx context.Context, rec *store.Record, plainly bool, opt invite.Options) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if plainly {
		queued, err := v.st.Inviting()
		if err != nil {
			return nil, err
		}
		stale := slices.ContainsFunc(queued,
			func(i store.Invite) bool { return i.Calendar == rec.Calendar && i.EventID == rec.EventID })
		if raw, err := v.st.Invite(rec.Calendar, rec.EventID); err != nil || raw != nil && !stale {
			return raw, err
		}
	}
	if record.IsFile(rec.Calendar) {
		return nil, &UnfitError{words.Mend(errors.New("it was linked as a file by itself, of which a plain invitation "+
			"alone is kept"), "leave --request, --cancel, --attendees and --alarm out")}
	}
	return v.make(ctx, v.calendars[rec.Calendar], rec, opt)
}

// feed is a calendar of all invitations.
func (v *Keeper) feed() ([]byte, error) {
	kept, err := v.st.Invites()
	if err != nil {
		return nil, err
	}
	return Join(kept)
}

// Join is one calendar of all these invitations.
func Join(kept []store.Invite) ([]byte, error) {
	list := make([][]byte, 0, len(kept))
	seen := map[string]bool{}
	for _, i := range kept {
		if name := FileName(i.ICS); !seen[name] { // a UID must not occur twice
			seen[name] = true
			list = append(list, i.ICS)
		}
	}
	return invite.Join("Zoom meetings", list...)
}

// MakeDir makes the folder of invitations.
func MakeDir(path string) error { return os.MkdirAll(path, inviteDirMode) }
