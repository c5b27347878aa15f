package notify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/sync/api"
)

// newWay makes one way of the configuration.
func newWay(c *configs.Notice, o Options) (*way, error) {
	w := &way{digest: c.Digest}
	var err error
	switch c.Kind() {
	case "mail":
		w.Way, err = newMail(c.Mail, o)
		w.name = "mail to " + cmp.Or(strings.Join(c.Mail.To, ", "), "owners")
	case "webhook":
		w.Way, err = newWebhook(c.Webhook, o)
		w.name = "webhook " + hostOf(c.Webhook.URL)
	case "command":
		w.Way, w.name = &command{path: c.Command}, "command "+c.Command
	default:
		var service string
		w.Way, service, err = newChat(c.Chat)
		w.name = "chat " + service
	}
	w.key = keyOf(c, w.name)
	if err != nil || c.Quiet == "" {
		return w, err
	}
	from, to, err := configs.QuietHours(c.Quiet)
	w.quiet = &hours{from, to}
	return w, err
}

// keyOf is the name of a way with a fingerprint of its address, of which not all may be shown.
func keyOf(c *configs.Notice, name string) string {
	address := c.Chat.Reveal()
	switch {
	case c.Webhook != nil:
		address = c.Webhook.URL
	case c.Mail != nil:
		address = c.Mail.Server
	}
	sum := sha256.Sum256([]byte(address))
	return name + " " + hex.EncodeToString(sum[:6])
}

// hours are a part of each day, in minutes since midnight; it may go over midnight.
type hours struct{ from, to int }

// holds reports whether a time is in it. nil is no time at all.
func (h *hours) holds(t time.Time) bool {
	if h == nil {
		return false
	}
	at := t.Hour()*60 + t.Minute()
	if h.from < h.to {
		return at >= h.from && at < h.to
	}
	return at >= h.from || at < h.to
}

func sorted(courses map[string]store.Course) []string { return slices.Sorted(maps.Keys(courses)) }

// everything is embedded by ways that tell of problems and their ends, whatever they are about.
type everything struct{}

// Tells is true but for links.
func (everything) Tells(kind string) bool { return kind != configs.NoticeLink }

// Minds is true.
func (everything) Minds(*api.Condition) bool { return true }

// Together is true.
func (everything) Together(_, _ *api.Condition) bool { return true }
