package setup

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
)

// WhoHosts is the Zoom account that is meant: the one named, or the only one in which a person signs in.
func WhoHosts(cfg *configs.Config, name string) (configs.Zoom, error) {
	var persons, modes []string
	var only configs.Zoom
	for _, z := range cfg.Zoom {
		modes = append(modes, fmt.Sprintf("%s (%s)", z.Name, z.Mode))
		if z.Mode == configs.User {
			persons, only = append(persons, z.Name), z
		}
	}
	named, ok := cfg.Zoom.Named(name)
	unnamed := len(cfg.Zoom.Names()) == 0
	switch {
	case name != "" && unnamed:
		return named, words.Mend(errors.New("the configuration has one Zoom account, without a name"), fmt.Sprintf(
			"leave %q out", name))
	case name != "" && !ok:
		return named, fmt.Errorf("there is no Zoom account %q in the configuration%s", name,
			cmp.Or(words.Meant(name, cfg.Zoom.Names()), "; there are: "+strings.Join(modes, ", ")))
	case ok && named.Mode != configs.User:
		//nolint:staticcheck // Zoom is a name
		return named, fmt.Errorf("Zoom account %s has mode %s, in which nobody signs in; to sign in as a person "+
			"write mode: user", named.Name, named.Mode)
	case ok:
		return named, nil
	case len(persons) == 0 && unnamed:
		return named, fmt.Errorf("zoom has mode %s, in which nobody signs in; to sign in as a person write mode: user",
			cfg.Zoom[0].Mode)
	case len(persons) == 0:
		return named, fmt.Errorf("no Zoom account has mode user, in which a person signs in; there are: %s",
			strings.Join(modes, ", "))
	case len(persons) > 1:
		return named, fmt.Errorf("name the Zoom account for which somebody signs in, as in %s; there are: %s",
			assemble.ZoomSignIn(persons[0]), strings.Join(persons, ", "))
	}
	return only, nil
}

// WhoSignsIn is the calendar of a provider that is meant: the one named, or the only one for which somebody signs in.
func WhoSignsIn(cfg *configs.Config, provider, name string) (configs.Calendar, error) {
	kind := map[string]string{"google": "Google calendar", "outlook": "Outlook calendar"}[provider]
	other := map[string]string{"google": "a service account", "outlook": "an app"}[provider]
	var names []string
	for _, c := range cfg.Calendars {
		switch {
		case c.Name == name && c.Provider() != provider:
			return c, fmt.Errorf("calendar %s is no %s", name, kind)
		case c.Name == name && !c.SignsIn():
			return c, fmt.Errorf("calendar %s signs in as %s; to sign in as a person write auth: user", name, other)
		}
		if c.Provider() == provider && c.SignsIn() {
			names = append(names, c.Name)
		}
	}
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	if i := slices.IndexFunc(cfg.Calendars, func(c configs.Calendar) bool { return c.Name == name }); i >= 0 {
		return cfg.Calendars[i], nil
	}
	switch {
	case len(names) == 0:
		return configs.Calendar{}, fmt.Errorf("the configuration has no %s with auth: user", kind)
	case name == "":
		return configs.Calendar{}, fmt.Errorf("name the calendar with --calendar; there are: %s",
			strings.Join(names, ", "))
	}
	return configs.Calendar{}, fmt.Errorf("there is no calendar %q in the configuration%s", name,
		cmp.Or(words.Meant(name, names), "; one of these signs in: "+strings.Join(names, ", ")))
}
