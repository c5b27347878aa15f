package calendartest

import (
	"errors"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
)

// Shown is a roll in a line: of each member its id, name and subject, and what else it is called.
func Shown(roll calendar.Roll) string {
	var list []string
	for _, m := range roll.Members {
		list = append(list, strings.Join(append([]string{m.ID, m.Name, m.Subject}, m.Called...), "/"))
	}
	return strings.Join(list, " ")
}

// Lists checks whom a directory names.
func Lists(t testing.TB, d calendar.Directory, want string) {
	t.Helper()
	roll, err := d.Members(t.Context())
	if got := Shown(roll); got != want || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

// Refuses checks that a directory that cannot be had whole is an error that says so, and nothing else.
func Refuses(t testing.TB, d calendar.Directory, says string, denied bool) {
	t.Helper()
	roll, err := d.Members(t.Context())
	if err == nil || !strings.Contains(err.Error(), says) || errors.Is(err, calendar.ErrDenied) != denied {
		t.Errorf("%v", err)
	}
	if len(roll.Members) > 0 {
		t.Errorf("part of the list was told: %s", Shown(roll))
	}
}
