package assemble

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unique"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// Builder makes calendars and the meeting service from a configuration.
type Builder struct {
	Config   *configs.Config
	Requests *Counter
	Log      *slog.Logger
	Zone     *time.Location
	Hook     func(string)
	Now      func() time.Time
	Haste    Haste
	Kinds    Kinds
	Accounts Accounts // once they are opened
	// Grants is where the sign-ins of persons are kept; the zero value is beside the state.
	Grants signin.Grants
	// Tokens keeps access tokens of services' apps; nil keeps none.
	Tokens *signin.Tokens
	Alikes *Alikes // nil: calendars share nothing
	Wide   bool    // calendars also list events that show any Zoom link
}

// Interesting tells a calendar which events it has to list.
func (b *Builder) Interesting(s plan.Settings) func(*calendar.Event) bool {
	return func(ev *calendar.Event) bool {
		return plan.Interesting(ev, &s) || b.Wide && len(doctor.Shown(ev)) > 0
	}
}

// Alike is what settings tell calendars, for all that have the same.
type Alike struct {
	// Interesting tells which events have to be listed.
	Interesting func(*calendar.Event) bool
	// Foreign names a conference in an event that is not ours.
	Foreign func(ev *calendar.Event, ours ...string) (name string, found bool)

	settings *plan.Settings // for the engine
	mu       sync.Mutex     // guards first
	first    map[any]any    // what was made for the first of those that have more in common
}

// alike makes what settings tell calendars.
func (b *Builder) alike(s plan.Settings) *Alike {
	if s.Settle == 0 {
		s.Settle = engine.DefaultSettle
	}
	return &Alike{settings: &s, Interesting: b.Interesting(s),
		Foreign: func(ev *calendar.Event, ours ...string) (string, bool) {
			return plan.OtherConference(ev, &s, ours...)
		}}
}

// First is what make has made for the first of the calendars that are alike in their settings and in a key as well.
func First[C any](a *Alike, key any, make func() (C, error)) (C, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.first[key].(C); ok {
		return known, nil
	}
	made, err := make()
	if err == nil {
		if a.first == nil {
			a.first = map[any]any{}
		}
		a.first[key] = made
	}
	return made, err
}

// Alikes keeps what settings tell calendars, by the settings: of many calendars, most have the same.
type Alikes struct {
	mu   sync.Mutex // guards kept
	kept map[string]*Alike
}

// Shared is what settings tell calendars.
func (b *Builder) Shared(s plan.Settings) *Alike {
	if b.Alikes == nil {
		return b.alike(s)
	}
	key := b.digest(s)
	b.Alikes.mu.Lock()
	defer b.Alikes.mu.Unlock()
	if known := b.Alikes.kept[key]; known != nil {
		return known
	}
	a := b.alike(s)
	if b.Alikes.kept == nil {
		b.Alikes.kept = map[string]*Alike{}
	}
	b.Alikes.kept[key] = a
	return a
}

// Needles are those of the tags, or none where any event may be wanted.
func (b *Builder) Needles(s plan.Settings) []string {
	if b.Wide {
		return nil
	}
	return needles(s.Rules)
}

// Source makes the calendar that a section of the configuration describes.
func (b *Builder) Source(c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	kind, ok := b.Kinds.Calendars[c.Provider()]
	if !ok {
		return nil, words.Usage(fmt.Errorf("calendar %s: this build of zoomtag has no %s calendars yet", c.Name,
			c.Provider()))
	}
	source, err := kind.Open(b, c, s)
	if err != nil {
		return nil, words.Usage(fmt.Errorf("calendar %s: %w", c.Name, err))
	}
	return source, nil
}

// Bounds are how much of a calendar is read in one pass.
func (b *Builder) Bounds() calendar.Bounds {
	l := b.Config.Limits
	return calendar.Bounds{Events: l.Events, Pages: l.Pages, Bytes: int64(l.Megabytes) << 20}
}

// Calendars makes all of the configuration's calendars.
func (b *Builder) Calendars() ([]*engine.Calendar, error) {
	if err := b.openAccounts(); err != nil {
		return nil, err
	}
	list := make([]*engine.Calendar, 0, len(b.Config.Calendars))
	for _, c := range b.Config.Calendars {
		made, err := b.calendar(c)
		if err != nil {
			return nil, err
		}
		list = append(list, made)
	}
	return list, nil
}

// calendar makes one of the configuration's calendars.
func (b *Builder) calendar(c configs.Calendar) (*engine.Calendar, error) {
	s, err := b.Settings(c)
	if err != nil {
		return nil, words.Usage(fmt.Errorf("calendar %s: %w", c.Name, err))
	}
	source, err := b.Source(c, s)
	if err != nil {
		return nil, err
	}
	return &engine.Calendar{Name: c.Name, Provider: c.Provider(), Source: source, Settings: b.Shared(s).settings,
		Keeper: keeper(c, b.Config.AccountOf(c)), Lane: laneOf(c), Pace: engine.Pace(b.Config.For(c).Poll),
		Detects: b.fingerprint(c, s), Depends: b.signsInWith(c), Away: away(c)}, nil
}

// laneOf is the lane of a calendar: those of one service, or on one server, are in one. Folders have none.
func laneOf(c configs.Calendar) string {
	if service := c.Section().Service(); service != "" {
		return unique.Make(c.Provider() + " " + service).Value()
	}
	return ""
}

// Mistakes are what is wrong with what the configuration names, each where it is written: a credential file that is
// none, for one, or a folder that is watched twice. What Calendars stops at is the first of them, but for such folders:
// there each event has one link all the same, and a folder that does not answer must hold up nobody but who asks here.
func (b *Builder) Mistakes() []error {
	if err := b.openAccounts(); err != nil {
		return []error{err}
	}
	list := b.watchedTwice()
	for i, c := range b.Config.Calendars {
		_, err := b.calendar(c)
		if err == nil {
			continue
		}
		found := b.Config.MistakeIn(i, words.Of(err))
		if at := (*wrongKey)(nil); errors.As(err, &at) {
			found = b.Config.MistakeAt(i, at.key, words.Of(at.error))
		}
		same := func(other error) bool { return other.Error() == found.Error() } // what all calendars have is said once
		if !slices.ContainsFunc(list, same) {
			list = append(list, found)
		}
	}
	return list
}

// watchedTwice finds calendars that are one folder, by links. Those that are one by their names are found before.
func (b *Builder) watchedTwice() (list []error) {
	names := map[string]string{}
	for i, c := range b.Config.Calendars {
		folder := c.Section().Folder()
		if folder == "" {
			continue
		}
		at := configs.Resolved(folder)
		if other, ok := names[at]; ok {
			twice := words.Mend(fmt.Errorf("this calendar is watched already, as %q, since both folders are %s", other, at),
				"delete one of the two: they would both write to the same events")
			list = append(list, b.Config.MistakeIn(i, words.Of(twice)))
		}
		names[at] = c.Name
	}
	return list
}

// Owners are the addresses of a calendar's owner: those configured, and the host, who is the same person in a small
// set-up.
func (b *Builder) Owners(configured configs.Owners, host string) []string {
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
			goesFirst := len(other) < len(n) || j < i // of two that are the same one stays
			if i != j && goesFirst && strings.Contains(n, other) {
				covered = true
			}
		}
		if !covered {
			least = append(least, n)
		}
	}
	return least
}

// isPlain reports whether every writer of a calendar file writes a character as it is: ASCII letters, digits and '#'.
// The letters k and s are left out, which have look-alikes outside ASCII that count as the same letter.
func isPlain(c byte) bool {
	switch {
	case c == 'k', c == 's':
		return false
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '#':
		return true
	}
	return false
}

// longestPlainRun is the longest part of s that every writer of a calendar file writes as it is.
func longestPlainRun(s string) string {
	best, start := "", 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && isPlain(s[i]) {
			continue
		}
		if i-start > len(best) {
			best = s[start:i]
		}
		start = i + 1
	}
	return best
}

// Once is a folder as a calendar that is worked on once, in which every event is one that a meeting is wanted for.
func (b *Builder) Once(name, dir, options string) (*engine.Calendar, error) {
	s, err := b.Settings(configs.Calendar{})
	if err != nil {
		return nil, err
	}
	s.Rules.Command, s.Rules.Options = true, strings.TrimSpace(options)
	source, err := b.Kinds.File(b, dir)
	if err != nil {
		return nil, err
	}
	// The fingerprint is another one each time: what was in the folder before is not to be compared with what is in it
	// now.
	return &engine.Calendar{Name: name, Provider: "ics", Source: source, Settings: &s,
		Detects: fmt.Sprint(b.Now().UnixNano())}, nil
}
