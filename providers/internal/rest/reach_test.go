package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// TestUnreached: what stands in the way of an answer is named, and the credentials never are.
func TestUnreached(t *testing.T) {
	for _, c := range []struct {
		err        error
		want, cure string
	}{
		{&net.DNSError{Err: "no such host", Name: "cal.example", IsNotFound: true},
			"there is no host cal.example", "check its spelling"},
		{&net.DNSError{Err: "server misbehaving", Name: "cal.example"}, "could not be looked up (it says: ", "name server"},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "cal.example refuses connections",
			"check the address"},
		{&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, "no way from this machine", "its network"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "does not speak https", "the port"},
		{http.ErrSchemeMismatch, "does not speak https", "the port"},
		{context.DeadlineExceeded, "no answer in time", "it is tried again"},
		{errors.New("oauth2: cannot parse json: invalid character '<' looking for beginning of value"),
			"no answer that can be used from cal.example: it is a web page, such as proxies and networks show that want a sign-in", ""},
		{errors.New("odd"), "no answer that can be used from cal.example: odd", ""},
	} {
		got, cure := Unreached("cal.example", fmt.Errorf("call: %w", &url.Error{Op: "Get",
			URL: "https://cal.example/secret", Err: c.err}))
		secret := strings.Contains(got+cure, "/secret") || strings.Contains(got+cure, "dial")
		if !strings.Contains(got, c.want) || !strings.Contains(cure, c.cure) || (cure == "") != (c.cure == "") ||
			secret {
			t.Errorf("%v: %s, %s", c.err, got, cure)
		}
	}
}
