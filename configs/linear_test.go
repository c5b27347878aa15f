package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zoomtag/providers/lineartest"
)

// linearCases are configurations of more and more calendars: of people, of servers, of folders, and with mistakes.
func linearCases() []lineartest.Case {
	var cases []lineartest.Case
	for name, line := range map[string]string{
		"google": "{ name: n%[1]d, google: { credentials: k.json, subject: p%[1]d@example.com, " +
			"api_url: \"https://example.com/\" } }",
		"outlook": "{ name: n%[1]d, outlook: { tenant: t, client_id: c, client_secret: \"env:S\", " +
			"user: p%[1]d@example.com } }",
		"folders": "{ name: n%[1]d, ics: { path: /srv/%[1]d } }",
		"nested":  "{ name: n%[1]d, ics: { path: /srv/0/%[1]d }, meeting: { mute: true }, host: p%[1]d@example.com }",
		"wrong":   "{ name: n, ics: { paht: /srv/%[1]d } }",
	} {
		cases = append(cases, lineartest.Case{Name: name, Size: 250, Make: func(size int) func() {
			var text strings.Builder
			text.WriteString(personal + "calendars:\n")
			for i := range size {
				fmt.Fprintf(&text, "  - "+line+"\n", i)
			}
			return func() {
				d := newDecoder(fileName, "/", "")
				if c := d.parse([]byte(text.String())); c != nil {
					for i := range c.Calendars {
						c.For(c.Calendars[i])
					}
				}
			}
		}})
	}
	for name, part := range hostileParts {
		cases = append(cases, lineartest.Case{Name: "hostile " + name, Size: 8 << 10, Make: func(size int) func() {
			text := []byte(strings.Repeat(part, size/len(part)))
			return func() { newDecoder(fileName, "/", "").parse(text) }
		}})
	}
	return cases
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases()) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases()) }

// TestSections: a calendar with all sections has all that there are, in their order.
func TestSections(t *testing.T) {
	var c Calendar
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		if v.Field(i).Type().Implements(reflect.TypeFor[Section]()) {
			v.Field(i).Set(reflect.New(v.Field(i).Type().Elem()))
		}
	}
	var found []string
	for _, s := range c.sections() {
		found = append(found, s.Kind())
	}
	if want := calendarKinds(); !slices.Equal(found, want) {
		t.Errorf("%v, not %v", found, want)
	}
}
