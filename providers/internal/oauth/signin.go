package oauth

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/oauth2"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// SignIn is a person's sign-in by the authorization code flow for apps on a person's machine: a browser, a redirect to
// a loopback address (RFC 8252) and PKCE (RFC 7636). Where the browser is on another machine, the redirect leads
// nowhere, and the person copies its address from there.
type SignIn struct {
	Config oauth2.Config // RedirectURL is filled in
	// Redirect is the redirect as the service knows it, without a port: http://localhost; empty is http://127.0.0.1/.
	// Its path is empty, / or a path that the browser is sent to.
	Redirect url.URL
	// Options are added to the address that is opened.
	Options []oauth2.AuthCodeOption
	HTTP    *http.Client
	// Open opens an address in a browser; nil where there is none. That it fails is no failure: the address is shown.
	Open func(address string) error
	// Out is where the person reads, In where an address can be pasted; In may be nil.
	Out io.Writer
	In  io.Reader
	Log *slog.Logger
}

// loopback is where the redirect is waited for.
const loopback = "127.0.0.1"

// A browser brings one short request; a few more connections than it opens ahead are nobody's in particular.
const (
	browserTime        = 10 * time.Second
	browserConnections = 16
)

// answer is what came back from the consent page.
type answer struct {
	code string
	err  error
}

// answerError is an answer of the service that ends a sign-in. Its text holds no secret; what it unwraps to may.
type answerError struct {
	text string
	err  error
}

func (e *answerError) Error() string { return e.text }

// Unwrap is for those who look for an *oauth2.RetrieveError. One that came by way of the browser has no Response.
func (e *answerError) Unwrap() error { return e.err }

// Run has the person sign in, and returns the token answer. It listens on 127.0.0.1 only, on any free port, however the
// redirect calls it.
func (s *SignIn) Run(ctx context.Context) (*oauth2.Token, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", loopback+":0")
	if err != nil {
		return nil, fmt.Errorf("no port of this machine can be listened on: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if s.Redirect.Host == "" {
		s.Redirect = url.URL{Scheme: "http", Host: loopback, Path: "/"}
	}
	redirect := s.Redirect
	redirect.Host = net.JoinHostPort(redirect.Host, port)
	s.Config.RedirectURL = redirect.String()
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	address := s.Config.AuthCodeURL(state, append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)},
		s.Options...)...)
	answers := make(chan answer, 1)
	server := &http.Server{Handler: redirected(state, redirect.Path, answers), ReadTimeout: browserTime,
		WriteTimeout: browserTime, IdleTimeout: browserTime,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(netutil.LimitListener(listener, browserConnections)) }()
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // the browser still gets its page
		defer cancel()
		if err := server.Shutdown(stop); err != nil {
			s.Log.Debug("the browser did not hang up", "reason", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			s.Log.Debug("the listener ended by itself", "reason", err)
		}
	}()
	s.invite(address)
	pasted := make(chan answer, 1)
	if s.In != nil {
		go s.read(state, pasted)
	}
	var got answer
	select {
	case got = <-answers:
	case got = <-pasted:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if got.err != nil {
		return nil, got.err
	}
	token, err := s.Config.Exchange(Through(ctx, s.HTTP), got.code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, words.Mend(&answerError{"the code of the sign-in was not accepted (it says: " +
			rest.Redact(err.Error()) + ")", err},
			"try again")
	}
	return token, nil
}

// invite shows the address, and opens it where there is a browser.
func (s *SignIn) invite(address string) {
	fmt.Fprintf(s.Out, "Open this address in a browser and sign in:\n\n  %s\n\n", address)
	if s.In != nil {
		fmt.Fprintf(s.Out, "If the browser is on another machine, it will end at a page that cannot be reached (%s).\n"+
			"Copy the address of that page, paste it here and press Enter.\n\n", s.Redirect.Host)
	}
	if s.Open == nil {
		return
	}
	if err := s.Open(address); err != nil {
		s.Log.Debug("no browser could be opened", "reason", err)
	}
}

// maxAddress bounds a pasted address, in bytes.
const maxAddress = 16 << 10

// read waits for an address to be pasted. Lines that are none are answered, and the wait goes on.
func (s *SignIn) read(state string, pasted chan<- answer) {
	lines := bufio.NewScanner(s.In)
	lines.Buffer(nil, maxAddress)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			fmt.Fprintln(s.Out, "That line is empty. Paste the address of the page at which the browser ended, or "+
				"press Ctrl-C to leave it.")
			continue
		}
		u, err := url.Parse(text)
		if err != nil || !u.Query().Has("state") {
			fmt.Fprintf(s.Out, "That is not the address of the page: it begins with http://%s and has state= and "+
				"code= in it.\n", s.Redirect.Host)
			continue
		}
		got, ok := readRedirect(u.Query(), state)
		if !ok {
			fmt.Fprintln(s.Out, "That address belongs to another sign-in. Use the one that comes from the address "+
				"above.")
			continue
		}
		pasted <- got
		return
	}
	fmt.Fprintln(s.Out, "Nothing can be pasted here (the input has ended): finish with a browser on this machine, or "+
		"run the command again in a terminal.")
}

// errDeclined: the person said no on the consent page.
var errDeclined = errors.New("the sign-in was declined in the browser; nothing was changed")

// readRedirect reads what the redirect carries; ok is false if it is not an answer to our request.
func readRedirect(q url.Values, state string) (got answer, ok bool) {
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
		return answer{}, false
	}
	switch code, problem := q.Get("code"), q.Get("error"); {
	case problem == "access_denied":
		return answer{err: errDeclined}, true
	case problem != "":
		said := q.Get("error_description")
		return answer{err: &answerError{"the sign-in failed: " + rest.Snippet([]byte(problem+" "+said), 300),
			&oauth2.RetrieveError{ErrorCode: problem, ErrorDescription: said}}}, true
	case code != "":
		return answer{code: code}, true
	}
	return answer{}, false
}

// redirected is the page to which the browser is sent. A request with another state, whoever made it, changes nothing.
func redirected(state, path string, answers chan<- answer) http.Handler {
	if path == "" {
		path = "/" // what a browser makes of it
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Referrer-Policy", "no-referrer")
		got, ok := readRedirect(r.URL.Query(), state)
		if !ok || r.Method != http.MethodGet || r.URL.Path != path {
			http.Error(w, "This is where a sign-in of zoomtag ends; this request is not part of one.",
				http.StatusBadRequest)
			return
		}
		said := "You are signed in. This page can be closed; zoomtag goes on in its terminal."
		if got.err != nil {
			said = got.err.Error()
		}
		fmt.Fprintf(w, "<!doctype html><title>zoomtag</title><p>%s</p>\n", html.EscapeString(said))
		select {
		case answers <- got:
		default: // the browser asked twice
		}
	})
}
