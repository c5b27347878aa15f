package local

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
)

// TestStands: of a sign-in that is not taken, cause and cure are apart, and the cure is that of its case.
func TestStands(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	open := words.Mend(errors.New("x can be read by others"), "run chmod 600 x")
	const again = "Run zoomtag auth outlook --calendar bob."
	for name, c := range map[string]struct {
		state        signin.State
		ok           bool
		reason, cure string
	}{
		"taken": {signin.State{SignedIn: now}, true, "", ""},
		"refused": {signin.State{SignedIn: now, Refused: now, Reason: "it has expired"}, true,
			"it has expired", again},
		"nobody":   {signin.State{}, false, "", again},
		"unusable": {signin.State{Unusable: open}, false, "x can be read by others", "Run chmod 600 x."},
		"damaged":  {signin.State{Unusable: errors.New("x is damaged")}, false, "x is damaged", again},
	} {
		row := api.TokenStatus{Command: "zoomtag auth outlook --calendar bob"}
		if stands(&row, c.state, c.ok); row.Reason != c.reason || row.Cure != c.cure {
			t.Errorf("%s: %q, %q", name, row.Reason, row.Cure)
		}
	}
}

// countingShelf is a database in which nobody has signed in.
type countingShelf struct{ asked int }

func (s *countingShelf) Grant(string) ([]byte, error) { s.asked++; return nil, nil }
func (s *countingShelf) GrantsOf([]string) (map[string][]byte, error) {
	s.asked++
	return nil, nil
}
func (s *countingShelf) PutGrant(string, []byte, []byte) (bool, error) { return true, nil }
func (s *countingShelf) Path() string                                  { return "the database" }

// TestSignInsAtOnce: how all sign-ins stand is one question to the database, however many they are.
func TestSignInsAtOnce(t *testing.T) {
	shelf := &countingShelf{}
	grants, err := signin.Sealed(shelf, signin.NewKey())
	must(t, err)
	s := &Service{builder: &assemble.Builder{Grants: grants}, grants: map[string]string{}}
	var report api.StatusReport
	for i := range 100 {
		name := strconv.Itoa(i)
		s.grants[name] = name + ".grant"
		report.Calendars = append(report.Calendars, api.CalendarStatus{Name: name, Provider: "google"})
	}
	s.tellSignIns(&report)
	if len(report.Tokens) != 100 || shelf.asked > 2 {
		t.Errorf("%d sign-ins, and the database was asked %d times", len(report.Tokens), shelf.asked)
	}
}
