package page

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zoomtag/providers/words"
)

// sentence is an error as a sentence: with a capital, and a full stop.
func sentence(err error) string { return asSentence(words.Of(err)) }

func asSentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// seconds are those of a header, at least one.
func seconds(d time.Duration) string { return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second))) }

// span is a duration in one unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return words.Count(int(d/time.Second), "second")
	case d < time.Hour:
		return words.Count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return words.Count(int(d/time.Hour), "hour")
	}
	return words.Count(int(d/(24*time.Hour)), "day")
}

// moment is a time for people, and for programs.
type moment struct {
	Exact string // RFC 3339; empty where there is none
	Full  string // 2026-11-30 14:05:09
	Short string // in words, from now
	Day   string
}

// moment tells a time; none is the zero moment.
func (p *Page) moment(t *time.Time) moment {
	if t == nil || t.IsZero() {
		return moment{}
	}
	at := t.In(p.Zone())
	m := moment{Exact: at.Format(time.RFC3339), Full: at.Format("Mon 2 Jan 2006, 15:04:05"),
		Day: at.Format("2 Jan 2006")}
	switch d := at.Sub(p.Now()); {
	case d > -time.Second && d < time.Second:
		m.Short = "now"
	case d < 0 && -d < 48*time.Hour:
		m.Short = span(-d) + " ago"
	case d >= 0 && d < 48*time.Hour:
		m.Short = "in " + span(d)
	default:
		m.Short = at.Format("Mon 2 Jan 2006")
	}
	return m
}

// zoneName is what people call a zone, with how far it is from UTC now.
func (p *Page) zoneName() string {
	at := p.Now().In(p.Zone())
	short, _ := at.Zone()
	name := p.Zone().String()
	if name == time.Local.String() {
		name = systemZone()
	}
	offset := at.Format("-07:00")
	switch name {
	case "UTC":
		return name
	case "", short:
		name = short
	default:
		if !strings.HasPrefix(short, "+") && !strings.HasPrefix(short, "-") {
			name += " (" + short + ")"
		}
	}
	return fmt.Sprintf("%s, UTC%s", name, offset)
}

// systemZone is the name of this machine's zone; "" where it has none.
func systemZone() string {
	if name, ok := os.LookupEnv("TZ"); ok {
		return strings.TrimPrefix(name, ":")
	}
	path, err := filepath.EvalSymlinks("/etc/localtime")
	if err != nil {
		return ""
	}
	_, name, _ := strings.Cut(path, "zoneinfo/")
	return name
}
