package outlooktest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// claims are what an app says of itself.
type claims struct {
	Aud string  `json:"aud"`
	Iss string  `json:"iss"`
	Sub string  `json:"sub"`
	JTI string  `json:"jti"`
	Exp float64 `json:"exp"`
	Nbf float64 `json:"nbf"`
}

// badAssertion says why a client assertion is not taken.
func (s *Server) badAssertion(tenant string, form url.Values) (answer, bool) {
	refuse := func(number, text string) (answer, bool) {
		return s.oauthFail(401, "invalid_client", number, text), true
	}
	if form.Get("client_assertion_type") != assertionType {
		return refuse("9002323", "The client_assertion_type is not supported.")
	}
	c, what := s.verified(form.Get("client_assertion"))
	if what != "" {
		return refuse("700027", "The certificate with identifier used to sign the client assertion is not registered "+
			"on application. "+what)
	}
	now := s.now()
	exp, nbf := time.Unix(int64(c.Exp), 0), time.Unix(int64(c.Nbf), 0)
	switch {
	case c.Iss != clientID || c.Sub != clientID:
		return refuse("700021", "Client assertion application identifier doesn't match 'client_id' parameter.")
	case c.Aud != s.LoginURL()+"/"+tenant+"/oauth2/v2.0/token" && c.Aud != s.LoginURL()+"/"+tenant+"/v2.0":
		return refuse("700023", "Client assertion audience claim does not match Realm issuer.")
	case !now.Before(exp.Add(5*time.Minute)) || nbf.After(now.Add(5*time.Minute)) || exp.Sub(now) > 24*time.Hour:
		return refuse("700024", "Client assertion is not within its valid time range.")
	}
	if c.JTI == "" || s.auth.used[c.JTI] {
		s.Complain("token: an assertion without an id of its own")
	}
	s.auth.used[c.JTI] = true
	return answer{}, false
}

// verified checks the form and the signature of an assertion and returns what it says, or what is wrong with it.
func (s *Server) verified(assertion string) (c claims, what string) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return c, "It needs three parts."
	}
	var header struct {
		Alg  string `json:"alg"`
		X5t  string `json:"x5t"`
		X256 string `json:"x5t#S256"`
	}
	if !decoded(parts[0], &header) || !decoded(parts[1], &c) {
		return c, "It cannot be decoded."
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return c, "Its signature cannot be decoded."
	}
	for _, cert := range s.auth.certs {
		one, two := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw)
		if header.X5t != base64.RawURLEncoding.EncodeToString(one[:]) &&
			header.X256 != base64.RawURLEncoding.EncodeToString(two[:]) {
			continue
		}
		if signed(cert, header.Alg, parts[0]+"."+parts[1], signature) {
			return c, ""
		}
		return c, "[Reason - The key used is expired or the signature does not fit.]"
	}
	return c, "[Reason - The key was not found.]"
}

func signed(cert *x509.Certificate, algorithm, text string, signature []byte) bool {
	key, is := cert.PublicKey.(*rsa.PublicKey)
	sum := sha256.Sum256([]byte(text))
	switch {
	case is && algorithm == "RS256":
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	case is && algorithm == "PS256":
		return rsa.VerifyPSS(key, crypto.SHA256, sum[:], signature, nil) == nil
	}
	return false
}

func decoded(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
}
