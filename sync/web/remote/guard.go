package remote

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// How many wrong tokens an address may show: some at once, and then one in a while.
const (
	wrongAtOnce = 10
	wrongEvery  = 6 * time.Second
	// mostAddresses bounds how many addresses are remembered. All beyond share one measure.
	mostAddresses = 1024
)

// guard says who asks. Whoever shows wrong tokens is asked to wait before any other is looked at.
type guard struct {
	now func() time.Time

	mu    sync.Mutex               // guards wrong
	wrong map[string]*rate.Limiter // by address
}

func newGuard(now func() time.Time) *guard {
	return &guard{now: now, wrong: map[string]*rate.Limiter{}}
}

// who is the token that a request shows.
func (g *guard) who(r *http.Request, tokens []configs.Token) (configs.Token, error) {
	kind, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	shown = strings.TrimSpace(shown)
	if !strings.EqualFold(kind, "Bearer") || shown == "" {
		return configs.Token{}, words.Mend(refuse(http.StatusUnauthorized, "a token is missing"),
			"send the header Authorization: Bearer TOKEN, with one of those below api in the configuration")
	}
	limit := g.limit(addressOf(r))
	if limit.TokensAt(g.now()) < 1 {
		return configs.Token{}, words.Mend(&refusal{status: http.StatusTooManyRequests, after: wrongEvery,
			text: "too many wrong tokens have come from this address"}, againLater)
	}
	if token, known := match(shown, tokens); known {
		return token, nil
	}
	limit.AllowN(g.now(), 1)
	return configs.Token{}, refuse(http.StatusUnauthorized, "this token is not one of those below api in the "+
		"configuration")
}

// match finds a token. How long it takes tells nothing of what was shown.
func match(shown string, tokens []configs.Token) (found configs.Token, known bool) {
	sum := sha256.Sum256([]byte(shown))
	for _, t := range tokens {
		value := t.Token.Reveal()
		right := sha256.Sum256([]byte(value))
		if same := subtle.ConstantTimeCompare(sum[:], right[:]) == 1; same && value != "" {
			found, known = t, true
		}
	}
	return found, known
}

// limit is the measure of an address.
func (g *guard) limit(address string) *rate.Limiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l := g.wrong[address]; l != nil {
		return l
	}
	if len(g.wrong) >= mostAddresses {
		g.forget()
	}
	if len(g.wrong) >= mostAddresses {
		address = ""
	}
	l := g.wrong[address]
	if l == nil {
		l = rate.NewLimiter(rate.Every(wrongEvery), wrongAtOnce)
		g.wrong[address] = l
	}
	return l
}

// forget drops the addresses that have shown nothing wrong for a while.
func (g *guard) forget() {
	for address, l := range g.wrong {
		if l.TokensAt(g.now()) >= wrongAtOnce {
			delete(g.wrong, address)
		}
	}
}

// addressOf is where a request comes from; of the many addresses that one IPv6 client has, what they have in common.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap().WithZone(""); address.Is6() {
		if net64, err := address.Prefix(64); err == nil {
			return net64.String()
		}
	}
	return address.String()
}
