package plan

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/meeting"
)

// Choice is what the options of a tag choose. The zero value of each field means that the tag does not say.
type Choice struct {
	Kind    meeting.Kind // Scheduled or Personal
	Series  string       // "lasting" or "fixed"
	Options meeting.Options
	Host    string
	// Account names a Zoom account; nil where the tag does not.
	Account *string
	Topic   string
	Length  time.Duration
	// At is the time of day ("09:30") for an event that has none.
	At   string
	Text string // "short" or "invitation"
	// ReplaceMeet says that a Google Meet conference of the event makes way.
	ReplaceMeet bool
}

// maxOptions bounds what is read as options behind a tag, in bytes, and maxChoices how many options of one event count.
const (
	maxOptions = 1000
	maxChoices = 200
)

// readOptions reads the bracket that begins at text[at], if one does. It returns where the tag ends, what stands
// between the brackets, and what is wrong with them.
func readOptions(text string, at int) (end int, options, problem string) {
	if at >= len(text) || text[at] != '(' {
		return at, "", ""
	}
	inQuotes := false
	for i := at + 1; i < len(text) && i < at+maxOptions; i++ {
		switch c := text[i]; {
		case c == '\n':
			return at, "", "the bracket behind the tag is not closed on its line: the options are left out"
		case c == '"':
			inQuotes = !inQuotes
		case c == ')' && !inQuotes:
			return i + 1, text[at+1 : i], ""
		}
	}
	return at, "", "the bracket behind the tag is not closed: the options are left out"
}

// splitOptions splits at commas outside quotes.
func splitOptions(s string) []string {
	var list []string
	start, inQuotes := 0, false
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] == '"' {
			inQuotes = !inQuotes
		}
		if i == len(s) || s[i] == ',' && !inQuotes {
			if o := strings.TrimSpace(s[start:i]); o != "" {
				list = append(list, o)
			}
			start = i + 1
		}
	}
	return list
}

// parse reads the options of all tags into w.Choice, those that rules allow.
func (w *Wish) parse(brackets []string, rules *Rules) {
	p := optionParser{wish: w, rules: rules, given: map[string]string{}}
	read := 0
	for _, b := range brackets {
		for _, o := range splitOptions(b) {
			if read++; read > maxChoices {
				w.problem("the tags hold more than " + strconv.Itoa(maxChoices) + " options: the others are left out")
				break
			}
			p.option(o)
		}
	}
	c := &w.Choice
	if Contradictory(c.Options) {
		p.conflict("waiting-room and join-before-host contradict each other: with a waiting room nobody gets in " +
			"before the host")
	}
	if c.Kind == meeting.Personal && c.Series == "fixed" {
		p.conflict("personal and fixed contradict each other: a personal room has no schedule")
	}
}

type optionParser struct {
	wish  *Wish
	rules *Rules
	given map[string]string // what was chosen for each subject, and by which words
}

func (p *optionParser) unknown(option string) {
	p.wish.problem("option " + strconv.Quote(HidePasscode(option)) + " is not understood and was left out")
}

func (p *optionParser) conflict(cause string) { p.conflictMended(cause, "") }

func (p *optionParser) conflictMended(cause, cure string) {
	if p.wish.Conflict == "" {
		p.wish.Conflict, p.wish.Mend = cause, cure
	}
}

// once reports whether subject may be set by words; the same choice twice is fine, two different ones hold the event.
func (p *optionParser) once(subject, words string) bool {
	before, ok := p.given[subject]
	if ok && before != words {
		p.conflict(HidePasscode(before) + " and " + HidePasscode(words) + " contradict each other")
		return false
	}
	p.given[subject] = words
	return true
}

var (
	clockOption    = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])$`)
	mailOption     = regexp.MustCompile(`^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$`)
	passcodeOption = regexp.MustCompile(`^[A-Za-z0-9@_*-]{1,10}$`)
)

func (p *optionParser) option(o string) {
	key, value, hasValue := strings.Cut(o, "=")
	key = strings.ToLower(strings.TrimSpace(key))
	value = strings.TrimSpace(value)
	if unquoted, ok := strings.CutPrefix(value, `"`); ok {
		value = strings.TrimSuffix(unquoted, `"`)
	}
	if by := p.rules.forbidden(key, value, hasValue); by != "" {
		p.leave(o, key, by)
		return
	}
	if hasValue {
		if !p.valued(key, value) {
			p.unknown(o)
		}
		return
	}
	if !p.word(key) && !p.bare(key) {
		p.unknown(o)
	}
}

// word handles the options that are a word alone.
func (p *optionParser) word(key string) bool {
	yes, no := true, false
	c, opt := &p.wish.Choice, &p.wish.Choice.Options
	off, anyTime := time.Duration(-1), time.Duration(0)
	set := map[string]struct {
		subject string
		do      func()
	}{
		"personal":            {"kind", func() { c.Kind = meeting.Personal }},
		"scheduled":           {"kind", func() { c.Kind = meeting.Scheduled }},
		"fixed":               {"series", func() { c.Series = "fixed" }},
		"lasting":             {"series", func() { c.Series = "lasting" }},
		"waiting-room":        {"waiting room", func() { opt.WaitingRoom = &yes }},
		"no-waiting-room":     {"waiting room", func() { opt.WaitingRoom = &no }},
		"join-before-host":    {"join before host", func() { opt.JoinBeforeHost = &anyTime }},
		"no-join-before-host": {"join before host", func() { opt.JoinBeforeHost = &off }},
		"no-passcode":         {"passcode", func() { opt.Passcode = meeting.PasscodeNone }},
		"register":            {"registration", func() { opt.Registration = "automatic" }},
		"no-register":         {"registration", func() { opt.Registration = "none" }},
		"sign-in":             {"sign-in", func() { opt.SignIn = &yes }},
		"no-sign-in":          {"sign-in", func() { opt.SignIn = &no }},
		"mute":                {"mute", func() { opt.Mute = &yes }},
		"no-mute":             {"mute", func() { opt.Mute = &no }},
		"invitation":          {"text", func() { c.Text = "invitation" }},
		"short":               {"text", func() { c.Text = "short" }},
		"replace-meet":        {"Google Meet", func() { c.ReplaceMeet = true }},
	}
	s, ok := set[key]
	if ok && p.once(s.subject, key) {
		s.do()
	}
	return ok
}

// bare handles the options that are a value alone: a length, a time of day.
func (p *optionParser) bare(key string) bool {
	if clockOption.MatchString(key) {
		if p.once("start", key) {
			p.wish.Choice.At = key
		}
		return true
	}
	length, ok := lengthOf(key)
	if !ok {
		return false
	}
	if p.once("length", key) {
		p.wish.Choice.Length = length
	}
	return true
}

// valued handles KEY=VALUE. A value that cannot be used holds the event where leaving it out would weaken what was
// asked for: who may come in, and who hosts.
func (p *optionParser) valued(key, value string) bool {
	c, opt := &p.wish.Choice, &p.wish.Choice.Options
	words := key + "=" + value
	switch key {
	case "passcode":
		if !passcodeOption.MatchString(value) {
			p.conflictMended("the passcode in the tag cannot be used", "take up to 10 of A–Z a–z 0–9 @ - _ *")
		} else if p.once("passcode", words) {
			opt.Passcode = meeting.Passcode(value)
		}
	case "register":
		if value != "manual" && value != "automatic" {
			p.conflictMended("register="+value+" is not known", "write register or register=manual")
		} else if p.once("registration", words) {
			opt.Registration = value
		}
	case "host":
		if strings.EqualFold(value, Organizer) {
			value = Organizer
		}
		if value != Organizer && !mailOption.MatchString(value) {
			p.conflict("host=" + value + " is not a mail address")
		} else if p.once("host", words) {
			c.Host = value
		}
	case "account":
		// Which accounts there are, the configuration says: a name that is none of them holds the event. Case does not
		// matter.
		if p.once("account", "account="+strings.ToLower(value)) {
			c.Account = &value
		}
	case "template":
		if value == "" {
			p.conflictMended("template= in the tag names no template", "write its name, as in template=\"Weekly\"")
		} else if p.once("template", words) {
			opt.Template = value
		}
	default:
		return p.dispensable(key, value)
	}
	return true
}

// dispensable handles KEY=VALUE where a value that cannot be used may be left out: the meeting is no less safe without
// it.
func (p *optionParser) dispensable(key, value string) bool {
	c, opt := &p.wish.Choice, &p.wish.Choice.Options
	words := key + "=" + value
	switch key {
	case "join-before-host":
		d, err := time.ParseDuration(value)
		if err != nil || !slices.Contains([]time.Duration{0, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}, d) {
			return false
		}
		if p.once("join before host", words) {
			opt.JoinBeforeHost = &d
		}
	case "record":
		if value != "local" && value != "cloud" && value != "none" {
			return false
		}
		if p.once("recording", words) {
			opt.Recording = value
		}
	case "alt":
		if strings.EqualFold(value, Guests) {
			value = Guests
		}
		if value != Guests && !mailOption.MatchString(value) {
			return false
		}
		if !slices.Contains(opt.AlternativeHosts, value) {
			opt.AlternativeHosts = append(opt.AlternativeHosts, value)
		}
	case "topic":
		if value == "" {
			return false
		}
		if p.once("topic", words) {
			c.Topic = value
		}
	default:
		return false
	}
	return true
}
