package configs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// Notice is one way to tell people what needs them. Exactly one of Mail, Webhook, Command and Chat is set.
type Notice struct {
	Mail    *MailNotice    `yaml:"mail"`
	Webhook *WebhookNotice `yaml:"webhook"`
	// Command is a program that gets each message as JSON on its standard input.
	Command string `yaml:"command" is:"path"`
	// Chat is an address of a chat service as shoutrrr writes it (ntfy://…, slack://…). Whoever has it can write there.
	Chat Secret `yaml:"chat"`

	// Quiet are the hours of the day, "22:00-07:00", in which nothing is told in this way; what would have been is told
	// after them.
	Quiet string `yaml:"quiet" is:"hours"`
	// Digest is how long after a message the next one comes at the earliest: what happens meanwhile stands in it.
	Digest time.Duration `yaml:"digest" is:"grace"`
}

// MailNotice is a mail to people.
type MailNotice struct {
	To   Owners `yaml:"to" is:"mail"`
	From string `yaml:"from" is:"mail" need:"yes"`
	// Server is smtps://user@host:465, or smtp://user@host:587, where TLS is begun by STARTTLS.
	Server   string `yaml:"server" is:"mail-server" need:"yes"`
	Password Secret `yaml:"password"`
	// Owners has what is about an event told to the owner of its calendar, where that is known, instead of To.
	Owners bool `yaml:"owners"`
}

// WebhookNotice is a request to a server, signed as the Standard Webhooks convention says.
type WebhookNotice struct {
	URL    string `yaml:"url" is:"hook" need:"yes"`
	Secret Secret `yaml:"secret" need:"yes"`
	// Events are what is told: problem and resolved (the default), and link, for each link made, changed or ended.
	Events []string `yaml:"events" is:"notice"`
	// Private lets the name of the server lead to a private address. One that is written as an address may be.
	Private bool `yaml:"private"`
	// Links puts the join link into messages about links. Whoever has it can join.
	Links bool `yaml:"links"`
}

// The values of WebhookNotice.Events.
const (
	NoticeProblem  = "problem"
	NoticeResolved = "resolved"
	NoticeLink     = "link"
)

// Kind is the key of the way that is set: mail, webhook, command or chat; "" where there is not exactly one.
func (n *Notice) Kind() string {
	var set []string
	for kind, is := range map[string]bool{"mail": n.Mail != nil, "webhook": n.Webhook != nil,
		"command": n.Command != "", "chat": !n.Chat.IsZero()} {
		if is {
			set = append(set, kind)
		}
	}
	if len(set) != 1 {
		return ""
	}
	return set[0]
}

// Tells reports whether a webhook is told of a kind of event.
func (w *WebhookNotice) Tells(event string) bool {
	if len(w.Events) == 0 {
		return event != NoticeLink
	}
	for _, e := range w.Events {
		if e == event {
			return true
		}
	}
	return false
}

// validateNotices checks that each way is one, and can work.
func (d *decoder) validateNotices(c *Config) {
	for i := range c.Notify {
		n, path := &c.Notify[i], "notify["+strconv.Itoa(i)+"]"
		switch {
		case d.wrong(path):
		case n.Kind() == "":
			d.failAt(path, "each way in notify is one of mail, webhook, command and chat").
				mend("begin each with \"- \"")
		case n.Mail != nil && len(n.Mail.To) == 0 && !n.Mail.Owners:
			d.failAt(path+".mail", "mail has nobody to go to").
				mend(`add "to: you@example.com", or "owners: true" for the owners of calendars`)
		}
	}
	d.validateHookSecrets(c, true)
	d.validateStore(c, true)
	d.validateStoreKey(c)
}

// validateHookSecrets checks the secrets that stand in the configuration itself, or those that were fetched.
func (d *decoder) validateHookSecrets(c *Config, literal bool) {
	for i := range c.Notify {
		if chat := c.Notify[i].Chat; !chat.IsZero() && chat.literal() == literal {
			d.validateChat(chat, "notify["+strconv.Itoa(i)+"].chat")
		}
		w, path := c.Notify[i].Webhook, "notify["+strconv.Itoa(i)+"].webhook.secret"
		if w == nil || w.Secret.IsZero() || w.Secret.literal() != literal || d.wrong(path) {
			continue
		}
		coded, isCoded := strings.CutPrefix(w.Secret.Reveal(), "whsec_")
		if _, err := base64.StdEncoding.DecodeString(coded); isCoded && err != nil {
			d.failAt(path, "the secret begins with whsec_, and what follows is not base64").mend("copy it again")
			continue
		}
		if secret := w.Secret.Reveal(); len(strings.TrimPrefix(secret, "whsec_")) < minHookSecret {
			d.failAt(path, "the secret has to have %d characters at least, so that nobody guesses it",
				minHookSecret).
				mend("\"openssl rand -base64 32\" makes one")
		}
	}
}

// validateChat checks that what may be an address of a chat service looks like one.
func (d *decoder) validateChat(chat Secret, path string) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(chat.Reveal()), "://")
	if wrong := !ok || scheme == "" || rest == ""; wrong && !d.wrong(path) {
		d.failAt(path, "this is no address of a chat service").
			mend("write it as shoutrrr does, like ntfy://ntfy.sh/topic")
	}
}

// minHookSecret is how long the secret of a webhook has to be, in characters.
const minHookSecret = 16

// QuietHours reads hours of the day, as minutes since midnight.
func QuietHours(text string) (from, to int, err error) {
	wrong := words.Mend(fmt.Errorf("%s are no hours", quote(text)), "write them like 22:00-07:00")
	begin, end, ok := strings.Cut(text, "-")
	if !ok {
		return 0, 0, wrong
	}
	var at [2]time.Time
	for i, s := range []string{begin, end} {
		if at[i], err = time.Parse("15:04", strings.TrimSpace(s)); err != nil {
			return 0, 0, wrong
		}
	}
	from, to = at[0].Hour()*60+at[0].Minute(), at[1].Hour()*60+at[1].Minute()
	if from == to {
		return 0, 0, words.Mend(fmt.Errorf("%s is no time at all, or the whole day", quote(text)),
			"write hours like 22:00-07:00")
	}
	return from, to, nil
}

func checkQuiet(text string) error {
	_, _, err := QuietHours(text)
	return err
}

// checkHook accepts https, and http for this machine only. The query may be part of the address.
func checkHook(text string) error {
	u, err := withHost(text)
	switch {
	case err != nil:
		return err
	case u.User != nil:
		return words.Mend(errors.New("the URL holds a user name or password, which are not sent"),
			"leave them out: the secret signs each message")
	}
	return checkScheme(u)
}

// checkMailServer accepts the address of a mail server, with the user who signs in there.
func checkMailServer(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return words.Mend(errors.New("this is not the address of a mail server"),
			"write it like smtps://user@mail.example.com:465")
	}
	if _, has := u.User.Password(); has {
		return words.Mend(errors.New("the address holds a password"), "put it into password: file:PATH")
	}
	if u.Scheme != "smtps" && u.Scheme != "smtp" {
		return errors.New("the address must begin with smtps:// (or smtp://, where TLS is begun by STARTTLS)")
	}
	return nil
}
