package icsdir

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// place is a folder with a Dir on it.
type place struct {
	*testing.T
	path string
	dir  *Dir
}

func newPlace(t *testing.T, change func(c *Config)) *place {
	t.Helper()
	cfg := Config{Path: filepath.Join(t.TempDir(), "calendar"), Needles: []string{"zoom"}}
	if err := os.Mkdir(cfg.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&cfg)
	}
	d, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &place{T: t, path: cfg.Path, dir: d}
}

func (p *place) file(name string) string { return filepath.Join(p.path, name) }

func (p *place) put(name, text string) {
	p.Helper()
	if err := os.WriteFile(p.file(name), []byte(text), 0o640); err != nil {
		p.Fatal(err)
	}
}

func (p *place) text(name string) string {
	p.Helper()
	raw, err := os.ReadFile(p.file(name))
	if err != nil {
		p.Fatal(err)
	}
	return string(raw)
}

// changes returns what Changes lists, in short, and the next cursor.
func (p *place) changes(cursor string) (list, next string) {
	p.Helper()
	c, err := p.dir.Changes(p.Context(), cursor)
	if err != nil {
		p.Fatal(err)
	}
	var items []string
	for _, ch := range c.List {
		item := ch.ID
		switch {
		case ch.Missing:
			item += " missing"
		case ch.Plain:
			item += " plain"
		case ch.Err != nil:
			item += " error"
		case ch.Event != nil:
			item += " " + ch.Event.Title
		}
		items = append(items, item)
	}
	slices.Sort(items)
	return fmt.Sprintf("%d: %s", c.Total, strings.Join(items, ", ")), c.Cursor
}

func (p *place) get(id string) calendar.Event {
	p.Helper()
	ev, err := p.dir.Get(p.Context(), id)
	if err != nil {
		p.Fatal(err)
	}
	return ev
}

func (p *place) leftovers() []string {
	names, err := filepath.Glob(filepath.Join(p.path, ".*"))
	if err != nil {
		p.Fatal(err)
	}
	return names
}

const start = "DTSTART:20270101T100000Z\r\n"

// export is a file of several events.
func export(ids ...string) string {
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\n"
	for _, id := range ids {
		text += "BEGIN:VEVENT\r\nUID:" + id + "\r\n" + start + "SUMMARY:Talk " + id + "\r\nEND:VEVENT\r\n"
	}
	return text + "END:VCALENDAR\r\n"
}

func testLink(mark string) calendar.Link {
	url := "https://zoom.us/j/85000000001"
	return calendar.Link{Mark: mark, JoinURL: url, Block: calendar.BlockFirst + "\nJoin: " + url + "\n" +
		calendar.BlockLast}
}

func TestChangesFollowsTheFolder(t *testing.T) {
	p := newPlace(t, nil)
	list, cursor := p.changes("")
	if list != "0: " || cursor == "" {
		t.Fatalf("an empty folder gives %q, cursor %q", list, cursor)
	}
	p.put("a.ics", ics("a", start))
	p.put("B.ICS", strings.ReplaceAll(ics("b", start), "#zoom", "only"))
	p.put("all.ics", export("x", "y #zoom"))
	p.put("todo.ics", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")
	for _, ignored := range []string{"notes.txt", "color", ".hidden.ics", "half.ics.tmp", ".ics"} {
		p.put(ignored, ics("ignored", start))
	}
	if err := os.Mkdir(p.file("sub.ics"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"in.ics": p.file("a.ics"), "out.ics": "/etc/hostname",
		"nowhere.ics": p.file("none")} {
		if err := os.Symlink(target, p.file(name)); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		name string
		do   func()
		want string
	}{
		{"new files", func() {}, "5: B.ICS plain, a.ics Talk #zoom, all.ics#x plain, all.ics#y #zoom Talk y #zoom, " +
			"in.ics Talk #zoom"},
		{"nothing", func() {}, "5: "},
		{"one event leaves the export", func() { p.put("all.ics", export("x", "z #zoom")) },
			"5: all.ics#x plain, all.ics#y #zoom missing, all.ics#z #zoom Talk z #zoom"},
		{"the export becomes an item", func() { p.put("all.ics", export("x")) },
			"4: all.ics plain, all.ics#x missing, all.ics#z #zoom missing"},
		{"a file is half written", func() { p.put("B.ICS", ics("b", start)[:90]) }, "4: B.ICS error"},
		{"and whole again", func() { p.put("B.ICS", ics("b", start)) }, "4: B.ICS Talk #zoom"},
		{"a file and the link to it go", func() { os.Remove(p.file("a.ics")) }, "2: a.ics missing, in.ics missing"},
		{"a file is renamed", func() { os.Rename(p.file("B.ICS"), p.file("c.ics")) },
			"2: B.ICS missing, c.ics Talk #zoom"},
	}
	for _, step := range steps {
		step.do()
		before := cursor
		list, cursor = p.changes(cursor)
		if list != step.want {
			t.Errorf("%s: %s, want %s", step.name, list, step.want)
		}
		if step.name == "nothing" && before != cursor {
			t.Errorf("the cursor of an undisturbed folder changed")
		}
	}
}

// TestChangeThatDoesNotShow: an edit with the same size and inode right after the file was read is seen by the next
// pass.
func TestChangeThatDoesNotShow(t *testing.T) {
	p := newPlace(t, nil)
	p.put("a.ics", ics("a", start))
	_, cursor := p.changes("")
	for i := range 50 {
		now := strings.Replace(ics("a", start), "Talk", fmt.Sprintf("Ta%02d", i), 1)
		f, err := os.OpenFile(p.file("a.ics"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(now); err != nil {
			t.Fatal(err)
		}
		f.Close()
		var list string
		if list, cursor = p.changes(cursor); list != fmt.Sprintf("1: a.ics Ta%02d #zoom", i) {
			t.Fatalf("edit %d: %s", i, list)
		}
	}
}

func TestEchoed(t *testing.T) {
	p := newPlace(t, nil)
	for _, name := range []string{"a.ics", "b.ics", "c.ics"} {
		p.put(name, ics(name, start))
	}
	_, cursor := p.changes("")
	for _, name := range []string{"a.ics", "b.ics", "b.ics"} {
		ev := p.get(name)
		if _, err := p.dir.SetLink(t.Context(), name, ev.Version, testLink("m"+ev.Version[:4])); err != nil {
			t.Fatal(err)
		}
	}
	cursor = p.dir.Echoed(cursor)
	if list, next := p.changes(cursor); list != "3: " || next != cursor {
		t.Errorf("our own writes come back: %s", list)
	}
	// A foreign edit before our write must not be taken for ours.
	p.put("c.ics", strings.Replace(ics("c.ics", start), "Talk", "Other", 1))
	ev := p.get("c.ics")
	if _, err := p.dir.SetLink(t.Context(), "c.ics", ev.Version, testLink("m")); err != nil {
		t.Fatal(err)
	}
	if list, _ := p.changes(p.dir.Echoed(cursor)); list != "3: c.ics Other #zoom" {
		t.Errorf("a foreign edit is hidden: %s", list)
	}
}

func TestGetOfWhatIsNotThere(t *testing.T) {
	p := newPlace(t, nil)
	p.put("a.ics", ics("a", start))
	p.put("all.ics", export("x", "y"))
	for _, id := range []string{"b.ics", "a.ics#a", "all.ics", "all.ics#z", "../a.ics", "sub/a.ics", "", "a",
		"b.ics#x"} {
		if _, err := p.dir.Get(t.Context(), id); !errors.Is(err, calendar.ErrGone) {
			t.Errorf("Get(%q): %v", id, err)
		}
	}
	if err := os.Rename(p.path, p.path+".away"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a.ics", "b.ics"} {
		if _, err := p.dir.Get(t.Context(), id); err == nil || errors.Is(err, calendar.ErrGone) {
			t.Errorf("without the folder, Get(%q): %v", id, err)
		}
	}
	if _, err := p.dir.Changes(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "there is no folder ") {
		t.Errorf("without the folder, Changes: %v", err)
	}
}

// TestExportIsEditedInPlace: links in a file of several events leave the others to the byte, and one pass can set
// several.
func TestExportIsEditedInPlace(t *testing.T) {
	p := newPlace(t, nil)
	p.put("all.ics", export("x", "y", "z"))
	x, z := p.get("all.ics#x"), p.get("all.ics#z")
	if _, err := p.dir.SetLink(t.Context(), x.ID, x.Version, testLink("mx")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.dir.SetLink(t.Context(), z.ID, z.Version, testLink("mz")); err != nil {
		t.Fatal(err)
	}
	whole := export("x", "y", "z")
	y := whole[strings.Index(whole, "BEGIN:VEVENT\r\nUID:y"):strings.Index(whole, "BEGIN:VEVENT\r\nUID:z")]
	text := p.text("all.ics")
	if !strings.Contains(text, y) || strings.Count(text, "X-ZOOMTAG-MARK") != 2 ||
		p.get("all.ics#x").Link.Mark != "mx" || p.get("all.ics#z").Link.Mark != "mz" {
		t.Errorf("the export became\n%s", text)
	}
}

func TestDenied(t *testing.T) {
	const organizer = "ORGANIZER;CN=Carol:mailto:Carol@Example.com\r\n"
	tests := []struct {
		name   string
		owners []string
		text   string
		says   string
	}{
		{"nobody organizes", nil, ics("a", start), ""},
		{"somebody else", []string{"alice@example.com"}, ics("a", start+organizer), "organized by Carol@Example.com"},
		{"the owner", []string{"alice@example.com", "MAILTO:carol@example.COM"}, ics("a", start+organizer), ""},
		{"anybody", []string{"*"}, ics("a", start+organizer), ""},
		{"a message", []string{"*"}, strings.Replace(ics("a", start), "VERSION", "METHOD:REQUEST\r\nVERSION", 1),
			"METHOD:REQUEST"},
		{"an export", nil, export("a"), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t, func(c *Config) { c.Owners = test.owners })
			p.put("a.ics", test.text)
			ev := p.get("a.ics")
			if !strings.Contains(ev.Denied, test.says) || (test.says == "") != (ev.Denied == "") {
				t.Errorf("denied: %q", ev.Denied)
			}
			_, err := p.dir.SetLink(t.Context(), ev.ID, ev.Version, testLink("m"))
			if (err != nil) != (test.says != "") || err != nil && !errors.Is(err, calendar.ErrDenied) {
				t.Errorf("SetLink: %v", err)
			}
			if err != nil && p.text("a.ics") != test.text {
				t.Error("the file was written")
			}
		})
	}
}

func TestSequenceOnlyOfTheOrganizer(t *testing.T) {
	p := newPlace(t, func(c *Config) { c.Owners = []string{"carol@example.com"} })
	p.put("own.ics", ics("own", start+"SEQUENCE:3\r\nORGANIZER:mailto:carol@example.com\r\n"))
	p.put("none.ics", ics("none", start+"SEQUENCE:3\r\n"))
	for name, want := range map[string]string{"own.ics": "SEQUENCE:4\r\n", "none.ics": "SEQUENCE:3\r\n"} {
		if _, err := p.dir.SetLink(t.Context(), name, p.get(name).Version, testLink("m")); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.text(name), want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
}

// TestEditMeanwhileWins: whatever happens to the file after it was read, even right before the rename, is not
// overwritten.
func TestEditMeanwhileWins(t *testing.T) {
	other := strings.Replace(ics("a", start), "Talk", "Mine", 1)
	for name, meddle := range map[string]func(p *place){
		"written in place": func(p *place) { p.put("a.ics", other) },
		"replaced":         func(p *place) { p.put("new", other); os.Rename(p.file("new"), p.file("a.ics")) },
		"same bytes, new file": func(p *place) {
			p.put("new", ics("a", start))
			os.Rename(p.file("new"), p.file("a.ics"))
		},
		"deleted": func(p *place) { os.Remove(p.file("a.ics")) },
	} {
		t.Run(name, func(t *testing.T) {
			var p *place
			p = newPlace(t, func(c *Config) {
				c.Hook = func(point string) {
					if point == "icsdir.write.after" {
						meddle(p)
					}
				}
			})
			p.put("a.ics", ics("a", start))
			_, err := p.dir.SetLink(t.Context(), "a.ics", p.get("a.ics").Version, testLink("m"))
			if !errors.Is(err, calendar.ErrConflict) {
				t.Errorf("SetLink: %v", err)
			}
			raw, err := os.ReadFile(p.file("a.ics"))
			if name == "deleted" != errors.Is(err, os.ErrNotExist) || strings.Contains(string(raw), "ZOOMTAG") {
				t.Errorf("the edit was overwritten: %q", raw)
			}
			if left := p.leftovers(); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func TestModeIsKept(t *testing.T) {
	p := newPlace(t, nil)
	p.put("a.ics", ics("a", start))
	if err := os.Chmod(p.file("a.ics"), 0o604); err != nil {
		t.Fatal(err)
	}
	if _, err := p.dir.SetLink(t.Context(), "a.ics", p.get("a.ics").Version, testLink("m")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(p.file("a.ics")); err != nil || info.Mode() != 0o604 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
}

// TestLinkInsideTheFolder: a symbolic link stays one, its target is what is written.
func TestLinkInsideTheFolder(t *testing.T) {
	p := newPlace(t, nil)
	if err := os.Mkdir(p.file("data"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.put("data/real", ics("a", start))
	if err := os.Symlink("data/real", p.file("a.ics")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.dir.SetLink(t.Context(), "a.ics", p.get("a.ics").Version, testLink("m")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(p.file("a.ics")); err != nil || info.Mode()&os.ModeSymlink == 0 ||
		!strings.Contains(p.text("data/real"), "ZOOMTAG") {
		t.Errorf("the link became %v (%v)", info.Mode(), err)
	}
}

func TestStaleTemporaryFilesAreRemoved(t *testing.T) {
	p := newPlace(t, nil)
	p.put("a.ics", ics("a", start))
	old := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{".zoomtag-old.tmp", ".zoomtag-young.tmp", ".other-old.tmp"} {
		p.put(name, "")
		if !strings.Contains(name, "young") {
			if err := os.Chtimes(p.file(name), old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := p.dir.SetLink(t.Context(), "a.ics", p.get("a.ics").Version, testLink("m")); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(p.leftovers()); got != fmt.Sprint([]string{p.file(".other-old.tmp"),
		p.file(".zoomtag-young.tmp")}) {
		t.Errorf("left: %s", got)
	}
}

// TestPartial: an exception that an app has made anew lacks the link, until the next SetLink.
func TestPartial(t *testing.T) {
	p := newPlace(t, nil)
	series := strings.Replace(ics("a", start+"RRULE:FREQ=WEEKLY\r\n"), "END:VEVENT\r\n",
		"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID:20270108T100000Z\r\nDTSTART:20270108T110000Z\r\nSUMMARY:Late\r\nEND:VEVENT\r\n", 1)
	p.put("a.ics", series)
	linked, err := p.dir.SetLink(t.Context(), "a.ics", p.get("a.ics").Version, testLink("m"))
	if err != nil || linked.Partial() || strings.Count(p.text("a.ics"), "X-ZOOMTAG-MARK") != 2 {
		t.Fatalf("%v, partial %v\n%s", err, linked.Partial(), p.text("a.ics"))
	}
	p.put("a.ics", strings.Replace(p.text("a.ics"), "END:VCALENDAR",
		"BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID:20270115T100000Z\r\nDTSTART:20270115T120000Z\r\nSUMMARY:Later\r\nEND:VEVENT\r\nEND:VCALENDAR", 1))
	ev := p.get("a.ics")
	if !ev.Partial() || len(ev.Exceptions) != 2 {
		t.Errorf("partial %v, %d exceptions", ev.Partial(), len(ev.Exceptions))
	}
	if ev, err = p.dir.SetLink(t.Context(), "a.ics", ev.Version, testLink("m")); err != nil || ev.Partial() {
		t.Errorf("%v, still partial: %v", err, ev.Partial())
	}
}

// TestDateInItsOwnFile: a date of a series that stands in a file of its own is looked at though no tag is in it.
func TestDateInItsOwnFile(t *testing.T) {
	p := newPlace(t, func(c *Config) { c.Needles = []string{"#no-such-tag"} })
	p.put("date.ics", ics("a", "RECURRENCE-ID:20270108T100000Z\r\n"+start))
	p.put("whole.ics", ics("b", start))
	changes, err := p.dir.Changes(t.Context(), "")
	if err != nil || len(changes.List) != 2 {
		t.Fatalf("%+v, %v", changes.List, err)
	}
	for _, c := range changes.List {
		if date := c.ID == "date.ics"; c.Plain == date || date && (c.Event == nil || !c.Event.Detached) {
			t.Errorf("%+v", c)
		}
	}
}

func TestWatch(t *testing.T) {
	p := newPlace(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	nudges := make(chan struct{}, 100)
	done := make(chan error, 1)
	go func() { done <- p.dir.Watch(ctx, func() { nudges <- struct{}{} }) }()
	// The watch begins at some moment: files are written until one is noticed.
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for noticed := false; !noticed; {
		select {
		case <-nudges:
			noticed = true
		case <-tick.C:
			p.put("a.ics", ics("a", start))
		case <-deadline:
			t.Fatal("no change was noticed")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Watch ended with %v", err)
	}
}

// TestSource: one folder has one name, however its path is written, as long as no link leads there. A state file
// remembers that name, and a folder with another is taken for another calendar.
func TestSource(t *testing.T) {
	root := t.TempDir()
	path, link := filepath.Join(root, "calendar"), filepath.Join(root, "link")
	if err := errors.Join(os.Mkdir(path, 0o700), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	for written, want := range map[string]string{
		path: path, path + "/": path, root + "//calendar/.": path, root + "/other/../calendar": path, "calendar": path,
		"./calendar/": path,
		link:          link, link + "/": link,
	} {
		d, err := New(Config{Path: written})
		if err != nil {
			t.Fatal(err)
		}
		if changes, err := d.Changes(t.Context(), ""); err != nil || changes.Source != want {
			t.Errorf("%s: source %q, want %q (%v)", written, changes.Source, want, err)
		}
	}
}
