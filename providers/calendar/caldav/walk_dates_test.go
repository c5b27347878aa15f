package caldav_test

import (
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/engine/enginetest"
)

// whole is an object that holds nothing but one VEVENT of another.
func whole(lines []string, vevent []string) string {
	begin, end := slices.Index(lines, "BEGIN:VEVENT"), slices.Index(lines, "END:VCALENDAR")
	return folded(slices.Concat(lines[:begin], vevent, lines[end:]))
}

// vevents are those of an object, each with its lines: the series first, and dates of it.
func vevents(raw string) (list [][]string) {
	lines := unfolded(raw)
	for {
		begin := slices.Index(lines, "BEGIN:VEVENT")
		if begin < 0 {
			return list
		}
		end := slices.Index(lines, "END:VEVENT") + 1
		list, lines = append(list, lines[begin:end]), lines[end:]
	}
}

// rewritten is an object whose VEVENTs are others.
func rewritten(raw string, list [][]string) string {
	return whole(unfolded(raw), slices.Concat(list...))
}

// withFirst is an object of which the first VEVENT, the series, was changed as if it were alone.
func withFirst(raw string, change func(alone string) string) string {
	list := vevents(raw)
	list[0] = vevents(change(whole(unfolded(raw), list[0])))[0]
	return rewritten(raw, list)
}

const utcTime = "20060102T150405Z"

// original is when the series would have a date, as its VEVENT says.
func original(vevent []string) (at time.Time, ok bool) {
	i := slices.IndexFunc(vevent, func(l string) bool { return property(l) == "RECURRENCE-ID" })
	if i < 0 {
		return at, false
	}
	at, err := time.Parse(utcTime, vevent[i][strings.LastIndexByte(vevent[i], ':')+1:])
	return at, err == nil
}

// exceptions are the dates of a series that were changed by themselves, as their owner sees them.
func (d *walkDAV) exceptions(raw string) (list []calendar.Exception) {
	for _, vevent := range vevents(raw) {
		at, isDate := original(vevent)
		if !isDate {
			continue
		}
		e, _ := eventIn(unfolded(whole(unfolded(raw), vevent)))
		if e.Cancelled {
			continue
		}
		list = append(list, calendar.Exception{ID: at.Format(utcTime), Date: calendar.DateName(at, false),
			Start: e.Start, End: e.End, Title: e.Title, Description: e.Description, Location: e.Location,
			Categories: e.Categories,
			Link:       e.Link})
	}
	return list
}

// Except implements enginetest.Apart: an exception begins as a copy of its series, link and all.
func (d *walkDAV) Except(id string, change func(e *calendar.Event)) (string, bool) {
	ev, stands := d.Event(id)
	if !stands || !ev.Series {
		return "", false
	}
	days := 7 * (1 + d.setup.Rand.IntN(3))
	at := ev.Start.AddDate(0, 0, days)
	d.server.Edit("", id, func(raw string) string {
		list := vevents(raw)
		i := slices.IndexFunc(list, func(v []string) bool { own, is := original(v); return is && own.Equal(at) })
		if i < 0 {
			i = len(list)
			list = append(list, slices.DeleteFunc(slices.Clone(list[0]),
				func(l string) bool { return property(l) == "RRULE" }))
			list[i] = slices.Insert(list[i], 1, "RECURRENCE-ID:"+at.Format(utcTime))
			moved := edited(whole(unfolded(raw), list[i]), func(e *calendar.Event) {
				e.Start, e.End = e.Start.AddDate(0, 0, days), e.End.AddDate(0, 0, days)
			})
			list[i] = vevents(moved)[0]
		}
		before, _ := eventIn(unfolded(whole(unfolded(raw), list[i])))
		after := before
		change(&after)
		list[i] = vevents(written(whole(unfolded(raw), list[i]), before, after))[0]
		return rewritten(raw, list)
	})
	return calendar.JoinDate(id, calendar.DateName(at, false)), true
}

// Exceptions implements enginetest.Apart.
func (d *walkDAV) Exceptions(id string) (list []calendar.Event) {
	ev, _ := d.Event(id)
	for _, date := range ev.Dates() {
		if date.End.After(d.setup.Now()) {
			date.Of = nil
			list = append(list, date)
		}
	}
	return list
}

var _ enginetest.Apart = (*walkDAV)(nil)
