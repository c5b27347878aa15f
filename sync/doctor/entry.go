package doctor

import (
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

func on(b *bool) bool  { return b != nil && *b }
func off(b *bool) bool { return b != nil && !*b }

// entry judges who gets into the meeting.
func (j *judge) entry() {
	m := j.Meeting
	if m == nil || j.Gone {
		return
	}
	if on(m.WaitingRoom) {
		j.add(found(WaitingRoom, "people land in the lobby until the host lets them in"+
			j.unasked(func(o meeting.Options) *bool { return o.WaitingRoom })))
	}
	invited, known := j.hostInvited()
	needsHost := off(m.JoinBeforeHost) || on(m.WaitingRoom)
	if needsHost && known && !invited {
		j.add(found(HostAway, "nobody gets in before "+j.host()+", who is not invited"))
	}
	j.signIn()
	switch m.Registration {
	case "manual":
		j.registration("guests register, and the host approves each of them")
	case "automatic":
		j.registration("guests register before they get in")
	}
}

// unasked says why a meeting that was asked to have no passcode may have an option that was not asked for.
func (j *judge) unasked(of func(o meeting.Options) *bool) string {
	if !j.own() || j.Record.Told == nil {
		return ""
	}
	asked := j.Record.Told.Options
	if asked.Passcode != meeting.PasscodeNone || of(asked) != nil {
		return ""
	}
	return ", which was not asked for: Zoom leaves no meeting without passcode, waiting room and sign-in, or the " +
		"host's own settings ask for it"
}

// registration is a wish where the link is the registration page, and a trap where it is not.
func (j *judge) registration(what string) {
	f := found(Registration, what)
	if j.link.way == registers {
		f = f.milder(Note).mended("Nothing: the event shows the registration page.")
	}
	j.add(f)
}

func (j *judge) signIn() {
	m := j.Meeting
	if !on(m.SignIn) {
		return
	}
	guests := j.guests()
	f := found(SignIn, "guests have to sign in to Zoom")
	because := j.unasked(func(o meeting.Options) *bool { return o.SignIn })
	if j.Details != nil && len(guests) == 0 {
		f = f.milder(Note)
	}
	if len(m.Domains) == 0 {
		f.What += because
		j.add(f)
		return
	}
	var outside []string
	for _, g := range guests {
		if !within(g.Address, m.Domains) {
			outside = append(outside, g.Address)
		}
	}
	if len(outside) == 0 {
		f.What += " with an address of " + strings.Join(m.Domains, ", ") + because
		j.add(f)
		return
	}
	j.add(found(WrongDomain, fmt.Sprintf("only %s get in, and %s invited from elsewhere: %s",
		strings.Join(m.Domains, ", "), people(len(outside)), some(outside))))
}

func people(n int) string {
	return words.Count(n, "guest") + " " + words.Are(n)
}

// some names the first few of a list.
func some(list []string) string {
	const shown = 3
	if len(list) <= shown {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:shown], ", ") + fmt.Sprintf(" and %d more", len(list)-shown)
}

// within reports whether an address is of one of the domains; "*.example.com" is any domain below.
func within(address string, domains []string) bool {
	domain := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	for _, d := range domains {
		if below, wild := strings.CutPrefix(d, "*"); domain == d || wild && strings.HasSuffix(domain, below) {
			return true
		}
	}
	return false
}

// basicLimit is how long a meeting of the Basic plan lasts.
const basicLimit = 40 * time.Minute

// plan judges what the host's plan means for this event, and what the administrator forbids.
func (j *judge) plan() {
	if j.Gone || !j.own() {
		return
	}
	if h := j.Host; h != nil {
		start, end := j.span()
		if length := end.Sub(start); h.Plan == meeting.Basic && length > basicLimit {
			j.add(found(FortyMinutes, "it is "+strings.TrimSuffix(length.Round(time.Minute).String(), "0s")+
				" long, and Zoom's Basic plan ends it after 40 minutes"))
		}
		if n := len(j.guests()) + 1; h.Capacity > 0 && n > h.Capacity {
			j.add(found(TooMany, fmt.Sprintf("%d people with the host, and %d fit in", n, h.Capacity)))
		}
	}
	for _, what := range j.locked() {
		j.add(found(Locked, what))
	}
}

// locked says which settings Zoom keeps otherwise than the meeting was told.
func (j *judge) locked() []string {
	m, told := j.Meeting, j.Record.Told
	if m == nil || told == nil {
		return nil
	}
	var list []string
	differs := func(is, want *bool, what string) {
		switch {
		case want == nil || is == nil || *is == *want:
		case *want:
			list = append(list, what+" was asked for and is off")
		default:
			list = append(list, what+" is on although it was asked to be off")
		}
	}
	o := told.Options
	differs(m.WaitingRoom, o.WaitingRoom, "the waiting room")
	differs(m.SignIn, o.SignIn, "the sign-in for guests")
	differs(m.Mute, o.Mute, "muting on entry")
	if o.JoinBeforeHost != nil && !on(m.WaitingRoom) {
		differs(m.JoinBeforeHost, new(*o.JoinBeforeHost >= 0), "joining before the host")
	}
	if o.Registration != "" && m.Registration != "" && o.Registration != m.Registration {
		list = append(list, "registration is "+m.Registration+", not "+o.Registration)
	}
	if o.Recording != "" && m.Recording != "" && o.Recording != m.Recording {
		list = append(list, "recording is "+m.Recording+", not "+o.Recording)
	}
	if o.Passcode == meeting.PasscodeNone && m.Passcode != "" {
		list = append(list, "there is a passcode although none was asked for")
	}
	return list
}
