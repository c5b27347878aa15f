package local

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/sync/assemble"
)

// TestCertificateEnd: the first that ends counts, and calendars without one do not.
func TestCertificateEnd(t *testing.T) {
	first := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	cfg := &configs.Config{Calendars: []configs.Calendar{{Name: "folder", ICS: &configs.ICS{}}}}
	s := &Service{builder: &assemble.Builder{Config: cfg}}
	if end := s.CertificateEnd(); !end.IsZero() {
		t.Errorf("without one: %v", end)
	}
	for _, end := range []time.Time{first.AddDate(1, 0, 0), first, first.AddDate(0, 1, 0)} {
		cfg.Calendars = append(cfg.Calendars, configs.Calendar{Name: "office",
			Outlook: &configs.Outlook{ClientCertificate: certificate(t, end)}})
	}
	if end := s.CertificateEnd(); !end.Equal(first) {
		t.Errorf("the first ends %v", end)
	}
}

// certificate is a file with a certificate that ends then.
func certificate(t *testing.T, end time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.AddDate(-1, 0, 0), NotAfter: end}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "app.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
