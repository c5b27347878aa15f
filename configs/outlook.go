package configs

import (
	"fmt"
	"strings"
)

// Outlook is a calendar in Microsoft 365 or Outlook.com.
type Outlook struct {
	// User is whose mailbox it is: a user principal name or an id. Empty, where a person signs in, is that person's
	// own.
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

func (o *Outlook) setDefaults() {
	o.Auth = "app"
	o.APIURL, o.LoginURL = "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com"
}

// Kind is "outlook".
func (o *Outlook) Kind() string { return "outlook" }

// SignsIn reports whether a person signs in, and not an app.
func (o *Outlook) SignsIn() bool { return o.Auth == User }

// Proof is that of the app.
func (o *Outlook) Proof() (said, files []string) {
	said = []string{o.Auth, o.Tenant, o.ClientID, o.ClientSecret.Reveal(), o.APIURL, o.LoginURL}
	return said, []string{o.ClientCertificate}
}

// Folder is none.
func (o *Outlook) Folder() string { return "" }

// Service is the API.
func (o *Outlook) Service() string { return o.APIURL }

func (o *Outlook) person() string {
	return o.User
}

func (o *Outlook) source() string {
	if o.User == "" {
		return ""
	}
	return fmt.Sprintf("outlook %q %q", strings.ToLower(o.User), o.Calendar)
}

// validate checks that an app can prove that it is the app, in one way; a person needs no proof but the sign-in.
func (o *Outlook) validate(d *decoder, path string) {
	secret, certificate := !o.ClientSecret.IsZero(), o.ClientCertificate != ""
	switch {
	case o.Auth == User && certificate:
		d.failAt(path+".client_certificate", "client_certificate is for auth app, and a person signs in without it").
			mend("delete the line")
	case o.Auth == "app":
		const proof = "client_secret or client_certificate"
		refused := d.wrong(path+".client_secret") || d.wrong(path+".client_certificate")
		has := map[string]bool{"user": o.User != "", "tenant": o.Tenant != "", proof: secret || certificate || refused}
		d.demand(path, "auth app", has, "user", "tenant", proof)
		if secret && certificate {
			d.failAt(path+".client_certificate",
				"client_secret and client_certificate are two proofs of the same").
				mend("delete one of them (a certificate is the better one)")
		}
	}
}
