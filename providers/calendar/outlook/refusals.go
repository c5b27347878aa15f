package outlook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// inApp is where an app's own pages are.
const inApp = "entra.microsoft.com, App registrations, the app, "

// numbered finds the number of an error of Entra's, which says more than the code of the protocol.
var numbered = regexp.MustCompile(`AADSTS(\d+)`)

// read takes an answer of the sign-in apart: the code of the protocol, Entra's own number and its sentence. The body is
// read where the library has not.
func read(refusal *oauth2.RetrieveError) (code, number, text string) {
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
	}
	if json.Unmarshal(refusal.Body, &body) != nil { // not JSON: what the library found is all there is
		body.Error, body.Description = refusal.ErrorCode, refusal.ErrorDescription
	}
	switch found := numbered.FindStringSubmatch(body.Description); {
	case found != nil:
		number = found[1]
	case len(body.Codes) > 0:
		number = strconv.Itoa(body.Codes[0])
	}
	text, _, _ = strings.Cut(body.Description, "Trace ID:")
	return body.Error, number, strings.TrimSpace(text)
}

// said is Microsoft's own sentence, without the secrets that were sent and whatever else looks like one.
func said(refusal *oauth2.RetrieveError, secrets ...string) string {
	code, _, text := read(refusal)
	if text == "" {
		text = code
	}
	if text == "" {
		text = string(refusal.Body)
	}
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return rest.Snippet([]byte(text), 200)
}

// endsGrant reports whether a person has to sign in anew.
func endsGrant(refusal *oauth2.RetrieveError) bool {
	code, number, _ := read(refusal)
	if number == looping || refusal.Response != nil && refusal.Response.StatusCode >= 500 {
		return false
	}
	switch code {
	case "invalid_grant", "interaction_required", "consent_required", "login_required":
		return true
	}
	return false
}

// looping is Entra's number for an app that asks too often.
const looping = "50196"

// forbidden is Entra's number for what a rule of the organisation forbids.
const forbidden = "53003"

// causes say why a person's sign-in is dead, by Entra's number.
var causes = map[string]string{
	"700082":  "It was not used for 90 days",
	"70043":   "The organisation wants its people to sign in anew every so often (a rule of Conditional Access)",
	"50173":   "The password was changed, or the sign-ins of this account were revoked",
	"50133":   "The password was changed, or the sign-ins of this account were revoked",
	"65001":   "The permission was taken back, or the app now asks for more than was granted",
	forbidden: "A rule of the organisation (Conditional Access) forbids it",
	"50076":   "The organisation now asks for a second proof at the sign-in",
	"50079":   "The organisation now asks for a second proof at the sign-in",
	"50057":   "The account is switched off",
}

// expired words that a person's sign-in is dead, with its cause.
func (s *signer) expired(g oauth.Grant) error {
	cause := "The password was changed, the sign-in was revoked by its owner or an administrator, or it was not used " +
		"for 90 days"
	cure := "run " + s.cfg.SignInCommand
	if found := numbered.FindStringSubmatch(g.Reason); found != nil && causes[found[1]] != "" {
		cause = causes[found[1]]
		if found[1] == forbidden {
			cure = "ask its administrator to let this app, or this machine, in; then " + cure
		}
	}
	said := ""
	if g.Reason != "" {
		said = " (Microsoft says: " + g.Reason + ")"
	}
	return words.Mend(fmt.Errorf("%w: Microsoft no longer accepts the sign-in of %s. %s%s", calendar.ErrDenied,
		g.SignedIn.UTC().Format(time.DateOnly), cause, said), cure)
}

// explain turns what an endpoint of the sign-in answered into a sentence that names the mend. secrets are what was
// sent.
func (s *signer) explain(err error, secrets ...string) error {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) {
		text := err.Error()
		for _, secret := range secrets {
			if secret != "" {
				text = strings.ReplaceAll(text, secret, "***")
			}
		}
		return &rest.BrokenError{Cause: "no answer that can be used from Microsoft's sign-in: " + rest.Unusable(errors.New(text))}
	}
	// those of an answer that the browser has brought
	status, header, said := 0, http.Header{}, said(refusal, secrets...)
	if refusal.Response != nil {
		status, header = refusal.Response.StatusCode, refusal.Response.Header
		said += fmt.Sprintf(", HTTP %d", status)
	}
	said = " (Microsoft says: " + said + ")"
	code, number, _ := read(refusal)
	switch {
	case rest.KindOf(status) == rest.Throttled, number == looping:
		until, ok := rest.RetryAfter(header, s.cfg.Now())
		if !ok {
			until = s.cfg.Now().Add(time.Minute)
		}
		return &calendar.Throttled{Until: until, Err: errors.New("too many sign-ins at Microsoft" + said)}
	case status >= 500, code == "", code == "temporarily_unavailable", code == "server_error":
		return &rest.BrokenError{Cause: "Microsoft's sign-in does not work at the moment" + said}
	}
	cause, cure := s.wrong(code, number)
	return words.Mend(fmt.Errorf("%w: %s%s", calendar.ErrDenied, cause, said), cure)
}

// wrong says what is wrong with the app or its configuration, and what to do.
func (s *signer) wrong(code, number string) (cause, cure string) {
	const overview = inApp + "Overview"
	switch number {
	case "7000215":
		return "the client secret is wrong: client_secret must be the secret's Value, not its Secret ID. Microsoft " +
				"shows the Value only once",
			"if it was not kept, make a new secret (" + inApp + "Certificates & secrets)"
	case "7000222":
		return "the client secret has expired",
			"make a new one (" + inApp + "Certificates & secrets) and write its Value as client_secret"
	case "700027":
		return "Microsoft does not know the certificate in " + s.cfg.ClientCertificate,
			"upload it, without its key (" + inApp + "Certificates & secrets, Certificates)"
	case "700024":
		return "the clock of this machine is wrong", "set it, and it will work"
	case "700016":
		return "the directory " + s.cfg.Tenant + " has no app with the client_id " + s.cfg.ClientID,
			"copy Application (client) ID and Directory (tenant) ID from " + overview +
				"; for a personal account, the app must be registered for personal accounts as well"
	case "90002", "900023":
		return "there is no directory " + s.cfg.Tenant, "write as tenant the Directory (tenant) ID (" + overview +
			"), and check login_url if it is a national cloud"
	case "7000218":
		return "the app does not let people sign in without a secret",
			"set Allow public client flows to Yes (" + inApp + "Authentication, Settings)"
	case "700025":
		return "the app is a public one and takes no secret", "take client_secret out of the configuration"
	case "7000112":
		return "the app is switched off in the directory " + s.cfg.Tenant,
			"an administrator switches it on (entra.microsoft.com, Enterprise apps, the app, Properties)"
	case "50194":
		return "the app is for the accounts of one directory",
			"write as tenant its Directory (tenant) ID (" + overview + ")"
	case "9002331", "9002346":
		return "the app is for personal accounts only", "write tenant: consumers"
	case "9002332":
		return "an app for work accounts signs in at a directory of its own",
			"write as tenant its Directory (tenant) ID (" + overview + ")"
	case "70011":
		if s.cfg.Auth == User && s.cfg.User != "" {
			return "this account cannot be asked for shared calendars: a personal account has only its own",
				"leave user out of the configuration"
		}
	case "65001", "90094":
		return "an administrator has to agree first", "they do so in " + inApp + "API permissions, Grant admin consent"
	case forbidden:
		return "a rule of the organisation (Conditional Access) forbids this sign-in", "ask its administrator to let " +
			"this app in; if it is device codes that are forbidden, sign in with --no-browser"
	}
	switch code {
	case "invalid_client":
		return "Microsoft does not accept what proves that it is the app",
			"check client_id, and client_secret or client_certificate"
	case "unauthorized_client":
		return "the app may not sign in this way", "check client_id and tenant (" + overview +
			"), and its supported account types (Authentication)"
	}
	return "Microsoft refuses the sign-in", ""
}
