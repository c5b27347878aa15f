package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// builder makes calendars and the meeting service from a configuration.
type builder struct {
	cfg      *configs.Config
	requests *counter
	log      *slog.Logger
	zone     *time.Location
	hook     func(string)
	now      func() time.Time
	hurry    hurry
	kinds    kinds
	accounts accounts // once they are opened
	wide     bool     // calendars also list events that show any Zoom link
}

// interesting tells a calendar which events it has to list.
func (b *builder) interesting(s plan.Settings) func(*calendar.Event) bool {
	return func(ev *calendar.Event) bool {
		return plan.Interesting(ev, &s) || b.wide && len(doctor.Shown(ev)) > 0
	}
}

// needles are those of the tags, or none where any event may be wanted.
func (b *builder) needles(s plan.Settings) []string {
	if b.wide {
		return nil
	}
	return needles(s.Rules)
}

// kinds is what a configuration can name, and what that becomes. They are made anew for each configuration: what the calendars of one share, a
// quota for example, lives in their closures.
type kinds struct {
	calendars map[string]calendarKind // by the keys of configs.Calendar.Provider
	// zoom opens an account that is asked through the API, and personal one that is a fixed link.
	zoom     func(b *builder, z configs.Zoom) (meeting.Service, error)
	personal func(link string) (meeting.Service, error)
	// file opens the folder that holds one file, for which a meeting is made though nothing in it says so.
	file func(b *builder, dir string) (calendar.Calendar, error)
}

// calendarKind is a kind of calendar.
type calendarKind struct {
	open func(b *builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error)
	// signIn has a person sign in for a calendar; nil where nobody does.
	signIn func(ctx context.Context, b *builder, c configs.Calendar, p signin.Prompt) error
}

// source makes the calendar that a section of the configuration describes.
func (b *builder) source(c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	kind, ok := b.kinds.calendars[c.Provider()]
	if !ok {
		return nil, words.Usage(fmt.Errorf("calendar %s: this build of zoomtag has no %s calendars yet", c.Name, c.Provider()))
	}
	source, err := kind.open(b, c, s)
	if err != nil {
		return nil, words.Usage(fmt.Errorf("calendar %s: %w", c.Name, err))
	}
	return source, nil
}

// bounds are how much of a calendar is read in one pass.
func (b *builder) bounds() calendar.Bounds {
	l := b.cfg.Limits
	return calendar.Bounds{Events: l.Events, Pages: l.Pages, Bytes: int64(l.Megabytes) << 20}
}

// grantFile is where the sign-in of a calendar's owner is kept: beside the state.
func grantFile(state string, c configs.Calendar) string {
	return filepath.Join(filepath.Dir(state), c.Provider()+"-"+c.Name+".grant")
}

// templates reports whether the configuration names a meeting template for an account.
func (b *builder) templates(z configs.Zoom) bool {
	return slices.ContainsFunc(b.cfg.Calendars, func(c configs.Calendar) bool {
		return b.cfg.AccountOf(c).Name == z.Name && b.cfg.For(c).Meeting.Template != ""
	})
}

// calendars makes all of the configuration's calendars.
func (b *builder) calendars() ([]*engine.Calendar, error) {
	if err := b.openAccounts(); err != nil {
		return nil, err
	}
	list := make([]*engine.Calendar, 0, len(b.cfg.Calendars))
	for _, c := range b.cfg.Calendars {
		s, err := b.settings(c)
		if err != nil {
			return nil, words.Usage(fmt.Errorf("calendar %s: %w", c.Name, err))
		}
		source, err := b.source(c, s)
		if err != nil {
			return nil, err
		}
		list = append(list, &engine.Calendar{Name: c.Name, Provider: c.Provider(), Source: source, Settings: s, Detects: b.fingerprint(c, s),
			Depends: b.signsInWith(c)})
	}
	return list, nil
}

// settings are what the configuration says about the events of a calendar.
func (b *builder) settings(c configs.Calendar) (plan.Settings, error) {
	e, z := b.cfg.For(c), b.cfg.AccountOf(c)
	m, t := e.Meeting, b.cfg.Tag
	s := plan.Settings{
		Rules: plan.Rules{Words: t.Words, Not: t.Not, Categories: t.Categories, Locations: t.Locations, Colors: t.Colors, Keep: t.Keep,
			Allowed: e.Tag.Options, Hosts: e.Tag.Hosts},
		Host: b.host(z, e.Host), Account: plan.AccountHash(z.Identity()), Accounts: b.choices(e, z),
		// That another room was configured before changes nothing. But where there are other accounts as well, a mark of none of them is
		// one of an account that was taken out.
		AnyAccount: !slices.ContainsFunc(b.cfg.Zoom, func(z configs.Zoom) bool { return z.Mode != configs.Personal }),
		NoAPI:      z.Mode == configs.Personal, Room: strings.TrimSpace(z.PersonalLink),
		Kind: kindIn(z, e), Series: m.Series, Location: e.Link.Location, ReplaceMeet: e.Link.Meet == "replace", Text: e.Link.Text, Note: e.Link.Note, Checks: z.Mode != configs.Personal, Grace: b.cfg.Grace,
		GuessZones: b.cfg.Zone == configs.GuessZone,
		Options: meeting.Options{WaitingRoom: m.WaitingRoom, JoinBeforeHost: m.JoinBeforeHost, Passcode: meeting.Passcode(m.Passcode),
			Registration: m.Registration, SignIn: m.SignIn, Mute: m.Mute, Recording: m.Recording, AlternativeHosts: m.AlternativeHosts},
	}
	if m.Mail != nil {
		s.Options.Mail = *m.Mail
	}
	if z.Mode != configs.Personal {
		s.Options.Template = m.Template
	}
	path, ok := strings.CutPrefix(e.Link.Text, "template:")
	if !ok {
		return s, nil
	}
	source, err := os.ReadFile(path)
	if err == nil {
		s.Template, err = plan.NewTemplate(filepath.Base(path), string(source))
	}
	if err != nil {
		return s, fmt.Errorf("link.text: %w", err)
	}
	return s, nil
}

// fingerprint names the configuration that decides what is detected in a calendar and what is asked for.
func (b *builder) fingerprint(c configs.Calendar, s plan.Settings) string {
	s.Grace = 0
	said, err := json.Marshal(struct {
		Settings plan.Settings
		Passcode string
		Owners   any
		Source   any
		Outlook  any
		CalDAV   any
		Zone     string
		Link     string
		Announce string
	}{s, s.Options.Passcode.Reveal(), c.ICS, c.Google, c.Outlook, c.CalDAV, b.zone.String(), b.rooms(), b.cfg.For(c).Link.Announce})
	if err != nil { // every field is plain data
		b.log.Warn("the configuration has no fingerprint", "reason", err)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:8])
}

// rooms are the links that are the same for every event.
func (b *builder) rooms() string {
	var links []string
	for _, z := range b.cfg.Zoom {
		links = append(links, z.PersonalLink)
	}
	return strings.Join(links, " ")
}

// owners are the addresses of a calendar's owner: those configured, and the host, who is the same person in a small set-up.
func (b *builder) owners(configured configs.Owners, host string) []string {
	if len(configured) > 0 {
		return configured
	}
	if strings.Contains(host, "@") {
		return []string{host}
	}
	return nil
}

// needles are byte strings, in lower case, one of which stands in every event that could be tagged: a cheap look before
// anything is parsed. nil where some tag has no such part.
func needles(r plan.Rules) []string {
	var list []string
	for _, words := range [][]string{r.Words, r.Categories, r.Locations} {
		for _, word := range words {
			run := longestPlainRun(strings.ToLower(word))
			if len(run) < 2 {
				return nil
			}
			list = append(list, run)
		}
	}
	// A needle that holds another one finds nothing that the other does not find.
	var least []string
	for i, n := range list {
		covered := false
		for j, other := range list {
			covered = covered || i != j && strings.Contains(n, other) && (len(other) < len(n) || j < i)
		}
		if !covered {
			least = append(least, n)
		}
	}
	return least
}

// longestPlainRun is the longest part of s that every writer of a calendar file writes as it is: ASCII letters, digits and
// '#'. The letters k and s are left out, which have look-alikes outside ASCII that count as the same letter.
func longestPlainRun(s string) string {
	best, start := "", 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && (s[i] >= 'a' && s[i] <= 'z' && s[i] != 'k' && s[i] != 's' || s[i] >= '0' && s[i] <= '9' || s[i] == '#') {
			continue
		}
		if i-start > len(best) {
			best = s[start:i]
		}
		start = i + 1
	}
	return best
}
