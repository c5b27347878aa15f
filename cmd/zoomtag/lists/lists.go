// Package lists is the second half of the list of what a configuration can name: which services know who there is, and
// so from which of them lists of calendars come (calendars_from).
package lists

import (
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/sync/assemble"
)

// Kinds are the kinds of lists, by their keys. Lists in files need nobody.
func Kinds() map[string]func(*assemble.Builder, configs.From) (calendar.Directory, error) {
	return map[string]func(*assemble.Builder, configs.From) (calendar.Directory, error){"caldav": home,
		"google": workspace, "outlook": tenant}
}

// opened is a list of any kind, or none at all where it could not be opened.
func opened[D calendar.Directory](d D, err error) (calendar.Directory, error) {
	if err != nil {
		return nil, err
	}
	return d, nil
}

func home(b *assemble.Builder, f configs.From) (calendar.Directory, error) {
	v := f.CalDAV
	transport, err := caldav.Transport(b.Requests.Transport, v.CAFile)
	if err != nil {
		return nil, err
	}
	return opened(caldav.NewHome(caldav.Config{
		URL:      v.URL,
		Username: v.Username,
		Password: v.Password.Reveal(),
		Token:    v.Token.Reveal(),
		Zone:     b.Zone,
		HTTP:     b.Requests.Through(transport, "caldav", "", ""),
		Within:   b.Haste.Within,
		Wait:     b.Haste.Wait,
		Now:      b.Now,
		Log:      b.Log.With("list", f.Name),
	}))
}

func workspace(b *assemble.Builder, f configs.From) (calendar.Directory, error) {
	g := f.Google
	return opened(google.NewDirectory(google.DirectoryConfig{
		Domain:      g.Domain,
		Group:       g.Group,
		Unit:        g.Unit,
		Credentials: g.Credentials,
		Admin:       g.Admin,
		APIURL:      g.APIURL,
		HTTP:        b.Requests.To("google", strings.TrimSuffix(g.APIURL, "/")+"/", ""),
		Within:      b.Haste.Within,
		Wait:        b.Haste.Wait,
		Now:         b.Now,
		Log:         b.Log.With("list", f.Name),
	}))
}

func tenant(b *assemble.Builder, f configs.From) (calendar.Directory, error) {
	o := f.Outlook
	return opened(outlook.NewDirectory(outlook.DirectoryConfig{
		Tenant:            o.Tenant,
		Group:             o.Group,
		ClientID:          o.ClientID,
		ClientSecret:      o.ClientSecret.Reveal(),
		ClientCertificate: o.ClientCertificate,
		APIURL:            o.APIURL,
		LoginURL:          o.LoginURL,
		HTTP:              b.Requests.To("outlook", strings.TrimSuffix(o.APIURL, "/")+"/", ""),
		Within:            b.Haste.Within,
		Wait:              b.Haste.Wait,
		Now:               b.Now,
		Log:               b.Log.With("list", f.Name),
	}))
}
