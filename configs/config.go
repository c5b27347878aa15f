// Package configs reads the configuration of zoomtag, checks it, and explains in plain sentences what is wrong with it.
//
// The file is YAML. It is decoded strictly and to the end: every mistake is reported at once, each with its place in
// the file and the way to mend it. Paths in the file are relative to its folder.
//
// How it works: the struct tags below are the schema. `yaml` is the key, `is` names the check of a value (see check),
// `one` lists the words that are allowed, `need` says that a section without the key is wrong. What concerns several
// keys at once is in validate.go.
package configs

import "time"

// Config is a whole configuration, defaults filled in.
type Config struct {
	// Path is the file that it was read from.
	Path string `yaml:"-"`
	// Sum tells what was read from other contents and permissions of the file.
	Sum string `yaml:"-"`

	// mistake makes an Error of what is wrong at a path of keys: the first of several that is written.
	mistake func(text string, paths ...string) *Error

	// Schedule is a cron specification as github.com/robfig/cron/v3 reads it: five fields, CRON_TZ=…, @every, @hourly.
	Schedule string `yaml:"schedule" is:"cron"`
	Poll     Poll   `yaml:"poll"`
	// State is the bbolt file. Where there is a Store it is not made; what belongs to this machine alone, such as the
	// control socket, is beside its path all the same.
	State string `yaml:"state" is:"path"`
	// Store is the URL of the PostgreSQL database that several zoomtags share; none: State is what there is.
	Store Secret `yaml:"store"`
	// StoreKey is the key with which the sign-ins of persons are sealed there.
	StoreKey Secret `yaml:"store_key"`
	// Listen is the address of health, metrics and status page; empty is off.
	Listen string `yaml:"listen" is:"listen"`
	// ListenWritten says that Listen was written into the file. An address that nobody asked for is no reason to fail
	// when it is taken.
	ListenWritten bool `yaml:"-"`
	// Grace is how long a cancelled, untagged or vanished event keeps its meeting.
	Grace time.Duration `yaml:"grace" is:"grace"`
	// Zone is the IANA zone of events that name none; empty is the machine's. GuessZone reads times so as well whose
	// zone nobody knows, in the machine's zone: otherwise their events are held.
	Zone string `yaml:"zone" is:"zone"`

	// Host is Organizer, or empty: see Calendar.Host.
	Host string `yaml:"host" is:"organizer"`

	Zoom      Accounts   `yaml:"zoom"`
	Tag       Tag        `yaml:"tag"`
	Meeting   Meeting    `yaml:"meeting"`
	Link      Link       `yaml:"link"`
	Invites   Invites    `yaml:"invites"`
	API       API        `yaml:"api"`
	Limits    Limits     `yaml:"limits"`
	Notify    []Notice   `yaml:"notify"`
	Page      Page       `yaml:"page"`
	Calendars []Calendar `yaml:"calendars"`
	// CalendarsFrom are lists of more of them. Who is on them is not part of the configuration: package lists adds
	// those that it knows to Calendars.
	CalendarsFrom []From `yaml:"calendars_from"`
}

// The values of Zoom.Mode.
const (
	ServerToServer = "server-to-server"
	User           = "user"
	Personal       = "personal"
)

// Zoom says how meetings are made in one account.
type Zoom struct {
	// Name is what calendars, tags and commands call it; empty for the only account, which has none.
	Name         string `yaml:"name" is:"account"`
	Mode         string `yaml:"mode" one:"server-to-server user personal"`
	AccountID    string `yaml:"account_id"`
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
	// Host is the Zoom user who hosts in this account, by mail address or id, unless a calendar or a tag says
	// otherwise. With mode user it is who signs in; empty is whoever does.
	Host     string `yaml:"host" is:"host"`
	APIURL   string `yaml:"api_url" is:"url"`
	OAuthURL string `yaml:"oauth_url" is:"url"`
	// PersonalLink is the join link of a personal room, its passcode included: fit for events, not for logs.
	PersonalLink string `yaml:"personal_link" is:"join-link"`
}

// Tag says what counts as the wish for a meeting.
type Tag struct {
	Words      []string `yaml:"words" is:"word"`
	Not        []string `yaml:"not" is:"word"`
	Categories []string `yaml:"categories" is:"text"`
	Locations  []string `yaml:"locations" is:"text"`
	// Colors are Google colour ids.
	Colors []string `yaml:"colors" is:"text"`
	// Keep is false where the tag word is taken out of the title once the link is in.
	Keep bool `yaml:"keep"`
	// Options are the options that a tag may use, by their names or with the one value that they may have; nil is all.
	// Hosts are whom host= and alt= may name, *@example.com for everybody there; nil is anybody.
	Options []string `yaml:"options" is:"option"`
	Hosts   []string `yaml:"hosts" is:"hosts"`
}

// TagLimits are what the tags in one calendar may say, where that is otherwise than in Tag.
type TagLimits struct {
	Options []string `yaml:"options" is:"option"`
	Hosts   []string `yaml:"hosts" is:"hosts"`
}

// Meeting is what Zoom is asked for. nil and "" mean "not written": the host's own Zoom setting applies.
type Meeting struct {
	Kind        string `yaml:"kind" one:"scheduled personal"`
	Series      string `yaml:"series" one:"lasting fixed"`
	WaitingRoom *bool  `yaml:"waiting_room"`
	// JoinBeforeHost is how long before the start guests may come in: 0 is any time, negative is not before the host.
	JoinBeforeHost *time.Duration `yaml:"join_before_host" is:"join"`
	Passcode       string         `yaml:"passcode" is:"passcode"`
	Registration   string         `yaml:"registration" one:"none automatic manual"`
	SignIn         *bool          `yaml:"sign_in"`
	Mute           *bool          `yaml:"mute"`
	Recording      string         `yaml:"recording" one:"none local cloud"`
	// AlternativeHosts is nil where not written; an empty list says that there are none.
	// Guests in it stands for all guests who are licensed users of the account.
	AlternativeHosts []string `yaml:"alternative_hosts" is:"alternative"`
	// Template is the name of the meeting template, of those that an administrator has made at Zoom, that meetings are
	// made from.
	Template string `yaml:"template" is:"line"`
	// Mail is whether Zoom may mail hosts about the meeting. Config.For turns nil into false.
	Mail *bool `yaml:"mail"`
}

// Link is how an event shows its meeting.
type Link struct {
	Location string `yaml:"location" one:"if-empty append never"`
	// Text is "short", "invitation", or "template:" and the absolute path of a file.
	Text string `yaml:"text" is:"link-text"`
	// Note is a line that stands in each block: "needs Zoom 6.0 or newer".
	Note     string `yaml:"note" is:"line"`
	Announce string `yaml:"announce" one:"none all"`
	// Meet is what becomes of a Google Meet conference in a tagged event: "leave" is hands off, "replace" takes it out.
	Meet string `yaml:"meet" one:"leave replace"`
}

// Invites says where .ics invitations are kept.
type Invites struct {
	// Dir is a folder that always holds one .ics file for each linked event; empty is off.
	Dir string `yaml:"dir" is:"path"`
	// FeedToken is the secret part of the address of a calendar of all linked events, for subscribing to; none is off.
	FeedToken Secret `yaml:"feed_token"`
}

// Page says whom the status page on Listen is for. Without a word here it is for everybody on this machine, and shows
// no join links.
type Page struct {
	// Password signs people in: the password itself, or its bcrypt or argon2id hash.
	Password Secret `yaml:"password"`
	// TrustedHeader is the header in which a proxy names who has signed in there; empty is none. It counts from this
	// machine and from TrustedPeers, addresses or networks (10.0.0.0/8), alone.
	TrustedHeader string   `yaml:"trusted_header" is:"header"`
	TrustedPeers  []string `yaml:"trusted_peers" is:"network"`
}

// Limits are how much is read of one calendar in one pass. What holds more is not read, and is an error that names the
// key.
type Limits struct {
	Events int `yaml:"events"`
	Pages  int `yaml:"pages"`
	// Megabytes (MiB) are of all answers together, FileMegabytes of one .ics file.
	Megabytes     int `yaml:"megabytes"`
	FileMegabytes int `yaml:"file_megabytes"`
}

// setDefaults fills in what the section does not write.
func (l *Limits) setDefaults() { *l = defaultLimits }

var defaultLimits = Limits{Events: 250_000, Pages: 10_000, Megabytes: 1024, FileMegabytes: 64}

// maxLimit is the most that can be written: a file is not read beyond it in any case.
const maxLimit = 1_000_000_000

// The defaults of Meeting and Link, which Config.For fills in: the sections themselves keep "not written" apart.
const (
	defaultKind     = "scheduled"
	defaultSeries   = "lasting"
	defaultLocation = "if-empty"
	defaultText     = "short"
	defaultAnnounce = "none"
	defaultMeet     = "leave"
)

// DefaultListen is where the daemon listens when the configuration does not say.
const DefaultListen = "127.0.0.1:7466"

// defaults is the configuration before the file is read; what the file writes replaces it, lists as a whole.
func defaults() *Config {
	account := Zoom{}
	account.setDefaults()
	return &Config{
		Zoom:     Accounts{account},
		Schedule: "@every 1m",
		Listen:   DefaultListen,
		Grace:    10 * time.Minute,
		Limits:   defaultLimits,
		Tag: Tag{
			Words:      []string{"#zoom"},
			Not:        []string{"#nozoom"},
			Categories: []string{"Zoom"},
			Locations:  []string{"Zoom"},
			Keep:       true,
		},
	}
}
