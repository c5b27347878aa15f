package configs

import (
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"zoomtag/providers/words"
)

// storeForms are how the address of a shared store may begin.
var storeForms = []string{"postgres://", "postgresql://"}

// Address is where what zoomtag remembers is kept: the URL of Store, or the path of State. It may hold a password.
func (c *Config) Address() string {
	if c.Store.IsZero() {
		return c.State
	}
	return c.Store.Reveal()
}

// validateStore checks the address of a shared store: one that stands in the configuration itself, or one that was
// fetched.
func (d *decoder) validateStore(c *Config, literal bool) {
	if c.Store.IsZero() || c.Store.literal() != literal || d.wrong("store") {
		return
	}
	if isShared(c.Store.Reveal()) {
		return
	}
	d.failAt("store", "store is no address of a PostgreSQL database").
		mend("write it as postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full, best in a file of its own " +
			"(store: file:PATH); the path of a file is for state")
}

// validateStoreKey checks that persons' sign-ins in a shared store are sealed.
func (d *decoder) validateStoreKey(c *Config) {
	if c.Store.IsZero() || !c.StoreKey.IsZero() || !c.persons() {
		return
	}
	d.failAt("store", "store_key is missing, with which the sign-ins of persons are sealed in the database").
		mend("make a key with zoomtag store key PATH, copy that file to each machine, and write store_key: file:PATH")
}

// persons reports whether anybody signs in for a calendar or an account.
func (c *Config) persons() bool {
	return slices.ContainsFunc(c.Zoom, func(z Zoom) bool { return z.Mode == User }) ||
		slices.ContainsFunc(c.Calendars, func(c Calendar) bool { return c.SignsIn() })
}

// isShared reports whether an address is that of a shared store.
func isShared(address string) bool {
	return slices.ContainsFunc(storeForms, func(form string) bool { return strings.HasPrefix(address, form) })
}

// LoadForStore is Load for commands that open the store and talk to no service: of all secrets, the store's alone are
// read.
func LoadForStore(path string, getenv func(string) string) (*Config, error) {
	c, d, err := read(path, getenv)
	if err != nil {
		return nil, err
	}
	d.fetchSecret("store", getenv)
	d.fetchSecret("store_key", getenv)
	d.validateStore(c, false)
	if err := d.errs.orNil(); err != nil {
		return nil, err
	}
	return c, nil
}

// StoreAddress is the address of a store that a command line names: the path of a file, the URL of a database, or, so
// that no password stands on a command line, where that URL is: file:PATH, env:NAME or credential:NAME.
func StoreAddress(text string, getenv func(string) string) (string, error) {
	if isShared(text) {
		if u, err := url.Parse(text); err == nil {
			if _, there := u.User.Password(); there {
				return "", words.Mend(errors.New("whoever is on this machine can read a password on a command line"),
					"write the URL into a file that you alone may read, and give file:PATH")
			}
		}
		return text, nil
	}
	folder, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	secret := newSecret(text)
	switch {
	case text == "":
		return "", words.Mend(errors.New("an address is empty"), "give a path, a URL, or file:PATH or env:NAME of a URL")
	case secret.literal():
		return filepath.Abs(text)
	}
	address, err := (&decoder{folder: folder, home: getenv("HOME")}).fetch(secret.source, getenv)
	if err == nil && !isShared(address) {
		err = words.Mend(errors.New(text+" holds no address of a PostgreSQL database"),
			"write it as postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full")
	}
	return address, err
}

// StoreKeyAt is the key that a command line names: file:PATH, env:NAME or credential:NAME.
func StoreKeyAt(text string, getenv func(string) string) (string, error) {
	secret := newSecret(text)
	if secret.literal() {
		return "", words.Mend(errors.New("a key on a command line can be read by others"), "give file:PATH or env:NAME of it")
	}
	folder, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	return (&decoder{folder: folder, home: getenv("HOME")}).fetch(secret.source, getenv)
}
