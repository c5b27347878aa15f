package configs

import (
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/words"
)

// Accounts are the Zoom accounts in which meetings are made, the default first. In the file they are one section, an
// account without a name, or a list of sections with a name each.
type Accounts []Zoom

// setDefaults fills in what the section of an account does not write.
func (z *Zoom) setDefaults() {
	z.Mode, z.APIURL, z.OAuthURL = ServerToServer, "https://api.zoom.us/v2", "https://zoom.us/oauth"
}

// Named is the account with a name, in whichever case; ok is false where there is none.
func (a Accounts) Named(name string) (z Zoom, ok bool) {
	i := slices.IndexFunc(a, func(z Zoom) bool { return strings.EqualFold(z.Name, name) })
	if i < 0 || name == "" {
		return Zoom{}, false
	}
	return a[i], true
}

// Same is the account that z would be once more, whatever either is called.
func (a Accounts) Same(z Zoom) (same Zoom, ok bool) {
	key, id := z.id()
	for _, one := range a {
		if oneKey, oneID := one.id(); id != "" && oneKey == key && oneID == id {
			return one, true
		}
	}
	return Zoom{}, false
}

// Names are what the accounts are called, in the order of the file.
func (a Accounts) Names() []string {
	var names []string
	for _, z := range a {
		if z.Name != "" {
			names = append(names, z.Name)
		}
	}
	return names
}

// AccountOf is the account in which the meetings of a calendar are made, unless a tag says otherwise.
func (c *Config) AccountOf(cal Calendar) Zoom {
	if z, ok := c.Zoom.Named(cal.Account); ok {
		return z
	}
	return c.Zoom[0]
}

// Mistake is an error at a key of an account, for whoever finds out more about its value than is known here.
func (c *Config) Mistake(account int, key, text string) error {
	path := "zoom"
	if c.Zoom[account].Name != "" {
		path += "[" + strconv.Itoa(account) + "]"
	}
	if c.mistake == nil {
		return &Error{Text: text}
	}
	return c.mistake(text, path+"."+key)
}

// MistakeIn is an error in a calendar, for whoever finds out more about what it names than is known here.
func (c *Config) MistakeIn(calendar int, text string) error {
	if c.mistake == nil {
		return &Error{Text: text}
	}
	return c.mistake(text, "calendars["+strconv.Itoa(calendar)+"]")
}

// MistakeAt is an error in what a calendar has of a key such as link.text: where the calendar has it, or all have.
func (c *Config) MistakeAt(calendar int, key, text string) error {
	if c.mistake == nil {
		return &Error{Text: text}
	}
	own := "calendars[" + strconv.Itoa(calendar) + "]"
	return c.mistake(text, own+"."+key, key, own)
}

// Identity is what the account is known by in marks. It must be the same after a lost state, and whatever the account
// is called.
func (z Zoom) Identity() string {
	switch z.Mode {
	case Personal:
		link, _, _ := strings.Cut(z.PersonalLink, "?")
		return "personal " + link
	case User:
		// The app rather than the person: who that is shows when somebody signs in.
		return "zoom user " + z.ClientID
	}
	return "zoom " + z.AccountID
}

// Credentials is what the account is asked with, as the configuration says it. It holds a secret.
func (z Zoom) Credentials() []string {
	return []string{z.Mode, z.AccountID, z.ClientID, z.ClientSecret.Reveal(), z.APIURL, z.OAuthURL}
}

// id is what tells an account from others, in the marks of its meetings too; "" where that is not written.
func (z *Zoom) id() (key, value string) {
	switch z.Mode {
	case User:
		return "client_id", z.ClientID
	case Personal:
		link, _, _ := strings.Cut(z.PersonalLink, "?")
		return "personal_link", link
	}
	return "account_id", z.AccountID
}

// validateAccounts checks each account, and what they are called.
func (d *decoder) validateAccounts(c *Config) {
	if len(c.Zoom) == 0 {
		if !d.wrong("zoom") {
			d.failAt("zoom", "zoom is an empty list").
				mend("write an account into it, or zoom as a section")
		}
		return
	}
	if !d.zoomList {
		if c.Zoom[0].Name != "" {
			d.failAt("zoom.name", "an account has a name where there are several").
				mend("delete the line, or write zoom as a list: begin the account with \"- \"")
		}
		d.validateZoom(c, 0, "zoom")
		return
	}
	names, ids := map[string]int{}, map[string]string{}
	for i := range c.Zoom {
		z, path := &c.Zoom[i], "zoom["+strconv.Itoa(i)+"]"
		// said already; what else there is to say needs the name
		if d.wrong(path+".name") || z.Name == "" && d.wrong(path) {
			continue
		}
		if z.Name == "" {
			d.failAt(path, "this Zoom account lacks the key \"name\", by which calendars and tags choose it")
			continue
		}
		if first, ok := names[strings.ToLower(z.Name)]; ok {
			d.failAt(path+".name",
				"the name %s is taken by the Zoom account in line %d, and case does not matter", quote(z.Name),
				first).
				mend("choose another")
		} else {
			names[strings.ToLower(z.Name)] = d.places[path+".name"].line
		}
		key, id := z.id()
		if other, ok := ids[key+" "+id]; ok && id != "" && !d.wrong(path+"."+key) {
			d.failAt(path+"."+key,
				"this is the same Zoom account as %s: nobody could tell whose meeting is whose", quote(other)).
				mend("%s", apart[key])
		} else {
			ids[key+" "+id] = z.Name
		}
		d.validateZoom(c, i, path)
	}
}

// apart is what to do where two accounts are the same.
var apart = map[string]string{
	"account_id":    "delete one of the two, and choose the host by calendar or tag",
	"client_id":     "register an app of its own for each person",
	"personal_link": "delete one of the two",
}

// validateChoice checks that a calendar's account is one that there is.
func (d *decoder) validateChoice(c *Config, cal *Calendar, path string) {
	if cal.Account == "" || d.wrong(path+".account") {
		return
	}
	if z, ok := c.Zoom.Named(cal.Account); ok {
		cal.Account = z.Name
		return
	}
	names := c.Zoom.Names()
	switch {
	case len(names) == 0 && d.wrong("zoom"): // what there is, is not known
		return
	case len(names) == 0:
		d.failAt(path+".account", "there is one Zoom account, and it has no name").
			mend("delete this line, or write zoom as a list of accounts with names")
		return
	}
	text := "there is no Zoom account " + quote(cal.Account)
	if near := words.Nearest(cal.Account, names); near != "" {
		d.failAt(path+".account", "%s", text).mend("did you mean %q?", near)
		return
	}
	d.failAt(path+".account", "%s", text).mend("there are: %s", strings.Join(names, ", "))
}

// calendarsOf are the numbers of the calendars whose meetings are made in an account.
func (c *Config) calendarsOf(account int) []int {
	var list []int
	for i, cal := range c.Calendars {
		named := slices.IndexFunc(c.Zoom,
			func(z Zoom) bool { return cal.Account != "" && strings.EqualFold(z.Name, cal.Account) })
		if named == account || cal.Account == "" && account == 0 {
			list = append(list, i)
		}
	}
	return list
}
