package configs

import "strings"

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
	for _, form := range storeForms {
		if strings.HasPrefix(c.Store.Reveal(), form) {
			return
		}
	}
	d.failAt("store", "store is no address of a PostgreSQL database").
		mend("write it as postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full, best in a file of its own " +
			"(store: file:PATH); the path of a file is for state")
}
