package calendartest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zoomtag/providers/calendar"
)

// Fake is a calendar in memory that works: it keeps events, versions and changes as a server does. It is deterministic
// and safe for concurrent use; its exported fields are set before it is used.
type Fake struct {
	// Hook is called in each of Changes, Get and SetLink: call is "changes", "get" or "setlink", and phase "before" or
	// "after" the call has done its work. An error before makes the call fail without effect; one after makes it fail
	// although it took effect, as when the answer is lost. A Hook may panic; no lock is held.
	Hook func(call, phase, id string) error
	// Explicit says that deletions are reported as Deleted, as by a web API; else as Missing, as by a folder.
	Explicit bool
	// Bare leaves the events out of the changes: only Get knows them.
	Bare bool
	// Plain says what holds nothing of interest (Change.Plain); nil is nothing.
	Plain func(*calendar.Event) bool

	mu     sync.Mutex
	items  map[string]*item
	ids    []string // of items, in the order in which they came
	now    int64    // grows with every change
	epoch  int      // cursors of another epoch have expired
	empty  bool
	silent bool
	writes int
	// readOnly is why nothing can be written.
	readOnly string
}

// item is one event, also one that was deleted.
type item struct {
	event   calendar.Event // with Link as found in it
	mark    string
	tag     string
	changed int64
	deleted bool
	hidden  bool
}

// NewFake returns an empty calendar.
func NewFake() *Fake { return &Fake{items: map[string]*item{}} }

func (f *Fake) hook(call, phase, id string) error {
	if f.Hook == nil {
		return nil
	}
	return f.Hook(call, phase, id)
}

// begin is the start of every call.
func (f *Fake) begin(ctx context.Context, call, id string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("fake: %s: %w", call, err)
	}
	return f.hook(call, "before", id)
}

// Changes implements calendar.Calendar.
func (f *Fake) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	if err := f.begin(ctx, "changes", ""); err != nil {
		return calendar.Changes{}, err
	}
	changes, err := f.changes(cursor)
	if err == nil {
		err = f.hook("changes", "after", "")
	}
	if err != nil {
		return calendar.Changes{}, err
	}
	return changes, nil
}

func (f *Fake) changes(cursor string) (calendar.Changes, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	since, err := f.position(cursor)
	if err != nil {
		return calendar.Changes{}, err
	}
	changes := calendar.Changes{Full: cursor == "", Cursor: cursor, ReadOnly: f.readOnly}
	var events []calendar.Event
	if since != f.now {
		changes.Cursor = strconv.Itoa(f.epoch) + "." + strconv.FormatInt(f.now, 10)
		changes.List = make([]calendar.Change, 0, len(f.ids))
		events = make([]calendar.Event, 0, len(f.ids)) // at once: pointers into it stay good
	}
	for _, id := range f.ids {
		it := f.items[id]
		there := !it.deleted && !it.hidden && !f.empty
		if there {
			changes.Total++
		}
		if it.changed > since && (there || !changes.Full) {
			if there {
				events = append(events, f.shown(it))
				changes.List = append(changes.List, f.present(&events[len(events)-1]))
			} else if c, ok := f.absent(it); ok {
				changes.List = append(changes.List, c)
			}
		}
	}
	return changes, nil
}

// shown is what a reader gets of an event.
func (f *Fake) shown(it *item) calendar.Event {
	ev := it.event
	if f.readOnly != "" && ev.Denied == "" {
		ev.Denied, ev.Unwritable = f.readOnly, true
	}
	return ev
}

// present is how an event that is there is listed.
func (f *Fake) present(e *calendar.Event) calendar.Change {
	if f.Bare {
		return calendar.Change{ID: e.ID}
	}
	return calendar.Change{ID: e.ID, Event: e, Plain: f.Plain != nil && f.Plain(e)}
}

// absent is how an event that is not there is listed, if at all: a service says nothing of one that it hides.
func (f *Fake) absent(it *item) (calendar.Change, bool) {
	if f.Explicit && it.deleted {
		return calendar.Change{ID: it.event.ID, Deleted: true}, true
	}
	return calendar.Change{ID: it.event.ID, Missing: true}, !f.Explicit || f.empty
}

// position reads a cursor. An empty one is before everything.
func (f *Fake) position(cursor string) (int64, error) {
	if cursor == "" {
		return -1, nil
	}
	epoch, at, ok := strings.Cut(cursor, ".")
	since, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || since < 0 || since > f.now || epoch != strconv.Itoa(f.epoch) {
		return 0, fmt.Errorf("fake: changes since %.20q: %w", cursor, calendar.ErrCursor)
	}
	return since, nil
}

// Get implements calendar.Calendar.
func (f *Fake) Get(ctx context.Context, id string) (calendar.Event, error) {
	if err := f.begin(ctx, "get", id); err != nil {
		return calendar.Event{}, err
	}
	event, err := f.get(id)
	if err == nil {
		err = f.hook("get", "after", id)
	}
	if err != nil {
		return calendar.Event{}, err
	}
	return event, nil
}

func (f *Fake) get(id string) (calendar.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	series, date, isDate := calendar.CutDate(id)
	it, err := f.standing(series)
	if err != nil {
		return calendar.Event{}, err
	}
	ev := f.shown(it)
	if !isDate {
		return ev, nil
	}
	one, ok := ev.Date(date)
	if !ok {
		return calendar.Event{}, fmt.Errorf("fake: event %s: %w", id, calendar.ErrGone)
	}
	return one, nil
}

// standing returns an event that is there.
func (f *Fake) standing(id string) (*item, error) {
	it := f.items[id]
	if it == nil || it.deleted || f.empty {
		return nil, fmt.Errorf("fake: event %s: %w", id, calendar.ErrGone)
	}
	return it, nil
}

// SetLink implements calendar.Calendar.
func (f *Fake) SetLink(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	if err := f.begin(ctx, "setlink", id); err != nil {
		return calendar.Event{}, err
	}
	event, err := f.setLink(id, version, l)
	if err == nil {
		err = f.hook("setlink", "after", id)
	}
	if err != nil {
		return calendar.Event{}, err
	}
	return event, nil
}

func (f *Fake) setLink(id, version string, l calendar.Link) (calendar.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	series, date, isDate := calendar.CutDate(id)
	it, err := f.standing(series)
	if err == nil && isDate {
		return f.linkDate(it, id, date, version, l)
	}
	switch {
	case err != nil:
		return calendar.Event{}, err
	case f.readOnly != "":
		return calendar.Event{}, fmt.Errorf("fake: event %s: %s: %w", id, f.readOnly, calendar.ErrDenied)
	case it.event.Denied != "":
		return calendar.Event{}, fmt.Errorf("fake: event %s: %s: %w", id, it.event.Denied, calendar.ErrDenied)
	case it.event.Version != version:
		return calendar.Event{}, fmt.Errorf("fake: event %s: %w", id, calendar.ErrConflict)
	case f.silent:
		return it.event, nil
	}
	if linked := it.linked(l); !it.same(linked) {
		*it = linked
		f.touch(it)
		f.writes++
	}
	return it.event, nil
}

// linkDate sets the link of a single date of a series.
func (f *Fake) linkDate(it *item, id, date, version string, l calendar.Link) (calendar.Event, error) {
	whole := f.shown(it)
	one, ok := whole.Date(date)
	switch {
	case !ok:
		return calendar.Event{}, fmt.Errorf("fake: event %s: %w", id, calendar.ErrGone)
	case one.Denied != "":
		return calendar.Event{}, fmt.Errorf("fake: event %s: %s: %w", id, one.Denied, calendar.ErrDenied)
	case one.Version != version:
		return calendar.Event{}, fmt.Errorf("fake: event %s: %w", id, calendar.ErrConflict)
	case f.silent:
		return one, nil
	}
	alone := item{event: one, mark: one.Link.Mark, tag: one.Link.Tag}
	alone.event.URL = one.Link.JoinURL // exceptions have none, and this is what would be in it
	if linked := alone.linked(l); !alone.same(linked) {
		it.event.Exceptions = slices.Clone(it.event.Exceptions)
		i := slices.IndexFunc(it.event.Exceptions, func(x calendar.Exception) bool { return x.Date == date })
		x, said := &it.event.Exceptions[i], &linked.event
		x.Title, x.Description, x.Location = said.Title, said.Description, said.Location
		x.Link = calendar.Link{Mark: linked.mark, Tag: linked.tag}
		showBlock(x)
		f.touch(it)
		f.writes++
	}
	whole = f.shown(it)
	one, _ = whole.Date(date)
	return one, nil
}

// linked returns the item as it is with a link.
func (it item) linked(l calendar.Link) item {
	e := &it.event
	ours, before := []string{l.Was.JoinURL, e.Link.JoinURL}, e.Location
	start, end, with := calendar.Splice(e.Description, l)
	if start != end || with != "" {
		e.Description = e.Description[:start] + with + e.Description[end:]
	}
	if e.URL == "" || slices.Contains(ours, e.URL) {
		e.URL = l.JoinURL
	}
	if l.Mark == "" {
		l.Tag = ""
		if slices.Contains(ours, e.Location) {
			e.Location = ""
		}
	}
	if l.Location != nil {
		e.Location = *l.Location
	}
	if l.Title != nil {
		e.Title = *l.Title
	}
	e.Exceptions = slices.Clone(e.Exceptions)
	for i := range e.Exceptions {
		linkException(&e.Exceptions[i], l, before)
	}
	it.mark, it.tag = l.Mark, l.Tag
	return it
}

// linkException makes an exception show what a link of its series wants there. before is the location that the series
// had.
func linkException(x *calendar.Exception, l calendar.Link, before string) {
	if l.HeldBy(x) {
		return
	}
	in := l.In(x.ID, x.Link.Block)
	switch {
	case in.Mark == "" && in.Location != nil && in.TakesLocation(x.Location, before):
		x.Location = *in.Location
	case in.Mark == "" && (x.Location == in.Was.JoinURL || x.Location == x.Link.JoinURL):
		x.Location = ""
	case in.Mark != "" && in.Location != nil && in.TakesLocation(x.Location, before):
		x.Location = *in.Location
	}
	start, end, with := calendar.Splice(x.Description, in)
	x.Description = x.Description[:start] + with + x.Description[end:]
	x.Link = calendar.Link{Mark: in.Mark, Tag: in.Tag}
	showBlock(x)
}

// showBlock has the link of an exception show what stands in its description.
func showBlock(x *calendar.Exception) {
	x.Link.Block, x.Link.JoinURL = calendar.BlockIn(x.Description), ""
	if x.Link.Block != "" {
		x.Link.JoinURL = calendar.BlockURL(x.Link.Block)
	}
}

// same reports whether two items say the same, as far as a link may change it.
func (it *item) same(other item) bool {
	a, b := &it.event, &other.event
	texts := func(e *calendar.Event) [4]string { return [4]string{e.Description, e.URL, e.Location, e.Title} }
	return it.mark == other.mark && it.tag == other.tag && texts(a) == texts(b) &&
		reflect.DeepEqual(a.Exceptions, b.Exceptions)
}

// touch notes that an item has changed.
func (f *Fake) touch(it *item) {
	f.now++
	it.changed = f.now
	it.event.Version = strconv.FormatInt(f.now, 10)
	found := calendar.Link{Mark: it.mark, Tag: it.tag}
	if block := calendar.BlockIn(it.event.Description); block != "" {
		found.Block = block
		found.JoinURL = calendar.BlockURL(found.Block)
	}
	it.event.Link = found
}
