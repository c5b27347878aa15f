package postgres

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrDatabase says that something is wrong with the database as such, or with the way to it.
var ErrDatabase = errors.New("the shared database")

// explain makes one plain sentence of what went wrong while zoomtag was doing something with the database.
func (e *Engine) explain(doing string, err error) error {
	var known *entries.Error
	if errors.As(err, &known) {
		return known
	}
	of := fmt.Errorf("%w: %w", ErrDatabase, err)
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return e.refused(doing, said, of)
	}
	if cause, cure := untrusted(err); cause != "" {
		return &entries.Error{Doing: doing, Cause: e.called() + " " + cause, Remedy: cure, Err: of}
	}
	cause := plainCause(err)
	return &entries.Error{Doing: doing, Cause: fmt.Sprintf("%s cannot be reached (%s)", e.called(), cause),
		Remedy: "see to it that it runs and that this machine reaches it; zoomtag goes on as soon as it answers", Err: of}
}

// noTLS is what pgx says where the other side does not speak TLS. It has no type.
const noTLS = "server refused TLS connection"

// untrusted is why a database has not proved who it is, and what mends that; "" where it is something else.
func untrusted(err error) (cause, cure string) {
	var unknown x509.UnknownAuthorityError
	var other x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case strings.Contains(err.Error(), noTLS):
		return "does not speak TLS, so that nobody could tell whether it is the one that is meant", "switch it on there " +
			"(ssl = on, with a certificate); sslmode=disable in store: is for a way on which nobody can listen"
	case errors.As(err, &unknown):
		return "shows a certificate that nobody known here has signed", "name the file with the certificate of who has, " +
			"sslrootcert=FILE in store:"
	case errors.As(err, &other):
		return "shows a certificate that is not for " + other.Host, "write a name that is in it into store:, or give the " +
			"database a certificate for this one"
	case errors.As(err, &invalid):
		return "shows a certificate that is not valid now", "renew it, and see that the clock of this machine is right"
	}
	return "", ""
}

// plainCause is the last part of a chain of errors: what the system said, of several addresses that of the first.
func plainCause(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return dns.Name + ": " + dns.Err
	case errors.As(err, &op):
		err = op.Err
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return strings.TrimSpace(err.Error())
		}
		err = inner
	}
}

// refused explains what the database says. The codes are PostgreSQL's (Appendix A of its manual).
func (e *Engine) refused(doing string, said *pgconn.PgError, err error) error {
	for _, known := range advice {
		if strings.HasPrefix(said.Code, known.code) {
			return &entries.Error{Doing: doing, Cause: e.called() + " " + known.text, Remedy: known.cure, Err: err}
		}
	}
	return &entries.Error{Doing: doing, Cause: fmt.Sprintf("%s says: %s (%s)", e.called(), said.Message, said.Code),
		Err: err}
}

// What to say where a pooler gives each transaction another connection: what was prepared in one is not known in the
// next, or is there already.
const (
	pooled     = "is behind a pooler that gives each transaction another connection"
	pooledCure = "write the address of the database itself as store:, or have the pooler keep a connection for each client " +
		"(pgbouncer: pool_mode = session)"
)

// advice is what to say of errors that their owner can do something about: the first that matches.
var advice = []struct{ code, text, cure string }{
	{"28", "refuses the sign-in", "check user, password and sslmode in store:, and pg_hba.conf"},
	{"3D000", "does not exist", "make it: createdb -O USER DATABASE"},
	{"3F000", "has no schema for zoomtag", "start zoomtag once as a user who may create it"},
	{"42501", "does not let this user make or use zoomtag's tables",
		"let the user own the database, or grant it: GRANT CREATE ON DATABASE … TO …"},
	{"25006", "is a standby, in which nothing can be written",
		"write the address of the primary as store:, or both with target_session_attrs=read-write"},
	{"53100", "is on a disk that is full", "free some space; what was saved before is kept, and zoomtag goes on when " +
		"there is room"},
	{"53300", "has no connection free", "raise max_connections, or lower pool_max_conns in store:"},
	{"53", "has not enough of something", "see its log"},
	{"55P03", "was kept busy by somebody else for too long", "see who holds a lock in it (pg_stat_activity)"},
	{"57014", "took too long for an answer", "see what keeps it busy (pg_stat_activity)"},
	{"57P", "is going down or starting up", "wait for it; zoomtag goes on as soon as it answers"},
	{"42P05", pooled, pooledCure},
	{"26000", pooled, pooledCure},
	{"25P03", "ended the transaction, because zoomtag stood still in it", "see why this machine stood still"},
}
