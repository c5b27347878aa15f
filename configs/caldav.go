package configs

import (
	"fmt"
	"net/url"
	"strings"
)

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

// Kind is "caldav".
func (v *CalDAV) Kind() string { return "caldav" }

// SignsIn is false: a password or a token is written down.
func (v *CalDAV) SignsIn() bool { return false }

// Proof is that of the account, and the certificates that vouch for the server.
func (v *CalDAV) Proof() (said, files []string) {
	return []string{v.URL, v.Username, v.Password.Reveal(), v.Token.Reveal()}, []string{v.CAFile}
}

// Folder is none.
func (v *CalDAV) Folder() string { return "" }

// Service is the server.
func (v *CalDAV) Service() string {
	at, err := url.Parse(v.URL)
	if err != nil {
		return v.URL
	}
	return at.Scheme + "://" + at.Host
}

func (v *CalDAV) person() string {
	if owner := v.Owner.first(); owner != "" {
		return owner
	}
	return v.Username
}

func (v *CalDAV) source() string {
	if v.URL == "" {
		return ""
	}
	return fmt.Sprintf("caldav %q %q %q", strings.TrimSuffix(v.URL, "/"), v.Username, v.Calendar)
}

// validate checks that there is one way of signing in at most.
func (v *CalDAV) validate(d *decoder, path string) {
	refused := d.wrong(path + ".password")
	switch {
	case (v.Username == "") != v.Password.IsZero() && !refused:
		d.failAt(path, "username and password go together").
			mend("write both, or none for a server that asks for none")
	case !v.Token.IsZero() && v.Username != "":
		d.failAt(path+".token", "username and token are two ways of signing in").
			mend("delete one of them")
	}
}
