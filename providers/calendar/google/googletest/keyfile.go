package googletest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"time"
)

// The identities that the key files name.
const (
	project      = "zoomtag-test"
	serviceEmail = "robot@" + project + ".iam.gserviceaccount.com"
	serviceID    = "108234567890123456789"
	keyID        = "5f0e5d0b8a7c4e0f9d6a1b2c3d4e5f60718293a4"
	clientID     = "407408718192-desktop.apps.googleusercontent.com"
	clientSecret = "GOCSPX-notASecretOfADesktopClient"
	jwtGrant     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// ServiceAccount is the key file of the service account, as Google hands it out.
func (s *Server) ServiceAccount() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(s.privateKey())
	if err != nil {
		return nil // an RSA key can always be encoded
	}
	file, _ := json.MarshalIndent(JSON{
		"type": "service_account", "project_id": project, "private_key_id": keyID,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": serviceEmail, "client_id": serviceID, "auth_uri": s.URL() + "/o/oauth2/v2/auth",
		"token_uri":                   s.tokenURL(),
		"auth_provider_x509_cert_url": s.URL() + "/oauth2/v1/certs",
		"client_x509_cert_url":        s.URL() + "/robot/v1/metadata/x509/" + serviceEmail,
		"universe_domain":             "googleapis.com",
	}, "", "  ") // strings only: it cannot fail
	return file
}

// DesktopClient is the file of an OAuth client of the kind "Desktop app", as Google hands it out.
func (s *Server) DesktopClient() []byte {
	file, _ := json.Marshal(JSON{"installed": JSON{
		"client_id": clientID, "project_id": project, "auth_uri": s.URL() + "/o/oauth2/v2/auth",
		"token_uri":                   s.tokenURL(),
		"auth_provider_x509_cert_url": s.URL() + "/oauth2/v1/certs", "client_secret": clientSecret,
		"redirect_uris": []string{"http://localhost"},
	}}) // strings only: it cannot fail
	return file
}

func (s *Server) tokenURL() string { return s.URL() + "/token" }

// privateKey is made when it is first asked for, unless there is one.
func (s *Server) privateKey() *rsa.PrivateKey {
	if s.opts.Key != nil {
		return s.opts.Key
	}
	s.keyOnce.Do(func() { s.key, _ = rsa.GenerateKey(rand.Reader, 2048) }) // it cannot fail, says crypto/rand
	return s.key
}

// claims are what a service account says of itself.
type claims struct {
	Iss   string  `json:"iss"`
	Sub   string  `json:"sub"`
	Prn   string  `json:"prn"` // an old name of sub
	Scope string  `json:"scope"`
	Aud   string  `json:"aud"`
	Exp   float64 `json:"exp"`
	Iat   float64 `json:"iat"`
}

// fromAssertion gives an access token for a JSON Web Token signed with the service account's key.
func (s *Server) fromAssertion(assertion string) answer {
	refuse := func(description string) answer { return oauthFail(http.StatusBadRequest, "invalid_grant", description) }
	c, what := s.verified(assertion)
	if what != "" {
		return refuse(what)
	}
	now, life := s.now(), c.Exp-c.Iat
	iat, exp := time.Unix(int64(c.Iat), 0), time.Unix(int64(c.Exp), 0)
	switch {
	case c.Iss != serviceEmail:
		return refuse("Invalid grant: account not found")
	case c.Aud != s.tokenURL():
		return refuse("Invalid JWT: Failed audience check. The right audience is " + s.tokenURL())
	case life <= 0 || life > 3600 || !now.Before(exp) || iat.After(now.Add(5*time.Minute)):
		return refuse("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. " +
			"Check your iat and exp values in the JWT claim.")
	}
	scopes := strings.Fields(c.Scope)
	if len(scopes) == 0 {
		return oauthFail(http.StatusBadRequest, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
	}
	principal := serviceEmail
	if c.Sub == "" {
		c.Sub = c.Prn
	}
	if c.Sub != "" && c.Sub != serviceEmail {
		if !s.auth.delegates(scopes) {
			return oauthFail(http.StatusUnauthorized, "unauthorized_client",
				"Client is unauthorized to retrieve access tokens using this method, or client not authorized for "+
					"any of the scopes requested.")
		}
		if !s.isPerson(c.Sub) && !s.people.has(c.Sub) {
			return refuse("Invalid email or User ID")
		}
		principal = s.people.whole(c.Sub)
	}
	return ok(s.tokenAnswer(principal, scopes, nil))
}

// verified checks the form and the signature of a JSON Web Token and returns what it says, or what is wrong with it.
func (s *Server) verified(assertion string) (c claims, what string) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return c, "Invalid JWT: it needs three parts."
	}
	var header struct{ Alg, Kid string }
	if !decoded(parts[0], &header) || !decoded(parts[1], &c) {
		return c, "Invalid JWT: it cannot be decoded."
	}
	if header.Alg != "RS256" || header.Kid != "" && header.Kid != keyID {
		return c, "Invalid JWT Signature."
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(&s.privateKey().PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return c, "Invalid JWT Signature."
	}
	return c, ""
}

func decoded(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
}

func rawNumber(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
