//go:build ignore

// This program writes zone_translations.txt: what time zones, and the cities in them, are called in other languages.
// Its source is the Unicode CLDR, as the npm packages cldr-core and cldr-dates-full hold it, unpacked:
//
//	go run gen_zone_translations.go CORE DATES
package main

import (
	"encoding/json"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// languages are those of which Windows and the web calendars show zones in their own words to most people.
var languages = strings.Fields("ar bg ca cs da de el en es et fi fr he hr hu id it ja ko lt lv nb nl pl pt pt-PT ro " +
	"ru sk " +
	"sl sr sv th tr uk vi zh zh-Hant")

type mapZone struct {
	MapZone struct {
		Other     string `json:"_other"`
		Type      string `json:"_type"`
		Territory string `json:"_territory"`
	} `json:"mapZone"`
}

type metaZones struct {
	Supplemental struct {
		MetaZones    struct{ Metazones []mapZone }
		WindowsZones struct{ MapTimezones []mapZone }
	}
}

type zoneNames struct {
	Main map[string]struct {
		Dates struct {
			TimeZoneNames struct {
				Zone     map[string]map[string]json.RawMessage
				Metazone map[string]struct{ Long map[string]string }
			}
		}
	}
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: gen_zone_translations CORE DATES")
	}
	core, dates := os.Args[1], os.Args[2]
	var metas, windows metaZones
	read(filepath.Join(core, "supplemental", "metaZones.json"), &metas)
	read(filepath.Join(core, "supplemental", "windowsZones.json"), &windows)
	golden := map[string]string{}
	for _, m := range metas.Supplemental.MetaZones.Metazones {
		if m.MapZone.Territory == "001" {
			golden[m.MapZone.Other] = m.MapZone.Type
		}
	}
	wanted := map[string]bool{} // zones that Windows knows by a name of their own
	for _, m := range windows.Supplemental.WindowsZones.MapTimezones {
		if m.MapZone.Territory == "001" {
			wanted[m.MapZone.Type] = true
		}
	}
	times, cities := map[string]map[string]bool{}, map[string]map[string]bool{}
	meant := map[string]string{} // which zone a name means; "" is more than one
	for _, language := range languages {
		var names zoneNames
		read(filepath.Join(dates, "main", language, "timeZoneNames.json"), &names)
		all := names.Main[language].Dates.TimeZoneNames
		for meta, said := range all.Metazone {
			for _, name := range said.Long {
				add(times, golden[meta], name)
				if before, ok := meant[name]; ok && before != golden[meta] {
					meant[name] = ""
				} else {
					meant[name] = golden[meta]
				}
			}
		}
		for area, places := range all.Zone {
			for place, raw := range places {
				var city struct{ ExemplarCity string }
				if json.Unmarshal(raw, &city) == nil && wanted[area+"/"+place] {
					add(cities, area+"/"+place, city.ExemplarCity)
				}
			}
		}
	}
	licence, err := os.ReadFile(filepath.Join(core, "LICENSE"))
	if err != nil {
		log.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# Made by gen_zone_translations.go from the Unicode CLDR, under this licence:\n#\n")
	for line := range strings.Lines(string(licence)) {
		b.WriteString(strings.TrimRight("# "+strings.TrimRight(line, "\r\n"), " ") + "\n")
	}
	write(&b, "time", times, func(name string) bool { return meant[name] != "" })
	write(&b, "city", cities, func(string) bool { return true })
	if err := os.WriteFile("zone_translations.txt", []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}

func read(path string, v any) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func add(to map[string]map[string]bool, zone, name string) {
	unusable := name == "" || name == "∅∅∅" || strings.ContainsAny(name, ";\t\n")
	if zone == "" || unusable || strings.HasSuffix(zone, "/"+name) { // what the zone database says is known
		return
	}
	if to[zone] == nil {
		to[zone] = map[string]bool{}
	}
	to[zone][name] = true
}

func write(b *strings.Builder, kind string, all map[string]map[string]bool, keep func(string) bool) {
	for _, zone := range slices.Sorted(maps.Keys(all)) {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(all[zone])) {
			if keep(name) {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			b.WriteString(kind + "\t" + zone + "\t" + strings.Join(names, ";") + "\n")
		}
	}
}
