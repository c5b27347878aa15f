package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// Unreached says why there was no whole answer of host, and what to look at, as a clause: the network and the address.
// It never is the sign-in, which was not looked at by anybody.
func Unreached(host string, err error) (cause, cure string) {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var name *net.DNSError
	var plain tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "there is no host " + host, "check its spelling in the configuration, and this machine's name server"
	case errors.As(err, &name):
		return "the name " + host + " could not be looked up (it says: " + Redact(name.Error()) + ")",
			"check this machine's network and name server"
	case errors.Is(err, syscall.ECONNREFUSED):
		return host + " refuses connections",
			"check the address and port in the configuration, and whether the server is running"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no way from this machine to " + host, "check its network"
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return host + " does not speak https there",
			"check the scheme and the port of the address in the configuration"
	case errors.As(err, &authority):
		return "the certificate of " + host + " is from an authority that this machine does not know",
			"add it to the machine's trusted certificates"
	case errors.As(err, &certificate):
		return "the certificate of " + host + " is not good: " + Redact(certificate.Err.Error()), ""
	case errors.Is(err, context.DeadlineExceeded):
		return host + " gave no answer in time", "check this machine's network; it is tried again"
	}
	return "no answer that can be used from " + host + ": " + Unusable(err), ""
}

// Unusable says, as a clause, why an answer could not be read. It is for the errors of libraries, which tell a web page
// by its first character.
func Unusable(err error) string {
	if strings.Contains(err.Error(), "invalid character '<'") {
		return "it is a web page, such as proxies and networks show that want a sign-in"
	}
	return Redact(err.Error())
}
