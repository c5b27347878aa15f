package setup

import (
	"context"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// SignIn is how a sign-in stands, as auth list prints it with --json.
type SignIn struct {
	Provider string     `json:"provider"`
	Calendar string     `json:"calendar,omitempty"`
	Account  string     `json:"account,omitempty"` // the Zoom account, where accounts have names
	Person   string     `json:"person,omitempty"`  // where it is known
	SignedIn *time.Time `json:"signed_in"`         // null: nobody has signed in
	Accepted bool       `json:"accepted"`          // as far as is known
	Reason   string     `json:"reason,omitempty"`  // why it is not accepted
	Cure     string     `json:"cure,omitempty"`    // what mends that, in a sentence, where Command alone does not
	Command  string     `json:"command"`           // signs in anew

	// Ask has the service say whether it takes the sign-in.
	Ask func(ctx context.Context) error `json:"-"`
}

// Standing is how a sign-in stands.
func Standing(grants signin.Grants, path string) SignIn {
	state, ok := grants.Standing(path)
	row := SignIn{Person: state.Name(), SignedIn: api.Time(state.SignedIn), Accepted: ok && state.Refused.IsZero()}
	switch {
	case !ok && state.Unusable != nil:
		row.NotAccepted(state.Unusable)
	case !ok:
		row.Reason = "nobody has signed in"
	case !row.Accepted:
		row.Reason = strings.TrimSuffix("not accepted since "+state.Refused.Local().Format("2006-01-02 15:04:05 MST")+
			": "+state.Reason, ": ")
	}
	return row
}

// NotAccepted notes why a sign-in is not accepted, and what mends that.
func (s *SignIn) NotAccepted(why error) {
	s.Accepted, s.Reason, s.Cure = false, words.Cause(why), words.Sentence(words.Cure(why))
}

// AskCalendar has the service of a calendar say whether it takes the sign-in.
func AskCalendar(ctx context.Context, b *assemble.Builder, c configs.Calendar) error {
	source, err := b.Source(c, plan.Settings{})
	if err != nil {
		return err
	}
	if known, ok := source.(calendar.Introducer); ok {
		_, err = known.Introduce(ctx)
	}
	return err
}
