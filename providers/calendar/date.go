package calendar

import (
	"cmp"
	"regexp"
	"strings"
	"time"
)

// A date of a series that was edited by itself can be an event of its own, with a link of its own, where the adapter
// names it (Exception.Date). Its id is that of the series, a slash, and that name; so is its UID. Get, SetLink and
// Describe take such an id; listings do not name it: the series is listed when one of its dates has changed.

// dateName is the form of Exception.Date.
var dateName = regexp.MustCompile(`^[0-9]{8}(T[0-9]{6}Z)?$`)

// DateName names the date of a series that it would have at a time, of an all-day series on a day.
func DateName(original time.Time, allDay bool) string {
	if allDay {
		return original.Format("20060102")
	}
	return original.UTC().Format("20060102T150405Z")
}

// JoinDate is the id, or the UID, of a date, made of that of its series.
func JoinDate(series, date string) string { return series + "/" + date }

// CutDate takes the id of a date apart. ok is false for ids that are none; of one that is, the adapter may still know
// an event that is called so.
func CutDate(id string) (series, date string, ok bool) {
	at := strings.LastIndexByte(id, '/')
	if at <= 0 || !dateName.MatchString(id[at+1:]) {
		return id, "", false
	}
	return id[:at], id[at+1:], true
}

// Date is a date of a series as an event of its own, and whether it is there.
func (e *Event) Date(date string) (Event, bool) {
	for i := range e.Exceptions {
		if x := &e.Exceptions[i]; x.Date == date && date != "" {
			return e.dateOf(x), true
		}
	}
	return Event{}, false
}

// Dates are all dates of a series that can be events of their own.
func (e *Event) Dates() (list []Event) {
	for i := range e.Exceptions {
		if x := &e.Exceptions[i]; x.Date != "" {
			list = append(list, e.dateOf(x))
		}
	}
	return list
}

func (e *Event) dateOf(x *Exception) Event {
	d := x.Event()
	d.ID, d.UID = JoinDate(e.ID, x.Date), JoinDate(e.UID, x.Date)
	d.Version = cmp.Or(x.Version, e.Version)
	d.Zone, d.Guessed, d.AllDay = e.Zone, e.Guessed, e.AllDay
	d.Until, d.Of, d.Cancelled = x.End, e, e.Cancelled
	d.Denied, d.Unwritable, d.Sealed = e.Denied, e.Unwritable, e.Sealed
	d.Cure = e.Cure
	if d.Denied == "" && x.Left != "" {
		d.Denied, d.Cure = x.Left, ""
	}
	if d.Denied != "" {
		d.Sealed = ""
	}
	if d.Mails = x.Mails; d.Mails == nil {
		d.Mails = e.Mails
	}
	return d
}

// DateIn is what Describe tells of a date where it tells whole of the series, or failed with err; gone is the error
// where the series has no such date of its own.
func DateIn(whole Details, err error, date string, gone error) (Details, error) {
	if err != nil {
		return Details{}, err
	}
	if one, ok := whole.Date(date); ok {
		return one, nil
	}
	return Details{}, gone
}

// Date is what an invitation to a date of a series says, and whether there is such a date.
func (d *Details) Date(date string) (Details, bool) {
	for _, o := range d.Occurrences {
		if o.Later || o.Cancelled || DateName(o.RecurrenceID, d.AllDay) != date {
			continue
		}
		one := *d
		one.UID, one.Start, one.End = JoinDate(d.UID, date), o.Start, o.End
		one.Title, one.Description, one.Location = o.Title, o.Description, o.Location
		one.Recurrence, one.Occurrences = nil, nil
		return one, true
	}
	return Details{}, false
}
