package setup

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// Question is what somebody is asked.
type Question struct {
	Title   string // in words that people know, with its question mark
	Help    string // one line: what the answer brings about
	Flag    string // the name of the flag that answers it
	Given   string // what the flag says
	Default string // for an empty answer
	Secret  bool   // it is not shown while it is typed
	// Numbered says that the choices are answered by their numbers, and listed where they are not chosen from.
	Numbered bool
	Choices  []Choice // what there is to choose from, where somebody sits at a screen; none: it is typed
	// Check returns the answer as it is taken, or why it is none.
	Check func(answer string) (string, error)
}

// Choice is one of several answers.
type Choice struct {
	Label  string // what is shown
	Answer string
	Typed  string // the answer is typed: this asks for it
}

// Answers are what flags have said before anybody is asked; empty is not said.
type Answers struct {
	Calendar, Name, CalendarID          string
	Meetings, Host, ZoomName            string
	Credentials, Subject                string
	Tenant, ClientID, SecretFile        string
	Mailbox                             string
	Username, PasswordFile              string
	ZoomAccount, ZoomClient, ZoomSecret string // the last one is a file
	ZoomAPI, ZoomOAuth                  string
	GoogleAPI, OutlookAPI, OutlookLogin string
}

// dialog asks.
type dialog struct {
	Options
	answers Answers
	shown   map[string]bool // guides, by title
	asked   int             // questions that no flag has answered
	// signedIn are the files of sign-ins that were made in this set-up, and grants those that were not there before.
	signedIn map[string]bool
	grants   []string
}

// The kinds of calendar, as they are called in answers.
const (
	googlePerson  = "google"
	googleService = "google-service"
	outlookPerson = "outlook"
	outlookApp    = "outlook-app"
)

// choice is a calendar as it was answered.
type choice struct {
	kind string // "ics", "caldav", or one of the above
	at   string // a folder or an address
	keys []key
	// secrets are files that the keys name.
	secrets []file
	name    string
	chosen  bool // among the calendars of the account
}

// key is a key of a section with its value.
type key struct{ name, value string }

// file is a file with a secret, by its name beside the configuration.
type file struct {
	name string
	data []byte
}

// calendarQuestion asks which calendar is meant.
func (d *dialog) calendarQuestion() Question {
	return Question{Title: "Which calendar?", Flag: "calendar", Given: d.answers.Calendar, Choices: []Choice{
		{Label: "Google Calendar", Answer: googlePerson},
		{Label: "Outlook, of Microsoft 365 or Outlook.com", Answer: outlookPerson},
		{Label: "A CalDAV server: iCloud, Fastmail, Nextcloud and others", Typed: "What is the server's address?"},
		{Label: "A folder of .ics files on this machine", Typed: "Which folder?"},
		{Label: "An organisation's Google Workspace, by a service account", Answer: googleService},
		{Label: "An organisation's Microsoft 365, by an app of its own", Answer: outlookApp},
	},
		Help: "A folder of .ics files, the https address of a CalDAV server, google, outlook, or for organisations " +
			"google-service, outlook-app.",
		Check: func(s string) (string, error) {
			c, err := whichCalendar(s, d.Home)
			if err != nil {
				return s, err
			}
			return s, d.unwatched(c.at)
		}}
}

// watched is a folder that a calendar of the configuration is.
type watched struct{ name, path string }

// unwatched returns that a folder is watched already, if it is.
func (d *dialog) unwatched(path string) error {
	for _, one := range d.folders {
		if configs.SameFolder(one.path, path) {
			return words.Mend(fmt.Errorf("the folder %s is watched already, as %q", path, one.name),
				"name another one, or end here: nothing is left to do for it")
		}
	}
	return nil
}

// whichCalendar reads an answer.
func whichCalendar(answer, home string) (choice, error) {
	answer = strings.TrimSpace(answer)
	switch kind := strings.ToLower(answer); {
	case kind == googlePerson, kind == googleService, kind == outlookPerson, kind == outlookApp:
		return choice{kind: kind, name: kind}, nil
	case strings.HasPrefix(kind, "http://"), strings.HasPrefix(kind, "https://"):
		u, err := url.Parse(answer)
		if err != nil || u.Host == "" {
			return choice{}, errors.New("this is no address: it begins with https:// and the name of the server")
		}
		return choice{kind: "caldav", at: answer, name: nameOf(u.Hostname())}, nil
	case answer == "":
		return choice{}, errors.New("name a folder, an address, google or outlook")
	}
	path, err := absolute(answer, home)
	if err != nil {
		return choice{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return choice{}, words.Mend(fmt.Errorf("there is no folder %s", path),
			"name one that there is, the https address of a CalDAV server, google or outlook")
	}
	if !info.IsDir() {
		if !strings.EqualFold(filepath.Ext(path), ".ics") {
			return choice{}, words.Mend(fmt.Errorf("%s is neither a folder nor an .ics file", path),
				"name the folder that holds the calendar")
		}
		path = filepath.Dir(path) // the file is watched where it lies
	}
	return choice{kind: "ics", at: path, name: nameOf(filepath.Base(path))}, nil
}

// absolute is a path as somebody at a terminal writes it.
func absolute(path, home string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		path = filepath.Join(home, rest)
	}
	return filepath.Abs(path)
}

// nameOf makes a name of a calendar, which has no spaces, of another one.
func nameOf(s string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, s)
	if name = strings.Trim(name, "-"); name == "" {
		return "calendar"
	}
	return name
}

// calendar asks for all of a calendar.
func (d *dialog) calendar(ctx context.Context) (choice, error) {
	answer, err := d.Ask(ctx, d.calendarQuestion())
	if err != nil {
		return choice{}, err
	}
	c, err := whichCalendar(answer, d.Home)
	if err != nil {
		return c, err
	}
	if d.answers.Name != "" {
		c.name = d.answers.Name
	}
	c.name = d.freeName(c.name)
	switch c.kind {
	case googlePerson, googleService:
		err = d.google(ctx, &c)
	case outlookPerson, outlookApp:
		err = d.outlook(ctx, &c)
	case "caldav":
		err = d.caldav(ctx, &c)
	default:
		c.keys = []key{{"path", c.at}}
	}
	return c, err
}

// freeName is a name that no calendar of the configuration has.
func (d *dialog) freeName(name string) string {
	free := name
	for n := 2; d.taken[free]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}

// google asks for the file that Google gives out, and for whom it is.
func (d *dialog) google(ctx context.Context, c *choice) error {
	auth := configs.User
	guide := GuideGooglePerson
	if c.kind == googleService {
		auth, guide = "service-account", GuideGoogleService
	}
	d.show(guide, d.answers.Credentials)
	path, err := d.Ask(ctx, Question{Title: "Where is the downloaded file?", Flag: "credentials",
		Given: d.answers.Credentials,
		Help: "The JSON file that Google gave out; zoomtag puts a copy beside its configuration, readable by you " +
			"alone.",
		Check: func(s string) (string, error) { return d.credentials(s, auth) }})
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	c.secrets = append(c.secrets, file{"google-" + c.name + ".json", data})
	c.keys = []key{{"auth", auth}, {"credentials", "google-" + c.name + ".json"}}
	if c.kind == googleService {
		subject, err := d.Ask(ctx, Question{Title: "Whose calendar?", Flag: "subject", Given: d.answers.Subject,
			Help: "The mail address of the person in whose name the service account acts.", Check: checkMail})
		if err != nil {
			return err
		}
		c.keys = append(c.keys, key{"subject", subject})
	}
	id, err := d.Ask(ctx, Question{Title: "Which of the account's calendars?", Flag: "calendar-id",
		Given: d.answers.CalendarID, Default: "primary",
		Help: "primary is the main one; another one's id stands in its settings, under Integrate calendar."})
	if err != nil {
		return err
	}
	c.add("calendar", id, "primary")
	c.add("api_url", d.answers.GoogleAPI, "")
	return nil
}

// credentials checks the file that Google gave out.
func (d *dialog) credentials(answer, auth string) (string, error) {
	path, err := absolute(strings.TrimSpace(answer), d.Home)
	if err != nil {
		return "", err
	}
	if err := d.Kinds.Calendars["google"].Credentials(path, auth); err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "google: ")) // which service is meant has been said
	}
	return path, nil
}

// add adds a key that is not as it is anyway.
func (c *choice) add(name, value, without string) {
	if value != "" && value != without {
		c.keys = append(c.keys, key{name, value})
	}
}

// outlook asks for the app, and for whose mailbox it is.
func (d *dialog) outlook(ctx context.Context, c *choice) error {
	guide, auth := GuideOutlookPerson, configs.User
	if c.kind == outlookApp {
		guide, auth = GuideOutlookApp, "app"
	}
	d.show(guide, d.answers.ClientID)
	client, err := d.Ask(ctx, Question{Title: "What is the app's client ID?", Flag: "client-id",
		Given: d.answers.ClientID, Check: filled,
		Help: "Application (client) ID, on the app's Overview page."})
	if err != nil {
		return err
	}
	tenant, err := d.Ask(ctx, Question{Title: "What is the directory's tenant ID?", Flag: "tenant",
		Given: d.answers.Tenant, Check: filled,
		Help: "Directory (tenant) ID, on the same page; consumers for a personal account such as outlook.com."})
	if err != nil {
		return err
	}
	c.keys = []key{{"auth", auth}, {"client_id", client}, {"tenant", tenant}}
	if c.kind == outlookApp {
		if err := d.outlookProof(ctx, c); err != nil {
			return err
		}
	}
	c.add("calendar", d.answers.CalendarID, "")
	c.add("api_url", d.answers.OutlookAPI, "")
	c.add("login_url", d.answers.OutlookLogin, "")
	return nil
}

// outlookProof asks for the app's secret and the mailbox.
func (d *dialog) outlookProof(ctx context.Context, c *choice) error {
	secret, err := d.secret(ctx, Question{Title: "What is the app's secret?", Flag: "secret-file",
		Given: d.answers.SecretFile,
		Help: "The column Value under Certificates & secrets, not the Secret ID; it is kept in a file that you " +
			"alone can read."})
	if err != nil {
		return err
	}
	mailbox, err := d.Ask(ctx, Question{Title: "Whose mailbox?", Flag: "mailbox", Given: d.answers.Mailbox,
		Check: checkMail,
		Help:  "The mail address of the person whose calendar is watched."})
	if err != nil {
		return err
	}
	c.secrets = append(c.secrets, file{"outlook-" + c.name + "-secret", secret})
	c.keys = append(c.keys, key{"client_secret", "file:outlook-" + c.name + "-secret"}, key{"user", mailbox})
	return nil
}

// caldav asks for the sign-in at a CalDAV server.
func (d *dialog) caldav(ctx context.Context, c *choice) error {
	user, err := d.Ask(ctx, Question{Title: "What is your user name there?", Flag: "username",
		Given: d.answers.Username, Check: filled,
		Help: "As you sign in at the server; often your mail address."})
	if err != nil {
		return err
	}
	password, err := d.secret(ctx, Question{Title: "What is the password?", Flag: "password-file",
		Given: d.answers.PasswordFile,
		Help: "An app password, where the account has them (iCloud, Fastmail, Nextcloud); it is kept in a file that " +
			"you alone can read."})
	if err != nil {
		return err
	}
	c.secrets = append(c.secrets, file{"caldav-" + c.name + "-password", password})
	c.keys = []key{{"url", c.at}, {"username", user}, {"password", "file:caldav-" + c.name + "-password"}}
	c.add("calendar", d.answers.CalendarID, "")
	return nil
}

// secret asks for a secret; its flag names a file that holds it.
func (d *dialog) secret(ctx context.Context, q Question) ([]byte, error) {
	q.Secret = true
	if q.Given != "" {
		data, err := os.ReadFile(q.Given)
		if err != nil {
			return nil, words.Mend(fmt.Errorf("--%s: the file %s cannot be read", q.Flag, q.Given),
				"name one that holds the secret and nothing else")
		}
		if strings.TrimSpace(string(data)) == "" {
			return nil, words.Mend(fmt.Errorf("--%s: the file %s is empty", q.Flag, q.Given),
				"put the secret into it")
		}
		return data, nil
	}
	q.Check = filled
	answer, err := d.Ask(ctx, q)
	return []byte(answer + "\n"), err
}

// filled takes anything but nothing.
func filled(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", words.Mend(errors.New("the answer is empty"), "copy it from the page, and paste it here")
	}
	if strings.ContainsAny(s, " \t") {
		return "", words.Mend(errors.New("there is a space in it, which none of them has"), "copy it once more")
	}
	return s, nil
}

// checkMail takes a mail address.
func checkMail(s string) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil || a.Name != "" {
		return "", words.Mend(errors.New("this is no mail address"), "write it as in alice@example.com")
	}
	return a.Address, nil
}

// hosting asks who hosts, where anything depends on it.
func (d *dialog) hosting(ctx context.Context, c choice, s *source) error {
	local := c.kind == "ics" || c.kind == "caldav"
	if s.mode != configs.ServerToServer && !local {
		return nil
	}
	var err error
	s.host, err = d.Ask(ctx, Question{Title: "Who hosts?", Flag: "host", Given: d.answers.Host, Check: checkMail,
		Help: "Your mail address, at Zoom as in the calendar: events that somebody else organizes are left alone."})
	return err
}

// show shows what to do at a service, unless a flag has the answer already.
func (d *dialog) show(g Guide, given string) {
	if given != "" || d.Quiet || d.shown[g.Title] {
		return
	}
	d.shown[g.Title] = true
	fmt.Fprint(d.Out, "\n"+g.Text())
	if d.Open != nil && g.Page != "" {
		if err := d.Open(g.Page); err != nil {
			fmt.Fprintf(d.Out, "No browser could be opened: open the page yourself.\n")
		}
	}
}
