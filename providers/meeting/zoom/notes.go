package zoom

import (
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// notes says in sentences for the owner what Zoom did otherwise than it was asked.
func notes(asked, said terms) []string {
	var list []string
	add := func(differs bool, sentence string) {
		if differs {
			list = append(list, sentence)
		}
	}
	d := apart(said, asked)
	add(d.topic != nil, "Zoom shows another topic than it was given.")
	add(d.kind != nil || d.room != nil, "Zoom made another kind of meeting than it was asked for.")
	if d.start != nil && said.start != nil {
		add(true, "Zoom shows the meeting at "+said.start.UTC().Format("2006-01-02 15:04")+" UTC for "+
			minutesText(said.minutes)+
			", not at "+asked.start.UTC().Format("2006-01-02 15:04")+" UTC for "+minutesText(asked.minutes)+".")
	}
	switch {
	case d.passcode == nil:
	case *asked.passcode == "":
		add(true, "Zoom gave the meeting a passcode although none was asked for: the account asks for one.")
	case *said.passcode == "":
		add(true, "Zoom left the passcode out.")
	default:
		add(true, "Zoom set another passcode than the one asked for.")
	}
	list = append(list, switched(d.waiting, "the waiting room")...)
	list = append(list, unasked(asked, said)...)
	list = append(list, joinNotes(asked, said, d)...)
	switch {
	case d.approval == nil:
	case *asked.approval == approvalNone:
		add(true, "Zoom asks guests to register although that was not asked for.")
	default:
		add(true, "Zoom lets guests register in another way (with or without the host's approval) than asked for.")
	}
	list = append(list, switched(d.signIn, "the sign-in for guests")...)
	list = append(list, switched(d.mute, "muting on entry")...)
	add(d.recording != nil, "Zoom set the recording to "+value(said.recording)+", not to "+value(asked.recording)+".")
	if d.alternate != nil {
		add(true, "Zoom holds other alternative hosts ("+orNone(value(said.alternate))+") than asked for ("+
			orNone(value(asked.alternate))+").")
	}
	add(asked.refused != "", "Left out as alternative hosts: "+asked.refused+
		". Zoom takes active, licensed users of the host's own account, from a host who is licensed as well.")
	add((d.mail != nil || d.altMail != nil) && !isOn(asked.mail),
		"Zoom has its mails to hosts about the meeting switched on although they were asked to be off.")
	add((d.mail != nil || d.altMail != nil) && isOn(asked.mail),
		"Zoom has its mails to hosts about the meeting switched off although they were asked for.")
	add(isOn(said.push), "Zoom also writes the meeting into the host's calendar by itself: switch that off at "+
		"zoom.us under Settings, Calendar.")
	return list
}

func isOn(b *bool) bool { return b != nil && *b }

// unasked says which security Zoom gave a meeting that was asked to have no passcode, and of the rest of which nothing
// was said.
func unasked(asked, said terms) []string {
	if asked.passcode == nil || *asked.passcode != "" {
		return nil
	}
	const because = " although it was not asked for: Zoom leaves no meeting without passcode, waiting room and " +
		"sign-in, or the host's own settings ask for it."
	var list []string
	if asked.waiting == nil && isOn(said.waiting) {
		list = append(list, "The waiting room is on"+because)
	}
	if asked.signIn == nil && isOn(said.signIn) {
		list = append(list, "Guests have to sign in"+because)
	}
	return list
}

// unregistered is the error of a meeting that is open to anybody although guests should have to register.
func unregistered(asked, said terms) error {
	if asked.approval == nil || *asked.approval == approvalNone || said.approval == nil ||
		*said.approval != approvalNone {
		return nil
	}
	return words.Mend(fmt.Errorf("%w: Zoom did not turn registration on, and the link would let anybody in; "+
		"registration needs a licensed host, and a single meeting or a series with times (fixed)", meeting.ErrUnfit),
		"see to that, or take register out")
}

// switched says that a switch stands otherwise than wanted; wanted is nil where it stands well.
func switched(wanted *bool, what string) []string {
	switch {
	case wanted == nil:
		return nil
	case *wanted:
		return []string{"Zoom left " + what + " off although it was asked for: the account or the host's settings " +
			"forbid it."}
	}
	return []string{"Zoom switched " + what + " on by itself: the account or the host's settings ask for it."}
}

func joinNotes(asked, said, d terms) []string {
	wants := asked.early != nil && *asked.early
	switch {
	case wants && said.waiting != nil && *said.waiting:
		return []string{"Guests cannot join before the host, as asked, because the waiting room is on."}
	case d.early == nil:
		return nil
	case wants && said.early != nil && *said.early:
		return []string{"Zoom lets guests in at another time before the start than asked for."}
	}
	return switched(d.early, "joining before the host")
}

func minutesText(n *int) string {
	if n == nil {
		return "an unknown time"
	}
	return strings.TrimSuffix((time.Duration(*n) * time.Minute).String(), "0s")
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
