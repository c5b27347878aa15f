package outlook

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"zoomtag/providers/calendar/outlook/outlooktest"
)

// makeCertificate makes a certificate that is good until end, and returns its two PEM blocks.
func makeCertificate(t *testing.T, key crypto.Signer, end time.Time) (leaf *x509.Certificate, certPEM, keyPEM string) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "zoomtag"},
		NotBefore: end.Add(-24 * time.Hour), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if leaf, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return leaf, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func keep(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAppByCertificate: an unknown certificate is refused, a new one in the file is noticed at once, and one that has
// expired is not even shown.
func TestAppByCertificate(t *testing.T) {
	d := newDoor(t, App, outlooktest.Options{})
	file := filepath.Join(t.TempDir(), "app.pem")
	d.config.ClientCertificate = file // it wins over the secret
	_, unknown, unknownKey := makeCertificate(t, rsaKey(t), d.now.Add(24*time.Hour))
	keep(t, file, unknownKey+unknown)
	c := d.tokens()
	for range 2 {
		_, err := c.Get(t.Context(), "")
		denied(t, err, "does not know the certificate in "+file, "AADSTS700027")
	}
	if d.asked() != 1 {
		t.Errorf("asked %d times", d.asked())
	}
	end := d.now.Add(24 * time.Hour)
	leaf, known, knownKey := makeCertificate(t, rsaKey(t), end)
	d.server.RegisterCertificate(leaf)
	keep(t, file, known+knownKey)
	token, err := c.Get(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	d.reads(token, "/users/"+outlooktest.Account+"/events", http.StatusOK)
	// an assertion is good for once
	if again, err := c.Get(t.Context(), token.Value); err != nil || again.Value == token.Value {
		t.Errorf("%v", err)
	}
	for _, r := range d.server.TokenRequests() {
		if r.Body["client_secret"] != nil || r.Body["client_assertion"] == nil {
			t.Errorf("sent %v", r.Body)
		}
	}
	before := d.asked()
	d.now = end
	_, err = c.Get(t.Context(), "")
	denied(t, err, "expired on "+end.UTC().Format(time.DateOnly), "upload")
	if n := d.asked() - before; n > 0 {
		t.Errorf("an expired certificate was shown %d times", n)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(t.Context(), "")
	denied(t, err, "there is no file "+file)
}

// TestAssertion: Microsoft bounds neither, so that only this does.
func TestAssertion(t *testing.T) {
	now := time.Now()
	key := rsaKey(t)
	leaf, _, _ := makeCertificate(t, key, now.Add(time.Hour))
	c := certificate{key: key, leaf: leaf}
	said := map[string]bool{}
	for range 3 {
		text, err := c.assertion("app", "https://login.example.com/t/oauth2/v2.0/token", now)
		if err != nil {
			t.Fatal(err)
		}
		claims := jwt.MapClaims{}
		if _, err := jwt.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) { return leaf.PublicKey, nil },
			jwt.WithValidMethods([]string{"PS256"})); err != nil {
			t.Fatal(err)
		}
		end, err := claims.GetExpirationTime()
		if err != nil || end.Sub(now) > 10*time.Minute || end.Sub(now) < time.Minute {
			t.Errorf("good until %v, %v", end, err)
		}
		id, _ := claims["jti"].(string)
		if said[id] {
			t.Errorf("the id %q again", id)
		}
		said[id] = true
	}
}

// TestAssertionTimes has the clocks of both sides differ.
func TestAssertionTimes(t *testing.T) {
	d := newDoor(t, App, outlooktest.Options{})
	leaf, cert, key := makeCertificate(t, rsaKey(t), d.now.Add(24*time.Hour))
	d.server.RegisterCertificate(leaf)
	d.config.ClientSecret, d.config.ClientCertificate = "", filepath.Join(t.TempDir(), "app.pem")
	keep(t, d.config.ClientCertificate, cert+key)
	for off, want := range map[time.Duration]string{0: "", 4 * time.Minute: "", -4 * time.Minute: "",
		time.Hour: "clock", -time.Hour: "clock"} {
		d.config.Now = func() time.Time { return d.now.Add(off) }
		_, err := d.token()
		if want == "" && err != nil {
			t.Errorf("%v off: %v", off, err)
		}
		if want != "" {
			denied(t, err, want)
		}
	}
}

func TestCertificateFile(t *testing.T) {
	end := time.Now().Add(time.Hour)
	_, cert, key := makeCertificate(t, rsaKey(t), end)
	_, _, otherKey := makeCertificate(t, rsaKey(t), end)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, curveCert, curveKey := makeCertificate(t, curve, end)
	var log bytes.Buffer
	for name, c := range map[string]struct{ text, want string }{
		"both":           {cert + key, ""},
		"key first":      {key + cert, ""},
		"no certificate": {key, "holds no certificate"},
		"no key":         {cert, "holds no private key"},
		"another key":    {cert + otherKey, "do not fit together"},
		"encrypted":      {cert + "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "encrypted"},
		"no RSA":         {curveCert + curveKey, "no RSA key"},
		"garbage":        {"\x30\x82", "holds no certificate"},
		"large":          {strings.Repeat("x", maxCertificate+1), "too large"},
	} {
		path := filepath.Join(t.TempDir(), "app.pem")
		keep(t, path, c.text)
		_, err := readCertificate(path, slog.New(slog.NewTextHandler(&log, nil)))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if log.Len() > 0 {
		t.Errorf("warned: %s", log.String())
	}
	path := filepath.Join(t.TempDir(), "app.pem")
	keep(t, path, cert+key)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readCertificate(path, slog.New(slog.NewTextHandler(&log, nil))); err != nil ||
		!strings.Contains(log.String(), "chmod 600 "+path) {
		t.Errorf("readable by all: %v, warned: %s", err, log.String())
	}
}
