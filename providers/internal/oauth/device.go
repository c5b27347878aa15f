package oauth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// DeviceSignIn is a person's sign-in by device code (RFC 8628): the person types a short code into a page of the
// service, in any browser anywhere, and nothing has to come back to this machine.
type DeviceSignIn struct {
	Config oauth2.Config // with its DeviceAuthURL
	HTTP   *http.Client
	// Out is where the person reads.
	Out io.Writer
	Log *slog.Logger
}

// Bounds of what a service may ask for, in seconds between two questions, and of how often a question may get no answer
// in a row.
const (
	minInterval = 1
	maxInterval = 60
	maxSilent   = 5
)

// maxCode bounds the answer that holds a code, in bytes.
const maxCode = 1 << 20

// errTooLate: the person has not typed the code in.
var errTooLate = words.Mend(errors.New(
	"nobody entered the code in time, and it is no longer good; nothing was changed"),
	"run the command again for a new one")

// Run has the person sign in, and returns the token answer.
func (s *DeviceSignIn) Run(ctx context.Context) (*oauth2.Token, error) {
	ctx = Through(ctx, s.HTTP)
	device, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.Out, "Open this address in any browser, on this machine or another one:\n\n  %s\n\nand enter the "+
		"code\n\n  %s\n\n",
		rest.Snippet([]byte(device.VerificationURI), 200), rest.Snippet([]byte(device.UserCode), 40))
	if !device.Expiry.IsZero() {
		fmt.Fprintf(s.Out, "The code is good until %s. Waiting …\n", device.Expiry.Local().Format("15:04 MST"))
	}
	token, err := s.wait(ctx, device)
	var refusal *oauth2.RetrieveError
	switch {
	case err == nil:
		return token, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case !device.Expiry.IsZero() && !time.Now().Before(device.Expiry):
		return nil, errTooLate
	case !errors.As(err, &refusal):
		return nil, &answerError{"no answer that can be used: " + rest.Unusable(err), err}
	}
	switch refusal.ErrorCode {
	case "expired_token":
		return nil, errTooLate
	case "access_denied", "authorization_declined": // the second is Entra's
		return nil, errDeclined
	}
	return nil, words.Mend(&answerError{"the code was not accepted (it says: " + rest.Redact(err.Error()) + ")", err}, "try again")
}

// begin asks for a code.
func (s *DeviceSignIn) begin(ctx context.Context) (*oauth2.DeviceAuthResponse, error) {
	careful := rest.Ending(ctx, s.HTTP)
	careful.Transport = whole(careful.Transport)
	device, err := s.Config.DeviceAuth(context.WithValue(ctx, oauth2.HTTPClient, careful))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, &answerError{"no code was given out: " + rest.Redact(err.Error()), err}
	case device.DeviceCode == "" || device.UserCode == "" || device.VerificationURI == "":
		return nil, errors.New("no code was given out: the answer holds none")
	case device.Interval != 0: // none at all is the library's matter; others make its clock panic
		device.Interval = min(max(device.Interval, minInterval), maxInterval)
	}
	return device, nil
}

// roundTrip is a function as a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// whole reads answers to their end and closes them, which the library forgets when it asks for a code.
func whole(base http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		res, err := base.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, maxCode))
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return nil, err
		}
		res.Body = io.NopCloser(bytes.NewReader(body))
		return res, nil
	})
}

// wait asks, as often as the service allows, until the person has decided or the code is no longer good. That an answer
// is lost, or that the service has a problem of its own, ends nothing: the person may be typing.
func (s *DeviceSignIn) wait(ctx context.Context, device *oauth2.DeviceAuthResponse) (*oauth2.Token, error) {
	for silent := 1; ; silent++ {
		token, err := s.Config.DeviceAccessToken(ctx, device)
		var refusal *oauth2.RetrieveError
		said := errors.As(err, &refusal) && refusal.ErrorCode != ""
		late := !device.Expiry.IsZero() && !time.Now().Before(device.Expiry)
		if err == nil || said || late || ctx.Err() != nil || silent == maxSilent {
			return token, err
		}
		s.Log.DebugContext(ctx, "the sign-in has not answered", slog.String("reason", rest.Redact(err.Error())))
	}
}
