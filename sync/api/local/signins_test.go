package local

import (
	"errors"
	"testing"
	"time"

	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
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
