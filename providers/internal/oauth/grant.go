package oauth

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"zoomtag/providers/words"
)

// Grant is a person's sign-in as it is kept in a file: whoever has it acts in the person's name.
type Grant struct {
	RefreshToken Secret    `json:"refresh_token"`
	ClientID     string    `json:"client_id"` // of the app that it was given to
	Scopes       []string  `json:"scopes,omitempty"`
	SignedIn     time.Time `json:"signed_in"`
	// Ends is when the service lets the grant end, however much it is used; zero where it has not said so.
	Ends time.Time `json:"ends,omitzero"`
	// Refused is when the service said that the grant is dead, and Reason what it said. It is not asked again.
	Refused time.Time `json:"refused,omitzero"`
	Reason  string    `json:"reason,omitempty"`

	Owner
	Rotation

	read version // what it was read as, in a vault
}

// Owner is who has signed in, where the service says it.
type Owner struct {
	Email  string `json:"email,omitempty"`
	UserID string `json:"user_id,omitempty"`
}

// Name is how a person is called in texts; empty where nothing is known.
func (o Owner) Name() string { return cmp.Or(o.Email, o.UserID) }

// Is reports whether this is the person with an address or an id.
func (o Owner) Is(who string) bool {
	return who != "" && (strings.EqualFold(who, o.Email) || who == o.UserID)
}

// Same reports whether both are known and one person. An address can change, so an id counts for more.
func (o Owner) Same(other Owner) bool {
	if o.UserID != "" && other.UserID != "" {
		return o.UserID == other.UserID
	}
	return o.Email != "" && strings.EqualFold(o.Email, other.Email)
}

// Rotation is what is kept for services that take a refresh token once and answer with the next one.
type Rotation struct {
	// Previous is the refresh token before, until the access token that came with the new one has worked.
	Previous Secret `json:"previous_refresh_token,omitempty"`
	// Asked is when the refresh token was presented, while nobody knows whether it was taken.
	Asked time.Time `json:"asked,omitzero"`
	// Renewed is when the refresh token was given out.
	Renewed time.Time `json:"renewed,omitzero"`
	// Access is the access token that came with it, used by every process until Fresh: the fewer renewals, the fewer
	// can be lost.
	Access Secret    `json:"access_token,omitempty"`
	Fresh  time.Time `json:"fresh_until,omitzero"`
}

// String keeps the token out of texts.
func (g Grant) String() string { return "sign-in of " + g.SignedIn.UTC().Format(time.RFC3339) }

// ErrNoGrant says that nobody has signed in.
var ErrNoGrant = errors.New("nobody has signed in")

// errDamaged says that there is a file, of which nothing is of use any more.
var errDamaged = fmt.Errorf("nothing of use is left: %w", ErrNoGrant)

// maxGrant bounds the size of a grant's file, in bytes.
const maxGrant = 64 << 10

// LoadGrant reads a grant; ErrNoGrant if there is none.
func LoadGrant(path string) (Grant, error) {
	data, err := readGrant(path)
	if err != nil {
		return Grant{}, err
	}
	var g Grant
	if err := json.Unmarshal(data, &g); err != nil || g.RefreshToken == "" {
		return Grant{}, words.Mend(words.Say(errDamaged, path+" is damaged"), "sign in again")
	}
	return g, nil
}

// readGrant reads the file of a grant, without following a link, which somebody else may have laid.
func readGrant(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoGrant
	case errors.Is(err, syscall.ELOOP):
		return nil, words.Mend(fmt.Errorf("%s is a symbolic link, which is not followed", path),
			"remove it, and sign in again")
	case err != nil:
		return nil, fmt.Errorf("the sign-in cannot be read: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("the sign-in cannot be read: %w", err)
	case info.Size() > maxGrant:
		return nil, fmt.Errorf("%s is too large to be a sign-in", path)
	case modes && info.Mode().Perm()&0o077 != 0:
		return nil, words.Mend(fmt.Errorf("%s can be read by others (mode %04o)", path, info.Mode().Perm()),
			"run chmod 600 "+path)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxGrant))
	if err != nil {
		return nil, fmt.Errorf("the sign-in cannot be read: %w", err)
	}
	return data, nil
}

// Standing tells how old a person's sign-in is and whether the service still takes it, as is kept.
type Standing struct {
	SignedIn time.Time
	Ends     time.Time // when the service lets it end; zero: it has not said so
	Refused  time.Time // zero: as far as is known it is good
	Reason   string    // why it was refused, in the service's words or ours
	ClientID string    // of the app that it was given to
	// Unusable is why there is a file and no sign-in to be had from it; nil where there is no file.
	Unusable error
	Owner
}

// ReadStanding reads how a sign-in stands; ok is false where there is none, or none that can be used.
func ReadStanding(path string) (s Standing, ok bool) {
	grant, err := LoadGrant(path)
	return standing(grant, err)
}

// standing is how a sign-in stands that was read, or not.
func standing(grant Grant, err error) (s Standing, ok bool) {
	s = Standing{SignedIn: grant.SignedIn, Ends: grant.Ends, Refused: grant.Refused, Reason: grant.Reason,
		ClientID: grant.ClientID, Owner: grant.Owner}
	if !errors.Is(err, ErrNoGrant) || errors.Is(err, errDamaged) {
		s.Unusable = err
	}
	return s, err == nil
}

// Save writes a grant, readable by its owner only, and returns when it is safe on the disk: a refresh token that was
// not saved before it is used can be lost. Where others may be replacing the grant, the caller holds its Lock;
// Grants.Install takes it.
func (g Grant) Save(path string) (err error) {
	data, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	temp, err := os.CreateTemp(dir, ".grant-*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	_, err = temp.Write(append(data, '\n'))
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the sign-in cannot be saved: %w", err), os.Remove(temp.Name()))
	}
	return syncDir(dir)
}

// saveWait bounds the wait for others who save. None of them holds the lock while it waits for an answer.
const saveWait = 30 * time.Second
