package keep

import (
	"errors"

	"zoomtag/providers/calendar"
	"zoomtag/sync/invite"
	"zoomtag/sync/reason"
)

// codes are the codes of what an invitation lacks, what says most first.
var codes = []struct {
	err  error
	code reason.Code
}{
	{invite.ErrNoOrganizer, reason.InviteOrganizer},
	{invite.ErrNoAttendees, reason.InviteGuests},
	{invite.ErrCancelled, reason.InviteCancelled},
	{invite.ErrNoLink, reason.InviteNoLink},
	{calendar.ErrGone, reason.Gone},
	{calendar.ErrMalformed, reason.Malformed},
	{calendar.ErrIncomplete, reason.Incomplete},
	{calendar.ErrAbsent, reason.CalendarAbsent},
	{calendar.ErrDenied, reason.CalendarDenies},
}

// CodeOf is the code of why there is no invitation to an event, or why the folder does not show it.
func CodeOf(err error) reason.Code {
	var folder *FolderError
	var unfit *UnfitError
	if code := reason.In(err); code != "" {
		return code
	}
	if errors.As(err, &folder) {
		return reason.InviteFolder
	}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	if errors.As(err, &unfit) {
		return reason.InviteUnfit
	}
	return reason.CalendarFails
}
