package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"

	"zoomtag/configs"
)

// maxDepends bounds what is read of a file with credentials, in bytes: they are smaller.
const maxDepends = 256 << 10

// depends returns a fingerprint of credentials: of what the configuration says, and of files as they are when it is called. A file that
// cannot be read counts as one without anything.
func depends(said []string, files ...string) func() string {
	return func() string {
		h := sha256.New()
		for _, s := range said {
			h.Write([]byte(s + "\x00")) // never fails, says package hash
		}
		for _, path := range files {
			if path != "" {
				h.Write(append(contentOf(path), 0))
			}
		}
		return hex.EncodeToString(h.Sum(nil)[:8])
	}
}

// contentOf is the beginning of a file, or nothing.
func contentOf(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxDepends))
	if err != nil {
		return nil
	}
	return body
}

// signsInWith is the fingerprint of the credentials that a calendar is read with.
func (b *builder) signsInWith(c configs.Calendar) func() string {
	grant := grantFile(b.cfg.State, c)
	switch {
	case c.Google != nil:
		return depends([]string{c.Google.Auth, c.Google.Subject, c.Google.APIURL}, c.Google.Credentials, grant)
	case c.Outlook != nil:
		o := c.Outlook
		return depends([]string{o.Auth, o.Tenant, o.ClientID, o.ClientSecret.Reveal(), o.APIURL, o.LoginURL}, o.ClientCertificate, grant)
	case c.CalDAV != nil:
		d := c.CalDAV
		return depends([]string{d.URL, d.Username, d.Password.Reveal(), d.Token.Reveal()}, d.CAFile)
	}
	return nil
}

// signsInWith is the fingerprint of the credentials of a Zoom account.
func (a *account) signsInWith() func() string {
	return depends([]string{a.Mode, a.AccountID, a.ClientID, a.ClientSecret.Reveal(), a.APIURL, a.OAuthURL}, a.grant)
}
