package assemble

import (
	"context"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/sync/plan"
)

// Kinds is what a configuration can name, and what that becomes. They are made anew for each configuration: what the
// calendars of one share, a quota for example, lives in their closures.
type Kinds struct {
	Calendars map[string]CalendarKind // by the keys of configs.Calendar.Provider
	// Lists open what lists of calendars are read from, by the keys of configs.From.Kind; files are read by themselves.
	Lists map[string]func(b *Builder, f configs.From) (calendar.Directory, error)
	// Zoom opens an account that is asked through the API, and personal one that is a fixed link.
	Zoom     func(b *Builder, z configs.Zoom) (meeting.Service, error)
	Personal func(link string) (meeting.Service, error)
	// File opens the folder that holds one file, for which a meeting is made though nothing in it says so.
	File func(b *Builder, dir string) (calendar.Calendar, error)
}

// CalendarKind is a kind of calendar.
type CalendarKind struct {
	Open func(b *Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error)
	// SignIn has a person sign in for a calendar; nil where nobody does.
	SignIn func(ctx context.Context, b *Builder, c configs.Calendar, p signin.Prompt) error
	// SignOut ends the sign-in of a calendar; with here it is only removed from this machine. nil where nobody signs
	// in.
	SignOut func(ctx context.Context, b *Builder, c configs.Calendar, here bool) (signin.Farewell, error)
	// Credentials checks a file that the service has given out for a way of signing in; nil where it gives out none.
	Credentials func(path, auth string) error
}
