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

// signsInWith is the fingerprint of the credentials that a calendar is read with; nil where none are needed.
func (b *builder) signsInWith(c configs.Calendar) func() string {
	said, files := c.Credentials()
	if said == nil {
		return nil
	}
	if c.Google != nil || c.Outlook != nil {
		files = append(files, grantFile(b.cfg.State, c))
	}
	return depends(said, files...)
}

// signsInWith is the fingerprint of the credentials of a Zoom account.
func (a *account) signsInWith() func() string { return depends(a.Credentials(), a.grant) }
