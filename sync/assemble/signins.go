package assemble

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/signin"
)

// ZoomSignIn is the command that signs a person in at Zoom, for an account.
func ZoomSignIn(name string) string { return strings.TrimSpace("zoomtag auth zoom " + name) }

// CalendarSignIn is the command that signs the owner of a calendar in.
func CalendarSignIn(provider, name string) string {
	return "zoomtag auth " + provider + " --calendar " + name
}

// ZoomGrantFile is where the sign-in of the person who hosts in an account is kept: beside the state. Names that differ
// in case only are not two accounts, and to some file systems not two files. An account that was given a name keeps the
// sign-in that it had without one: while nobody has signed in under the name, and the file is that of its app.
func ZoomGrantFile(grants signin.Grants, state string, z configs.Zoom) string {
	nameless := filepath.Join(filepath.Dir(state), "zoom.grant")
	if z.Name == "" {
		return nameless
	}
	own := filepath.Join(filepath.Dir(state), "zoom-"+strings.ToLower(z.Name)+".grant")
	if grants.Exists(own) {
		return own
	}
	if was, ok := grants.Standing(nameless); ok && was.ClientID == z.ClientID {
		return nameless
	}
	return own
}

// GrantFile is where the sign-in of a calendar's owner is kept: beside the state.
func GrantFile(state string, c configs.Calendar) string {
	return filepath.Join(filepath.Dir(state), c.Provider()+"-"+c.Name+".grant")
}

// TokensFile is where access tokens are kept, sealed: beside the state.
func TokensFile(state string) string { return state + ".tokens" }

// maxDepends bounds what is read of a file with credentials, in bytes: they are smaller.
const maxDepends = 256 << 10

// fingerprintOf is a fingerprint of credentials: of what the configuration says, of files as they are now, and of a
// sign-in. What cannot be read counts as nothing.
func fingerprintOf(grants signin.Grants, grant string, said, files []string) string {
	h := sha256.New()
	for _, s := range said {
		h.Write([]byte(s + "\x00")) // never fails, says package hash
	}
	for _, path := range files {
		if path != "" {
			h.Write(append(contentOf(path), 0))
		}
	}
	if grant != "" {
		h.Write(append(grants.Fingerprint(grant), 0))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
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
func (b *Builder) signsInWith(c configs.Calendar) func() string {
	section := c.Section()
	if said, _ := section.Proof(); said == nil {
		return nil
	}
	grant := ""
	if section.SignsIn() {
		grant = GrantFile(b.Config.State, c)
	}
	return func() string { // it is rarely asked for, and there may be thousands
		said, files := section.Proof()
		return fingerprintOf(b.Grants, grant, said, files)
	}
}

// signsInWith is the fingerprint of the credentials of a Zoom account.
func (a *Account) signsInWith() func() string {
	said, grants, grant := a.Credentials(), a.grants, a.Grant
	return func() string { return fingerprintOf(grants, grant, said, nil) }
}
