package setup

import (
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"strings"

	"zoomtag/configs"
)

// plain are values that YAML takes as they are; words that it takes for something else are not among them.
var (
	plain = regexp.MustCompile(`^[A-Za-z0-9/][A-Za-z0-9/_.@%:-]*$`)
	odd   = regexp.MustCompile(`(?i)^(true|false|null|yes|no|on|off|y|n)$|:$`)
)

// scalar is a value as YAML has it.
func scalar(s string) string {
	if plain.MatchString(s) && !odd.MatchString(s) {
		return s
	}
	quoted, err := json.Marshal(s) // a text in JSON is one in YAML
	if err != nil {
		return `""`
	}
	return strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(quoted))
}

// whatFor explains keys to those who read the file later.
var whatFor = map[string]string{
	"personal_link": "the link that every event gets",
	"account_id":    "of the app, on its page App Credentials",
	"client_secret": "kept in a file beside this one, readable by you alone",
	"credentials":   "the JSON file that Google gave out",
	"password":      "kept in a file beside this one, readable by you alone",
	"subject":       "in whose name the service account acts",
	"host":          "who hosts, unless a calendar or a tag says otherwise",
	"owner":         "events that name another organizer are left alone",
	"tenant":        "Directory (tenant) ID",
	"path":          "a folder of .ics files",
	"user":          "whose mailbox it is",
}

// section writes keys, each with what it is for.
func section(b *strings.Builder, indent string, keys []key) {
	for _, k := range keys {
		line := indent + k.name + ": " + scalar(k.value)
		if why := whatFor[k.name]; why != "" {
			line += " # " + why
		}
		fmt.Fprintln(b, line)
	}
}

// item is a calendar as an item of the list.
func (c *choice) item(s source) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- name: %s # what commands call it\n", scalar(c.name))
	if s.account != "" {
		fmt.Fprintf(&b, "  account: %s # where its meetings are made\n", scalar(s.account))
	}
	provider, _, _ := strings.Cut(c.kind, "-")
	fmt.Fprintf(&b, "  %s:\n", provider)
	keys := c.keys
	if (provider == "ics" || provider == "caldav") && s.host != "" {
		keys = append(keys[:len(keys):len(keys)], key{"owner", s.host})
	}
	section(&b, "    ", keys)
	return b.String()
}

// hosted are the keys of the account, with its host.
func (s *source) hosted() []key {
	if s.mode != configs.ServerToServer { // a person who signs in is the host
		return s.keys
	}
	return append(s.keys[:len(s.keys):len(s.keys)], key{"host", s.host})
}

// item is a new account as an item of the list.
func (s *source) item() string {
	var b strings.Builder
	fmt.Fprintf(&b, "- name: %s # what calendars and tags call it\n", scalar(s.account))
	section(&b, "  ", s.hosted())
	return b.String()
}

// whole is a new configuration, in a file at a path. The machine's says where the state is: its service and the
// commands of whoever looks after it have different folders by default.
func whole(path string, c choice, s source) string {
	var b strings.Builder
	b.WriteString("# The configuration of zoomtag, begun by zoomtag init. zoomtag config example shows every key " +
		"that there is; run zoomtag init\n" +
		"# again for another calendar.\n\n")
	if path == configs.System && runtime.GOOS == "linux" {
		b.WriteString("state: " + configs.SystemState + " # where the machine's service may write\n\n")
	}
	b.WriteString("zoom:\n")
	section(&b, "  ", s.hosted())
	b.WriteString("\ncalendars:\n" + c.item(s))
	return b.String()
}
