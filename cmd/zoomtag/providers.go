package main

import (
	"context"

	"zoomtag/cmd/zoomtag/adapters"
	"zoomtag/cmd/zoomtag/lists"
	"zoomtag/cmd/zoomtag/persons"
	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/personal"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/signin"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// providers is THE list: what a configuration can name, and what it becomes. Google's projects and the
// lanes of Outlook's mailboxes are those of all calendars of one configuration.
func providers() assemble.Kinds {
	projects, lanes := new(google.Projects), outlook.NewLanes()
	return assemble.Kinds{
		Calendars: map[string]assemble.CalendarKind{
			"ics": {Open: adapters.Folder},
			"google": {
				Credentials: google.CheckCredentials,
				Open: func(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
					return adapters.Google(b, c, s, projects)
				},
				SignIn: func(ctx context.Context, b *assemble.Builder, c configs.Calendar, p signin.Prompt) error {
					return google.SignIn(ctx, adapters.GoogleConfig(b, c, plan.Settings{}), p)
				},
				SignOut: func(ctx context.Context, b *assemble.Builder, c configs.Calendar,
					here bool) (signin.Farewell, error) {
					return google.SignOut(ctx, adapters.GoogleConfig(b, c, plan.Settings{}), here)
				},
			},
			"outlook": {
				Open: func(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
					config := adapters.OutlookConfig(b, c, s)
					config.Lanes = lanes
					return adapters.Opened(outlook.New(config))
				},
				SignIn: func(ctx context.Context, b *assemble.Builder, c configs.Calendar, p signin.Prompt) error {
					return outlook.SignIn(ctx, adapters.OutlookConfig(b, c, plan.Settings{}), p)
				},
				SignOut: func(ctx context.Context, b *assemble.Builder, c configs.Calendar,
					_ bool) (signin.Farewell, error) {
					return outlook.SignOut(ctx, adapters.OutlookConfig(b, c, plan.Settings{}))
				},
			},
			"caldav": {Open: adapters.CalDAV},
		},
		Zoom: func(b *assemble.Builder, z configs.Zoom) (meeting.Service, error) {
			service, err := zoom.New(persons.ZoomConfig(b, z))
			if err != nil {
				return nil, err
			}
			return service, nil
		},
		Personal: func(link string) (meeting.Service, error) {
			room, err := personal.New(link)
			if err != nil {
				return nil, err
			}
			return room, nil
		},
		File:  adapters.File,
		Lists: lists.Kinds(),
	}
}
