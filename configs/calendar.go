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
	// What this calendar does otherwise than the rest; zero where it does not. Config.For merges. Of thousands, most do
	// nothing otherwise.
	Host     string     `yaml:"host" is:"calendar-host"` // or Organizer
	Schedule string     `yaml:"schedule" is:"cron"`
	Tag      *TagLimits `yaml:"tag"`
	Meeting  *Meeting   `yaml:"meeting"`
	Link     *Link      `yaml:"link"`

	// List is the list that the calendar is from; "" where it is written down itself. Away is why nothing is done in
	// it, that it is not on that list any more, and AwayCure what mends that.
	List     string `yaml:"-"`
	Away     string `yaml:"-"`
	AwayCure string `yaml:"-"`
}

// Owners are the mail addresses of a calendar's owner; AnyOwner in it stands for everybody. In the file it is one
// address or a list.
type Owners []string

// AnyOwner is the owner that stands for everybody.
const AnyOwner = "*"

// Section is what the configuration says of a calendar of one kind.
type Section interface {
	// Kind is the section's key: "google", "outlook", "caldav" or "ics".
	Kind() string
	// SignsIn reports whether a person signs in for the calendar.
	SignsIn() bool
	// Proof is what the calendar is read with: what the configuration itself says, and the files that it names, which
	// may be "". None where nobody asks who reads it. It holds secrets.
	Proof() (said, files []string)
	// Folder is the folder of this machine in which the calendar lies; "" where it is somebody's service.
	Folder() string
	// Service is the address of the service or server at which many calendars may be; "" where there is none.
	Service() string

	// person is the mail address of who keeps the calendar; "" where it does not say.
	person() string
	// source names what is watched, equal for two that watch the same; "" where that cannot be told.
	source() string
	// validate notes what is wrong with it. path is where it stands.
	validate(d *decoder, path string)
}

// sections are those that are written; one, in a configuration without mistakes.
func (c Calendar) sections() (list []Section) {
	if c.Google != nil {
		list = append(list, c.Google)
	}
	if c.Outlook != nil {
		list = append(list, c.Outlook)
	}
	if c.CalDAV != nil {
		list = append(list, c.CalDAV)
	}
	if c.ICS != nil {
		list = append(list, c.ICS)
	}
	return list
}

// calendarKinds are the keys of all sections, in their order.
func calendarKinds() (keys []string) {
	t := reflect.TypeFor[Calendar]()
	for i := range t.NumField() {
		if t.Field(i).Type.Implements(reflect.TypeFor[Section]()) {
			keys = append(keys, t.Field(i).Tag.Get("yaml"))
		}
	}
	return keys
}

// Section is what is written of the calendar's kind; nil where there is not exactly one.
func (c Calendar) Section() Section {
	list := c.sections()
	if len(list) != 1 {
		return nil
	}
	return list[0]
}

// folder is where the calendar lies on this machine; "" where it does not.
func (c Calendar) folder() string {
	if s := c.Section(); s != nil {
		return s.Folder()
	}
	return ""
}

// Provider is the key of the section that says what kind of calendar c is; "" without one.
func (c Calendar) Provider() string {
	if s := c.Section(); s != nil {
		return s.Kind()
	}
	return ""
}

// Source names what is watched, equal for two that watch the same; "" where that cannot be told.
func (c Calendar) Source() string {
	if s := c.Section(); s != nil {
		return s.source()
	}
	return ""
}

// Person is the mail address of who keeps the calendar, or else of who hosts its meetings; "" where neither is known.
func (c Calendar) Person() string {
	person := c.Host
	if person == Organizer {
		person = ""
	}
	if s := c.Section(); s != nil && s.person() != "" {
		person = s.person()
	}
	if !mailAddress.MatchString(person) {
		return ""
	}
	return person
}

// Keeper is the mail address of who keeps the calendar; "" where nobody knows.
func (c Calendar) Keeper() string {
	c.Host = ""
	return c.Person()
}

// hosted reports whether the calendar itself says who hosts.
func (c *Calendar) hosted() bool { return c.Host != "" && c.Host != Organizer }

// first is the first of the owners, unless that is everybody.
func (o Owners) first() string {
	if len(o) == 0 || o[0] == AnyOwner {
		return ""
	}
	return o[0]
}

// SignsIn reports whether a person signs in for the calendar.
func (c Calendar) SignsIn() bool {
	s := c.Section()
	return s != nil && s.SignsIn()
}

// Effective is what holds for the events of one calendar: its own settings over those of the whole configuration, over
// the defaults.
type Effective struct {
	Host string
	// ByOrganizer says that whoever keeps the calendar hosts, where they have a licence; else Host does.
	ByOrganizer bool
	// Schedule is empty where the calendar is asked by what happens in it, as Poll says.
	Schedule string
	Poll     Poll
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
	switch cal.Host {
	case "":
		e.ByOrganizer = c.Host == Organizer
	case Organizer:
		e.ByOrganizer = true
	default:
		e.Host = cal.Host
	}
	if c.Poll.On() {
		e.Schedule, e.Poll = "", c.Poll
	}
	if cal.Schedule != "" {
		e.Schedule, e.Poll = cal.Schedule, Poll{}
	}
	overlay(&e.Tag, &TagLimits{Options: c.Tag.Options, Hosts: c.Tag.Hosts}, cal.Tag)
	overlay(&e.Meeting, &c.Meeting, cal.Meeting)
	overlay(&e.Link, &c.Link, cal.Link)
	return e
}

// overlay sets the fields of a struct to those of layers that say something, one over the other; nil says nothing. A
// list that is empty but not nil says "none".
func overlay[T any](base *T, layers ...*T) {
	to := reflect.ValueOf(base).Elem()
	for _, layer := range layers {
		if layer == nil {
			continue
		}
		over := reflect.ValueOf(layer).Elem()
		for i := range over.NumField() {
			if f := over.Field(i); !f.IsZero() {
				to.Field(i).Set(f)
			}
		}
	}
}
