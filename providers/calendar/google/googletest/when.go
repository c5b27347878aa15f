package googletest

import (
	"strconv"
	"strings"
	"time"
)

// utcBasic is the form of times in the ids of occurrences and in UNTIL.
const utcBasic = "20060102T150405Z"

// stamp is a time as the API says when something was written.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// moment reads a start, end or originalStartTime: its time, and whether it is a whole day (midnight in loc).
func moment(v any, loc *time.Location) (t time.Time, day bool) {
	m, _ := v.(JSON)
	if date, is := m["date"].(string); is {
		t, _ = time.ParseInLocation(time.DateOnly, date, loc) // what is no date is the beginning of time
		return t, true
	}
	text, _ := m["dateTime"].(string)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, false
	}
	if name, _ := m["timeZone"].(string); name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			loc = zone
		}
	}
	t, _ = time.ParseInLocation("2006-01-02T15:04:05", text, loc)
	return t, false
}

// shifted is a start or end of the same kind and zone as like, at another time.
func shifted(like any, t time.Time, loc *time.Location) JSON {
	m, _ := like.(JSON)
	if m["date"] != nil {
		return JSON{"date": t.In(loc).Format(time.DateOnly)}
	}
	out := JSON{"dateTime": t.In(zoneOf(m, loc)).Format(time.RFC3339)}
	if m["timeZone"] != nil {
		out["timeZone"] = m["timeZone"]
	}
	return out
}

func zoneOf(m JSON, loc *time.Location) *time.Location {
	name, _ := m["timeZone"].(string)
	if zone, err := time.LoadLocation(name); name != "" && err == nil {
		return zone
	}
	return loc
}

// rendered is a start or end as the API shows it: its offset is that of the calendar's zone, or of the one asked for,
// whatever its own timeZone says.
func rendered(v any, loc *time.Location) any {
	m, is := v.(JSON)
	if !is || m["dateTime"] == nil {
		return v
	}
	t, _ := moment(m, loc)
	out := JSON{"dateTime": t.In(loc).Format(time.RFC3339)}
	if m["timeZone"] != nil {
		out["timeZone"] = m["timeZone"]
	}
	return out
}

// suffix is what the id of an occurrence ends in.
func suffix(original time.Time, day bool, loc *time.Location) string {
	if day {
		return original.In(loc).Format("20060102")
	}
	return original.UTC().Format(utcBasic)
}

// span is from when to when an event may have occurrences. It may be too long for a series that ends after a count,
// never too short.
func span(body JSON, loc *time.Location) (start, end time.Time, endless bool) {
	if body["start"] == nil {
		start, _ = moment(body["originalStartTime"], loc)
		return start, start, false
	}
	start, _ = moment(body["start"], loc)
	end, _ = moment(body["end"], loc)
	long := end.Sub(start)
	lines, _ := body["recurrence"].([]any)
	for _, v := range lines {
		line, _ := v.(string)
		rule, is := strings.CutPrefix(line, "RRULE:")
		if !is {
			if strings.HasPrefix(line, "RDATE") {
				return start, end, true
			}
			continue
		}
		last, bounded := lastStart(rule, start, loc)
		if !bounded {
			return start, end, true
		}
		if last := last.Add(long); last.After(end) {
			end = last
		}
	}
	return start, end, false
}

// lastStart is when the last occurrence of a rule begins at the latest.
func lastStart(rule string, start time.Time, loc *time.Location) (time.Time, bool) {
	parts := ruleParts(rule)
	if until := parts["UNTIL"]; until != "" {
		if t, err := time.Parse(utcBasic, until); err == nil {
			return t, true
		}
		t, err := time.ParseInLocation("20060102", until, loc)
		return t, err == nil
	}
	count, err := strconv.Atoi(parts["COUNT"])
	if err != nil || parts["BYMONTH"] != "" || parts["BYMONTHDAY"] != "" || parts["BYYEARDAY"] != "" {
		return time.Time{}, false // without a count, or counting days that not every period has
	}
	every := max(1, atoi(parts["INTERVAL"])) * count
	switch parts["FREQ"] {
	case "DAILY":
		return start.AddDate(0, 0, every*7), true // BYDAY may leave one day in seven
	case "WEEKLY":
		return start.AddDate(0, 0, 7*every), true
	}
	return time.Time{}, false
}

func ruleParts(rule string) map[string]string {
	parts := map[string]string{}
	for part := range strings.SplitSeq(rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		parts[name] = value
	}
	return parts
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // what is no number is 0
	return n
}
