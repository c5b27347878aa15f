package setup

import (
	"fmt"
	"strings"
)

// Guide is what somebody does at a service: docs/set-up.md has the same steps.
type Guide struct {
	Title string
	Page  string // the page that is opened first
	Steps []string
}

// Text is the guide for a terminal.
func (g Guide) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, g.Title)
	for i, step := range g.Steps {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, step)
	}
	return b.String()
}

// Guides are all of them.
func Guides() []Guide {
	return []Guide{GuideZoomAccount, GuideZoomPerson, GuideGooglePerson, GuideGoogleService, GuideOutlookPerson,
		GuideOutlookApp}
}

// The guides, one for each app that has to be registered.
var (
	GuideZoomAccount = Guide{"Zoom, for an account whose administrator you are", "https://marketplace.zoom.us",
		[]string{
			"Open https://marketplace.zoom.us, sign in, and press Develop, Build App, Server-to-Server OAuth App; " +
				"call it zoomtag.",
			"Information: fill in the name and mail address that it asks for.",
			"Scopes, Add Scopes: tick meeting:write:meeting:admin, meeting:update:meeting:admin, " +
				"meeting:delete:meeting:admin, " +
				"meeting:read:meeting:admin, meeting:read:list_meetings:admin, user:read:settings:admin and " +
				"user:read:user:admin.",
			"Activation: press Activate your app. Then open App Credentials, which shows what is asked for here.",
		}}
	GuideZoomPerson = Guide{"Zoom, signed in as yourself", "https://marketplace.zoom.us", []string{
		"Open https://marketplace.zoom.us, sign in as the person who hosts, and press Develop, Build App, General " +
			"App; choose User-managed.",
		"App Credentials: switch Use Public Client OAuth on, and copy the public client ID.",
		"OAuth Information: type http://127.0.0.1/callback as OAuth Redirect URL.",
		"Scopes, Add Scopes: tick meeting:write:meeting, meeting:update:meeting, meeting:delete:meeting, " +
			"meeting:read:meeting, " +
			"meeting:read:list_meetings, user:read:settings and user:read:user.",
	}}
	GuideGooglePerson = Guide{"Google, for a calendar of your own", "https://console.cloud.google.com/projectcreate",
		[]string{
			"Open https://console.cloud.google.com/projectcreate, call the project zoomtag, and press Create.",
			"Open https://console.cloud.google.com/apis/library/calendar-json.googleapis.com and press Enable.",
			"Open https://console.cloud.google.com/auth/overview, press Get started, and choose the audience External.",
			"Open https://console.cloud.google.com/auth/clients, press Create client, choose Desktop app, and press " +
				"Download JSON.",
			"Open https://console.cloud.google.com/auth/branding and write the address of a web page of yours as " +
				"home page and privacy policy; " +
				"docs/google.md says what for, and what to do without one.",
			"Open https://console.cloud.google.com/auth/audience and press Publish app: else Google ends the sign-in " +
				"every week.",
		}}
	GuideGoogleService = Guide{"Google, for calendars of an organisation",
		"https://console.cloud.google.com/iam-admin/serviceaccounts", []string{
			"Open https://console.cloud.google.com/apis/library/calendar-json.googleapis.com and press Enable.",
			"Open https://console.cloud.google.com/iam-admin/serviceaccounts, press Create service account, and call " +
				"it zoomtag.",
			"Open it, press Keys, Add key, Create new key, JSON. On its page Details copy the Unique ID.",
			"An administrator opens https://admin.google.com/ac/owl/domainwidedelegation, presses Add new, pastes " +
				"the Unique ID, and as scope " +
				"https://www.googleapis.com/auth/calendar.events.owned.",
		}}
	GuideOutlookPerson = Guide{"Outlook, for a calendar of your own", "https://entra.microsoft.com", []string{
		"Open https://entra.microsoft.com, press App registrations, New registration, call it zoomtag, and press " +
			"Register.",
		"Authentication, Add Redirect URI, Mobile and desktop applications: type http://localhost; set Allow public " +
			"client flows to Yes.",
		"API permissions, Add a permission, Microsoft Graph, Delegated permissions: tick Calendars.ReadWrite and " +
			"offline_access.",
		"Overview shows what is asked for here.",
	}}
	GuideOutlookApp = Guide{"Outlook, for calendars of an organisation", "https://entra.microsoft.com", []string{
		"Open https://entra.microsoft.com, press App registrations, New registration, call it zoomtag, Single tenant " +
			"only, and press Register.",
		"Certificates & secrets, New client secret: copy the column Value at once, it is shown only now.",
		"API permissions, Microsoft Graph, Application permissions: tick Calendars.ReadWrite, and press Grant admin " +
			"consent.",
		"Overview shows what is asked for here.",
	}}
)
