package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// refusedError is an answer of Google's that says no.
type refusedError struct {
	code   int
	reason string
	text   string
	said   string // Google's own words, in brackets
	kind   error  // what the contract calls it; nil for a 404 and 410, which mean several things
}

func (e *refusedError) Error() string {
	if e.kind == nil {
		return e.text
	}
	return e.kind.Error() + ": " + e.text
}

func (e *refusedError) Unwrap() error { return e.kind }

// missing reports whether Google says that something is not there.
func (e *refusedError) missing() bool { return e.kind == nil }

// explain turns an error of a call into a sentence, and into the kind that the contract names.
func (c *Calendar) explain(what string, err error) error {
	return fmt.Errorf("google: %s: %w", what, c.kind(err))
}

func (c *Calendar) kind(err error) error {
	var signIn *oauth.NoTokenError
	var answer *googleapi.Error
	var transport *url.Error
	switch {
	case errors.As(err, &signIn):
		return signIn.Err
	case errors.As(err, &answer):
		return c.refusal(answer)
	case errors.Is(err, context.DeadlineExceeded):
		return &rest.BrokenError{Cause: "no answer in time"}
	case errors.As(err, &transport):
		return rest.NewUnreached(oauth.HostOf(transport.URL), err)
	}
	return &rest.BrokenError{Cause: "the answer cannot be read: " + rest.Redact(err.Error())}
}

// reasonOf is the reason in Google's error body: in the form of this API, or in the newer one of details and a status,
// which comes from the machinery in front of it. Some answers have none.
func reasonOf(e *googleapi.Error) string {
	for _, detail := range e.Details {
		if fields, ok := detail.(map[string]any); ok {
			if reason, ok := fields["reason"].(string); ok && reason != "" {
				return reason
			}
		}
	}
	for _, item := range e.Errors {
		if item.Reason != "" {
			return item.Reason
		}
	}
	var body struct {
		Error struct {
			Status string `json:"status"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(e.Body), &body) != nil {
		return ""
	}
	return body.Error.Status
}

// said is Google's own message, in brackets behind the sentence.
func said(e *googleapi.Error) string {
	message := e.Message
	if message == "" {
		message = rest.Snippet([]byte(e.Body), 80)
	}
	parts := []string{fmt.Sprintf("HTTP %d", e.Code)}
	if reason := reasonOf(e); reason != "" {
		parts = append(parts, reason)
	}
	if message != "" {
		parts = append([]string{"Google says: " + rest.Snippet([]byte(message), 300)}, parts...)
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// refusal says what an answer of Google's means. Reasons count more than status codes: Google uses some for several
// things.
func (c *Calendar) refusal(e *googleapi.Error) error {
	reason := reasonOf(e)
	switch reason {
	case "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED":
		return c.throttled(e, false, "too many requests at once")
	case "quotaExceeded", "dailyLimitExceeded", "limitExceeded", "dailyLimitExceededUnreg":
		return c.throttled(e, true, "a limit of Google's that lasts for hours is reached: zoomtag leaves this "+
			"calendar alone for a while")
	case "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return c.denied(e, "the sign-in does not allow it", c.scopeMend())
	case "accessNotConfigured", "SERVICE_DISABLED":
		return c.denied(e, "the Google Calendar API is switched off in this Google Cloud project", "switch it on at "+
			"console.cloud.google.com, APIs & Services, Library")
	case "forbiddenForNonOrganizer", "forbiddenForNonCreator", "eventTypeRestriction":
		return c.denied(e, "this event may only be changed by its organizer", "")
	case "requiredAccessLevel":
		return c.denied(e, "this calendar is shared for reading only", "its owner has to share it with \"Make changes "+
			"to events\"")
	case "conditionNotMet":
		return calendar.ErrConflict
	case "fullSyncRequired", "updatedMinTooLongAgo":
		return &refusedError{code: e.Code, reason: reason, text: "everything is read again" + said(e),
			kind: calendar.ErrCursor}
	}
	switch rest.KindOf(e.Code) {
	case rest.Throttled:
		return c.throttled(e, false, "too many requests at once")
	case rest.Unauthorized:
		return &refusedError{code: e.Code, reason: reason, text: "Google does not accept the access token" + said(e),
			kind: &calendar.SignInError{Err: calendar.ErrDenied}}
	case rest.Forbidden:
		return c.denied(e, "Google does not allow it", "is the calendar shared with this account, with the right to "+
			"change events?")
	case rest.Missing, rest.Gone:
		return &refusedError{code: e.Code, reason: reason, text: "there is no such calendar or event, or this " +
			"account may not see it" + said(e), said: said(e)}
	case rest.Conflict:
		return calendar.ErrConflict
	case rest.Invalid:
		return c.denied(e, "Google does not accept the request", "")
	}
	return &rest.BrokenError{Cause: "Google has a problem of its own" + said(e)}
}

func (c *Calendar) denied(e *googleapi.Error, cause, cure string) error {
	return words.Mend(&refusedError{code: e.Code, reason: reasonOf(e), text: cause + said(e), kind: calendar.ErrDenied},
		cure)
}

// scopeMend says how a scope that is lacking is granted.
func (c *Calendar) scopeMend() string {
	scope := Scope(c.own.Calendar, c.own.Subject)
	if c.cfg.Auth == User {
		return "run " + c.own.SignInCommand + " again and tick every box"
	}
	return "authorise the scope " + scope + " for the service account (admin.google.com, Security, API controls, " +
		"Domain-wide delegation)"
}

// throttled is Google asking for a pause. Its guide promises no Retry-After; one that is there is obeyed.
func (c *Calendar) throttled(e *googleapi.Error, hours bool, text string) error {
	return &calendar.Throttled{Until: c.slow.after(hours).Until(e.Header, c.cfg.Now()), Err: errors.New(text + said(e))}
}

// listError is an error of a listing. A 404 there is about the calendar, and a 410 about the sync token, whatever else
// Google uses them for; neither says anything about events.
func (c *Calendar) listError(err error, token string) error {
	var refused *refusedError
	if !errors.As(err, &refused) {
		return err
	}
	// All else in the request is the same each time: where it is not the token, a full listing is told the same.
	badToken := refused.code == http.StatusGone && refused.reason != "deleted" || refused.code == http.StatusBadRequest
	switch {
	case token != "" && badToken && !errors.Is(err, calendar.ErrCursor):
		return fmt.Errorf("%w: %w", calendar.ErrCursor, err)
	case refused.missing():
		text := fmt.Sprintf("Google shows this account no calendar %q", c.own.Calendar)
		cure := "check google.calendar, and share the calendar with this account"
		if c.own.Calendar == "primary" {
			text = "the account that signed in has no calendar of its own"
			cure = "name one with google.calendar, or sign in as somebody who has one"
		}
		return words.Mend(words.Say(calendar.ErrAbsent, text+"; nothing is cancelled"+refused.said), cure)
	}
	return err
}
