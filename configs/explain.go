package configs

import (
	"cmp"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Setting is one value that holds, and where it comes from. It never shows a secret.
type Setting struct {
	Key string `json:"key"` // as in calendars[home].ics.path
	// Value is a text, a number, true or false, or a list of texts.
	Value any `json:"value"`
	// From is FILE:LINE, "default", or the environment variable that decides it; for a secret also where it is kept.
	From string `json:"from"`
}

// fromDefault is where a value comes from that is written nowhere.
const fromDefault = "default"

// Explain says what holds by the configuration in a file, and where each value comes from. Secrets that live elsewhere
// are not fetched. What is empty and written nowhere is left out.
func Explain(path string, getenv func(string) string) (*Config, []Setting, error) {
	c, d, err := read(path, getenv)
	if err != nil {
		return nil, nil, err
	}
	if err := d.errs.orNil(); err != nil {
		return nil, nil, err
	}
	x := &explainer{decoder: d, getenv: getenv}
	whole := c.For(Calendar{})
	for f := range structFields(reflect.TypeFor[Config]()) {
		key := f.Tag.Get("yaml")
		switch key {
		case "zoom":
			x.accounts(c)
		case "meeting":
			x.section(key, reflect.ValueOf(whole.Meeting), key)
		case "link":
			x.section(key, reflect.ValueOf(whole.Link), key)
		case "calendars":
			for i := range c.Calendars {
				x.calendar(c, i)
			}
		case "calendars_from":
			for i, list := range c.CalendarsFrom {
				x.section(key+"["+list.Name+"]", reflect.ValueOf(list), key+"["+strconv.Itoa(i)+"]")
			}
		default:
			x.value(key, reflect.ValueOf(c).Elem().FieldByIndex(f.Index), key)
		}
	}
	return c, x.list, nil
}

// explainer collects settings.
type explainer struct {
	*decoder
	getenv func(string) string
	list   []Setting
}

// accounts explains the Zoom accounts.
func (x *explainer) accounts(c *Config) {
	for i, z := range c.Zoom {
		key, path := "zoom", "zoom"
		if x.zoomList {
			key, path = "zoom["+z.Name+"]", "zoom["+strconv.Itoa(i)+"]"
		}
		if link, _, hides := strings.Cut(z.PersonalLink, "?"); hides { // what is behind it lets people in
			z.PersonalLink = link + "?" + hidden
		}
		if z.Mode == Personal { // nobody is asked
			z.APIURL, z.OAuthURL = "", ""
		}
		x.section(key, reflect.ValueOf(z), path)
	}
}

// calendar explains what holds for a calendar: what it does otherwise than the rest, and what it has from there.
func (x *explainer) calendar(c *Config, i int) {
	cal := c.Calendars[i]
	key, path := "calendars["+cal.Name+"]", "calendars["+strconv.Itoa(i)+"]"
	own := reflect.ValueOf(cal)
	for f := range structFields(own.Type()) {
		switch name := f.Tag.Get("yaml"); name {
		case "host", "schedule", "tag", "meeting", "link":
		default:
			x.value(key+"."+name, own.FieldByIndex(f.Index), path+"."+name)
		}
	}
	e := c.For(cal)
	host, hostPaths := e.Host, []string{path + ".host", x.accountPath(c, cal) + ".host"}
	if e.ByOrganizer {
		host, hostPaths = Organizer, []string{path + ".host", "host"}
	}
	x.value(key+".host", reflect.ValueOf(host), hostPaths...)
	x.value(key+".schedule", reflect.ValueOf(e.Schedule), path+".schedule", "schedule")
	if e.Poll.On() {
		x.section(key+".poll", reflect.ValueOf(e.Poll), "poll")
	}
	x.section(key+".tag", reflect.ValueOf(e.Tag), path+".tag", "tag")
	x.section(key+".meeting", reflect.ValueOf(e.Meeting), path+".meeting", "meeting")
	x.section(key+".link", reflect.ValueOf(e.Link), path+".link", "link")
}

// accountPath is where the account of a calendar is written.
func (x *explainer) accountPath(c *Config, cal Calendar) string {
	if !x.zoomList {
		return "zoom"
	}
	for i, z := range c.Zoom {
		if z.Name == c.AccountOf(cal).Name {
			return "zoom[" + strconv.Itoa(i) + "]"
		}
	}
	return "zoom"
}

// section explains the keys of a section, which may be written at any of the paths: the first one wins.
func (x *explainer) section(key string, v reflect.Value, paths ...string) {
	for f := range structFields(v.Type()) {
		name := f.Tag.Get("yaml")
		inner := make([]string, len(paths))
		for i, path := range paths {
			inner[i] = path + "." + name
		}
		x.value(key+"."+name, v.FieldByIndex(f.Index), inner...)
	}
}

// value explains one value, which may be written at any of the paths.
func (x *explainer) value(key string, v reflect.Value, paths ...string) {
	from, written := x.from(key, paths)
	if !written && v.IsZero() && v.Kind() != reflect.Bool {
		return
	}
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch said := v.Interface().(type) {
	case Secret:
		if said.Source() != "" {
			from += ", kept in " + said.Source()
		}
		x.add(key, hidden, from)
	case time.Duration:
		x.add(key, lengthOf(said), from)
	case []Token:
		for i, token := range said {
			x.section(key+"["+token.Name+"]", reflect.ValueOf(token), paths[0]+"["+strconv.Itoa(i)+"]")
		}
	case []string, Owners, string, bool, int:
		x.add(key, said, from)
	default:
		x.section(key, v, paths...)
	}
}

// lengthOf is how a duration is written.
func lengthOf(d time.Duration) any {
	if d < 0 { // join_before_host: not before the host
		return false
	}
	text := d.String()
	for _, tail := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, tail) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func (x *explainer) add(key string, value any, from string) {
	x.list = append(x.list, Setting{Key: key, Value: value, From: from})
}

// from says where a value comes from that may be written at any of the paths.
func (x *explainer) from(key string, paths []string) (from string, written bool) {
	for _, path := range paths {
		if at, ok := x.places[path]; ok {
			return fmt.Sprintf("%s:%d", x.file, at.line), true
		}
	}
	if key == "state" {
		return x.stateFrom(), false
	}
	return fromDefault, false
}

// stateFrom is the variable by which the state is where it is.
func (x *explainer) stateFrom() string {
	switch {
	case x.getenv("STATE_DIRECTORY") != "":
		return "$STATE_DIRECTORY"
	case filepath.IsAbs(x.getenv("XDG_STATE_HOME")):
		return "$XDG_STATE_HOME"
	}
	return fromDefault + ", below $HOME"
}

// Text is the value as it is shown to people.
func (s Setting) Text() string {
	switch v := s.Value.(type) {
	case []string:
		return listed(v)
	case Owners:
		return listed(v)
	case string:
		return cmp.Or(v, `""`)
	}
	return fmt.Sprint(s.Value)
}

// listed is a list of texts as YAML has it.
func listed(list []string) string { return "[" + strings.Join(list, ", ") + "]" }
