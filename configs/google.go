package configs

import (
	"fmt"
)

// Google is a Google calendar.
type Google struct {
	Calendar string `yaml:"calendar"`
	Auth     string `yaml:"auth" one:"service-account user"`
	// Credentials is the JSON file that Google gave out.
	Credentials string `yaml:"credentials" is:"path" need:"yes"`
	// Subject is the user in whose name a service account with domain-wide delegation acts; empty is the account
	// itself.
	Subject string `yaml:"subject" is:"mail"`
	// AsGuest is true where events of other organizers count as well, if they let their guests change them.
	AsGuest bool   `yaml:"as_guest"`
	APIURL  string `yaml:"api_url" is:"url"`
}

// serviceAccount is the value of Google.Auth where nobody signs in.
const serviceAccount = "service-account"

// setDefaults fills in what a section of a calendar does not write.
func (g *Google) setDefaults() {
	g.Calendar, g.Auth, g.APIURL = "primary", serviceAccount, "https://www.googleapis.com/calendar/v3/"
}

// Kind is "google".
func (g *Google) Kind() string { return "google" }

// SignsIn reports whether a person signs in, and not a service account.
func (g *Google) SignsIn() bool { return g.Auth == User }

// Proof is that of the app or service account.
func (g *Google) Proof() (said, files []string) {
	return []string{g.Auth, g.Subject, g.APIURL}, []string{g.Credentials}
}

// Folder is none.
func (g *Google) Folder() string { return "" }

// Service is the API.
func (g *Google) Service() string { return g.APIURL }

func (g *Google) person() string {
	if g.Subject != "" {
		return g.Subject
	}
	return g.Calendar
}

func (g *Google) source() string {
	if g.SignsIn() {
		return ""
	}
	return fmt.Sprintf("google %q %q %q", g.Credentials, g.Subject, g.Calendar)
}

func (g *Google) validate(*decoder, string) {}
