package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// mailer sends mails.
type mailer struct {
	everything

	client *mail.Client
	from   string
	to     []string
	people map[string]string // the owners of calendars; nil where they are not told
	origin string
}

func newMail(c *configs.MailNotice, o Options) (*mailer, error) {
	server, err := url.Parse(c.Server)
	if err != nil {
		return nil, err
	}
	host := server.Hostname()
	options := []mail.Option{mail.WithTimeout(sendTime)}
	switch loopback := host == "localhost" || net.ParseIP(host).IsLoopback(); {
	case server.Scheme == "smtps":
		options = append(options, mail.WithSSL(), mail.WithPort(465))
	case loopback: // nobody listens on the way
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic), mail.WithPort(25))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithPort(587))
	}
	if port, err := strconv.Atoi(server.Port()); err == nil {
		options = append(options, mail.WithPort(port))
	}
	if user := server.User.Username(); user != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(user),
			mail.WithPassword(c.Password.Reveal()))
	}
	m := &mailer{from: c.From, to: c.To, origin: machine()}
	if c.Owners {
		m.people = map[string]string{}
		for _, cal := range o.Config.Calendars {
			m.people[cal.Name] = cal.Person()
		}
	}
	m.client, err = mail.NewClient(host, options...)
	return m, err
}

// machine names this machine.
func machine() string {
	name, err := os.Hostname()
	if err != nil {
		return "this machine"
	}
	return name
}

// Alone is false: one mail tells all.
func (*mailer) Alone() bool { return false }

// Minds reports whether anybody is told of a condition: where only owners are, those of no known owner are not.
func (m *mailer) Minds(c *api.Condition) bool { return len(m.recipients(c)) > 0 }

// recipients are who is told of a condition: the owner, of what is about an event, or else those who look after all.
func (m *mailer) recipients(c *api.Condition) []string {
	if c != nil && c.EventID != "" && m.people[c.Calendar] != "" {
		return []string{m.people[c.Calendar]}
	}
	return m.to
}

// Together reports whether two conditions go to the same addresses.
func (m *mailer) Together(a, b *api.Condition) bool {
	return slices.Equal(m.recipients(a), m.recipients(b))
}

// Send sends a mail to each group of people.
func (m *mailer) Send(ctx context.Context, list []Message) error {
	groups := map[string][]Message{}
	for _, message := range list {
		for _, to := range m.recipients(message.condition()) {
			groups[to] = append(groups[to], message)
		}
	}
	if list[0].Type == TypeTest && len(groups) == 0 {
		for _, to := range m.people {
			if to != "" {
				groups[to] = list
			}
		}
	}
	var mails []*mail.Msg
	for _, to := range slices.Sorted(maps.Keys(groups)) {
		message, err := m.message(to, groups[to])
		if err != nil {
			return err
		}
		mails = append(mails, message)
	}
	if len(mails) == 0 {
		return words.Mend(errors.New("no owner of a calendar is known"), "write \"to:\" as well")
	}
	if err := m.client.DialAndSendWithContext(ctx, mails...); err != nil {
		return fmt.Errorf("the mail could not be sent: %s", cut(err.Error()))
	}
	return nil
}

// message is a mail to one person. A mail that a machine sends says so, so that no holiday notice answers it.
func (m *mailer) message(to string, list []Message) (*mail.Msg, error) {
	message := mail.NewMsg()
	if err := errors.Join(message.From(m.from), message.To(to)); err != nil {
		return nil, fmt.Errorf("the mail cannot be addressed: %w", err)
	}
	message.Subject(Subject(list))
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetDate()
	message.SetMessageID()
	message.SetBodyString(mail.TypeTextPlain, Text(list, m.origin))
	return message, nil
}

// cut is a complaint of somebody else's as part of a sentence.
func cut(s string) string {
	s = oneLine(strings.ToValidUTF8(s, "?"))
	if len(s) > maxSaid {
		s = strings.ToValidUTF8(s[:maxSaid], "") + "…"
	}
	return s
}
