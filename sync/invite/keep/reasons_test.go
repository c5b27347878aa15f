package keep

import (
	"errors"
	"fmt"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/sync/invite"
	"zoomtag/sync/reason"
)

// TestCodeOf: why there is no invitation, or none to be seen, has a code and a cure, whatever is wrapped around it.
func TestCodeOf(t *testing.T) {
	encoded := func(err error) error { return &UnfitError{fmt.Errorf("invite: event %q (%s): %w", "Talk", "uid", err)} }
	for name, c := range map[string]struct {
		err  error
		code reason.Code
		cure string
	}{
		"organizer": {encoded(invite.ErrNoOrganizer), reason.InviteOrganizer, "Leave --request out."},
		"guests":    {encoded(invite.ErrNoAttendees), reason.InviteGuests, "Leave --request out."},
		"cancelled": {encoded(invite.ErrCancelled), reason.InviteCancelled, "Tell the guests with --cancel."},
		"no link":   {encoded(invite.ErrNoLink), reason.InviteNoLink, "Run zoomtag sync."},
		"no start":  {encoded(errors.New("it does not say when it begins")), reason.InviteUnfit, reason.InviteUnfit.Cure()},
		"gone":      {&UnfitError{fmt.Errorf("a: %w", calendar.ErrGone)}, reason.Gone, reason.Gone.Cure()},
		"folder": {&FolderError{&foreignError{"/srv/a.ics"}}, reason.InviteFolder, "Move it away, or choose a folder for " +
			"invites.dir to which nothing else writes."},
		"unread": {errors.New("no answer"), reason.CalendarFails, reason.CalendarFails.Cure()},
	} {
		code := CodeOf(c.err)
		if cure := code.CureOf(words.Cure(c.err)); code != c.code || cure != c.cure {
			t.Errorf("%s: %q, %q", name, code, cure)
		}
	}
}
