package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// webhook sends each message to a server, signed as www.standardwebhooks.com says: an id, a time, and the HMAC of both
// and the body.
type webhook struct {
	*configs.WebhookNotice

	key  []byte
	http *http.Client
	now  func() time.Time
	log  *slog.Logger
}

// whsec begins a secret that is written as base64.
const whsec = "whsec_"

func newWebhook(c *configs.WebhookNotice, o Options) (*webhook, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, err
	}
	key := []byte(c.Secret.Reveal())
	if coded, ok := strings.CutPrefix(c.Secret.Reveal(), whsec); ok {
		if key, err = base64.StdEncoding.DecodeString(coded); err != nil {
			return nil, errors.New("the secret of the webhook begins with whsec_, and what follows is not base64")
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	// Whoever writes an address has seen where it leads. A name is led by others.
	if _, err := netip.ParseAddr(u.Hostname()); err != nil && !c.Private {
		dialer.Control = public
	}
	return &webhook{WebhookNotice: c, key: key, now: o.Now, log: o.Log, http: &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true,
			ResponseHeaderTimeout: sendTime},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// errPrivate says that a name leads into a network that the outside does not reach.
var errPrivate = words.Mend(errors.New("its name leads to a private address"),
	"write \"private: true\" if it may")

// shared are addresses of providers' own networks (RFC 6598) and for other special purposes (RFC 6890), and the forms
// of IPv6 in which an address of IPv4 is hidden: 6to4 and Teredo. Of IPv6 only global is given out at all.
var (
	shared = []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("2002::/16")}
	global = netip.MustParsePrefix("2000::/3")
)

// public refuses a connection to what is no public address, once its name has led there.
func public(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	for _, p := range shared {
		if p.Contains(ip) {
			return errPrivate
		}
	}
	given := ip.Is4() || global.Contains(ip)
	if !given || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return errPrivate
	}
	return nil
}

// Alone is true: each message is a request.
func (*webhook) Alone() bool { return true }

// Minds is true: programs sort by themselves.
func (*webhook) Minds(*api.Condition) bool { return true }

// Together is true: all goes to one server.
func (*webhook) Together(_, _ *api.Condition) bool { return true }

// Send makes one request. Only an answer of 2xx says that it was taken.
func (w *webhook) Send(ctx context.Context, list []Message) error {
	body, err := json.Marshal(list[0])
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(w.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "zoomtag")
	req.Header.Set("Webhook-Id", list[0].id)
	req.Header.Set("Webhook-Timestamp", at)
	req.Header.Set("Webhook-Signature", "v1,"+w.sign(list[0].id, at, body))
	resp, err := w.http.Do(req)
	var refused *url.Error
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.As(err, &refused): // which else shows the address, with what may be a token in it
		return fmt.Errorf("%s cannot be reached: %w", hostOf(w.URL), refused.Err)
	case err != nil:
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("%s answered with %s", hostOf(w.URL), resp.Status)
	}
	// To the end, within bounds, since a server may mind being cut off. The answer is of no use: whatever comes of the
	// rest of it, the message was taken, and is not sent again.
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)); err != nil {
		w.log.Debug("the answer to a webhook broke off", "reason", err)
	}
	return nil
}

// sign returns the signature of a message.
func (w *webhook) sign(id, at string, body []byte) string {
	mac := hmac.New(sha256.New, w.key)
	_, _ = fmt.Fprintf(mac, "%s.%s.", id, at) // a hash takes all
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// hostOf is the host of an address: all of it that may be shown.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	return u.Host
}
