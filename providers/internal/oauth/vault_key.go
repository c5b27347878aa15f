package oauth

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"zoomtag/providers/words"
)

// VaultKey seals what is kept in a vault. It is the same on each machine that shares it.
type VaultKey struct {
	aead cipher.AEAD
	id   [8]byte // names the key, and tells nothing of it
}

// keyMagic begins the text of a key, so that nobody takes something else for one.
const keyMagic = "zoomtag-store-key-1:"

// NewVaultKey makes a key, as the text of its file.
func NewVaultKey() string {
	key := make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(key) // never fails, says crypto/rand
	return keyMagic + base64.RawURLEncoding.EncodeToString(key)
}

var errNoKey = words.Mend(errors.New("store_key is no key of zoomtag's"), "make one with zoomtag store key, or copy the "+
	"file from another machine")

// ReadVaultKey reads the text of a key.
func ReadVaultKey(text string) (*VaultKey, error) {
	coded, ours := strings.CutPrefix(strings.TrimSpace(text), keyMagic)
	key, err := base64.RawURLEncoding.DecodeString(coded)
	if !ours || err != nil || len(key) != chacha20poly1305.KeySize {
		return nil, errNoKey
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	k := &VaultKey{aead: aead}
	sum := sha256.Sum256(append([]byte("zoomtag store key\x00"), key...))
	copy(k.id[:], sum[:])
	return k, nil
}

// Name tells keys apart for people, and tells nothing of them.
func (k *VaultKey) Name() string { return hex.EncodeToString(k.id[:]) }

// sealVersion is the first byte of what is sealed.
const sealVersion = 1

var errSeal = errors.New("it was sealed with another key, or somebody has changed it")

// seal seals data for a name: under another one it does not open.
func (k *VaultKey) seal(name string, data []byte) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(nonce) // never fails, says crypto/rand
	head := append([]byte{sealVersion}, nonce...)
	return k.aead.Seal(head, nonce, data, []byte(name))
}

// open opens what seal has sealed.
func (k *VaultKey) open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+chacha20poly1305.NonceSizeX || sealed[0] != sealVersion {
		return nil, errSeal
	}
	nonce, body := sealed[1:1+chacha20poly1305.NonceSizeX], sealed[1+chacha20poly1305.NonceSizeX:]
	data, err := k.aead.Open(nil, nonce, body, []byte(name))
	if err != nil {
		return nil, errSeal
	}
	return data, nil
}
