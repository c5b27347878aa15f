package calendartest

import (
	"slices"
	"strconv"

	"zoomtag/providers/calendar"
)

// The owner's side of a Fake: what a calendar app does. Methods that name an event which was never there do nothing.

// Put adds an event, or replaces what its owner sees of it if there is one with that ID. A new one gets an ID and a UID
// if it has none, and brings its mark and tag along in Link.
func (f *Fake) Put(e calendar.Event) (id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.ID == "" {
		e.ID = "event" + strconv.Itoa(len(f.ids)+1)
	}
	if e.UID == "" {
		e.UID = e.ID + "@fake"
	}
	it := f.items[e.ID]
	if it == nil {
		it = &item{mark: e.Link.Mark, tag: e.Link.Tag}
		f.add(e.ID, it)
	}
	it.event, it.deleted = e, false
	f.touch(it)
	return e.ID
}

func (f *Fake) add(id string, it *item) {
	f.items[id] = it
	f.ids = append(f.ids, id)
}

// change applies fn to an item that there is, deleted or not.
func (f *Fake) change(id string, fn func(it *item)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if it := f.items[id]; it != nil {
		fn(it)
		f.touch(it)
	}
}

// Edit changes what the owner sees of an event. The mark and the tag, which are out of sight, stay.
func (f *Fake) Edit(id string, change func(e *calendar.Event)) {
	f.change(id, func(it *item) {
		e := it.event
		e.Categories, e.Conferences = slices.Clone(e.Categories), slices.Clone(e.Conferences)
		e.Exceptions, e.Mails, e.Notes = slices.Clone(e.Exceptions), slices.Clone(e.Mails), slices.Clone(e.Notes)
		change(&e)
		e.ID = id
		it.event = e
	})
}

// Strip takes out what is out of sight, the mark and the tag, as an app does that exports an event and imports it
// again.
func (f *Fake) Strip(id string) { f.change(id, func(it *item) { it.mark, it.tag = "", "" }) }

// Delete deletes an event.
func (f *Fake) Delete(id string) { f.change(id, func(it *item) { it.deleted = true }) }

// Restore brings a deleted event back, as it was.
func (f *Fake) Restore(id string) { f.change(id, func(it *item) { it.deleted = false }) }

// Copy copies an event as apps do: with its texts, the block, and what is out of sight, but with a UID of its own.
func (f *Fake) Copy(id string) (newID string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	it := f.items[id]
	if it == nil {
		return ""
	}
	newID = "event" + strconv.Itoa(len(f.ids)+1)
	f.duplicate(it, newID, newID+"@fake")
	return newID
}

// Rename gives an event another id and leaves its UID, as when a file is renamed or an event moved.
func (f *Fake) Rename(id, newID string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	it := f.items[id]
	if it == nil || id == newID {
		return
	}
	f.duplicate(it, newID, it.event.UID)
	it.deleted = true
	f.touch(it)
}

// duplicate puts the same event under another id.
func (f *Fake) duplicate(it *item, newID, uid string) {
	twin := f.items[newID]
	if twin == nil {
		twin = new(item)
		f.add(newID, twin)
	}
	*twin = *it
	twin.event.ID, twin.event.UID = newID, uid
	f.touch(twin)
}

// Event returns an event as the owner sees it, and whether it is there.
func (f *Fake) Event(id string) (calendar.Event, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	it := f.items[id]
	if it == nil || it.deleted {
		return calendar.Event{}, false
	}
	return it.event, true
}

// IDs returns the ids of the events that are there, in the order in which they came.
func (f *Fake) IDs() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	ids := make([]string, 0, len(f.ids))
	for _, id := range f.ids {
		if !f.items[id].deleted {
			ids = append(ids, id)
		}
	}
	return ids
}

// Writes returns how many calls of SetLink have changed something.
func (f *Fake) Writes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes
}

// Expire makes every cursor given out so far an expired one.
func (f *Fake) Expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.epoch++
}

// HideFromListing leaves an event out of every listing (or no longer) though Get finds it.
func (f *Fake) HideFromListing(id string, hidden bool) {
	f.change(id, func(it *item) { it.hidden = hidden })
}

// SetEmpty makes the calendar look as if it held nothing at all, as an unmounted folder does, or ends that.
func (f *Fake) SetEmpty(empty bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.empty == empty {
		return
	}
	f.empty = empty
	f.now++
	for _, it := range f.items {
		if !it.deleted {
			it.changed = f.now // listed as missing, or again; the events themselves stay as they are
		}
	}
}

// SetSilent makes SetLink answer with success and change nothing, or ends that.
func (f *Fake) SetSilent(silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = silent
}

// SetReadOnly takes the right to write away, or gives it back. The error is nil.
func (f *Fake) SetReadOnly(readOnly bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.readOnly = ""; readOnly {
		f.readOnly = "the calendar is shared for reading only"
	}
	return nil
}
