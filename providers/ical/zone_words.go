package ical

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxZoneName bounds how long a TZID may be that is understood by its words.
const maxZoneName = 200

// zoneKey is what two spellings of a zone's name have in common: letters, in one case, and digits with their sign.
func zoneKey(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 0x80:
			b.WriteByte(c)
		case (c == '+' || c == '-') && i+1 < len(name) && name[i+1] >= '0' && name[i+1] <= '9':
			b.WriteByte(c)
		}
	}
	return b.String()
}

// zoneIndex finds zones by their spelling: whole names, those of Windows, and places.
type zoneIndex struct {
	names, windows map[string]string
	places         map[string][]string
}

var zoneIndexes = sync.OnceValue(func() *zoneIndex {
	x := &zoneIndex{names: map[string]string{}, windows: map[string]string{}, places: map[string][]string{}}
	for _, name := range areaNames {
		x.names[zoneKey(name)] = name
		place := zoneKey(name[strings.LastIndexByte(name, '/')+1:])
		x.places[place] = append(x.places[place], name)
	}
	for name, iana := range windowsZones {
		x.windows[zoneKey(name)] = iana
	}
	for name, iana := range shownZones {
		x.windows[zoneKey(name)] = iana
	}
	return x
})

// shownZones are zones that Windows shows by other words than their own names, where no place in those is one of the
// zone database.
var shownZones = map[string]string{
	"Alaska": "America/Anchorage", "Arizona": "America/Phoenix", "Hawaii": "Pacific/Honolulu",
	"Indiana (East)": "America/Indianapolis",
	"Brasilia":       "America/Sao_Paulo", "Greenland": "America/Godthab", "Newfoundland": "America/St_Johns",
	"Baja California":             "America/Tijuana",
	"Chihuahua, La Paz, Mazatlan": "America/Chihuahua", "City of Buenos Aires": "America/Buenos_Aires",
	"Cabo Verde Is.": "Atlantic/Cape_Verde",
	"Cape Verde Is.": "Atlantic/Cape_Verde", "West Central Africa": "Africa/Lagos",
	"Marquesas Islands": "Pacific/Marquesas", "Solomon Is., New Caledonia": "Pacific/Guadalcanal",
	"Sri Jayawardenepura": "Asia/Colombo", "Yangon (Rangoon)": "Asia/Rangoon", "Islamabad, Karachi": "Asia/Karachi",
	"Ekaterinburg":                   "Asia/Yekaterinburg",
	"Petropavlovsk-Kamchatsky - Old": "Asia/Kamchatka", "Nuku'alofa": "Pacific/Tongatapu", "Samoa": "Pacific/Apia",
	"Kiritimati Island": "Pacific/Kiritimati",
	"Turks and Caicos":  "America/Grand_Turk", "Saint Pierre and Miquelon": "America/Miquelon",
	"Coordinated Universal Time": "Etc/UTC",
}

// numbered is a name with a number that Outlook puts behind those that are in a file twice.
var numbered = regexp.MustCompile(`^(.*\S)[ _]\d{1,3}$`)

// offsetWords is a name that says an offset from UTC, and perhaps places behind it; bareOffset is one that is nothing
// else, and does not even say from what.
var (
	offsetWords = regexp.MustCompile(`(?i)^(\(?)\s*(?:UTC|GMT)\s*(?:([+\-−–])\s*(\d{1,2})(?:[:.]?(\d{2}))?(?::00)?)?\s*(\)?)\s*(.*)$`)
	bareOffset  = regexp.MustCompile(`^[+\-−–]\d{2}:?\d{2}$`)
)

// worded resolves a TZID that says a zone or an offset in words: another spelling of a name, the words that Windows
// shows for a zone, in the languages of zone_translations.txt, or an offset alone.
func worded(tzid string) (zone, bool) {
	tzid = strings.Trim(strings.ReplaceAll(tzid, `\`, ""), "\" \t")
	if tzid == "" || len(tzid) > maxZoneName {
		return zone{}, false
	}
	x := zoneIndexes()
	for _, name := range []string{tzid, numbered.ReplaceAllString(tzid, "$1")} {
		if found, ok := x.spelled(name); ok {
			return found, true
		}
	}
	if bareOffset.MatchString(tzid) {
		tzid = "UTC" + tzid
	}
	m := offsetWords.FindStringSubmatch(tzid)
	if m == nil || (m[1] == "") != (m[5] == "") {
		return zone{}, false
	}
	offset, ok := spoken(m[2], m[3], m[4])
	if !ok {
		return zone{}, false
	}
	words := strings.Trim(m[6], " -–:")
	inner, bracketed := strings.CutPrefix(words, "(")
	switch {
	case words == "":
		return fixed(offset), true
	case m[1] != "": // (UTC+01:00) Berlin, Rome
		return x.shown(words, offset)
	case m[2] == "": // GMT Something Time
		return zone{}, false
	case bracketed: // GMT+0100 (CET)
		return x.shown(strings.TrimSuffix(inner, ")"), offset)
	}
	found, _ := x.shown(words, offset) // UTC+01:00 Berlin, Rome
	return found, found.note == ""
}

// spelled finds a zone by another spelling of its name.
func (x *zoneIndex) spelled(name string) (zone, bool) {
	key := zoneKey(name)
	if iana, ok := x.names[key]; ok {
		return load(iana)
	}
	if iana, ok := x.windows[key]; ok {
		return load(iana)
	}
	if iana := translated().time(name); iana != "" {
		return load(iana)
	}
	return zone{}, false
}

// spoken is an offset in seconds.
func spoken(sign, hours, minutes string) (int, bool) {
	h, m := 0, 0
	if hours != "" {
		h, _ = strconv.Atoi(hours)
	}
	if minutes != "" {
		m, _ = strconv.Atoi(minutes)
	}
	seconds := h*3600 + m*60
	if sign != "" && sign != "+" {
		seconds = -seconds
	}
	return seconds, h <= 14 && m < 60
}

// shown finds the zone that Windows shows by an offset and words. Where no word is known, the offset holds the whole
// year; that is told.
func (x *zoneIndex) shown(words string, offset int) (zone, bool) {
	names := append([]string{words},
		strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune(",;/、，،", r) })...)
	for _, name := range names {
		name = strings.TrimSpace(name)
		var candidates []string
		if iana, ok := x.windows[zoneKey(name)]; ok {
			candidates = append(candidates, iana)
		}
		if before, _, ok := strings.Cut(name, " Time"); ok { // Eastern Time (US & Canada)
			if iana, ok := x.windows[zoneKey(before+" Standard Time")]; ok {
				candidates = append(candidates, iana)
			}
		}
		if iana, ok := x.windows[zoneKey(name+" Standard Time")]; ok {
			candidates = append(candidates, iana)
		}
		candidates = append(append(candidates, x.places[zoneKey(name)]...), name) // CET
		if len(candidates) == 1 {
			candidates = append(candidates, translated().cities[translationKey(name)]...)
			candidates = append(candidates, translated().time(name))
		}
		for _, iana := range candidates {
			if found, ok := load(iana); ok && hasOffset(found.loc, offset) {
				return found, true
			}
		}
	}
	found := fixed(offset)
	found.note = "of the time zone " + quoted(words) + " only its offset from UTC is known, which is taken for that " +
		"of the whole year"
	return found, true
}

// hasOffset reports whether a zone has an offset in winter or in summer, in a year near enough to now that its rules
// hold.
func hasOffset(loc *time.Location, offset int) bool {
	return slices.ContainsFunc([]time.Month{time.January, time.July}, func(m time.Month) bool {
		_, has := time.Date(agreeFrom, m, 1, 0, 0, 0, 0, time.UTC).In(loc).Zone()
		return has == offset
	})
}

// fixed is the zone with an offset that never changes: one of the zone database where there is one, which only has
// whole hours.
func fixed(offset int) zone {
	if offset == 0 {
		return zone{loc: time.UTC, name: "UTC"}
	}
	if offset%3600 == 0 {
		if found, ok := load("Etc/GMT" + signed(-offset/3600)); ok { // where the sign is the other way round
			return found
		}
	}
	name := "UTC" + signed(offset/3600)
	if m := offset / 60 % 60; m != 0 {
		name += ":" + strconv.Itoa(max(m, -m))
	}
	return zone{loc: time.FixedZone(name, offset)}
}

func signed(n int) string {
	if n > 0 {
		return "+" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// The years in which two zones have to agree to be taken for one.
const (
	agreeFrom = 2026
	agreeTo   = 2032
)

// agree reports whether clocks in two zones show the same time, in the years that matter.
func agree(a, b *time.Location) bool {
	const step = 6 * 24 * time.Hour // no summer time is shorter
	end := time.Date(agreeTo, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(agreeFrom, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(end); at = at.Add(step) {
		if offsetAt(at.Unix(), a) != offsetAt(at.Unix(), b) {
			return false
		}
	}
	return true
}

func quoted(text string) string {
	const longest = 60
	if len(text) > longest {
		text = text[:longest]
	}
	return strconv.Quote(text)
}
