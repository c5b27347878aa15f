package notify

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/plan"
)

// journalPage is how many entries of the journal are looked at at once.
const journalPage = 200

// follow tells a way what became of links since the last time.
func (n *Notifier) follow(ctx context.Context, w *way) error {
	if !w.Tells(configs.NoticeLink) {
		return nil
	}
	at, err := n.Store.HookAt(w.key)
	if err != nil {
		return err
	}
	if at == nil {
		return n.beginAtEnd(w)
	}
	for n.open(w) && !n.over(w) {
		entries, keys, err := n.Store.JournalAfter(at, journalPage)
		if err != nil || len(entries) == 0 {
			return err
		}
		for i := range entries {
			message, ok, err := n.ofLink(w, &entries[i], keys[i])
			if err != nil {
				return err
			}
			save := func(tx *store.Tx) error { return tx.PutHook(w.key, keys[i]) }
			if !ok {
				continue
			}
			if n.over(w) {
				return nil
			}
			if err := n.send(ctx, w, []Message{message}, save); err != nil {
				return err
			}
		}
		at = keys[len(keys)-1]
		if err := n.Store.UpdateFor(Job, func(tx *store.Tx) error { return tx.PutHook(w.key, at) }); err != nil {
			return err
		}
	}
	return nil
}

// beginAtEnd has a way that is new hear of what comes from now on.
func (n *Notifier) beginAtEnd(w *way) error {
	end, err := n.Store.JournalEnd()
	if err != nil {
		return err
	}
	if end == nil {
		end = []byte{0}
	}
	return n.Store.UpdateFor(Job, func(tx *store.Tx) error { return tx.PutHook(w.key, end) })
}

// ofLink makes a message of an entry of the journal; not of each.
func (n *Notifier) ofLink(w *way, e *store.Entry, key []byte) (m Message, ok bool, err error) {
	if e.Error != "" {
		return m, false, nil
	}
	l := Link{Calendar: e.Calendar, EventID: e.EventID, UID: e.UID, Title: plan.ShownTitle(e.Title),
		Reason: plan.HidePasscode(e.Reason)}
	if e.Meeting != 0 {
		l.MeetingID = strconv.FormatInt(e.Meeting, 10)
	}
	kind, err := n.typeOf(e)
	if err != nil || kind == "" {
		return m, false, err
	}
	rec, err := n.Store.Record(e.Calendar, e.EventID)
	if err != nil {
		return m, false, err
	}
	if rec != nil && rec.MeetingID == e.Meeting {
		l.Start = api.Time(rec.Start)
		if hook, isHook := w.Way.(*webhook); isHook && hook.Links && kind != TypeLinkEnded {
			l.JoinURL = plan.ShownURL(rec.Meeting)
		}
	}
	return Message{Type: kind, Time: e.At.UTC(), Data: l, id: "link." + hex.EncodeToString(key)}, true, nil
}

// typeOf is the type of the message for an entry of the journal; "" where nothing is told of it.
func (n *Notifier) typeOf(e *store.Entry) (string, error) {
	switch e.Step {
	case "update":
		return TypeLinkChanged, nil
	case "unlink":
		return TypeLinkEnded, nil
	case "link", "cancel":
	default:
		return "", nil
	}
	before, err := n.stepBefore(e)
	ended := before == "unlink" || before == "cancel"
	switch {
	case err != nil:
		return "", err
	case e.Step == "cancel" && ended: // told when the link was taken out
		return "", nil
	case e.Step == "cancel":
		return TypeLinkEnded, nil
	case before == "link" || before == "update":
		return TypeLinkChanged, nil
	}
	return TypeLinkMade, nil
}

// lookBack is how many entries about an event are looked at for what was before one of them.
const lookBack = 20

// stepBefore is the last step that was taken for an event before an entry; "" where none is known.
func (n *Notifier) stepBefore(e *store.Entry) (string, error) {
	before, err := n.Store.Journal(store.JournalFilter{Calendar: e.Calendar, EventID: e.EventID, Until: e.At,
		Limit: lookBack})
	if err != nil {
		return "", err
	}
	for _, b := range slices.Backward(before) {
		itself := b.At.Equal(e.At) && b.Step == e.Step
		aStep := b.Step != "" && b.Step != "invite" && b.Error == ""
		if aStep && !itself && b.EventID == e.EventID {
			return b.Step, nil
		}
	}
	return "", nil
}
