//go:build peers

package postgres

import (
	"crypto/x509"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store/postgres/pgtest"
)

// addressed is the URL of a database with another name of its host, and with these parameters alone.
func addressed(t *testing.T, database, host string, parameters url.Values) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = net.JoinHostPort(host, u.Port()), parameters.Encode()
	return u.String()
}

// opens opens a database, and returns in a sentence why that is not possible.
func opens(t *testing.T, url string) string {
	t.Helper()
	e, err := Open(url, Options{Buckets: buckets1, Hook: func(string) {}})
	if err != nil {
		return words.Of(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return ""
}

// TestTLSForReal: a database that has to prove who it is does so, or is refused with what is wrong with its proof.
func TestTLSForReal(t *testing.T) {
	s := pgtest.Start(t)
	plain := s.Database(t)
	known, stranger := pgtest.NewAuthority(t), pgtest.NewAuthority(t)
	verified := func(host string, a *pgtest.Authority) string {
		p := url.Values{"sslmode": {"verify-full"}}
		if a != nil {
			p.Set("sslrootcert", a.File)
		}
		return addressed(t, plain, host, p)
	}
	// This is this machine, and its name is written as nobody writes that of this machine.
	const elsewhere = "LocalHost"
	check := func(what, address, want string) {
		t.Helper()
		got := opens(t, address)
		if want == "" && got != "" || !strings.Contains(got, want) || strings.Contains(got, "very-secret") {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		if password := mustURL(t, plain).User; got != "" && strings.Contains(got, secretOf(password)) {
			t.Errorf("%s: the password shows: %q", what, got)
		}
	}
	const silent = "does not speak TLS, so that nobody could tell whether it is the one that is meant: switch it on there " +
		"(ssl = on, with a certificate)"
	check("nothing asked for, no TLS", addressed(t, plain, elsewhere, nil), silent)
	check("asked for, no TLS", verified("127.0.0.1", known), silent)
	check("this machine, no TLS", addressed(t, plain, "127.0.0.1", nil), "")

	s.Secure(t, known, nil, "127.0.0.1", "localhost")
	check("a good certificate", verified("127.0.0.1", known), "")
	check("a good certificate by name", verified("localhost", known), "")
	check("nothing asked for but a root", addressed(t, plain, elsewhere, url.Values{"sslrootcert": {known.File}}), "")
	check("a stranger's certificate", verified("127.0.0.1", stranger),
		"shows a certificate that nobody known here has signed: name the file with the certificate of who has, "+
			"sslrootcert=FILE in store:")
	check("nobody is known", addressed(t, plain, elsewhere, nil), "shows a certificate that nobody known here has signed")
	check("no such file", addressed(t, plain, elsewhere, url.Values{"sslrootcert": {"/nowhere/root.pem"}}),
		"/nowhere/root.pem")
	check("encrypted alone", addressed(t, plain, elsewhere, url.Values{"sslmode": {"require"}}), "")

	s.Secure(t, known, nil, "db.example.com")
	check("another one's certificate", verified("127.0.0.1", known),
		"shows a certificate that is not for 127.0.0.1: write a name that is in it into store:")
	s.Secure(t, known, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "127.0.0.1")
	check("an old certificate", verified("127.0.0.1", known), "shows a certificate that is not valid now: renew it")
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// secretOf is the password of a user.
func secretOf(u *url.Userinfo) string {
	secret, _ := u.Password()
	return secret
}
