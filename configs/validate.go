package configs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// validate checks what concerns several keys at once. A key whose value was refused already is not reported again.
func (d *decoder) validate(c *Config) {
	d.validateAccounts(c)
	d.validatePoll(c)
	d.validateTag(&c.Tag)
	d.validateNotices(c)
	if len(c.Calendars)+len(c.CalendarsFrom) == 0 && !d.wrong("calendars") && !d.wrong("calendars_from") {
		d.failAt("calendars", "there is no calendar to watch").
			mend("add one below \"calendars:\", for instance a folder of .ics files: - {name: team, ics: {path: " +
				"/srv/calendars/team}}")
	}
	names, sources := map[string]int{}, map[string]string{}
	if c.Invites.FeedToken.literal() {
		d.validateToken(c)
	}
	if c.Page.Password.literal() {
		d.validatePassword(c)
	}
	if len(c.Page.TrustedPeers) > 0 && c.Page.TrustedHeader == "" && !d.wrong("page.trusted_header") {
		d.failAt("page.trusted_peers", "trusted_peers are whose trusted_header counts, and there is none").
			mend("name it, or delete this line")
	}
	d.validateAPI(c, true)
	for i := range c.Calendars {
		cal, path := &c.Calendars[i], "calendars["+strconv.Itoa(i)+"]"
		if first, ok := names[cal.Name]; ok && cal.Name != "" {
			d.failAt(path+".name", "the name %s is taken by the calendar in line %d", quote(cal.Name), first).
				mend("choose another")
		} else {
			names[cal.Name] = d.places[path+".name"].line
		}
		d.validateChoice(c, cal, path)
		d.validateCalendar(cal, path)
		source := ""
		if s := cal.Section(); s != nil {
			source = s.source()
		}
		if other, ok := sources[source]; ok && source != "" {
			d.failAt(path, "this calendar is watched already, as %s", quote(other)).
				mend("delete one of the two: they would both write to the same events")
		}
		sources[source] = cal.Name
		if c.Invites.Dir != "" && cal.folder() != "" && SameFolder(cal.folder(), c.Invites.Dir) {
			d.failAt("invites.dir",
				"invites.dir is the folder of the calendar %s: the invitations would be read as events",
				quote(cal.Name)).
				mend("choose another folder")
		}
	}
	d.validateLists(c, names)
}

// Watching is the calendar whose events are read from the files of a folder; "" where there is none.
func (c *Config) Watching(folder string) (calendar string) {
	for i := range c.Calendars {
		if at := c.Calendars[i].folder(); at != "" && SameFolder(at, folder) {
			return c.Calendars[i].Name
		}
	}
	return ""
}

// SameFolder reports whether two paths lead to one folder, by whichever links. Folders that are not there yet are
// compared by their names below the last one that is.
func SameFolder(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) || Resolved(a) == Resolved(b) {
		return true
	}
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// Resolved is a path without symbolic links, as far as it exists.
func Resolved(path string) string {
	path = filepath.Clean(path)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(Resolved(parent), filepath.Base(path))
	}
	return path
}

// validateToken checks the feed's token, which has to be known by now.
func (d *decoder) validateToken(c *Config) {
	token := c.Invites.FeedToken
	if !token.IsZero() && !goodToken(token.Reveal()) && !d.wrong("invites.feed_token") {
		d.failAt("invites.feed_token",
			"the feed's token has to be 16 to 200 letters, digits, - and _, so that nobody guesses it").
			mend("\"openssl rand -hex 16\" makes one")
	}
}

// goodToken reports whether a token can stand in an address and cannot be guessed.
func goodToken(token string) bool {
	odd := strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != ""
	return len(token) >= 16 && len(token) <= 200 && !odd
}

// leastPassword is how long a password has to be that others may try, in characters.
const leastPassword = 8

// hashed are passwords as bcrypt and argon2id keep them; the numbers are what a try costs.
var hashed = regexp.MustCompile(`^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$|` +
	`^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,172}$`)

// costs are the bounds of what a try may cost: the rounds of bcrypt, and the memory in KiB, the time and the lanes of
// argon2id. The page would else let nobody in, or take the memory of the machine.
var costs = [][2]int{{4, 18}, {8, 256 << 10}, {1, 16}, {1, 16}}

// affordable reports whether a password is a whole hash that the page can work out.
func affordable(password string) bool {
	found := hashed.FindStringSubmatch(password)
	for i, text := range found[min(1, len(found)):] {
		n, err := strconv.Atoi(text)
		outside := n < costs[i][0] || n > costs[i][1]
		if text != "" && (err != nil || outside) {
			return false
		}
	}
	return found != nil
}

// likeHash is how passwords begin that some program has hashed: taken as they are, nobody would get in who enters the
// password.
var likeHash = regexp.MustCompile(`^\$2|^\$argon2|^\$(?:1|5|6|7|y|gy|apr1|scrypt|pbkdf2[a-z0-9-]*)\$|` +
	`^\{S?(?:SHA|MD5)\d*\}`)

// validatePassword checks the password of the status page, which has to be known by now.
func (d *decoder) validatePassword(c *Config) {
	password := c.Page.Password.Reveal()
	switch {
	case c.Page.Password.IsZero() || d.wrong("page.password"):
	case likeHash.MatchString(password):
		if !affordable(password) {
			d.failAt("page.password",
				"the page's password begins like a hash and is no whole one of bcrypt or argon2id, or one that costs too much").
				mend("make it again, with htpasswd -nBC 12 zoomtag, and take what is behind the colon")
		}
	case utf8.RuneCountInString(password) < leastPassword:
		d.failAt("page.password", "the page's password is too short").
			mend("take at least %d characters", leastPassword)
	}
}

// demand reports the keys of a section that are missing or empty.
func (d *decoder) demand(section, because string, keys map[string]bool, order ...string) {
	var missing []string
	for _, key := range order {
		if !keys[key] && !d.wrong(join(section, key)) {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		d.failAt(section, "%s needs %s in %s", because, enumerate(missing), display(section))
	}
}

// enumerate makes "a, b and c" of a list.
func enumerate(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func (d *decoder) validateZoom(c *Config, account int, path string) {
	z := &c.Zoom[account]
	someHost := z.Host != "" || slices.ContainsFunc(c.calendarsOf(account),
		func(i int) bool { return c.Calendars[i].hosted() }) || c.listsHost(account)
	has := map[string]bool{
		"account_id": z.AccountID != "", "client_id": z.ClientID != "", "client_secret": !z.ClientSecret.IsZero(),
		"personal_link": z.PersonalLink != "", "host": someHost,
	}
	mode := "mode " + z.Mode
	switch z.Mode {
	case ServerToServer:
		if !d.written(path+".mode") && z.PersonalLink != "" && z.AccountID == "" {
			d.failAt(path, "zoom has a personal_link but no mode").
				mend("add \"mode: personal\"")
			return
		}
		if !d.written(path + ".mode") {
			mode += " (the default; mode personal needs no account)"
		}
		d.demand(path, mode, has, "account_id", "client_id", "client_secret", "host")
		if someHost {
			d.demandHosts(c, account, path)
		}
	case User:
		d.demand(path, mode, has, "client_id")
		d.validatePerson(c, account, path)
	case Personal:
		d.demand(path, mode, has, "personal_link")
	}
}

// validatePerson reports what does not go with a person who has signed in, and hosts what is theirs.
func (d *decoder) validatePerson(c *Config, account int, path string) {
	if d.written(path + ".account_id") {
		d.failAt(path+".account_id", "account_id is for mode server-to-server, and a person signs in without it").
			mend("delete the line")
	}
	host := c.Zoom[account].Host
	for _, i := range c.calendarsOf(account) {
		cal := c.Calendars[i]
		switch {
		case cal.Host == Organizer || cal.Host == "" && c.Host == Organizer:
			path := "host"
			if cal.Host != "" {
				path = "calendars[" + strconv.Itoa(i) + "].host"
			}
			d.failAt(path,
				"in mode user one person hosts all meetings, and organizer is for an account of many").
				mend("delete this line, or use mode server-to-server")
			return
		case host == "":
			host = cal.Host
		case cal.Host != "" && !strings.EqualFold(cal.Host, host):
			d.failAt("calendars["+strconv.Itoa(i)+"].host",
				"in mode user one person hosts all meetings, here %s already", quote(host)).
				mend("delete this line, or use mode server-to-server")
		}
	}
}

// demandHosts reports calendars for which nobody hosts: an app of a whole account has no user of its own.
func (d *decoder) demandHosts(c *Config, account int, section string) {
	if c.Zoom[account].Host != "" || d.wrong(section+".host") {
		return
	}
	for _, i := range c.calendarsOf(account) {
		if path := "calendars[" + strconv.Itoa(i) + "]"; !c.Calendars[i].hosted() && !d.wrong(path+".host") {
			d.failAt(path, "nobody hosts the meetings of this calendar").
				mend("write host, the mail address of a Zoom user, here or in zoom")
		}
	}
}

func (d *decoder) validateTag(t *Tag) {
	if len(t.Words)+len(t.Categories)+len(t.Locations)+len(t.Colors) == 0 && !d.wrong("tag") {
		d.failAt("tag", "no event could be tagged: words, categories, locations and colors are all empty").
			mend("leave one of them")
	}
	for i, not := range t.Not {
		for _, word := range t.Words {
			if not != "" && strings.EqualFold(not, word) {
				d.failAt("tag.not["+strconv.Itoa(i)+"]", "%s is in tag.words as well, and a word cannot ask for a meeting and refuse it",
					quote(not)).mend("take it out of one of the two")
			}
		}
	}
}

func (d *decoder) validateCalendar(cal *Calendar, path string) {
	sections := cal.sections()
	if len(sections) != 1 && !d.wrong(path) {
		d.failAt(path, "this calendar needs exactly one of %s", enumerate(calendarKinds()))
		return
	}
	for _, s := range sections {
		s.validate(d, path+"."+s.Kind())
	}
}
