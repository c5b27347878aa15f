package engine

import (
	"errors"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// kinds are the codes of the kinds of failure, the kind that says most first.
var kinds = []struct {
	kind error
	code reason.Code
}{
	{meeting.ErrUnfit, reason.MeetingUnsafe},
	{meeting.ErrGone, reason.MeetingGone},
	{meeting.ErrDenied, reason.ZoomDenies},
	{meeting.ErrInvalid, reason.ZoomRefuses},
	{meeting.ErrAgain, reason.ZoomRefuses},
	{meeting.ErrNotSent, reason.ZoomUnreachable},
	{calendar.ErrGone, reason.Gone},
	{calendar.ErrConflict, reason.Changed},
	{calendar.ErrAbsent, reason.CalendarAbsent},
	{calendar.ErrUnlisted, reason.Unlisted},
	{calendar.ErrUnchosen, reason.CalendarUnchosen},
	{calendar.ErrMalformed, reason.Malformed},
	{calendar.ErrIncomplete, reason.Incomplete},
	{calendar.ErrDenied, reason.CalendarDenies},
}

// codeOf is the code of a failure: the one that somebody has given it, or that of its kind, or else otherwise.
func codeOf(err error, otherwise reason.Code) reason.Code {
	var wait *waiting
	var refused *refusedBefore
	var atZoom *meeting.SignInError
	var atCalendar *calendar.SignInError
	var throttled *meeting.Throttled
	var slow *calendar.Throttled
	switch code := reason.In(err); {
	case code != "":
		return code
	case errors.As(err, &wait):
		return wait.why.Code()
	case errors.As(err, &refused), errors.As(err, &atZoom):
		return reason.ZoomSignIn
	case errors.As(err, &atCalendar):
		return reason.CalendarSignIn
	case errors.As(err, &throttled) && throttled.Daily:
		return reason.BudgetSpent
	case errors.As(err, &throttled):
		return reason.ZoomRests
	case errors.As(err, &slow):
		return reason.CalendarRests
	}
	for _, k := range kinds {
		if errors.Is(err, k.kind) {
			return k.code
		}
	}
	return otherwise
}

// asks says who is asked in a step, and so who has failed where no kind of failure tells.
func asks(step plan.Do) reason.Code {
	switch step {
	case plan.SetLink, plan.Unlink, plan.Describe:
		return reason.CalendarFails
	case plan.Begin, plan.Seek, plan.Switch, plan.Recover, plan.Create, plan.Update, plan.Probe, plan.Word, plan.Check,
		plan.Cancel, plan.Discard:
		return reason.ZoomFails
	}
	return reason.Unknown
}

// failed is what people are told of a failure, with its code.
func failed(cause error, otherwise reason.Code) store.Why {
	return store.Why{Code: string(codeOf(cause, otherwise)), Text: words.Cause(cause), Cure: words.Cure(cause)}
}

// unreadTwin is why another item with the event's UID, in a calendar that is perhaps another one, could not be read.
func unreadTwin(err error) error {
	return codeOf(err, reason.CalendarFails).Of(err)
}
