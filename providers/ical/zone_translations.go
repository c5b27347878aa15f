package ical

import (
	_ "embed"
	"strings"
	"sync"
)

// translations are what zones, and the cities in them, are called in some thirty languages, from the Unicode CLDR:
// lines of a kind ("time" or "city"), a zone of the zone database, and its names, with tabs between them.
//
//go:generate go run gen_zone_translations.go CORE DATES
//go:embed zone_translations.txt
var translations string

// zoneTranslations finds zones by what they are called in other languages. A name that means several zones is none.
type zoneTranslations struct {
	times  map[string]string
	cities map[string][]string
}

// translated is made when the first name comes up that means nothing else: few calendars have one.
var translated = sync.OnceValue(func() *zoneTranslations {
	t := &zoneTranslations{times: map[string]string{}, cities: map[string][]string{}}
	for line := range strings.Lines(translations) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		zone, names, _ := strings.Cut(rest, "\t")
		for name := range strings.SplitSeq(names, ";") {
			key := translationKey(name)
			switch before, known := t.times[key]; {
			case kind == "city":
				t.cities[key] = append(t.cities[key], zone)
			case kind != "time":
			case known && before != zone:
				t.times[key] = ""
			default:
				t.times[key] = zone
			}
		}
	}
	return t
})

// translationKey is what two spellings of a name have in common.
func translationKey(name string) string { return zoneKey(strings.ToLower(name)) }

// time is the zone whose time is called so, or "".
func (t *zoneTranslations) time(name string) string { return t.times[translationKey(name)] }
