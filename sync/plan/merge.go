package plan

import (
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// merge lays the options of a tag over those of the configuration. notes say which of them do not come into effect.
func merge(base, over meeting.Options) (merged meeting.Options, notes []string) {
	switch {
	case over.WaitingRoom != nil && *over.WaitingRoom && over.JoinBeforeHost == nil:
		// Asking for a waiting room in the tag means it: what the configuration says of joining early no longer
		// applies.
		base.JoinBeforeHost = nil
	case over.WaitingRoom == nil && over.JoinBeforeHost == nil && Contradictory(base):
		base.JoinBeforeHost = nil
		notes = []string{"the configuration asks for a waiting room and for joining before the host, which exclude " +
			"each other: the waiting room wins, and nobody gets in before the host"}
	}
	if over.WaitingRoom != nil {
		base.WaitingRoom = over.WaitingRoom
	}
	if over.JoinBeforeHost != nil {
		base.JoinBeforeHost = over.JoinBeforeHost
	}
	if over.Passcode != "" {
		base.Passcode = over.Passcode
	}
	if over.Registration != "" {
		base.Registration = over.Registration
	}
	if over.SignIn != nil {
		base.SignIn = over.SignIn
	}
	if over.Mute != nil {
		base.Mute = over.Mute
	}
	if over.Recording != "" {
		base.Recording = over.Recording
	}
	if len(over.AlternativeHosts) > 0 {
		base.AlternativeHosts = over.AlternativeHosts
	}
	if over.Template != "" {
		base.Template = over.Template
	}
	return base, notes
}

// Contradictory reports whether options ask for a waiting room and for joining before the host: with a waiting room
// nobody gets in before the host.
func Contradictory(o meeting.Options) bool {
	joinsEarly := o.JoinBeforeHost != nil && *o.JoinBeforeHost >= 0
	return shuts(o) && joinsEarly
}

// leftOut says which options of a tag have no meaning for the meeting that it asks for.
func leftOut(ev *calendar.Event, c Choice, kind meeting.Kind, noAPI bool) (notes []string) {
	room := kind == meeting.Personal || noAPI
	if c.At != "" && !ev.AllDay {
		notes = append(notes, c.At+" in the tag is left out: the event has a time of its own, which counts; a time "+
			"in the tag is for all-day events")
	}
	if c.Length != 0 && (kind == meeting.Lasting || room) {
		what := "one lasting link for a series"
		if room {
			what = "a personal room"
		}
		notes = append(notes, "the length in the tag is left out: "+what+" has none")
	}
	if room && c.Options.Passcode == meeting.PasscodeNone {
		notes = append(notes, "no-passcode in the tag is left out: a personal room keeps the passcode that it has")
	}
	if noAPI {
		notes = append(notes, withoutAPI(c)...)
	}
	return notes
}

// withoutAPI says what a tag asks for in vain where there is one personal room for all events, and no Zoom API to tell
// it anything.
func withoutAPI(c Choice) (notes []string) {
	if c.Kind == meeting.Scheduled {
		notes = append(notes, "scheduled in the tag cannot be had: a meeting of its own needs the Zoom API, and "+
			"zoom.mode personal has one room for all events")
	}
	asked := map[string]bool{
		"fixed": c.Series == "fixed", "host": c.Host != "", "topic": c.Topic != "",
		"alt":              len(c.Options.AlternativeHosts) > 0,
		"the waiting room": c.Options.WaitingRoom != nil, "join-before-host": c.Options.JoinBeforeHost != nil,
		"sign-in": c.Options.SignIn != nil,
		"mute":    c.Options.Mute != nil, "record": c.Options.Recording != "", "invitation": c.Text == Invitation,
	}
	var names []string
	for name, is := range asked {
		if is {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return notes
	}
	slices.Sort(names)
	return append(notes, strings.Join(names, ", ")+" in the tag cannot be had: with zoom.mode personal nothing can "+
		"be told to Zoom; "+
		"the room is as its owner sets it at zoom.us")
}

// impossible says why no meeting can be what spec asks for, and how to mend it; nothing where one can. What Zoom would
// drop in silence would leave guests a link that is more open than the owner wants.
func impossible(in Input, w Wish, spec meeting.Spec) (why reason.Reason) {
	o, tag := spec.Options, w.Choice.Options
	only := in.Settings.NoAPI // there is one room, and no API: whatever kind is asked for
	room := only || spec.Kind == meeting.Personal
	if why = timeUnknown(in, spec); !why.None() {
		return why
	}
	early := tag.JoinBeforeHost != nil && *tag.JoinBeforeHost >= 0
	switch {
	case early && tag.WaitingRoom == nil && Contradictory(o):
		return reason.WaitingRoom.Because("join-before-host in the tag is against the waiting room that the " +
			"configuration asks for (meeting.waiting_room)").
			Mend("write no-waiting-room as well, or take join-before-host out")
	case isOwn(o.Passcode) && only:
		return reason.RoomPasscode.Because("the passcode in the tag cannot be had: the personal room has a passcode " +
			"of its own").Mend("take passcode= out")
	case isOwn(o.Passcode) && room:
		return reason.RoomPasscode.Because("the passcode in the tag cannot be had: a personal room has a passcode of " +
			"its own").Mend("take passcode= or personal out")
	case o.Registration == "" || o.Registration == "none":
		return why
	}
	return unregistered(in, w, spec)
}

// unregistered says why guests cannot register for the meeting that spec asks for, and how to mend it; nothing where
// they can.
func unregistered(in Input, w Wish, spec meeting.Spec) (why reason.Reason) {
	because := func(cause, cure string) reason.Reason { return reason.NoRegistration.Because(cause).Mend(cure) }
	only, tag := in.Settings.NoAPI, w.Choice.Options
	out := "take register out of the tag"
	if tag.Registration == "" {
		out = "write no-register into the tag"
	}
	switch {
	case only:
		return because("guests cannot register for the personal room, its link is open to all who have it", out)
	case spec.Kind == meeting.Personal:
		return because("guests cannot register for a personal room, Zoom would leave it open", "take personal out "+
			"(scheduled in the tag asks for a meeting of its own), or "+out)
	case spec.Kind != meeting.Lasting, wantsSchedule(in.Event, w, in.Settings) && in.Schedule == nil:
		return why
	case in.Schedule != nil && in.Schedule.Why != "":
		return because("guests cannot register for this series, Zoom would leave its link open: registration needs "+
			"fixed times, and Zoom gets none ("+in.Schedule.Why+")", "tag single events, or "+out)
	}
	return because("guests cannot register for a series with one lasting link, Zoom would leave it open", "write fixed, "+
		"as in #zoom(fixed, register), tag single events, or "+out)
}

// isOwn reports whether p is a passcode itself.
func isOwn(p meeting.Passcode) bool {
	return p != "" && p != meeting.PasscodeAuto && p != meeting.PasscodeNone
}

// lingering is o with what the meeting was told before and is not asked for any more. Of these Zoom knows no "as the
// host's settings say": what was told once stays, and the owner hears of it.
func lingering(rec *record.Record, o meeting.Options) (meeting.Options, []string) {
	if rec.MeetingID == 0 {
		return o, nil
	}
	var stays []string
	if told := rec.Told; told != nil {
		was := told.Options
		keep := func(is, want **bool, what string) {
			if *is != nil && *want == nil {
				*want = *is
				stays = append(stays, what+" "+onOff(**is))
			}
		}
		keep(&was.WaitingRoom, &o.WaitingRoom, "the waiting room")
		keep(&was.SignIn, &o.SignIn, "the sign-in for guests")
		keep(&was.Mute, &o.Mute, "muting on entry")
		if was.JoinBeforeHost != nil && o.JoinBeforeHost == nil && !shuts(o) {
			o.JoinBeforeHost = was.JoinBeforeHost
			stays = append(stays, "joining before the host "+onOff(*was.JoinBeforeHost >= 0))
		}
		if was.Recording != "" && o.Recording == "" {
			o.Recording = was.Recording
			stays = append(stays, "the recording "+was.Recording)
		}
		if was.Passcode == meeting.PasscodeNone && o.Passcode == "" {
			o.Passcode = was.Passcode
			stays = append(stays, "no passcode")
		}
	}
	var notes []string
	for _, what := range stays {
		notes = append(notes, what+" stays as it was told: Zoom cannot be told to follow the host's settings again")
	}
	if rec.Template != o.Template {
		made := "without a template"
		if rec.Template != "" {
			made = "with the template " + rec.Template
		}
		notes = append(notes, "the meeting stays as it was made, "+made+
			": Zoom takes a template only when it makes a meeting")
	}
	return o, notes
}

// shuts reports whether options ask for a waiting room, before which nobody is let in.
func shuts(o meeting.Options) bool { return o.WaitingRoom != nil && *o.WaitingRoom }

func onOff(on bool) string {
	if on {
		return "(on)"
	}
	return "(off)"
}

// timeUnknown says that the time of a meeting would be a guess, since nobody knows the event's time zone. What Zoom was
// told already stays.
func timeUnknown(in Input, spec meeting.Spec) (why reason.Reason) {
	zone := in.Event.Guessed
	told := in.Rec != nil && in.Rec.Told != nil && in.Rec.Told.Start.Equal(spec.Start)
	untimed := spec.Start.IsZero() || in.Event.AllDay
	mayGuess := in.Settings.GuessZones || told
	if zone == "" || untimed || mayGuess {
		return why
	}
	return reason.ZoneUnknown.Because("the time zone " + strconv.Quote(zone) + " is not known, and so not when the " +
		"event begins").Mend("choose another one in the calendar, or write zone: guess into the configuration")
}
