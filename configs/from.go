package configs

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/words"
)

// From is a list of people or calendars, each of which is watched as Template says. Exactly one of Google, Outlook,
// CalDAV and File is set.
type From struct {
	// Name is what the list is called; validate fills in one where none is written. What is remembered of the list is
	// remembered under it.
	Name    string       `yaml:"name" is:"name"`
	Google  *GoogleList  `yaml:"google"`
	Outlook *OutlookList `yaml:"outlook"`
	CalDAV  *CalDAVList  `yaml:"caldav"`
	// File is a CSV or YAML file with a row for each of them: see ReadMembers.
	File     string   `yaml:"file" is:"path"`
	Template Template `yaml:"template"`
	// Include and Exclude are patterns for addresses and names; none in Include is everybody.
	Include []string `yaml:"include" is:"pattern"`
	Exclude []string `yaml:"exclude" is:"pattern"`
}

// fileList is the kind of a list that has no section.
const fileList = "file"

// Template is a calendar without its name, and without what is each one's own.
type Template struct {
	Google   *Google    `yaml:"google"`
	Outlook  *Outlook   `yaml:"outlook"`
	CalDAV   *CalDAV    `yaml:"caldav"`
	ICS      *ICS       `yaml:"ics"`
	Account  string     `yaml:"account" is:"account"`
	Host     string     `yaml:"host" is:"calendar-host"` // or Organizer
	Schedule string     `yaml:"schedule" is:"cron"`
	Tag      *TagLimits `yaml:"tag"`
	Meeting  *Meeting   `yaml:"meeting"`
	Link     *Link      `yaml:"link"`
}

// calendar is a calendar of the template, without what is its own.
func (t Template) calendar() Calendar {
	return Calendar{Google: t.Google, Outlook: t.Outlook, CalDAV: t.CalDAV, ICS: t.ICS, Account: t.Account,
		Host: t.Host, Schedule: t.Schedule, Tag: t.Tag, Meeting: t.Meeting, Link: t.Link}
}

// hosted reports whether the template says who hosts.
func (t *Template) hosted() bool { return t.Host != "" && t.Host != Organizer }

// GoogleList is all users of a Google Workspace, or those of a group or an organisational unit.
type GoogleList struct {
	Domain string `yaml:"domain"`
	// Group is its mail address; the members of groups in it count as well.
	Group string `yaml:"group" is:"mail"`
	// Unit is the path of an organisational unit, as in /Sales/North; those below it count as well.
	Unit string `yaml:"unit"`
	// Credentials is the JSON file of a service account, and Admin the administrator in whose name it asks.
	Credentials string `yaml:"credentials" is:"path" need:"yes"`
	Admin       string `yaml:"admin" is:"mail" need:"yes"`
	APIURL      string `yaml:"api_url" is:"url"`
}

func (g *GoogleList) setDefaults() { g.APIURL = "https://admin.googleapis.com/admin/directory/v1/" }

// OutlookList is all members of a Microsoft 365 tenant, or those of a group in it.
type OutlookList struct {
	Tenant string `yaml:"tenant" need:"yes"`
	// Group is its object id or its mail address; the members of groups in it count as well.
	Group        string `yaml:"group"`
	ClientID     string `yaml:"client_id" need:"yes"`
	ClientSecret Secret `yaml:"client_secret"`
	// ClientCertificate is a PEM file with a certificate and its private key, instead of a secret.
	ClientCertificate string `yaml:"client_certificate" is:"path"`
	APIURL            string `yaml:"api_url" is:"url"`
	LoginURL          string `yaml:"login_url" is:"url"`
}

func (o *OutlookList) setDefaults() {
	o.APIURL, o.LoginURL = "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com"
}

// CalDAVList is all calendars of one account.
type CalDAVList struct {
	URL      string `yaml:"url" is:"url" need:"yes"`
	Username string `yaml:"username"`
	Password Secret `yaml:"password"`
	// Token is for servers that take a bearer token instead of a password.
	Token  Secret `yaml:"token"`
	CAFile string `yaml:"ca_file" is:"path"`
}

// Kind is the key of what is listed: google, outlook, caldav or file; "" where there is not exactly one.
func (f *From) Kind() string {
	var kinds []string
	for kind, written := range map[string]bool{"google": f.Google != nil, "outlook": f.Outlook != nil,
		"caldav": f.CalDAV != nil, fileList: f.File != ""} {
		if written {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) != 1 {
		return ""
	}
	return kinds[0]
}

// called is what a list is called that has no name.
func (f *From) called() string {
	name := ""
	switch f.Kind() {
	case fileList:
		name = filepath.Base(f.File)
	case "google":
		name = f.Google.Domain + f.Google.Unit
		if f.Google.Group != "" {
			name = f.Google.Group
		}
	case "outlook":
		name = f.Outlook.Tenant
		if f.Outlook.Group != "" {
			name = f.Outlook.Group
		}
	case "caldav":
		if u, err := url.Parse(f.CalDAV.URL); err == nil {
			name = u.Hostname()
		}
	}
	return NameOf(name)
}

// NameOf makes of a text what can be a name: without spaces, slashes and a hyphen at its beginning.
func NameOf(text string) string {
	name := []rune(strings.TrimLeft(strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r <= ' ' || r == '/' || r == '\\' || r == '\u00a0'
	}), "-"), "-"))
	return string(name[:min(len(name), MaxName)])
}

// Takes reports whether the list watches who has one of these addresses and names.
func (f *From) Takes(called ...string) bool {
	return (len(f.Include) == 0 || fits(f.Include, called)) && !fits(f.Exclude, called)
}

// fits reports whether one of the texts is as one of the patterns says.
func fits(patterns, texts []string) bool {
	for _, pattern := range patterns {
		for _, text := range texts {
			// a slash is a letter like any other
			ok, err := path.Match(flat(pattern), flat(text))
			if err == nil && ok {
				return true
			}
		}
	}
	return false
}

func flat(text string) string { return strings.ReplaceAll(strings.ToLower(text), "/", "\x01") }

// checkPattern refuses what is no pattern.
func checkPattern(text string) error {
	if _, err := path.Match(text, ""); err != nil || strings.ContainsAny(text, " \t") {
		return words.Mend(fmt.Errorf("%s is no pattern", quote(text)),
			"write an address or a name in which * stands for any text, as in *@example.com")
	}
	return nil
}

// Member is one of a list.
type Member struct {
	// Name is that of its calendar.
	Name string
	// Provider is the key of the template's section that is meant; "" where there is only one.
	Provider string
	// Subject is whose calendar it is, a mail address; for caldav the calendar's address, and for ics its folder, as
	// seen from those in the template.
	Subject string
	// Calendar is which one of theirs; "" is the template's.
	Calendar string
	// Host is who hosts; "" is the template's.
	Host string
}

// Calendar is the calendar of a member.
func (f *From) Calendar(m Member) (Calendar, error) {
	kind, err := f.provider(m)
	if err != nil {
		return Calendar{}, err
	}
	c := f.prototype(kind)
	c.Name, c.List = m.Name, f.Name
	if err := checkName(c.Name); err != nil {
		return c, err
	}
	if m.Host != "" {
		if err := checkHost(m.Host); err != nil && m.Host != Organizer {
			return c, fmt.Errorf("host: %w", err)
		}
		c.Host = m.Host
	}
	return c, c.become(m)
}

// provider is which section of the template is a member's.
func (f *From) provider(m Member) (string, error) {
	kinds := f.kinds()
	switch {
	case m.Provider == "" && len(kinds) == 1:
		return kinds[0], nil
	case m.Provider == "":
		return "", words.Mend(errors.New("it says no provider, and the template has several"),
			"write one of "+enumerate(kinds))
	}
	return m.Provider, oneOfSections(m.Provider, kinds)
}

func oneOfSections(provider string, kinds []string) error {
	for _, kind := range kinds {
		if kind == provider {
			return nil
		}
	}
	return fmt.Errorf("the template has no section for the provider %s%s", quote(provider),
		words.Meant(provider, kinds))
}

// kinds are the sections of calendars that the list can make.
func (f *From) kinds() (kinds []string) {
	if kind := f.Kind(); kind != fileList {
		return []string{kind}
	}
	for _, s := range f.Template.calendar().sections() {
		kinds = append(kinds, s.Kind())
	}
	return kinds
}

// prototype is the calendar of a list that has one section, which is a copy: with what the list itself says of how
// calendars are read.
func (f *From) prototype(kind string) Calendar {
	c, t := f.Template.calendar(), f.Template
	c.Google, c.Outlook = nil, nil
	c.CalDAV, c.ICS = nil, nil
	switch kind {
	case "google":
		c.Google = orDefault(t.Google)
		if f.Google != nil {
			c.Google.Auth = serviceAccount
			if c.Google.Credentials == "" {
				c.Google.Credentials = f.Google.Credentials
			}
		}
	case "outlook":
		c.Outlook = orDefault(t.Outlook)
		if o := c.Outlook; f.Outlook != nil && o.ClientID == "" {
			o.Tenant, o.ClientID = f.Outlook.Tenant, f.Outlook.ClientID
			o.ClientSecret, o.ClientCertificate = f.Outlook.ClientSecret, f.Outlook.ClientCertificate
			o.APIURL, o.LoginURL = f.Outlook.APIURL, f.Outlook.LoginURL
		}
	case "caldav":
		c.CalDAV = orDefault(t.CalDAV)
		if v := c.CalDAV; f.CalDAV != nil {
			v.URL, v.Username, v.Password = f.CalDAV.URL, f.CalDAV.Username, f.CalDAV.Password
			v.Token, v.CAFile = f.CalDAV.Token, f.CalDAV.CAFile
		}
	case "ics":
		c.ICS = orDefault(t.ICS)
	}
	return c
}

// orDefault is a copy of a section, or one in which nothing is written.
func orDefault[S any](section *S) *S {
	fresh := new(S)
	if section != nil {
		*fresh = *section
	} else if s, ok := any(fresh).(interface{ setDefaults() }); ok {
		s.setDefaults()
	}
	return fresh
}

// become makes a prototype the calendar of a member.
func (c *Calendar) become(m Member) error {
	switch {
	case c.Google != nil:
		c.Google.Subject = m.Subject
		if m.Calendar != "" {
			c.Google.Calendar = m.Calendar
		}
		return checkMail(m.Subject, false)
	case c.Outlook != nil:
		c.Outlook.User = m.Subject
		if m.Calendar != "" {
			c.Outlook.Calendar = m.Calendar
		}
		if m.Subject == "" {
			return words.Mend(errors.New("it says no subject"), "write whose mailbox it is")
		}
		return nil
	case c.CalDAV != nil:
		return c.CalDAV.become(m)
	}
	return c.ICS.become(m)
}

func (v *CalDAV) become(m Member) error {
	if m.Calendar != "" {
		v.Calendar = m.Calendar
	}
	if m.Subject == "" {
		return nil
	}
	base, err := url.Parse(v.URL)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	at, err := base.Parse(m.Subject)
	switch {
	case err != nil:
		return fmt.Errorf("%s is no address of a calendar", quote(m.Subject))
	case at.Scheme != base.Scheme || at.Host != base.Host: // the password would go to somebody else
		return fmt.Errorf("%s is not at the server that the template names", quote(m.Subject))
	}
	v.URL = at.String()
	return checkURL(v.URL)
}

func (i *ICS) become(m Member) error {
	switch {
	case m.Subject == "":
		return words.Mend(errors.New("it says no subject"), "write the folder")
	case !filepath.IsAbs(m.Subject) && i.Path == "":
		return fmt.Errorf("%s is no whole path, and the template says no folder that it is in", quote(m.Subject))
	case filepath.IsAbs(m.Subject):
		i.Path = filepath.Clean(m.Subject)
	case !filepath.IsLocal(m.Subject):
		return words.Mend(fmt.Errorf("%s leads out of the template's folder", quote(m.Subject)), "write the whole path")
	default:
		i.Path = filepath.Join(i.Path, m.Subject)
	}
	return nil
}

// listKinds are the kinds of lists, for sentences.
var listKinds = []string{"google", "outlook", "caldav", fileList}

// validateLists checks each list, and what they are called.
func (d *decoder) validateLists(c *Config, taken map[string]int) {
	for i := range c.CalendarsFrom {
		f, path := &c.CalendarsFrom[i], "calendars_from["+strconv.Itoa(i)+"]"
		if f.Kind() == "" {
			if !d.wrong(path) {
				d.failAt(path, "this list needs exactly one of %s", enumerate(listKinds))
			}
			continue
		}
		written := f.Name != ""
		if !written {
			f.Name = f.called()
		}
		at := path
		if written {
			at += ".name"
		}
		if first, ok := taken[f.Name]; ok && f.Name != "" {
			d.failAt(at, "the name %s is taken in line %d", quote(f.Name), first).
				mend("write another name into the list")
		} else {
			taken[f.Name] = d.places[at].line
		}
		d.validateList(c, f, path)
	}
}

// validateList checks the parts of a list against each other.
func (d *decoder) validateList(c *Config, f *From, path string) {
	kind := f.Kind()
	cal := f.Template.calendar()
	d.validateChoice(c, &cal, path+".template")
	f.Template.Account = cal.Account
	sections := cal.sections()
	switch {
	case kind == fileList && len(sections) == 0 && !d.wrong(path+".template"):
		d.failAt(path, "the template says nothing of how calendars are read").
			mend("write one of %s into it", enumerate(calendarKinds()))
		return
	case kind == "google" && f.Google.Domain == "" && f.Google.Group == "":
		d.failAt(path+".google", "the list needs domain or group in google: whom it lists")
	case kind == "google" && f.Google.Group != "" && f.Google.Unit != "":
		d.failAt(path+".google.unit", "group and unit are two lists").
			mend("write one of them, and the other as a list of its own")
	case kind == "google" && f.Google.Unit != "" && !strings.HasPrefix(f.Google.Unit, "/"):
		d.failAt(path+".google.unit", "the path of a unit begins with /, as in /Sales/North")
	case kind == "outlook":
		f.Outlook.validate(d, path+".outlook")
	case kind == "caldav":
		v := f.CalDAV
		(&CalDAV{Username: v.Username, Password: v.Password, Token: v.Token}).validate(d, path+".caldav")
	}
	for _, s := range sections {
		inner := path + ".template." + s.Kind()
		if kind != fileList && s.Kind() != kind {
			d.failAt(inner, "the list is one of %s, and its calendars are as well", kind).
				mend("delete the section %s", s.Kind())
			continue
		}
		d.validateTemplate(f, s.Kind(), inner)
	}
	if host := f.hostless(c); host && !d.wrong(path+".template.host") {
		d.failAt(path, "nobody hosts the meetings of these calendars").
			mend("write host, the mail address of a Zoom user, into the template or into zoom")
	}
}

// validateTemplate checks that a section of a template is complete, but for what is each member's own.
func (d *decoder) validateTemplate(f *From, kind, path string) {
	c := f.prototype(kind)
	switch s := c.Section().(type) {
	case *Google:
		d.demand(path, "a google calendar", map[string]bool{"credentials": s.Credentials != ""}, "credentials")
		if s.Auth == User {
			d.failAt(path+".auth", "a person signs in for one calendar, and this is a template for many").
				mend("use a service account")
		}
	case *Outlook:
		if s.Auth == User {
			d.failAt(path+".auth", "a person signs in for one calendar, and this is a template for many").
				mend("use auth: app")
			return
		}
		if s.ClientID == "" {
			d.demand(path, "an outlook calendar", map[string]bool{}, "client_id")
			return
		}
		s.User = "each"
		s.validate(d, path)
	case *CalDAV:
		d.demand(path, "a caldav calendar", map[string]bool{"url": s.URL != ""}, "url")
		s.validate(d, path)
	}
}

func (o *OutlookList) validate(d *decoder, path string) {
	(&Outlook{User: "each", Auth: "app", Tenant: o.Tenant, ClientID: o.ClientID, ClientSecret: o.ClientSecret,
		ClientCertificate: o.ClientCertificate}).validate(d, path)
}

// hostless reports whether nobody can host the meetings of a list.
func (f *From) hostless(c *Config) bool {
	if len(c.Zoom) == 0 || f.Kind() == fileList || f.Template.hosted() {
		return false
	}
	z := c.AccountOf(f.Template.calendar())
	return z.Mode == ServerToServer && z.Host == ""
}

// listsHost reports whether lists say who hosts in an account, of all or of each.
func (c *Config) listsHost(account int) bool {
	return slices.ContainsFunc(c.CalendarsFrom, func(f From) bool {
		named := slices.IndexFunc(c.Zoom, func(z Zoom) bool {
			return f.Template.Account != "" && strings.EqualFold(z.Name, f.Template.Account)
		})
		here := named == account || f.Template.Account == "" && account == 0
		return here && (f.Template.hosted() || f.Kind() == fileList)
	})
}

// inTemplate reports whether a section stands in a template, where what is each member's own may be left out.
func inTemplate(path string) bool {
	return strings.HasPrefix(path, "calendars_from[") && strings.Contains(path, ".template.")
}
