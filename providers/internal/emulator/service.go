package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Service is what the emulators of services with sign-ins of their own have in common.
type Service struct {
	// Hold, if set before the first request, is called for each API request before and after its effect (phase "before"
	// and "after"), without any lock: while it does not return, the client waits.
	Hold func(phase string, r *http.Request)
	// HoldTokens calls Hold for the requests for tokens as well.
	HoldTokens bool

	Port
	Faults
	Book

	mu      sync.Mutex // guards all below
	serial  int64
	silent  bool
	endless bool
}

// Next makes a number that no other has.
func (s *Service) Next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return s.serial
}

// SetSilent makes writes answer with success and store nothing; or ends that.
func (s *Service) SetSilent(silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = silent
}

// Silent reports whether writes store nothing.
func (s *Service) Silent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.silent
}

// SetEndless makes the last page of every list name a next one, which begins again; or ends that.
func (s *Service) SetEndless(endless bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endless = endless
}

// Endless reports whether lists have no end.
func (s *Service) Endless() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endless
}

// Held calls Hold for a request of the API, and for one for a token where that is wanted.
func (s *Service) Held(phase string, r *http.Request, isAPI bool) {
	if s.Hold != nil && (s.HoldTokens || isAPI) {
		s.Hold(phase, r)
	}
}

// ComplainOf complains about a request.
func (s *Service) ComplainOf(r *http.Request, what string) {
	s.Complain(r.Method + " " + r.URL.Path + ": " + what)
}

// Exchange is a request for a token, but for sending what it leads to: what effect answers, or what a fault makes of
// that. It is none where the client has gone away.
func (s *Service) Exchange(r *http.Request, now func() time.Time,
	effect func(form url.Values) Answer) (a Answer, f *Fault, is bool) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return a, nil, false
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		form = url.Values{}
	}
	r.Form, r.PostForm = form, form // for Hold and Fault.Match
	f = s.Hit(r, false)
	s.Held("before", r, false)
	a = Answer{Status: http.StatusOK}
	if f.EffectFirst() {
		a = effect(form)
	}
	s.Held("after", r, false)
	a = a.With(f)
	s.KeepToken(Of(r, Form(form), a.Status, f, now()))
	return a, f, true
}

// Code is an authorization code that waits to be exchanged, once.
type Code struct {
	Redirect, Challenge string
	Refresh             bool // a refresh token goes with it
	End                 time.Time
}

// NewCode is what a sign-in asks for; it is good for ten minutes.
func NewCode(asked url.Values, refresh bool, now time.Time) Code {
	return Code{Redirect: asked.Get("redirect_uri"), Challenge: asked.Get("code_challenge"), Refresh: refresh,
		End: now.Add(10 * time.Minute)}
}

// Proves reports whether a verifier is the one that the sign-in has begun with (RFC 7636).
func (c *Code) Proves(verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return c.Challenge == "" || base64.RawURLEncoding.EncodeToString(sum[:]) == c.Challenge
}

// JudgeSignIn complains about a sign-in that services let pass and a careful client does not begin.
func (s *Service) JudgeSignIn(r *http.Request) {
	q := r.URL.Query()
	if q.Get("code_challenge") == "" {
		s.ComplainOf(r, "a sign-in without PKCE")
	}
	if q.Get("state") == "" {
		s.ComplainOf(r, "a sign-in without state")
	}
}

// Back sends the browser of a sign-in back to whoever has begun it, with what it is to bring along beside its state.
func Back(redirect *url.URL, asked url.Values, bring map[string]string) Answer {
	back := redirect.Query()
	if state := asked.Get("state"); state != "" {
		back.Set("state", state)
	}
	for name, v := range bring {
		back.Set(name, v)
	}
	to := *redirect
	to.RawQuery = back.Encode()
	return Answer{Status: http.StatusFound, Header: http.Header{"Location": {to.String()}}}
}

// Clone is a copy of an object through and through, as JSON has it; that of none is empty. One that holds what is no
// JSON is copied flat: its answer will show it.
func Clone(body JSON) JSON {
	raw, err := json.Marshal(body)
	if err != nil {
		return maps.Clone(body)
	}
	var out JSON
	_ = json.Unmarshal(raw, &out) // just encoded
	if out == nil {
		return JSON{}
	}
	return out
}
