package caldav

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// brokenError is a failure of the network or of the server's: nothing is concluded from it, and a reading call is tried
// again, unless it is lasting.
type brokenError struct {
	text    string
	cure    string // what mends it, as a clause; "" where nobody can name that
	status  int    // of the answer, if that was it
	lasting bool
	// answered says that there was an answer, which is none of a CalDAV server's.
	answered bool
}

func (e *brokenError) Error() string { return words.Join(e.text, e.cure) }

// unreachedError is a brokenError without an answer: that says all, whatever was asked.
type unreachedError struct{ *brokenError }

func unreached(cause, cure string) error {
	return unreachedError{&brokenError{text: cause, cure: cure}}
}

// Unwrap returns the failure.
func (e unreachedError) Unwrap() error { return e.brokenError }

// Plain is the cause.
func (e unreachedError) Plain() string { return e.text }

// Cure implements words.Curable.
func (e unreachedError) Cure() string { return e.cure }

// refusedError is an answer that says no.
type refusedError struct {
	status int
	refusal
	text string
	kind error // what the contract calls it; nil for a 404, which means several things
}

func (e *refusedError) Error() string {
	if e.kind == nil {
		return e.text
	}
	return e.kind.Error() + ": " + e.text
}

func (e *refusedError) Unwrap() error { return e.kind }

// errRefused says that the status of an answer is no success.
var errRefused = errors.New("refused")

// strange says that an answer is none that can be used.
func strange(what string) error {
	return &brokenError{text: "the answer cannot be used: " + what, answered: true}
}

// refusal is what the body of a refusal says.
type refusal struct {
	conditions []string // the elements of DAV:error, without their namespaces
	words      string
}

// says reports whether a precondition is named.
func (r refusal) says(condition string) bool {
	for _, c := range r.conditions {
		if c == condition {
			return true
		}
	}
	return false
}

// readRefusal reads the body of a refusal: the preconditions that failed (RFC 4918, section 16), else its first words.
func readRefusal(raw []byte) refusal {
	var e davError
	if xml.Unmarshal(raw, &e) != nil || e.XMLName != (xml.Name{Space: nsDAV, Local: "error"}) {
		return refusal{words: rest.Snippet(raw, 120)}
	}
	return e.refusal()
}

type davError struct {
	XMLName  xml.Name
	Children []struct {
		XMLName xml.Name
		Text    string `xml:",chardata"`
	} `xml:",any"`
}

func (e davError) refusal() (r refusal) {
	for _, child := range e.Children {
		if text := strings.TrimSpace(child.Text); text != "" && child.XMLName.Space != nsDAV &&
			child.XMLName.Space != nsCalDAV {
			r.words = rest.Snippet([]byte(text), 200) // sabre's message
		} else if len(r.conditions) < 8 {
			r.conditions = append(r.conditions, words.Cut(child.XMLName.Local, 60))
		}
	}
	return r
}

// kind says what went wrong in terms of the contract.
func (c *Calendar) kind(a *answer, err error) error {
	if a == nil || !errors.Is(err, errRefused) {
		return err
	}
	return c.refused(a.status, a.header, a.refusal)
}

// refused says what a status that is no success means.
func (c *Calendar) refused(status int, header http.Header, r refusal) error {
	said := r.said(status)
	refused := func(kind error, text string) error {
		return &refusedError{status: status, refusal: r, text: text + said, kind: kind}
	}
	switch rest.KindOf(status) {
	case rest.Throttled:
		return c.throttled(header, said)
	case rest.Unauthorized:
		cause, cure := c.unauthorized(header)
		return words.Mend(refused(&calendar.SignInError{Err: calendar.ErrDenied}, cause), cure)
	case rest.Forbidden:
		return refused(calendar.ErrDenied, "the server does not allow it")
	case rest.Missing:
		return refused(nil, "there is no such calendar or event, or this account may not see it")
	case rest.Gone:
		return refused(nil, "it is no longer there")
	case rest.Conflict:
		if status == http.StatusConflict {
			return refused(calendar.ErrDenied, "the server does not take the event like this")
		}
		return refused(calendar.ErrConflict, "the event is no longer what the change was based on")
	case rest.Invalid:
		return refused(calendar.ErrDenied, "the server does not accept the request")
	}
	switch status {
	case http.StatusServiceUnavailable:
		if header.Get("Retry-After") != "" {
			return c.throttled(header, said)
		}
	case http.StatusInsufficientStorage:
		return refused(calendar.ErrDenied, "the server has no space left for this account")
	case http.StatusRequestEntityTooLarge:
		return refused(calendar.ErrDenied, "the event is larger than the server accepts")
	case http.StatusUnsupportedMediaType, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return words.Mend(words.Say(refused(calendar.ErrDenied, "the server does not do that"),
			fmt.Sprintf("what answers at %s does not do what a CalDAV server does (HTTP %d)", c.base.Redacted(), status)),
			"write the address of such a server, or of a calendar there, as caldav.url")
	}
	return &brokenError{text: "the server has a problem of its own" + said, status: status}
}

// unauthorized says why a sign-in is not accepted, and what to do about it.
func (c *Calendar) unauthorized(header http.Header) (cause, cure string) {
	asked := strings.ToLower(strings.Join(header.Values("Www-Authenticate"), ", "))
	switch {
	case c.cfg.Username == "" && c.cfg.Token == "":
		return "the server wants to know who one is", "write caldav.username and caldav.password (or caldav.token)"
	case c.cfg.Username != "" && strings.Contains(asked, "digest") && !strings.Contains(asked, "basic"):
		return "the server takes passwords by the Digest method only, which zoomtag does not speak",
			"set it to Basic"
	}
	return "the server does not accept the sign-in", "check caldav.username and caldav.password; many servers want " +
		"an app password, made for zoomtag in the account's settings"
}

// said is what the server says, in brackets behind the sentence.
func (r refusal) said(status int) string {
	parts := []string{fmt.Sprintf("HTTP %d", status)}
	if len(r.conditions) > 0 {
		parts = append(parts, strings.Join(r.conditions, ", "))
	}
	if r.words != "" {
		parts = append(parts, "it says: "+r.words)
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// throttled is the server asking for a pause.
func (c *Calendar) throttled(header http.Header, said string) error {
	return &calendar.Throttled{Until: c.slow.Until(header, c.cfg.Now()),
		Err: errors.New("the server asks for a pause" + said)}
}

// asMissing is the refusal of something that is not there.
func asMissing(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused) && refused.kind == nil && (refused.status == http.StatusNotFound ||
		refused.status == http.StatusGone)
}

// aboutCalendar is an error of a request for the calendar as a whole: a 404 there says nothing about events.
func (c *Calendar) aboutCalendar(err error) error {
	if !asMissing(err) || errors.Is(err, calendar.ErrAbsent) { // the latter has been said
		return err
	}
	c.mu.Lock()
	c.place = nil // it may have been made anew
	c.mu.Unlock()
	text := "there is no calendar at " + c.base.Redacted() + " that this account may see; nothing is cancelled"
	return words.Mend(words.Say(fmt.Errorf("%w: %w", calendar.ErrAbsent, err), text),
		"check caldav.url, and that a CalDAV server is there")
}
