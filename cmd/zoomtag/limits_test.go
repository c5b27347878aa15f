package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"zoomtag/configs"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/plan"
)

// TestTagOptionsAreKnown: the configuration takes just the options that there are.
func TestTagOptionsAreKnown(t *testing.T) {
	known, taken := plan.OptionNames(), slices.Clone(configs.TagOptions)
	slices.Sort(known)
	slices.Sort(taken)
	if !slices.Equal(known, taken) {
		t.Errorf("plan knows %v\nconfigs takes %v", known, taken)
	}
}

// TestTagLimits: what the configuration does not allow is left out, in each calendar as its own limits say; plan, sync,
// status and log tell it; and a limit that is written later leaves what there is.
func TestTagLimits(t *testing.T) {
	users := []zoomtest.User{{Email: optionsHost}, {Email: "boss@example.com"}, {Email: "bob@example.com"}}
	w := newOptionsWorld(t, zoomtest.Options{Users: users}, "")
	w.put("free", "Free #zoom(host=boss@example.com\\, personal)")
	w.wants("sync", "free", plan.Linked, "")
	room := w.link("free")

	limit := func(tag, own string) {
		w.configure("")
		text, err := os.ReadFile(w.path("zoomtag.yaml"))
		w.must(err)
		changed := strings.Replace(string(text), "calendars:\n", fmt.Sprintf("tag: { %s }\ncalendars:\n", tag), 1)
		changed = strings.Replace(changed, "- { name: team,", fmt.Sprintf("- { name: team, tag: { %s },", own), 1)
		w.must(os.WriteFile(w.path("zoomtag.yaml"), []byte(changed), 0o600))
	}
	limit("options: [], hosts: []", "options: [host, mute, waiting-room], hosts: [bob@example.com]")
	w.put("a", "Alpha #zoom(host=boss@example.com\\, mute)")
	w.put("b", "Beta #zoom(host=bob@example.com\\, no-waiting-room\\, waiting-room)")
	w.wants("plan", "a", plan.Linked,
		`"host=boss@example.com" is not allowed in this calendar and was left out (tag.hosts)`)
	w.wants("plan", "b", plan.Linked,
		`"no-waiting-room" is not allowed in this calendar and was left out (tag.options)`)
	if out, _ := w.run("sync"); strings.Count(out, "is not allowed in this calendar") != 2 {
		t.Errorf("sync:\n%s", out)
	}
	for _, m := range w.zoom.Meetings() {
		switch {
		case m.Topic == "Alpha" && (m.Host != optionsHost || m.Settings["mute_upon_entry"] != true),
			m.Topic == "Beta" && (m.Host != "bob@example.com" || m.Settings["waiting_room"] != true),
			m.Topic == "Free" && m.Host != "boss@example.com":
			t.Errorf("%s: %s, %v", m.Topic, m.Host, m.Settings)
		}
	}
	if n := len(w.zoom.Meetings()); n != 3 || w.link("free") != room {
		t.Errorf("%d meetings, the first shows %s and showed %s", n, w.link("free"), room)
	}
	if out, _ := w.run("status"); !strings.Contains(out, "tag.hosts") || !strings.Contains(out, "tag.options") ||
		!strings.Contains(out, "the meeting stays as it was made, personal") {
		t.Errorf("status:\n%s", out)
	}
	if out, _ := w.run("log", "a.ics"); !strings.Contains(out, "tag.hosts") {
		t.Errorf("log:\n%s", out)
	}
	limit("options: []", "options: [personal, host, mute, waiting-room, no-waiting-room]")
	w.put("b", "Beta #zoom(host=bob@example.com)")
	w.run("sync")
	if out, _ := w.run("status"); strings.Contains(out, "not allowed") {
		t.Errorf("allowed again, status says\n%s", out)
	}
}
