package outlook

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"zoomtag/providers/words"

	"github.com/golang-jwt/jwt/v5"
)

// certificate proves that it is the app: its public half is known to Microsoft, and its key never leaves this machine.
type certificate struct {
	key  *rsa.PrivateKey
	leaf *x509.Certificate
}

// maxCertificate bounds the file, in bytes.
const maxCertificate = 64 << 10

// readCertificate reads a PEM file with a certificate and its private key.
func readCertificate(path string, log *slog.Logger) (certificate, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return certificate{}, words.Mend(fmt.Errorf("there is no file %s", path),
			"put the certificate and its private key there, one below the other")
	case err != nil:
		return certificate{}, fmt.Errorf("the certificate cannot be read: %w", err)
	case info.Size() > maxCertificate:
		return certificate{}, fmt.Errorf("%s is too large to be a certificate", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0: // there the access list of its folder says it
		log.Warn("every user of this machine can read the private key of the certificate", "mend", "chmod 600 "+path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return certificate{}, fmt.Errorf("the certificate cannot be read: %w", err)
	}
	text := string(data)
	switch {
	case !strings.Contains(text, "-----BEGIN CERTIFICATE-----"):
		return certificate{}, fmt.Errorf("%s holds no certificate in PEM form (BEGIN CERTIFICATE)", path)
	case strings.Contains(text, "ENCRYPTED"):
		return certificate{}, words.Mend(fmt.Errorf(
			"the private key in %s is encrypted, and nobody is there to type its password", path),
			"make one without (openssl req … -nodes)")
	case !strings.Contains(text, "PRIVATE KEY-----"):
		return certificate{}, fmt.Errorf("%s holds no private key (BEGIN PRIVATE KEY): append the key to the "+
			"certificate", path)
	}
	pair, err := tls.X509KeyPair(data, data)
	if err != nil {
		return certificate{}, fmt.Errorf("the certificate and the private key in %s do not fit together, or cannot "+
			"be read: %w", path, err)
	}
	key, ok := pair.PrivateKey.(*rsa.PrivateKey)
	if !ok {
		return certificate{}, words.Mend(fmt.Errorf(
			"the key in %s is no RSA key, and Microsoft takes no other kind", path),
			"make a certificate with -newkey rsa:3072")
	}
	return certificate{key: key, leaf: pair.Leaf}, nil
}

// assertionLife is how long an assertion is good; it is used at once.
const assertionLife = 5 * time.Minute

// assertion is what the app says of itself to a token endpoint, signed. Form and claims are those of Microsoft's page
// "Microsoft identity platform application authentication certificate credentials": PS256, and the SHA-256 thumbprint
// of the certificate.
func (c *certificate) assertion(clientID, tokenURL string, now time.Time) (string, error) {
	// the library's own claims make a list of the audience
	token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"iss": clientID, "sub": clientID, "aud": tokenURL, "jti": rand.Text(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	token.Header["x5t#S256"] = c.thumbprint()
	signed, err := token.SignedString(c.key)
	if err != nil {
		return "", fmt.Errorf("the private key of the certificate cannot sign: %w", err)
	}
	return signed, nil
}

// thumbprint is how Microsoft knows the certificate.
func (c *certificate) thumbprint() string {
	sum := sha256.Sum256(c.leaf.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
