//go:build peers

package pgtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Authority signs certificates.
type Authority struct {
	// File holds its own certificate, for sslrootcert.
	File string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes one that nobody knows yet.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{File: filepath.Join(t.TempDir(), "root.pem")}
	template := template()
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err == nil {
		a.cert, err = x509.ParseCertificate(raw)
	}
	if err == nil {
		err = os.WriteFile(a.File, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func template() *x509.Certificate {
	return &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "pgtest"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
}

// Secure has the server speak TLS from then on, with a certificate for names or addresses that an authority signs.
// change may make another one of it before; nil does not.
func (s *Server) Secure(t testing.TB, a *Authority, change func(*x509.Certificate), names ...string) {
	t.Helper()
	if err := s.certify(a, change, names); err != nil {
		t.Fatal(err)
	}
	s.Set(t, "ssl=on")
	err := until("the server speaks TLS", nil, func(ctx context.Context) error {
		config, err := pgx.ParseConfig(s.url(administrator, administrator) + "&sslmode=require")
		if err != nil {
			return err
		}
		db, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return err
		}
		return db.Close(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// certify writes certificate and key where the server looks for them.
func (s *Server) certify(a *Authority, change func(*x509.Certificate), names []string) error {
	template := template()
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	if change != nil {
		change(template)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{"server.crt": {Type: "CERTIFICATE", Bytes: raw},
		"server.key": {Type: "PRIVATE KEY", Bytes: secret}} {
		path := filepath.Join(s.data(), name)
		err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
		if err = errors.Join(err, s.programs.own(path)); err != nil {
			return err
		}
	}
	return nil
}
