package postgres

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestSentences keeps the wording of what people see: cause, then cure, and never the password.
func TestSentences(t *testing.T) {
	e := &Engine{place: "postgres://zoomtag@db.example.com:5432/zoomtag"}
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	unknown := &net.DNSError{Err: "no such host", Name: "db.example.com"}
	said := func(code, message string) error { return &pgconn.PgError{Code: code, Message: message} }
	for want, err := range map[string]error{
		"cannot be reached (connection refused): see to it that it runs":   fmt.Errorf("x: %w", refused),
		"cannot be reached (db.example.com: no such host): see to it":      fmt.Errorf("x: %w", unknown),
		"refuses the sign-in: check user, password":                        said("28P01", "password authentication failed"),
		"does not exist: make it":                                          said("3D000", ""),
		"is a standby, in which nothing can be written: write the address": said("25006", ""),
		"is behind a pooler that gives each transaction another connection: write the address of the database itself": said(
			"26000", "prepared statement does not exist"),
		"says: something new (XX123)": said("XX123", "something new"),
	} {
		got := e.explain("save to", err).Error()
		if !strings.HasPrefix(got, "store: save to: the database postgres://zoomtag@db.example.com:5432/zoomtag "+want) {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// TestAddress: a database is named without its password, and an address that is none is refused with a sentence.
func TestAddress(t *testing.T) {
	_, err := Open("postgres://zoomtag:very-secret@127.0.0.1:1/zoomtag?sslmode=disable&connect_timeout=1", Options{})
	if err == nil || strings.Contains(err.Error(), "very-secret") ||
		!strings.Contains(err.Error(), "postgres://zoomtag@127.0.0.1:1/zoomtag cannot be reached (connection refused)") {
		t.Error(err)
	}
	_, err = Open("postgres://zoomtag:very-secret@[::1/zoomtag", Options{})
	if err == nil || strings.Contains(err.Error(), "very-secret") || !strings.Contains(err.Error(), "write it as") {
		t.Error(err)
	}
}

// TestTLS: what an address does not say is the safe side.
func TestTLS(t *testing.T) {
	for url, verified := range map[string]bool{
		"postgres://zoomtag@db.example.com/zoomtag":                  true,
		"postgres://zoomtag@db.example.com/zoomtag?pool_max_conns=3": true,
		"postgres://zoomtag@db.example.com/zoomtag?sslmode=require":  false,
		"postgres://zoomtag@db.example.com/zoomtag?sslmode=disable":  false,
		"postgres://zoomtag@127.0.0.1/zoomtag":                       false,
		"postgres://zoomtag@/zoomtag?host=/run/postgresql":           false,
	} {
		c, err := configOf(url)
		if err != nil {
			t.Fatal(err)
		}
		tls := c.ConnConfig.TLSConfig
		plain := false
		for _, f := range c.ConnConfig.Fallbacks {
			plain = plain || f.TLSConfig == nil
		}
		if got := tls != nil && !tls.InsecureSkipVerify && !plain; got != verified {
			t.Errorf("%s: verified %v", url, got)
		}
	}
}
