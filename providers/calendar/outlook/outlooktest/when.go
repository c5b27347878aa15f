package outlooktest

import (
	"strings"
	"time"
)

// local is the form in which the API writes times, whose zone is named beside them.
const local = "2006-01-02T15:04:05.0000000"

// customZone is how a zone is called that Exchange has no name for.
const customZone = "tzone://Microsoft/Custom"

// stamp is a time as the API says when something was written.
func stamp(t time.Time) string { return t.UTC().Format(local) + "Z" }

// windowsZones are the zones that the emulator knows by the names of Windows, of those in the Unicode CLDR.
func windowsZones() map[string]string {
	return map[string]string{
		"UTC": "Etc/UTC", "GMT Standard Time": "Europe/London", "W. Europe Standard Time": "Europe/Berlin",
		"Romance Standard Time": "Europe/Paris", "Central Europe Standard Time": "Europe/Budapest",
		"Central European Standard Time": "Europe/Warsaw", "E. Europe Standard Time": "Europe/Chisinau",
		"FLE Standard Time": "Europe/Kiev", "GTB Standard Time": "Europe/Bucharest",
		"Turkey Standard Time":  "Europe/Istanbul",
		"Russian Standard Time": "Europe/Moscow", "Israel Standard Time": "Asia/Jerusalem",
		"Arabian Standard Time": "Asia/Dubai",
		"India Standard Time":   "Asia/Calcutta", "China Standard Time": "Asia/Shanghai",
		"Singapore Standard Time": "Asia/Singapore",
		"Tokyo Standard Time":     "Asia/Tokyo", "AUS Eastern Standard Time": "Australia/Sydney",
		"New Zealand Standard Time": "Pacific/Auckland",
		"Eastern Standard Time":     "America/New_York", "Central Standard Time": "America/Chicago",
		"Mountain Standard Time":    "America/Denver",
		"US Mountain Standard Time": "America/Phoenix", "Pacific Standard Time": "America/Los_Angeles",
		"Alaskan Standard Time": "America/Anchorage", "Hawaiian Standard Time": "Pacific/Honolulu",
		"E. South America Standard Time": "America/Sao_Paulo", "Argentina Standard Time": "America/Buenos_Aires",
		"Newfoundland Standard Time": "America/St_Johns", "Atlantic Standard Time": "America/Halifax",
		"South Africa Standard Time": "Africa/Johannesburg", "Egypt Standard Time": "Africa/Cairo",
	}
}

// zone finds a zone by either kind of name.
func zone(name string) (*time.Location, bool) {
	if name == "" || name == "UTC" {
		return time.UTC, true
	}
	if iana := windowsZones()[name]; iana != "" {
		name = iana
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC, false
	}
	return loc, true
}

// windowsName is what Exchange calls a zone.
func windowsName(name string) string {
	for windows, iana := range windowsZones() {
		if iana == name {
			return windows
		}
	}
	return name
}

// instant reads a {dateTime, timeZone}. What is no time is the beginning of all.
func instant(v any) time.Time {
	m, _ := v.(JSON)
	text, _ := m["dateTime"].(string)
	name, _ := m["timeZone"].(string)
	loc, _ := zone(name)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC()
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// inZone is a time as the API writes it.
func inZone(t time.Time, loc *time.Location, name string) JSON {
	return JSON{"dateTime": t.In(loc).Format(local), "timeZone": name}
}

// savedTimes puts start and end in UTC, those of whole days at its midnight, and remembers in which zone they were
// given.
func savedTimes(out, change JSON) {
	for name, zoneField := range map[string]string{"start": "originalStartTimeZone", "end": "originalEndTimeZone"} {
		v, touched := change[name].(JSON)
		if !touched {
			continue
		}
		given, _ := v["timeZone"].(string)
		if given == "" {
			given = "UTC"
		}
		if out["isAllDay"] == true {
			text, _ := v["dateTime"].(string)
			date, _, _ := strings.Cut(text, "T")
			v = JSON{"dateTime": date, "timeZone": "UTC"}
		}
		if _, explicit := change[zoneField]; !explicit && (out[zoneField] == nil || given != "UTC") {
			out[zoneField] = windowsName(given)
		}
		out[name] = inZone(instant(v), time.UTC, "UTC")
	}
}
