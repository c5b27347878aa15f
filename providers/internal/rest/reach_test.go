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
		err  error
		want string
	}{
		{&net.DNSError{Err: "no such host", Name: "cal.example", IsNotFound: true},
			"there is no host cal.example: check its spelling"},
		{&net.DNSError{Err: "server misbehaving", Name: "cal.example"}, "could not be looked up"},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "cal.example refuses connections: check the address"},
		{&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, "no way from this machine"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "does not speak https"},
		{http.ErrSchemeMismatch, "does not speak https"},
		{context.DeadlineExceeded, "no answer in time"},
		{errors.New("odd"), "no answer that can be used from cal.example: odd"},
	} {
		got := Unreached("cal.example", fmt.Errorf("call: %w", &url.Error{Op: "Get", URL: "https://cal.example/secret",
			Err: c.err}))
		if !strings.Contains(got, c.want) || strings.Contains(got, "/secret") || strings.Contains(got, "dial") {
			t.Errorf("%v: %s", c.err, got)
		}
	}
}
