package ical

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

//go:generate go run gen_windows_zones.go
//go:generate go run gen_zone_names.go

// zone is what a TZID turned out to mean.
type zone struct {
	loc *time.Location
	// name is the IANA name; "" where the zone is only known by the file's own rules.
	name string
	// note is a warning for the owner.
	note string
	// guessed says that nobody knows what is meant: the configured zone stands in for it.
	guessed bool
}

// maxZones bounds how many zones of its own one event may have worked out.
const maxZones = 20

// zones finds out what the TZIDs of one event mean.
type zones struct {
	doc      *Doc
	fallback *time.Location
	calendar int32  // the VCALENDAR whose times are read
	own      string // what it says of times that name no zone
	home     string // what that of the event says of them, for one that says nothing
	known    map[string]map[int32]zone
}

// enter has what is read next be of a component.
func (z *zones) enter(c int32) {
	z.calendar = z.doc.comps[c].parent
	z.own = cmp.Or(z.doc.index().zones[z.calendar], z.home)
}

// find resolves a TZID: a name of the zone database with its area, also behind a prefix; else what the file's own
// VTIMEZONE says (RFC 5545 3.6.5), which for names of the zone database is often stale; an abbreviation or a name of
// Windows; what its words say; and where all that fails, the configured zone, with a warning.
func (z *zones) find(name string) zone {
	if found, ok := z.known[name][z.calendar]; ok {
		return found
	}
	found, ok := z.resolve(name)
	if !ok {
		found = z.configured()
		if name != z.own {
			found = z.floating()
		}
		found.guessed = true
		found.note = fmt.Sprintf("the time zone %.60q is not known; %s is used instead", name, called(found.loc))
	}
	if z.known == nil {
		z.known = map[string]map[int32]zone{}
	}
	if z.known[name] == nil {
		z.known[name] = map[int32]zone{}
	}
	z.known[name][z.calendar] = found
	return found
}

// called is what people call a zone.
func called(loc *time.Location) string {
	if loc == time.Local || loc.String() == time.Local.String() {
		return "this computer's time zone"
	}
	return loc.String()
}

func (z *zones) resolve(tzid string) (zone, bool) {
	byName, isNamed := named(tzid)
	if isNamed && strings.Contains(byName.name, "/") && strings.HasSuffix(strings.Trim(tzid, "\" \t"), byName.name) {
		return byName, true
	}
	if len(z.known) < maxZones {
		if own, ok := z.defined(tzid); ok {
			if isNamed && own.name == "" && agree(own.loc, byName.loc) {
				return byName, true // and Zoom is told a name that it knows
			}
			return own, true
		}
	}
	if isNamed {
		return byName, true
	}
	return worded(tzid)
}

// floating is the zone of times that name none: the one that the calendar is in (X-WR-TIMEZONE, which Google and Apple
// write), else the configured one, which is guessed where nobody can read what the calendar says.
func (z *zones) floating() zone {
	if z.own == "" {
		return z.configured()
	}
	return z.find(z.own)
}

func (z *zones) configured() zone {
	name := z.fallback.String()
	if name == "Local" || name == "" {
		name = ""
	}
	return zone{loc: z.fallback, name: name}
}

// named resolves a TZID that names a zone of the zone database in one way or another.
func named(tzid string) (zone, bool) {
	tzid = strings.Trim(tzid, "\" \t")
	if found, ok := load(tzid); ok {
		return found, true
	}
	if iana, ok := windowsZones[tzid]; ok {
		return load(iana)
	}
	switch strings.ToUpper(tzid) {
	case "UTC", "GMT", "Z", "ZULU", "UNIVERSAL", "GREENWICH", "TZONE://MICROSOFT/UTC", "COORDINATED UNIVERSAL TIME":
		return zone{loc: time.UTC, name: "UTC"}, true
	}
	return prefixed(tzid)
}

// load is time.LoadLocation without its special names.
func load(name string) (zone, bool) {
	if len(name) < 3 || len(name) > 64 || name == "Local" {
		return zone{}, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return zone{}, false
	}
	return zone{loc: loc, name: name}, true
}

// prefixed resolves names such as /mozilla.org/20070129_1/Europe/Berlin,
// /freeassociation.sourceforge.net/Tzfile/Europe/Berlin and /citadel.org/20210210_1/America/Argentina/Buenos_Aires: a
// globally unique name (RFC 5545 3.2.19) that ends in one of the zone database. The longest such end counts.
func prefixed(tzid string) (zone, bool) {
	if len(tzid) > 200 || !strings.HasPrefix(tzid, "/") {
		return zone{}, false
	}
	for rest := tzid[1:]; ; {
		if found, ok := load(rest); ok {
			return found, true
		}
		_, after, ok := strings.Cut(rest, "/")
		if !ok {
			return zone{}, false
		}
		rest = after
	}
}

// defined is what the file's own VTIMEZONEs say of a TZID.
type defined struct {
	zone
	ok bool
}

// defined resolves a TZID by the VTIMEZONE of its own VCALENDAR, or where that has none, of another one in the file:
// once for all events of the file.
func (z *zones) defined(name string) (zone, bool) {
	x := z.doc.index()
	key := tzid{z.calendar, name}
	if x.byTZID[key] == nil {
		key.calendar = anyCalendar
	}
	list := x.byTZID[key]
	if list == nil {
		return zone{}, false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	known, ok := x.defined[key]
	if !ok {
		known = x.define(z.doc, list, name)
		x.defined[key] = known
	}
	return known.zone, known.ok
}

// define works out what VTIMEZONEs say, once for all that say the same: a file may have one for each of its events.
func (x *contents) define(d *Doc, timezones []int32, name string) (known defined) {
	sum := sha256.Sum256(append([]byte(name+"\n"), d.parts(timezones)...))
	known, ok := x.worked[sum]
	if !ok {
		known.zone, known.ok = d.define(timezones, name)
		x.worked[sum] = known
	}
	return known
}

// define finds out what a zone is: by the IANA name that Apple's, Google's and libical's programs put there, else by
// its offset rules.
func (d *Doc) define(timezones []int32, tzid string) (zone, bool) {
	for _, c := range timezones {
		if p := d.first(c, "X-LIC-LOCATION"); p != nil {
			if found, ok := load(d.plain(p)); ok {
				return found, true
			}
		}
		if loc, ok := d.location(c, tzid); ok {
			return zone{loc: loc}, true
		}
	}
	return zone{}, false
}

// instant returns the moment that a stamp means. Dates are midnight in the configured zone.
func (z *zones) instant(s stamp, tzid string) (time.Time, zone) {
	var in zone
	switch {
	case s.utc:
		in = zone{loc: time.UTC, name: "UTC"}
	case s.dateOnly || tzid == "":
		in = z.floating()
	default:
		in = z.find(tzid)
	}
	return inZone(s.wall, in.loc), in
}

// ZoneName is the IANA name that a TZID means: an IANA name itself, one with a known prefix, or a Windows name.
func ZoneName(tzid string) (iana string, ok bool) {
	found, ok := named(tzid)
	return found.name, ok && found.name != ""
}
