package configs

import (
	"errors"
	"strings"
	"testing"
)

// TestAddCalendar: a calendar is added behind the last one, and no other byte changes.
func TestAddCalendar(t *testing.T) {
	const item = "- name: new\n  ics:\n    path: /new\n"
	for name, c := range map[string]struct{ text, want string }{
		"at the end": {"calendars:\n- name: a\n  ics: { path: a }\n",
			"calendars:\n- name: a\n  ics: { path: a }\n+"},
		"no line end": {"calendars:\n- name: a\n  ics: { path: a }",
			"calendars:\n- name: a\n  ics: { path: a }\n+"},
		"a section behind": {"calendars:\n- name: a\n  ics: { path: a }\n\n# zoom\nzoom: {}\n",
			"calendars:\n- name: a\n  ics: { path: a }\n+\n# zoom\nzoom: {}\n"},
		"indented": {"calendars:\n  # one\n  - name: a\n    ics:\n      path: a\n      # kept\nzoom: {}\n",
			"calendars:\n  # one\n  - name: a\n    ics:\n      path: a\n  +      # kept\nzoom: {}\n"},
		"line ends of Windows": {"calendars:\r\n- name: a\r\n  ics: { path: a }\r\nzoom: {}\r\n",
			"calendars:\r\n- name: a\r\n  ics: { path: a }\r\n+zoom: {}\r\n"},
		"items in one line": {"calendars:\n- { name: a, ics: { path: a } }\nzoom: {}\n",
			"calendars:\n- { name: a, ics: { path: a } }\n+zoom: {}\n"},
		"several lines of one": {"calendars:\n- { name: a,\n    ics: { path: a } }\nzoom: {}\n",
			"calendars:\n- { name: a,\n    ics: { path: a } }\n+zoom: {}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			added := item
			before, after, _ := strings.Cut(c.want, "+")
			indent := before[strings.LastIndex(before, "\n")+1:]
			before = strings.TrimSuffix(before, indent)
			added = indent + strings.ReplaceAll(strings.TrimSuffix(added, "\n"), "\n", "\n"+indent) + "\n"
			if strings.Contains(c.text, "\r\n") {
				added = strings.ReplaceAll(added, "\n", "\r\n")
			}
			got, err := AddCalendar([]byte(c.text), item)
			if err != nil || string(got) != before+added+after {
				t.Errorf("%v\n%s\nwant\n%s", err, got, before+added+after)
			}
		})
	}
}

// TestAddCalendarNowhere: where lines would have to change, nothing is added.
func TestAddCalendarNowhere(t *testing.T) {
	for _, text := range []string{"calendars: [ { name: a } ]\n", "calendars: []\n", "zoom: {}\n", "calendars:\n", ""} {
		if got, err := AddCalendar([]byte(text), "- name: new\n"); !errors.Is(err, ErrNoPlace) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

// TestAddAccount: an account is added behind the last one, and one without a name gets one. No word changes.
func TestAddAccount(t *testing.T) {
	const item = "- name: new\n  mode: user\n"
	for name, c := range map[string]struct{ text, want string }{
		"a list": {"zoom:\n- name: a\n  mode: user # x\n\n# y\ncalendars: []\n",
			"zoom:\n- name: a\n  mode: user # x\n- name: new\n  mode: user\n\n# y\ncalendars: []\n"},
		"one": {"# x\nzoom: # why\n  # how\n  mode: personal # y\n\n  # z\n  personal_link: b\n# c\ncalendars: []\n",
			"# x\nzoom: # why\n  # how\n  - name: main\n    mode: personal # y\n\n    # z\n    personal_link: b\n" +
				"  - name: new\n    mode: user\n# c\ncalendars: []\n"},
		"at the end": {"zoom:\n    mode: personal", "zoom:\n    - name: main\n      mode: personal\n    - name: new\n" +
			"      mode: user\n"},
		"line ends of Windows": {"zoom:\r\n  mode: a\r\nx: y\r\n",
			"zoom:\r\n  - name: main\r\n    mode: a\r\n  - name: new\r\n    mode: user\r\nx: y\r\n"},
	} {
		if got, err := AddAccount([]byte(c.text), item, "main"); err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, c.want)
		}
	}
	for _, text := range []string{"zoom: { mode: personal }\n", "zoom: []\n", "calendars:\n- name: a\n", "zoom: {}\n",
		""} {
		if got, err := AddAccount([]byte(text), item, "main"); !errors.Is(err, ErrNoPlace) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
