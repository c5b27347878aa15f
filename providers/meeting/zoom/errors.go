package zoom

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// endpoint is what a call is about: the same code of Zoom's means different things at different ones.
type endpoint int

const (
	aUser endpoint = iota
	aMeeting
	anOccurrence // of a meeting: what is said to be missing may be the one or the other
)

// codeSuperseded is Zoom's code for tokens of a sign-in after which the same person has signed in with the same app
// once more.
const codeSuperseded = 4741

// codeScopes is Zoom's code for a token without the scopes of a call.
const codeScopes = 4711

// codeNoEndpoint is Zoom's code for an address at which its API has nothing: one without the version, for instance.
const codeNoEndpoint = 2300

// codeRoom is Zoom's code for what cannot be done to a personal room.
const codeRoom = 3018

// verdict is what a failed exchange means for trying again.
type verdict int

const (
	final    verdict = iota // Zoom has said no
	badToken                // the access token is not accepted
	busy                    // too many at once, or in a second: not executed, may be tried again soon
	broken                  // nobody knows
)

// problem is a failed exchange. It unwraps to the kind of the contract, if it has one.
type problem struct {
	what    string
	verdict verdict
	kind    error
	text    string
	cure    string        // what mends it, as a clause; "" where nobody knows
	details string        // in brackets
	after   time.Duration // for busy: how long Zoom asks to wait
	// superseded says of a badToken that a later sign-in took its place.
	superseded bool
	// code is Zoom's own, and said all of what Zoom says, in small letters; both only for telling what was refused.
	code number
	said string
}

func (p *problem) Error() string { return words.Join("zoom: "+p.what+": "+p.text+p.details, p.cure) }

// Plain has what was asked for behind the sentence, beside what Zoom's support asks for.
func (p *problem) Plain() string {
	if p.details == "" {
		return p.text + " (" + p.what + ")"
	}
	return p.text + " (" + p.what + ", " + strings.TrimPrefix(p.details, " (")
}

// Cure implements words.Curable.
func (p *problem) Cure() string { return p.cure }

func (p *problem) Unwrap() error { return p.kind }

// errSignIn is the kind of what concerns all that is asked with the same access token.
var errSignIn error = &meeting.SignInError{Err: meeting.ErrDenied}

// unsent is the error of a call that was given up before it was sent, whatever kind of error it is: it cost nothing.
type unsent struct{ error }

func (u unsent) Unwrap() []error { return []error{u.error, meeting.ErrNotSent} }

// errorBody is Zoom's answer to what it does not do: {"code":300,"message":"…","errors":[{"field","message"}]}, in JSON
// or, now and then, in XML.
type errorBody struct {
	XMLName xml.Name `json:"-"`
	Code    number   `json:"code" xml:"code"`
	Message text     `json:"message" xml:"message"`
	Errors  []struct {
		Field   text `json:"field" xml:"field"`
		Message text `json:"message" xml:"message"`
	} `json:"errors" xml:"errors"`
}

var (
	bareCode = regexp.MustCompile(`^\s*\{\s*"code"\s*:\s*"?(-?\d+)`)
	bareText = regexp.MustCompile(`(?s)"message"\s*:\s*"(.*)"\s*[,}]`)
)

// readErrorBody reads an error body in whatever form it comes. ok is false when it is not Zoom's.
func readErrorBody(body []byte) (e errorBody, ok bool) {
	if json.Unmarshal(body, &e) == nil {
		return e, e.Code != 0
	}
	e = errorBody{}
	if xml.Unmarshal(body, &e) == nil && e.XMLName.Local == "result" {
		return e, e.Code != 0
	}
	// Zoom has been seen to leave quotes inside a message as they are.
	if m := bareCode.FindSubmatch(body); m != nil {
		n, err := strconv.ParseInt(string(m[1]), 10, 64)
		e = errorBody{Code: number(n)}
		if t := bareText.FindSubmatch(body); t != nil {
			e.Message = text(t[1])
		}
		return e, err == nil
	}
	return errorBody{}, false
}

// said is all that Zoom says about it, as one redacted line.
func (e errorBody) said() string { return rest.Snippet([]byte(e.all()), 300) }

func (e errorBody) all() string {
	parts := []string{string(e.Message)}
	for _, f := range e.Errors {
		parts = append(parts, strings.TrimSpace(string(f.Field)+" "+string(f.Message)))
	}
	return strings.Join(parts, "; ")
}

// refusal makes an error of an answer that is not the one wanted.
func (s *Service) refusal(c call, res rest.Response) error {
	body, ours := readErrorBody(res.Body)
	tracking := res.Header.Get(trackingHeader)
	if rest.KindOf(res.Status) == rest.Throttled {
		return s.throttled(c, res, body)
	}
	p := &problem{what: c.what}
	if ours {
		o := s.judge(c, res.Status, body)
		p.verdict, p.kind = o.verdict, o.kind
		p.text, p.cure = o.cause, o.cure
		p.superseded, p.code, p.said = body.Code == codeSuperseded, body.Code, strings.ToLower(body.all())
		p.details = details(int64(body.Code), res.Status, body.said(), tracking)
		return p
	}
	switch rest.KindOf(res.Status) {
	case rest.Unauthorized:
		p.verdict, p.kind, p.text = badToken, errSignIn, "Zoom does not accept the access token"
	case rest.Forbidden:
		p.kind, p.text = meeting.ErrDenied, "the request was forbidden, by Zoom or by a proxy on the way"
	case rest.Broken:
		p.verdict, p.text = broken, "Zoom has a problem of its own: it may or may not have been done"
	default:
		// A page of a proxy, a 404 that is not Zoom's, a 200 for something that is answered with a 204: no conclusion.
		p.verdict, p.text = broken, "what answered is not Zoom, the answer begins with "+quoteBody(res.Body)
		p.cure = "check zoom.api_url, and whether a proxy stands in the way"
	}
	p.details = details(0, res.Status, "", tracking)
	return p
}

// opinion is what an error of Zoom's means: the cause, and what mends it where that is known.
type opinion struct {
	verdict     verdict
	cause, cure string
	kind        error
}

// judge says what an error of Zoom's means.
func (s *Service) judge(c call, status int, e errorBody) opinion {
	message := string(e.Message)
	const broke = "Zoom has a problem of its own: it may or may not have been done"
	switch {
	case e.Code == codeScopes, strings.Contains(message, "does not contain scopes"):
		cause, cure := s.tokens.lacks(scopesIn(message))
		return opinion{final, cause, cure, meeting.ErrDenied}
	case e.Code == codeSuperseded:
		return opinion{badToken, "a later sign-in with the same Zoom app took the place of this one", "", errSignIn}
	case status == http.StatusUnauthorized, e.Code == 124:
		return opinion{badToken, "Zoom does not accept the access token", "check that the app is still activated at " +
			"marketplace.zoom.us", errSignIn}
	case status >= 500:
		return opinion{broken, broke, "", nil}
	case status < 400:
		return opinion{broken, "Zoom answered well and with an error at once", "", nil}
	}
	switch e.Code {
	case codeNoEndpoint:
		return opinion{final, "there is no Zoom API at " + s.api.Redacted(),
			"leave zoom.api_url out, or end it in /v2, as in " + DefaultAPIURL, meeting.ErrDenied}
	case 3001:
		if c.on == aMeeting && status == http.StatusNotFound {
			return opinion{final, "Zoom has no such meeting: it was deleted or has expired", "", meeting.ErrGone}
		}
	case 1001, 1010:
		if c.on == aUser {
			return opinion{final, "Zoom knows no such user in this account", "check zoom.host, the calendar's host, or " +
				"host= in the tag", meeting.ErrInvalid}
		}
	case codeNoLicence:
		return opinion{final, "this user may not host meetings", "give the user a Zoom Meetings licence, or name " +
			"another host", meeting.ErrDenied}
	case 200:
		return opinion{final, "the Zoom plan of this host does not include it", "leave the option out or change the plan",
			meeting.ErrDenied}
	case 300:
		return opinion{final, "Zoom does not accept a value", "change the option that is named here", meeting.ErrInvalid}
	case 3000:
		return opinion{final, "Zoom does not allow this: the host's privileges or the kind of the meeting stand against " +
			"it", "", meeting.ErrInvalid}
	case 3002:
		return opinion{broken, "the meeting is running: it is tried again later", "", nil}
	case codeRoom, 3037:
		return opinion{final, "a personal room cannot be deleted", "", meeting.ErrInvalid}
	}
	switch rest.KindOf(status) {
	case rest.Forbidden:
		return opinion{final, "Zoom does not allow it: the app's owner needs the role or the privilege", "",
			meeting.ErrDenied}
	case rest.Invalid, rest.Conflict:
		return opinion{final, "Zoom does not accept it", "", meeting.ErrInvalid}
	}
	return opinion{broken, "Zoom gave an error that zoomtag does not know", "", nil}
}

var scopeList = regexp.MustCompile(`scopes?:?\s*\[([^\]]*)\]`)

// scopesIn reads the scopes out of "Invalid access token, does not contain scopes:[a, b]."
func scopesIn(message string) []string {
	m := scopeList.FindStringSubmatch(message)
	if m == nil {
		return []string{"a scope"}
	}
	return strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' })
}

// details is what Zoom's support asks for, in brackets behind the sentence.
func details(code int64, status int, said, tracking string) string {
	var parts []string
	if said = strings.TrimSpace(said); said != "" {
		parts = append(parts, "Zoom says: "+rest.Snippet([]byte(said), 300))
	}
	if code != 0 {
		parts = append(parts, fmt.Sprintf("code %d", code))
	}
	parts = append(parts, fmt.Sprintf("HTTP %d", status))
	if tracking != "" {
		parts = append(parts, "tracking id "+words.Cut(tracking, 80))
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func quoteBody(body []byte) string {
	if len(body) == 0 {
		return "nothing at all"
	}
	return strconv.Quote(rest.Snippet(body, 80))
}
