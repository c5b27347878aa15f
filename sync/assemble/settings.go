package assemble

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/sync/plan"
)

// Host is who hosts in an account: as configured, or else whoever has signed in at Zoom, by address where it is known.
func (b *Builder) Host(z configs.Zoom, configured string) string {
	if configured != "" || z.Mode != configs.User {
		return configured
	}
	grant, _ := b.Grants.Standing(ZoomGrantFile(b.Grants, b.Config.State, z))
	return cmp.Or(grant.Email, meeting.Me)
}

// choices are the accounts as package plan has them, for the events of a calendar whose own account is z.
func (b *Builder) choices(e configs.Effective, z configs.Zoom) []plan.Account {
	list := make([]plan.Account, len(b.Accounts))
	for i, a := range b.Accounts {
		host := a.Host
		if a.Name == z.Name { // the calendar's host is one of this account
			host = e.Host
		}
		list[i] = plan.Account{Name: a.Name, Hash: a.Hash, Host: b.Host(a.Zoom, host), Kind: kindIn(a.Zoom, e),
			API:  a.Mode != configs.Personal,
			Room: strings.TrimSpace(a.PersonalLink)}
	}
	return list
}

// keeper is whose licence counts where the organizer is to host: in an account of many users, that of whoever keeps the
// calendar.
func keeper(c configs.Calendar, z configs.Zoom) string {
	if z.Mode != configs.ServerToServer {
		return ""
	}
	return c.Keeper()
}

// kindIn is the kind of meeting that an account makes: one that is a fixed link has personal rooms only.
func kindIn(z configs.Zoom, e configs.Effective) meeting.Kind {
	if z.Mode == configs.Personal {
		return meeting.Personal
	}
	return meeting.Kind(e.Meeting.Kind)
}

// Templates reports whether the configuration names a meeting template for an account.
func (b *Builder) Templates(z configs.Zoom) bool {
	return slices.ContainsFunc(b.Config.Calendars, func(c configs.Calendar) bool {
		return b.Config.AccountOf(c).Name == z.Name && b.Config.For(c).Meeting.Template != ""
	})
}

// Settings are what the configuration says about the events of a calendar.
func (b *Builder) Settings(c configs.Calendar) (plan.Settings, error) {
	e, z := b.Config.For(c), b.Config.AccountOf(c)
	m, t := e.Meeting, b.Config.Tag
	s := plan.Settings{
		Rules: plan.Rules{Words: t.Words, Not: t.Not, Categories: t.Categories, Locations: t.Locations,
			Colors: t.Colors, Keep: t.Keep,
			Allowed: e.Tag.Options, Hosts: e.Tag.Hosts},
		Host: b.Host(z, e.Host), ByOrganizer: e.ByOrganizer && z.Mode == configs.ServerToServer,
		Account: plan.AccountHash(z.Identity()), Accounts: b.choices(e, z),
		// That another room was configured before changes nothing. But where there are other accounts as well, a mark
		// of none of them is one of an account that was taken out.
		AnyAccount: !slices.ContainsFunc(b.Config.Zoom,
			func(z configs.Zoom) bool { return z.Mode != configs.Personal }),
		NoAPI: z.Mode == configs.Personal, Room: strings.TrimSpace(z.PersonalLink),
		Kind: kindIn(z, e), Series: m.Series, Location: e.Link.Location, ReplaceMeet: e.Link.Meet == "replace",
		Text: e.Link.Text, Note: e.Link.Note, Checks: z.Mode != configs.Personal, Grace: b.Config.Grace,
		GuessZones: b.Config.Zone == configs.GuessZone,
		Options: meeting.Options{WaitingRoom: m.WaitingRoom, JoinBeforeHost: m.JoinBeforeHost,
			Passcode:     meeting.Passcode(m.Passcode),
			Registration: m.Registration, SignIn: m.SignIn, Mute: m.Mute, Recording: m.Recording,
			AlternativeHosts: m.AlternativeHosts},
	}
	if m.Mail != nil {
		s.Options.Mail = *m.Mail
	}
	if z.Mode != configs.Personal {
		s.Options.Template = m.Template
	}
	path, ok := strings.CutPrefix(e.Link.Text, "template:")
	if !ok {
		return s, nil
	}
	source, err := readTemplate(path)
	if err == nil {
		s.Template, err = plan.NewTemplate(filepath.Base(path), string(source))
	}
	if err != nil {
		return s, &wrongKey{"link.text", err}
	}
	return s, nil
}

// wrongKey is what is wrong with what a key of the configuration names.
type wrongKey struct {
	key string
	error
}

func (w *wrongKey) Error() string { return w.key + ": " + w.error.Error() }
func (w *wrongKey) Unwrap() error { return w.error }

// maxTemplate bounds a template, in bytes: a larger file is something else.
const maxTemplate = 1 << 20

// readTemplate reads the file that link.text names.
func readTemplate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, words.Mend(words.Say(err, "there is no file "+path), "make it, or correct link.text")
	case err == nil && info.IsDir():
		return nil, words.Mend(errors.New(path+" is a folder"), "name a file in it")
	case err == nil && (!info.Mode().IsRegular() || info.Size() > maxTemplate):
		return nil, words.Mend(errors.New(path+" is no text file, or a very large one"), "correct link.text")
	}
	var source []byte
	if err == nil {
		source, err = os.ReadFile(path)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, words.Mend(words.Say(err, "the file "+path+" may not be read by this user"),
			"have its owner let you, or run zoomtag as its owner")
	case err != nil:
		return nil, words.Mend(fmt.Errorf("the file %s cannot be read (%w)", path, err), "correct link.text")
	}
	return source, nil
}

// fingerprint names the configuration that decides what is detected in a calendar and what is asked for.
func (b *Builder) fingerprint(c configs.Calendar, s plan.Settings) string {
	s.Grace = 0
	said, err := json.Marshal(struct {
		Settings plan.Settings
		Passcode string
		Kind     string
		Section  any
		Zone     string
		Link     string
		Announce string
	}{s, s.Options.Passcode.Reveal(), c.Provider(), c.Section(), b.Zone.String(), b.rooms(),
		b.Config.For(c).Link.Announce})
	if err != nil { // every field is plain data
		b.Log.Warn("the configuration has no fingerprint", "reason", err)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:8])
}

// digest names settings: the same ones have the same.
func (b *Builder) digest(s plan.Settings) string {
	said, err := json.Marshal(struct {
		Settings plan.Settings
		Passcode string
		Wide     bool
	}{s, s.Options.Passcode.Reveal(), b.Wide})
	if err != nil { // every field is plain data
		b.Log.Warn("the settings have no digest", "reason", err)
	}
	sum := sha256.Sum256(said)
	return string(sum[:])
}

// rooms are the links that are the same for every event.
func (b *Builder) rooms() string {
	var links []string
	for _, z := range b.Config.Zoom {
		links = append(links, z.PersonalLink)
	}
	return strings.Join(links, " ")
}
