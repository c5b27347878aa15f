package configs

import "reflect"

// Calendar is one watched calendar. Exactly one of Google, Outlook, CalDAV and ICS is set.
type Calendar struct {
	Name    string   `yaml:"name" is:"name" need:"yes"`
	Google  *Google  `yaml:"google"`
	Outlook *Outlook `yaml:"outlook"`
	CalDAV  *CalDAV  `yaml:"caldav"`
	ICS     *ICS     `yaml:"ics"`

	// Account is the Zoom account in which its meetings are made; empty is the first. Host is one of that account.
	Account string `yaml:"account" is:"account"`
	// What this calendar does otherwise than the rest; zero where it does not. Config.For merges.
	Host     string    `yaml:"host" is:"host"`
	Schedule string    `yaml:"schedule" is:"cron"`
	Tag      TagLimits `yaml:"tag"`
	Meeting  Meeting   `yaml:"meeting"`
	Link     Link      `yaml:"link"`
}

// Google is a Google calendar.
type Google struct {
	Calendar string `yaml:"calendar"`
	Auth     string `yaml:"auth" one:"service-account user"`
	// Credentials is the JSON file that Google gave out.
	Credentials string `yaml:"credentials" is:"path" need:"yes"`
	// Subject is the user in whose name a service account with domain-wide delegation acts; empty is the account itself.
	Subject string `yaml:"subject" is:"mail"`
	// AsGuest is true where events of other organizers count as well, if they let their guests change them.
	AsGuest bool   `yaml:"as_guest"`
	APIURL  string `yaml:"api_url" is:"url"`
}

// Outlook is a calendar in Microsoft 365 or Outlook.com.
type Outlook struct {
	// User is whose mailbox it is: a user principal name or an id. Empty, where a person signs in, is that person's own.
	User string `yaml:"user"`
	// Calendar is an id or a name; empty is the default calendar.
	Calendar     string `yaml:"calendar"`
	Auth         string `yaml:"auth" one:"app user"`
	Tenant       string `yaml:"tenant"`
	ClientID     string `yaml:"client_id" need:"yes"`
	ClientSecret Secret `yaml:"client_secret"`
	// ClientCertificate is a PEM file with a certificate and its private key, instead of a secret.
	ClientCertificate string `yaml:"client_certificate" is:"path"`
	APIURL            string `yaml:"api_url" is:"url"`
	LoginURL          string `yaml:"login_url" is:"url"`
}

// CalDAV is a CalDAV collection.
type CalDAV struct {
	// URL is the calendar itself, or the server, where it is then looked for.
	URL string `yaml:"url" is:"url" need:"yes"`
	// Calendar is a display name, or the last part of the address, where several are found at URL.
	Calendar string `yaml:"calendar"`
	Username string `yaml:"username"`
	Password Secret `yaml:"password"`
	// Token is for servers that take a bearer token instead of a password.
	Token Secret `yaml:"token"`
	// CAFile is a PEM file with the certificates that may vouch for the server, instead of the system's.
	CAFile string `yaml:"ca_file" is:"path"`
	Owner  Owners `yaml:"owner" is:"owner"`
	// Quiet says that the server mails nobody when an event is changed.
	Quiet bool `yaml:"quiet"`
}

// ICS is a folder of .ics files.
type ICS struct {
	Path  string `yaml:"path" is:"path" need:"yes"`
	Owner Owners `yaml:"owner" is:"owner"`
}

// Owners are the mail addresses of a calendar's owner; AnyOwner in it stands for everybody. In the file it is one address
// or a list.
type Owners []string

// AnyOwner is the owner that stands for everybody.
const AnyOwner = "*"

// Provider is the key of the section that says what kind of calendar c is: "google", "outlook", "caldav" or "ics".
func (c Calendar) Provider() string {
	switch {
	case c.Google != nil:
		return "google"
	case c.Outlook != nil:
		return "outlook"
	case c.CalDAV != nil:
		return "caldav"
	case c.ICS != nil:
		return "ics"
	}
	return ""
}

// SignsIn reports whether a person signs in for the calendar.
func (c Calendar) SignsIn() bool {
	switch {
	case c.Google != nil:
		return c.Google.Auth == User
	case c.Outlook != nil:
		return c.Outlook.Auth == User
	}
	return false
}

// Credentials is what the calendar is read with: what the configuration itself says, and the files that it names, which may be "". None where
// nobody asks who reads it. It holds secrets.
func (c Calendar) Credentials() (said, files []string) {
	switch {
	case c.Google != nil:
		g := c.Google
		return []string{g.Auth, g.Subject, g.APIURL}, []string{g.Credentials}
	case c.Outlook != nil:
		o := c.Outlook
		return []string{o.Auth, o.Tenant, o.ClientID, o.ClientSecret.Reveal(), o.APIURL, o.LoginURL}, []string{o.ClientCertificate}
	case c.CalDAV != nil:
		d := c.CalDAV
		return []string{d.URL, d.Username, d.Password.Reveal(), d.Token.Reveal()}, []string{d.CAFile}
	}
	return nil, nil
}

// setDefaults fills in what a section of a calendar does not write.
func (g *Google) setDefaults() {
	g.Calendar, g.Auth, g.APIURL = "primary", "service-account", "https://www.googleapis.com/calendar/v3/"
}

func (o *Outlook) setDefaults() {
	o.Auth = "app"
	o.APIURL, o.LoginURL = "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com"
}

// Effective is what holds for the events of one calendar: its own settings over those of the whole configuration, over the
// defaults.
type Effective struct {
	Host     string
	Schedule string
	Tag      TagLimits
	Meeting  Meeting
	Link     Link
}

// For returns the settings that hold for cal, key by key.
func (c *Config) For(cal Calendar) Effective {
	no := false
	e := Effective{
		Host:     c.AccountOf(cal).Host,
		Schedule: c.Schedule,
		Meeting:  Meeting{Kind: defaultKind, Series: defaultSeries, Mail: &no},
		Link:     Link{Location: defaultLocation, Text: defaultText, Announce: defaultAnnounce, Meet: defaultMeet},
	}
	if cal.Host != "" {
		e.Host = cal.Host
	}
	if cal.Schedule != "" {
		e.Schedule = cal.Schedule
	}
	for _, over := range []TagLimits{{Options: c.Tag.Options, Hosts: c.Tag.Hosts}, cal.Tag} {
		overlay(reflect.ValueOf(&e.Tag).Elem(), reflect.ValueOf(over))
	}
	for _, over := range []Meeting{c.Meeting, cal.Meeting} {
		overlay(reflect.ValueOf(&e.Meeting).Elem(), reflect.ValueOf(over))
	}
	for _, over := range []Link{c.Link, cal.Link} {
		overlay(reflect.ValueOf(&e.Link).Elem(), reflect.ValueOf(over))
	}
	return e
}

// overlay sets the fields of a struct to those of over that say something. A list that is empty but not nil says "none".
func overlay(base, over reflect.Value) {
	for i := range over.NumField() {
		if f := over.Field(i); !f.IsZero() {
			base.Field(i).Set(f)
		}
	}
}
