//go:build peers

package caldav_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// besideOtherClients links an event, syncs it with vdirsyncer to a folder that khal shows, edits it there, and links it
// once more. Nobody's change is lost, and nobody meets a conflict.
func (p *peer) besideOtherClients(t *testing.T) {
	w := p.world(t)
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	id := w.Put(calendar.Event{Title: "Budget, 3rd round", Description: "Agenda:\n1. travel", Start: start,
		End: start.Add(time.Hour)})
	cal := w.connect()
	one, two := linked("1"), linked("2")
	set(t, cal, id, one)

	dir := t.TempDir()
	sync := vdirsyncer(t, dir, p, w.hand.(*app).url)
	sync()
	files, err := filepath.Glob(filepath.Join(dir, "local", "*.ics"))
	if err != nil || len(files) != 1 {
		t.Fatalf("vdirsyncer made %q, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(unfolded(string(raw)), "\n"); !strings.Contains(text, one.JoinURL) {
		t.Errorf("what vdirsyncer wrote lacks the link:\n%s", text)
	}
	if shown := khal(t, dir, start); !strings.Contains(shown, "Budget, 3rd round") {
		t.Errorf("khal lists:\n%s", shown)
	}

	write(t, files[0], edited(string(raw), func(e *calendar.Event) { e.Title = "Budget, last round" }))
	sync()
	e, err := cal.Get(t.Context(), id)
	if err != nil || e.Title != "Budget, last round" || e.Link.Mark != one.Mark {
		t.Errorf("after the edit the event is %+v, %v", e, err)
	}
	two.Was = calendar.Was{JoinURL: one.JoinURL, Block: one.Block}
	set(t, cal, id, two)
	sync()
	sync()
	raw, err = os.ReadFile(files[0])
	if text := strings.Join(unfolded(string(raw)), "\n"); err != nil || !strings.Contains(text, two.JoinURL) ||
		!strings.Contains(text, `Budget\, last`) {
		t.Errorf("at the end the folder holds %v\n%s", err, text)
	}
}

// linked is a link as the plan makes it.
func linked(number string) calendar.Link {
	url := "https://us02web.zoom.us/j/8" + number + "?pwd=aBc"
	return calendar.Link{Mark: "zt1abcd" + number, Tag: "#zoom", JoinURL: url,
		Block: calendar.BlockFirst + "\nJoin: " + url + "\n" + calendar.BlockLast}
}

// set sets a link on the event as it is.
func set(t *testing.T, cal calendar.Calendar, id string, l calendar.Link) {
	t.Helper()
	e, err := cal.Get(t.Context(), id)
	if err == nil {
		_, err = cal.SetLink(t.Context(), id, e.Version, l)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// vdirsyncer configures it between a collection and the folder local, and returns what syncs them. A conflict is an
// error.
func vdirsyncer(t testing.TB, dir string, p *peer, collection string) (sync func()) {
	t.Helper()
	local := filepath.Join(dir, "local")
	if err := os.Mkdir(local, 0o700); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "vdirsyncer.config")
	signIn := ""
	if p.user != "" {
		signIn = "username = \"" + p.user + "\"\npassword = \"" + p.password + "\"\n"
	}
	write(t, config, "[general]\nstatus_path = \""+filepath.Join(dir, "status")+"\"\n"+
		"[pair work]\na = \"local\"\nb = \"remote\"\ncollections = null\n"+
		"[storage local]\ntype = \"filesystem\"\npath = \""+local+"\"\nfileext = \".ics\"\n"+
		"[storage remote]\ntype = \"caldav\"\nurl = \""+collection+"\"\n"+signIn)
	output(t, dir, "vdirsyncer", "-c", config, "discover")
	return func() {
		t.Helper()
		if said := output(t, dir, "vdirsyncer", "-c", config, "sync"); strings.Contains(strings.ToLower(said),
			"conflict") {
			t.Errorf("vdirsyncer says:\n%s", said)
		}
	}
}

// khal lists what the folder local holds on a day.
func khal(t *testing.T, dir string, day time.Time) string {
	t.Helper()
	config := filepath.Join(dir, "khal.config")
	write(t, config, "[calendars]\n[[work]]\npath = "+filepath.Join(dir, "local")+"\ntype = calendar\n"+
		"[sqlite]\npath = "+filepath.Join(dir, "khal.db")+"\n"+
		"[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = "+
		"%Y-%m-%d\nlongdateformat = %Y-%m-%d\n"+
		"datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n")
	return output(t, dir, "khal", "-c", config, "list", day.Format(time.DateOnly), "1d")
}
