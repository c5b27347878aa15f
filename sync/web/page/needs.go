package page

import (
	"slices"
	"strings"

	"zoomtag/sync/api"
)

// needs sorts out what needs a person: what is worth a word, what that explains, what may come right by itself, and
// what somebody has seen.
func (p *Page) needs(v *overviewPage, f *facts, who *visitor) {
	titles := map[string]string{}
	for i := range f.conditions {
		titles[f.conditions[i].ID] = f.conditions[i].Title
	}
	delete(titles, "") // what depends on nothing
	explained := func(c *api.Condition) bool { _, stands := titles[c.DependsOn]; return stands }
	for i := range f.conditions {
		c := &f.conditions[i]
		n := p.need(c, who)
		n.Because = who.shown(titles[c.DependsOn])
		switch {
		case c.Dismissed:
			v.Seen = append(v.Seen, n)
		case c.Visible && explained(c):
			v.Explained = append(v.Explained, n)
		case c.Visible:
			v.Needs = append(v.Needs, n)
		default:
			v.Young = append(v.Young, n)
		}
	}
}

func (p *Page) need(c *api.Condition, who *visitor) need {
	n := need{ID: c.ID, Shape: "warn", Severity: "warning", Code: c.Code, Title: who.shown(c.Title),
		Text: who.shown(c.Text), Since: p.moment(c.Since)}
	if c.Severity == "error" {
		n.Shape, n.Severity = "fail", "error"
	}
	n.Cure, n.Command = cureOf(who.shown(c.Cure))
	if c.EventID != "" {
		n.Event = eventPath(c.Calendar, c.EventID)
		n.Place = "in " + api.PlaceOf(c.Calendar)
	}
	if c.Account != "" {
		n.Place = strings.TrimSpace(n.Place + " Zoom account " + c.Account)
	}
	return n
}

// commands are the first words of a command of zoomtag's, as cures name them.
var commands = []string{"release", "sync", "retry", "auth", "doctor", "status", "cancel", "links", "log", "remove",
	"config", "init", "calendars", "plan", "run", "notify"}

// ends are what may stand behind a command in a sentence.
const ends = ".,;:)\"”"

// cureOf finds the command in a cure, to be shown as one.
func cureOf(cure string) (text, command string) {
	_, rest, found := strings.Cut(cure, "zoomtag ")
	if !found {
		return cure, ""
	}
	list := strings.Fields(rest)
	for i, w := range list {
		if i == 0 && !slices.Contains(commands, strings.TrimRight(w, ends)) {
			return cure, ""
		}
		end := strings.TrimRight(w, ends)
		list[i] = end
		known := i == 0 || subcommand(list[i-1], end) || strings.HasPrefix(end, "-")
		if !known {
			list = list[:i]
			break
		}
		if end != w {
			list = list[:i+1]
			break
		}
	}
	if len(list) == 0 {
		return cure, ""
	}
	return cure, "zoomtag " + strings.Join(list, " ")
}

// subcommand reports whether a word behind a command belongs to it.
func subcommand(before, word string) bool {
	switch before {
	case "auth":
		return slices.Contains([]string{"google", "outlook", "zoom", "list", "logout"}, word)
	case "notify":
		return word == "test"
	case "config":
		return slices.Contains([]string{"check", "show", "example"}, word)
	case "release", "sync", "retry", "cancel", "remove", "google", "outlook", "zoom":
		return !slices.Contains([]string{"and", "or", "to", "if", "when", "again", "after", "at", "once", "then", "is",
			"lists", "says", "shows", "once,", "for", "on", "as", "makes", "tells"}, word)
	}
	return false
}
