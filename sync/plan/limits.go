package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// AnyLength and AnyStart are what Rules.Allowed calls the options that are a value alone: 45m and 09:30.
const (
	AnyLength = "length"
	AnyStart  = "start"
)

// wordOptions are the options that are a word alone, and valuedOptions those with a value.
var (
	wordOptions = []string{"personal", "scheduled", "fixed", "lasting", "waiting-room", "no-waiting-room",
		"join-before-host", "no-join-before-host",
		"no-passcode", "register", "no-register", "sign-in", "no-sign-in", "mute", "no-mute", "invitation", "short",
		"replace-meet"}
	valuedOptions = []string{"join-before-host", "passcode", "register", "record", "host", "account", "alt", "topic",
		"template"}
)

// OptionNames are what can be allowed: all options, by their names.
func OptionNames() []string {
	names := append(slices.Clone(wordOptions), AnyLength, AnyStart)
	for _, name := range valuedOptions {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// nameOf is what an option is called where it is allowed; "" where there is no such option.
func nameOf(key string, valued bool) string {
	switch {
	case valued && slices.Contains(valuedOptions, key), !valued && slices.Contains(wordOptions, key):
		return key
	case valued:
		return ""
	case clockOption.MatchString(key):
		return AnyStart
	case isLength(key):
		return AnyLength
	}
	return ""
}

func isLength(text string) bool {
	_, ok := lengthOf(text)
	return ok
}

// lengthOf reads the length of a meeting.
func lengthOf(text string) (time.Duration, bool) {
	length, err := time.ParseDuration(text)
	inBounds := length >= time.Minute && length <= 24*time.Hour
	return length, err == nil && inBounds && length%time.Minute == 0
}

// forbidden says which part of the configuration does not allow an option; "" where it is allowed, or none that there
// is.
func (r *Rules) forbidden(key, value string, valued bool) string {
	name := nameOf(key, valued)
	namesHost := key == "host" || key == "alt"
	switch {
	case name == "":
		return ""
	case r.Allowed != nil &&
		!slices.ContainsFunc(r.Allowed, func(entry string) bool { return allows(entry, name, key, value) }):
		return "tag.options"
	case r.Hosts != nil && namesHost &&
		!slices.ContainsFunc(r.Hosts, func(entry string) bool { return isHost(entry, value) }):
		return "tag.hosts"
	}
	return ""
}

// allows reports whether an entry of Rules.Allowed is for an option: its name stands for every value, and with a value
// it is for that one.
func allows(entry, name, key, value string) bool {
	if strings.EqualFold(entry, name) {
		return true
	}
	if k, v, ok := strings.Cut(entry, "="); ok {
		return strings.EqualFold(k, key) && strings.EqualFold(v, value)
	}
	switch name {
	case AnyLength:
		one, ok := lengthOf(strings.ToLower(entry))
		other, _ := lengthOf(key)
		return ok && one == other
	case AnyStart:
		return strings.TrimPrefix(entry, "0") == strings.TrimPrefix(key, "0")
	}
	return false
}

// isHost reports whether an entry of Rules.Hosts names somebody: by the address, or, as *@example.com, by all that it
// is of.
func isHost(entry, who string) bool {
	if domain, ok := strings.CutPrefix(entry, "*"); ok {
		return len(who) > len(domain) && strings.EqualFold(who[len(who)-len(domain):], domain)
	}
	return strings.EqualFold(entry, who)
}

// leave notes that an option is left out because it is not allowed. What it would have chosen of the kind of the
// meeting is remembered: a meeting that was made so stays so.
func (p *optionParser) leave(option, key, by string) {
	p.wish.problem("option " + strconv.Quote(HidePasscode(option)) +
		" is not allowed in this calendar and was left out (" + by + ")")
	p.wish.forbidden = append(p.wish.forbidden, key)
}

// stands is a wish in which the meeting of a record stays of the kind that it was made: a limit of what tags may say is
// for what is made from now on, and people hold the link of a personal room, or have the dates of a series in Zoom.
// notes tell the owner.
func (w Wish) stands(rec *record.Record) (now Wish, notes []string) {
	if rec == nil || rec.MeetingID == 0 {
		return w, nil
	}
	kind, series := madeAs(rec)
	keep := func(option string) bool {
		if !slices.Contains(w.forbidden, option) {
			return false
		}
		notes = append(notes, "the meeting stays as it was made, "+option+": what tags may say now counts for new ones")
		return true
	}
	if w.Choice.Kind == "" && kind != "" && keep(kind) {
		w.Choice.Kind = meeting.Scheduled
		if kind == "personal" {
			w.Choice.Kind = meeting.Personal
		}
	}
	if w.Choice.Series == "" && series != "" && keep(series) {
		w.Choice.Series = series
	}
	return w, notes
}

// madeAs says by which options a tag would ask for a meeting like that of a record, as far as that is known.
func madeAs(rec *record.Record) (kind, series string) {
	switch told := rec.Told; {
	case told != nil && told.Kind == meeting.Personal:
		return "personal", ""
	case told != nil && told.Kind == meeting.Fixed:
		return "scheduled", "fixed"
	case told != nil && told.Kind == meeting.Lasting:
		return "scheduled", "lasting"
	case told != nil:
		return "scheduled", ""
	case len(rec.Meeting.Occurrences) > 0: // what it was told is not known just now
		return "scheduled", "fixed"
	}
	if id := LinkID(rec.Meeting.JoinURL); id != 0 && id != rec.MeetingID {
		return "personal", ""
	}
	return "scheduled", ""
}
