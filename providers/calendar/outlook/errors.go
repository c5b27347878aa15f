package outlook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// refusedError is an answer that says no.
type refusedError struct {
	status int
	code   string
	text   string
	said   string // Microsoft's own words, in brackets
	kind   error  // what the contract calls it; nil for a 404, which means several things
}

func (e *refusedError) Error() string {
	if e.kind == nil {
		return e.text
	}
	return e.kind.Error() + ": " + e.text
}

func (e *refusedError) Unwrap() error { return e.kind }

// errStrange says that an answer is none that can be used, though the SDK has no complaint.
var errStrange = errors.New("it is not what was asked for")

// kind says what went wrong in terms of the contract, by the answer as it came.
func (c *Calendar) kind(answer *kept, err error) error {
	var token *oauth.NoTokenError
	var transport *url.Error
	switch {
	case errors.As(err, &token):
		return token.Err
	case answer.status >= http.StatusMultipleChoices:
		return c.refusal(answer)
	case errors.As(err, &transport):
		return rest.NewUnreached(oauth.HostOf(transport.URL), err)
	case errors.Is(err, errStrange):
		return &rest.BrokenError{Cause: "the answer cannot be used: " + errStrange.Error()}
	}
	// the SDK's errors are not to be printed: some panic when they are
	return &rest.BrokenError{Cause: "the answer cannot be read"}
}

// graphError is Graph's error body.
type graphError struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   struct {
			Code      string `json:"code"`
			RequestID string `json:"request-id"`
		} `json:"innerError"`
	} `json:"error"`
}

// refusal says what an answer means. Codes count more than messages, which change.
func (c *Calendar) refusal(answer *kept) error {
	var body graphError
	_ = json.Unmarshal(answer.body, &body) // no JSON leaves it empty, which the status makes up for
	code := body.Error.Code
	said := inBrackets(answer, &body)
	refused := func(kind error, text string) error {
		return &refusedError{status: answer.status, code: code, text: text + said, said: said, kind: kind}
	}
	absent := func(text string) error {
		cure := "check outlook.user"
		if c.cfg.Auth == App { // of a person's sign-in there are no lists
			cure += ", or leave out with exclude whom a list names (calendars_from)"
		}
		return words.Mend(words.Say(refused(calendar.ErrAbsent, text), text+"; nothing is cancelled"+said), cure)
	}
	switch strings.ToLower(code) {
	case "applicationthrottled", "mailboxconcurrency", "toomanyrequests", "activitylimitreached":
		return c.throttled(answer, said)
	case "erroraccessdenied", "authorization_requestdenied", "accessdenied":
		return words.Mend(refused(calendar.ErrDenied, "Microsoft does not allow it"), c.permissionMend())
	case "mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi":
		return absent("there is no mailbox in Exchange Online for this user (on-premises, without a licence, or " +
			"inactive)")
	case "errorinvaliduser", "resourcenotfound", "request_resourcenotfound":
		return absent("there is no such user in this tenant")
	case "errorirresolvableconflict", "errorchangekeyrequired", "errorstalechangekey":
		return calendar.ErrConflict
	case "errorquotaexceeded":
		return refused(calendar.ErrDenied, "the mailbox is full")
	}
	switch rest.KindOf(answer.status) {
	case rest.Throttled:
		return c.throttled(answer, said)
	case rest.Unauthorized:
		return words.Mend(refused(&calendar.SignInError{Err: calendar.ErrDenied},
			"Microsoft does not accept the access token"),
			"is the app still there, and does it belong to this tenant?")
	case rest.Forbidden:
		return words.Mend(refused(calendar.ErrDenied, "Microsoft does not allow it"), c.permissionMend())
	case rest.Missing:
		return refused(nil, "there is no such calendar or event, or this account may not see it")
	case rest.Gone:
		return refused(nil, "it is no longer there")
	case rest.Conflict:
		return calendar.ErrConflict
	case rest.Invalid:
		return refused(calendar.ErrDenied, "Microsoft does not accept the request")
	}
	if answer.status == http.StatusServiceUnavailable && answer.header.Get("Retry-After") != "" {
		return c.throttled(answer, said)
	}
	switch answer.status {
	case http.StatusRequestTimeout, http.StatusLocked, http.StatusFailedDependency:
	default:
		if answer.status < 500 {
			return fmt.Errorf("an answer that nobody expects%s", said)
		}
	}
	return &rest.BrokenError{Cause: "Microsoft has a problem of its own" + said}
}

// permissionMend says how a permission that is lacking is granted.
func (c *Calendar) permissionMend() string {
	if c.cfg.Auth == User {
		return "the calendar has to be your own, or shared with you with the right to edit; if it is, run " +
			c.cfg.SignInCommand + " again"
	}
	return "the app needs the application permission Calendars.ReadWrite for this mailbox, with an administrator's " +
		"consent, or a role assignment in Exchange Online"
}

// inBrackets are Microsoft's own words, in brackets behind the sentence, with what its support asks for.
func inBrackets(answer *kept, body *graphError) string {
	var parts []string
	if body.Error.Message != "" {
		parts = append(parts, "Microsoft says: "+rest.Snippet([]byte(body.Error.Message), 300))
	} else if body.Error.Code == "" && len(answer.body) > 0 {
		parts = append(parts, "the answer begins with "+rest.Snippet(answer.body, 80))
	}
	parts = append(parts, fmt.Sprintf("HTTP %d", answer.status))
	if body.Error.Code != "" {
		parts = append(parts, words.Cut(body.Error.Code, 80))
	}
	id := body.Error.Inner.RequestID
	if id == "" {
		id = answer.header.Get("Request-Id")
	}
	if id != "" {
		parts = append(parts, "request "+words.Cut(id, 80))
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// throttled is Microsoft asking for a pause of this mailbox.
func (c *Calendar) throttled(answer *kept, said string) error {
	return &calendar.Throttled{Until: c.slow.Until(answer.header, c.cfg.Now()),
		Err: errors.New("too many requests for this mailbox" + said)}
}

// aboutCalendar is an error of a request for the calendar as a whole: a 404 there says nothing about events.
func (c *Calendar) aboutCalendar(err error) error {
	var refused *refusedError
	if !errors.As(err, &refused) {
		return err
	}
	absent := errors.Is(err, calendar.ErrAbsent)
	if (refused.kind == nil || absent) && c.cfg.Calendar != "" {
		c.mu.Lock()
		c.path = nil // it may have been made anew under the same name
		c.mu.Unlock()
	}
	if refused.kind == nil {
		return words.Mend(words.Say(calendar.ErrAbsent, "Microsoft shows this account no such calendar; nothing is "+
			"cancelled"+refused.said),
			"check outlook.user and outlook.calendar, and share the calendar with this account")
	}
	return err
}

// asMissing is the refusal of something that is not there. Not one that speaks of the mailbox, the user or the cursor.
func asMissing(err error) (*refusedError, bool) {
	var refused *refusedError
	if !errors.As(err, &refused) {
		return nil, false
	}
	code := strings.ToLower(refused.code)
	switch {
	case refused.status == http.StatusGone:
		return refused, !strings.Contains(code, "sync")
	case refused.status != http.StatusNotFound:
		return nil, false
	}
	return refused, refused.kind == nil || strings.HasSuffix(code, "resourcenotfound")
}
