package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// chat is a chat service, by shoutrrr.
type chat struct {
	everything

	sender  *router.ServiceRouter
	service string
	secrets []string // what of the address must not be shown
	origin  string
}

// newChat reads a service's address, which is a secret as a whole. A configuration that is read without its secrets has
// none.
func newChat(address configs.Secret) (c *chat, service string, err error) {
	u, err := url.Parse(strings.TrimSpace(address.Reveal()))
	if err != nil || u.Scheme == "" {
		return nil, "", words.Mend(errors.New("chat is no address of a chat service"),
			"write it as shoutrrr does, like ntfy://ntfy.sh/topic")
	}
	if service = u.Scheme; service == "logger" || service == "smtp" {
		return nil, "", words.Mend(fmt.Errorf("chat cannot be %s://", service), "write it as mail or command")
	}
	c = &chat{service: service, secrets: parts(u), origin: machine()}
	if c.sender, err = shoutrrr.CreateSender(u.String()); err != nil {
		return nil, "", fmt.Errorf("chat: the address of %s is not understood: %s", service, c.safe(err))
	}
	return c, service, nil
}

// parts are the parts of an address that a service could repeat in a complaint.
func parts(u *url.URL) []string {
	password, _ := u.User.Password()
	list := []string{u.String(), u.User.Username(), password}
	list = append(list, strings.Split(u.EscapedPath(), "/")...)
	list = append(list, strings.Split(u.Path, "/")...)
	for _, values := range u.Query() {
		list = append(list, values...)
	}
	if !strings.Contains(u.Host, ".") { // a service that has one place: what stands there is a token
		list = append(list, u.Host)
	}
	list = slices.DeleteFunc(list, func(s string) bool { return len(s) < 4 })
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}

// safe is an error as a part of a sentence, without what is secret in the address.
func (c *chat) safe(err error) string {
	text := err.Error()
	for _, secret := range c.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return cut(text)
}

// Alone is false: one message tells all.
func (*chat) Alone() bool { return false }

// Send sends a message. The library takes no context: what is still under way when ctx ends is left to its own end.
func (c *chat) Send(ctx context.Context, list []Message) error {
	done := make(chan error, 1)
	text, title := Text(list, c.origin), Subject(list)
	go func() {
		var faults error
		for _, err := range c.sender.Send(text, &types.Params{"title": title}) {
			faults = errors.Join(faults, err)
		}
		done <- faults
	}()
	select {
	case <-ctx.Done():
		return fmt.Errorf("%s did not answer in time", c.service)
	case err := <-done:
		if err != nil {
			return fmt.Errorf("%s did not take the message: %s", c.service, c.safe(err))
		}
		return nil
	}
}
