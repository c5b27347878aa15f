package icsdir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/internal/icsobject"
)

// Config describes one folder.
type Config struct {
	// Path is the folder. It need not exist yet; until it does, every call is an error.
	Path string
	// Owners are the mail addresses of the calendar's owner. Events organized by somebody else are not written to. "*"
	// takes every organizer for the owner.
	Owners []string
	// Messages takes files that are invitations for mailing (METHOD:REQUEST) for the events that they are about.
	Messages bool
	// Needles are words in lower-case ASCII of which any tag contains at least one. Files without any are not parsed.
	// With no needle, or with one that is not ASCII, every changed file is.
	Needles []string
	// Zone is for times that name no zone or one that cannot be found out; nil is UTC.
	Zone *time.Location
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Hook is called at points of a write where a test may want to end the process; nil is none.
	Hook func(point string)
	// Log gets what is of interest while nothing fails; nil discards it.
	Log *slog.Logger
	// MaxBytes is the largest file that is read, and MaxEvents how many events there may be in the folder; 0 is 64 MiB
	// and 250,000.
	MaxBytes  int64
	MaxEvents int
}

// Dir is a folder of .ics files. It is a calendar.Calendar, a calendar.Echoer, a calendar.Watcher and a
// calendar.Batcher.
type Dir struct {
	cfg     Config
	reader  icsobject.Reader
	needles icsobject.Needles

	writing sync.Mutex // one write at a time; guards swept
	swept   time.Time
	mu      sync.Mutex // guards written, apart and kept
	written map[string]write
	apart   map[string][]string    // which files hold dates of a series, by its id; nil while nobody has looked
	rights  func(*folder) obstacle // says why nothing in the folder can be written now, or nothing
	kept    *held
}

// held is a file of several events that stays read until the next pass: whoever asks for them one by one does not have
// it read each time.
type held struct {
	file *file
	doc  *ical.Doc
}

// The contract.
var (
	_ calendar.Calendar  = (*Dir)(nil)
	_ calendar.Echoer    = (*Dir)(nil)
	_ calendar.Watcher   = (*Dir)(nil)
	_ calendar.Describer = (*Dir)(nil)
	_ calendar.Batcher   = (*Dir)(nil)
)

const (
	defaultMaxBytes  = 64 << 20
	defaultMaxEvents = 250_000
)

// New returns the calendar. It does not touch the folder.
func New(cfg Config) (*Dir, error) {
	if cfg.Path == "" {
		return nil, errors.New("icsdir: no folder is named")
	}
	path, err := filepath.Abs(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("icsdir: find the folder %s: %w", cfg.Path, err)
	}
	cfg.Path = path
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Hook == nil {
		cfg.Hook = func(string) {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = defaultMaxBytes
	}
	if cfg.MaxEvents <= 0 {
		cfg.MaxEvents = defaultMaxEvents
	}
	limits := ical.DefaultLimits
	limits.Bytes = int(min(cfg.MaxBytes, 1<<30))
	return &Dir{cfg: cfg, needles: icsobject.NewNeedles(cfg.Needles), written: map[string]write{},
		rights: (*folder).ask,
		reader: icsobject.Reader{Owners: icsobject.NewOwners(cfg.Owners), Zone: cfg.Zone, Now: cfg.Now, Limits: limits,
			Messages: cfg.Messages}}, nil
}

// Get reads one event. ErrGone means that the folder can be read and the event is not in it.
func (d *Dir) Get(ctx context.Context, id string) (calendar.Event, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Event{}, err
	}
	it, err := d.openAny(id)
	if err != nil {
		return calendar.Event{}, err
	}
	return it.event, nil
}

// Describe implements calendar.Describer.
func (d *Dir) Describe(ctx context.Context, id string) (calendar.Details, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Details{}, err
	}
	it, err := d.openAny(id)
	if err != nil {
		return calendar.Details{}, err
	}
	details, err := d.reader.Details(it.doc, it.id, it.uid)
	if err != nil {
		return calendar.Details{}, understood(it.name, err)
	}
	if it.date == "" {
		return details, nil
	}
	one, ok := details.Date(it.date)
	if !ok {
		return calendar.Details{}, fmt.Errorf("icsdir: %w: what %s says of that date", calendar.ErrMalformed, it.name)
	}
	return one, nil
}

// item is one event as it was read, with what a write needs to know about its file.
type item struct {
	event calendar.Event
	id    string // of the file's event
	uid   string
	date  string    // of a single date of it, which event then is
	doc   *ical.Doc // of all files
	name  string    // of the event's own file in the folder
	files []*file   // that one, and those of dates that lie apart
	// joined is nil for a single file.
	joined *ical.Joined
}

// openAny reads the event with an id, or the single date of one.
func (d *Dir) openAny(id string) (*item, error) {
	it, err := d.open(id)
	series, date, isDate := calendar.CutDate(id)
	if !isDate || !errors.Is(err, calendar.ErrGone) {
		return it, err
	}
	if it, err = d.open(series); err != nil {
		return nil, err
	}
	whole := it.event
	one, ok := whole.Date(date)
	if !ok {
		return nil, fmt.Errorf("icsdir: %w: %s has no such date of its own", calendar.ErrGone, it.name)
	}
	it.event, it.date = one, date
	return it, nil
}

// open reads the event with an id.
func (d *Dir) open(id string) (*item, error) {
	dir, err := d.openFolder()
	if err != nil {
		return nil, err
	}
	defer dir.close()
	return d.openIn(dir, id)
}

// openIn is open in a folder that is open.
func (d *Dir) openIn(dir *folder, id string) (*item, error) {
	f, uid, single, err := d.find(dir, id)
	if err != nil {
		return nil, err
	}
	doc, err := d.parse(f)
	if err != nil {
		return nil, understood(f.name, err)
	}
	uids := doc.UIDs()
	if single && len(uids) == 1 {
		uid = uids[0]
	} else if single || len(uids) < 2 {
		return nil, fmt.Errorf("icsdir: %w: %s no longer holds just this event", calendar.ErrGone, f.name)
	}
	f.raw = doc.Raw()
	it := &item{id: id, uid: uid, doc: doc, name: f.name, files: []*file{f}}
	if err := d.join(dir, it); err != nil {
		return nil, err
	}
	it.event, err = d.event(it.doc, f, id, uid, len(uids) == 1)
	if err != nil {
		return nil, err
	}
	return it, nil
}

// find reads the file that an id names: FILE.ics, or FILE.ics#UID for an event in a file of several.
func (d *Dir) find(dir *folder, id string) (f *file, uid string, single bool, err error) {
	if f, err = d.again(dir, id); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return f, "", true, err
	}
	name, uid, ok := cutID(id)
	if ok {
		f, err = d.again(dir, name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if same := dir.check(); same != nil {
			return nil, "", false, same
		}
		err = fmt.Errorf("icsdir: %w: %s is not in %s", calendar.ErrGone, id, d.cfg.Path)
	}
	return f, uid, false, err
}

// again is read, without reading a file anew that is kept and cannot have changed meanwhile.
func (d *Dir) again(dir *folder, name string) (*file, error) {
	k := d.keeps(name)
	if k == nil {
		return d.read(dir, name)
	}
	now := time.Now() // of the kernel's clock, as in readEntry
	st, link, ok, err := dir.stat(name)
	if err != nil || !ok || st != k.file.stat || st.racy(now) || link != "" {
		return d.read(dir, name)
	}
	kept := *k.file
	kept.dir = dir // the one in which it was read is closed
	return &kept, nil
}

// keeps is what is kept of a file, or nil.
func (d *Dir) keeps(name string) *held {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept == nil || d.kept.file.name != name {
		return nil
	}
	return d.kept
}

// keep keeps a file of several events, in the place of the one before.
func (d *Dir) keep(f *file, doc *ical.Doc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept = &held{file: f, doc: doc}
}

// parse parses a file, if its bytes are not those of the one that is kept.
func (d *Dir) parse(f *file) (*ical.Doc, error) {
	if k := d.keeps(f.name); k != nil {
		// it is the kept one, of which nothing has to be compared
		if len(f.raw) > 0 && len(f.raw) == len(k.file.raw) && &f.raw[0] == &k.file.raw[0] {
			return k.doc, nil
		}
		if bytes.Equal(k.doc.Raw(), f.raw) {
			f.raw = k.doc.Raw()
			d.keep(f, k.doc)
			return k.doc, nil
		}
	}
	doc, err := ical.Parse(f.raw, d.reader.Limits)
	if err == nil && len(doc.UIDs()) > 1 {
		d.keep(f, doc)
	}
	return doc, err
}

// cutID takes an id of the form FILE.ics#UID apart.
func cutID(id string) (name, uid string, ok bool) {
	i := strings.Index(strings.ToLower(id), ".ics#")
	if i < 0 || len(strings.ToLower(id)) != len(id) {
		return "", "", false
	}
	return id[:i+len(".ics")], id[i+len(".ics#"):], true
}

// joinID makes the id of an event in a file of several.
func joinID(name, uid string) string { return name + "#" + uid }

// understood turns the codec's errors into those of the contract.
func understood(name string, err error) error {
	return fmt.Errorf("icsdir: %w", icsobject.Understood(name, err))
}
