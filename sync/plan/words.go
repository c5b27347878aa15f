package plan

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store/record"
)

// The texts that a block can hold.
const (
	Short      = "short"      // link, meeting id and passcode
	Invitation = "invitation" // Zoom's own invitation, with the numbers to dial in
)

// Template is a text of the owner's for the block. The zero value is none.
type Template struct {
	source string
	parsed *template.Template
}

// TemplateData is what a template can show.
type TemplateData struct {
	// JoinURL is what guests click: the registration page where they have to register.
	JoinURL string
	// MeetingID is grouped as Zoom does it, Passcode is empty where there is none.
	MeetingID, Passcode string
	Topic, Host         string
	// Start is in the event's own zone; the zero time for a series. {{.Start.Format "2 Jan 15:04 MST"}}
	Start time.Time
	// DialIn are the numbers to dial in with.
	DialIn []meeting.Phone
	// Note is the configured note.
	Note string
}

// sampleURL is what a template is tried with.
const sampleURL = "https://us02web.zoom.us/j/12345678901?pwd=sample"

// NewTemplate reads a template (text/template) and tries it. name is for errors, which say the line.
func NewTemplate(name, source string) (Template, error) {
	if !utf8.ValidString(source) {
		line := 1 + strings.Count(source[:strings.IndexRune(source, utf8.RuneError)], "\n")
		return Template{}, fmt.Errorf("%s:%d: it is not UTF-8: save it as UTF-8", name, line)
	}
	t, err := template.New(name).Option("missingkey=error").Parse(source)
	if err != nil {
		return Template{}, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	made := Template{source: source, parsed: t}
	text, err := made.render(TemplateData{JoinURL: sampleURL, MeetingID: "123 4567 8901", Passcode: "481516",
		Topic: "Weekly review", Host: "alice@example.com",
		Start:  time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC),
		DialIn: []meeting.Phone{{Number: "+49 69 7104 9922", Place: "Frankfurt"}}, Note: "a note"})
	switch {
	case err != nil:
		return Template{}, err
	case calendar.BlockURL(text) != sampleURL:
		return Template{}, fmt.Errorf("%s: the first address that it shows has to be {{.JoinURL}}: by it zoomtag "+
			"knows its link again", name)
	case strings.Contains(text, calendar.BlockFirst) || strings.Contains(text, calendar.BlockLast):
		return Template{}, words.Mend(fmt.Errorf("%s: it has the first or last line of the block, which are added", name),
			"leave them out")
	}
	return made, nil
}

// IsZero reports whether there is no template.
func (t Template) IsZero() bool { return t.parsed == nil }

// MarshalText is the template's source: another one is another configuration.
func (t Template) MarshalText() ([]byte, error) { return []byte(t.source), nil }

// maxWords bounds the text of a block, in bytes: a description has to hold it beside the owner's words.
const maxWords = 5000

func (t Template) render(data TemplateData) (string, error) {
	var b limitedBuilder
	if err := t.parsed.Execute(&b, data); err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	text := strings.TrimSpace(tidy(b.String()))
	if text == "" {
		return "", fmt.Errorf("%s: it shows nothing", t.parsed.Name())
	}
	return text, nil
}

// limitedBuilder is a strings.Builder that a template in a loop cannot fill without end.
type limitedBuilder struct{ strings.Builder }

func (b *limitedBuilder) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxWords {
		return 0, fmt.Errorf("the text is longer than %d bytes", maxWords)
	}
	return b.Builder.Write(p)
}

// textOf is what the event's block is to hold: as the tag says, else the configuration.
func textOf(w Wish, s *Settings) string {
	switch {
	case w.Choice.Text != "":
		return w.Choice.Text
	case s.Text == "":
		return Short
	}
	return s.Text
}

// needsInvitation reports whether Zoom's own invitation has to be read for an event's block.
func needsInvitation(w Wish, rec *record.Record, s *Settings) bool {
	return textOf(w, s) == Invitation && rec.Meeting.Invitation == "" && rec.Meeting.NoInvitation == ""
}

// block is the text that an event shows for its meeting.
func block(ev *calendar.Event, w Wish, rec *record.Record, s *Settings) string {
	m := rec.Meeting
	switch text := textOf(w, s); {
	case text == Invitation && tidy(m.Invitation) != "":
		return framed(invitation(m), s.Note)
	case wantsTemplate(w, s):
		if words, err := templated(ev, rec, s); err == nil {
			return framed(words, "")
		} // templateFault says so
	}
	return framed(short(m), s.Note)
}

// wantsTemplate reports whether an event's block is to hold the owner's own text.
func wantsTemplate(w Wish, s *Settings) bool {
	text := textOf(w, s)
	return !s.Template.IsZero() && text != Short && text != Invitation
}

// templated is the owner's own text for a meeting. It was tried at the start, but a meeting can lack what it shows.
func templated(ev *calendar.Event, rec *record.Record, s *Settings) (string, error) {
	m := rec.Meeting
	data := TemplateData{JoinURL: ShownURL(m), MeetingID: shownID(m), Passcode: m.Passcode.Reveal(), Topic: m.Topic,
		Host: m.Host, DialIn: m.DialIn, Note: s.Note}
	if !ev.Series {
		data.Start = ev.Start
	}
	words, err := s.Template.render(data)
	if err == nil && calendar.BlockURL(words) != data.JoinURL && !pretended(rec) {
		err = fmt.Errorf("%s: the first address that it shows is not the link", s.Template.parsed.Name())
	}
	return words, err
}

// templateFault tells the owner why the block holds the short text and not theirs, or is "".
func templateFault(ev *calendar.Event, w Wish, rec *record.Record, s *Settings) string {
	if !wantsTemplate(w, s) || pretended(rec) {
		return ""
	}
	if _, err := templated(ev, rec, s); err != nil {
		return "the template failed (" + err.Error() + "): the short text is used"
	}
	return ""
}

// pretended reports whether the meeting is only thought of, for a preview: what it will have, numbers to dial in with
// for one, nobody knows yet, and its link is no address.
func pretended(rec *record.Record) bool { return rec.MeetingID < 0 }

// framed is a text between the block's first and last line, with a note. Whatever they come from, they are made tidy
// here: a block that a calendar gives back with other spaces would be taken for a stale one.
func framed(text, note string) string {
	lines := []string{calendar.BlockFirst, tidy(text)}
	if note = tidy(note); note != "" {
		lines = append(lines, note)
	}
	return strings.Join(append(lines, calendar.BlockLast), "\n")
}

// short is link, meeting id and passcode.
func short(m meeting.Meeting) string {
	var lines []string
	if m.RegisterURL != "" {
		lines = append(lines, "Register: "+m.RegisterURL)
	} else {
		lines = append(lines, "Join: "+m.JoinURL)
	}
	if id := shownID(m); id != "" {
		lines = append(lines, "Meeting ID: "+id)
	}
	if m.Passcode != "" {
		lines = append(lines, "Passcode: "+m.Passcode.Reveal())
	}
	return strings.Join(lines, "\n")
}

// shownID is the meeting id that guests type, grouped, or "".
func shownID(m meeting.Meeting) string {
	if id := LinkID(m.JoinURL); m.ID != 0 && id != 0 {
		return groupID(id)
	}
	return ""
}

// invitation is Zoom's own text. The line that is the link gets the label by which it is found again, in whatever
// language the rest is; where guests have to register, and where the text does not show the link, or only behind more
// than a block can hold, it is put in front.
func invitation(m meeting.Meeting) string {
	lines := strings.Split(tidy(m.Invitation), "\n")
	url, label := ShownURL(m), "Join: "
	if m.RegisterURL != "" {
		label = "Register: "
	}
	for i, line := range lines {
		if strings.TrimSpace(line) == url {
			lines[i] = label + url
			if text := clipped(strings.Join(lines, "\n")); calendar.BlockURL(text) == url {
				return text
			}
			break
		}
	}
	return clipped(label + url + "\n" + strings.Join(lines, "\n"))
}

var (
	manySpaces     = regexp.MustCompile(` {2,}`)
	manyEmptyLines = regexp.MustCompile(`\n{3,}`)
)

// tidy leaves of a text what comes back from any calendar as it went in: simple line ends, no more than one empty line
// or one space at a time, and nothing that cannot be seen. HTML has no other white space, and iCalendar no control
// characters.
func tidy(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
	text = strings.ReplaceAll(manySpaces.ReplaceAllString(text, " "), " \n", "\n")
	return strings.TrimSpace(manyEmptyLines.ReplaceAllString(text, "\n\n"))
}

// clipped is a text that is not too long, whole lines of it.
func clipped(text string) string {
	if len(text) <= maxWords {
		return text
	}
	return text[:strings.LastIndexByte(text[:maxWords-4], '\n')+1] + "…"
}

// groupID writes a meeting id as Zoom does: 123 4567 8901, 123 456 7890, 123 456 789.
func groupID(id int64) string {
	s := strconv.FormatInt(id, 10)
	switch {
	case len(s) >= 11:
		return s[:3] + " " + s[3:7] + " " + s[7:]
	case len(s) >= 9:
		return s[:3] + " " + s[3:6] + " " + s[6:]
	}
	return s
}
