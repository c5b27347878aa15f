package oauth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"sync"
	"time"
)

// Keep keeps access tokens, one for all who may use it, and over restarts in a file: whoever runs a command for a
// thousand people need not sign a thousand requests for tokens that are still good.
//
// Each token is sealed with a key that comes from the proof with which it was asked for, an app's secret or a private
// key: the file says nothing to those who could not get such a token themselves, and when the proof is another, what is
// in it is of no use to anybody. Nothing ever needs the file. One that is missing, torn or of another proof costs the
// requests that it would have saved, and of two processes that save at once, the later one's stays.
//
// A nil Keep keeps nothing.
type Keep struct {
	path string
	now  func() time.Time

	mu    sync.Mutex // guards all below
	read  bool
	salt  []byte
	held  map[ident]*kept
	asked map[ident]chan struct{} // closed when whoever asks has been answered
	seals map[Secret]*seal        // by proof
	gone  map[ident]bool          // what is forgotten is not taken up again from the file
	dirty bool                    // there is something that the file does not have
}

// Want is what a token is for.
type Want struct {
	// Proof is what could get the token at any time: a private key, an app's secret.
	Proof Secret
	// For is all else that decides which token it is: the address that gives it out, the app, the person, the scopes.
	For []string
}

// ident names what a token is for, to those who know the proof.
type ident [16]byte

// kept is a token: as it is, or sealed as the file has it.
type kept struct {
	token  Token // Fresh is known also where the rest is sealed
	seal   *seal
	sealed []byte // nil: token and seal are known
}

// seal is what a proof's tokens are sealed with, and named by.
type seal struct {
	aead cipher.AEAD
	name []byte
}

// Bounds of what is kept. A token of Google's or Microsoft's has one or two kilobytes.
const (
	maxKept      = 100_000
	maxKeptToken = 16 << 10
	maxKeepFile  = 128 << 20
	saltSize     = 32
	// longestLife is longer than any service's tokens live: what seems to live longer was written by a clock that was
	// ahead.
	longestLife = 30 * time.Hour
)

// NewKeep makes a Keep on a file, which need not be there.
func NewKeep(path string, now func() time.Time) *Keep {
	if now == nil {
		now = time.Now
	}
	return &Keep{path: path, now: now, held: map[ident]*kept{}, asked: map[ident]chan struct{}{},
		seals: map[Secret]*seal{}, gone: map[ident]bool{}}
}

// Get returns a token that is good for a while yet: one that is kept, or what ask gets. Of those who want the same
// one at the same time, one asks.
func (k *Keep) Get(ctx context.Context, w Want, ask func(ctx context.Context) (Token, error)) (Token, error) {
	if k == nil || w.Proof == "" {
		return ask(ctx)
	}
	s := k.sealFor(w.Proof)
	if s == nil {
		return ask(ctx)
	}
	id := s.ident(w.For)
	for {
		token, wait := k.take(s, id)
		switch {
		case token.Value != "":
			return token, nil
		case wait == nil:
			return k.fetch(ctx, s, id, ask)
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return Token{}, ctx.Err()
		}
	}
}

// take returns a token that is kept, or else what to wait for; nil: it is on the caller to ask.
func (k *Keep) take(s *seal, id ident) (token Token, wait <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.held[id]
	if ok && k.good(found.token.Fresh) && k.open(s, id, found) {
		return found.token, nil
	}
	delete(k.held, id)
	if busy := k.asked[id]; busy != nil {
		return Token{}, busy
	}
	k.asked[id] = make(chan struct{})
	return Token{}, nil
}

// good reports whether a token may be used that is said to be fresh until a time.
func (k *Keep) good(fresh time.Time) bool {
	now := k.now()
	return now.Before(fresh) && fresh.Before(now.Add(longestLife))
}

// open unseals a token that comes from the file.
func (k *Keep) open(s *seal, id ident, found *kept) bool {
	if found.sealed == nil {
		return true
	}
	size := s.aead.NonceSize()
	if len(found.sealed) < size {
		return false
	}
	plain, err := s.aead.Open(nil, found.sealed[:size], found.sealed[size:], label(id, found.token.Fresh))
	if err != nil || json.Unmarshal(plain, &found.token) != nil {
		return false // of another key, or not ours
	}
	found.token.keep, found.token.id = k, id
	found.seal, found.sealed = s, nil
	return found.token.Value != ""
}

// fetch asks, and keeps the answer.
func (k *Keep) fetch(ctx context.Context, s *seal, id ident,
	ask func(ctx context.Context) (Token, error)) (token Token, err error) {
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		close(k.asked[id])
		delete(k.asked, id)
		if err != nil || !token.keeps() || len(k.held) >= maxKept {
			return
		}
		token.keep, token.id = k, id
		k.held[id] = &kept{token: token, seal: s}
		k.dirty = true
	}()
	return ask(ctx)
}

// keeps reports whether a token may be kept for others.
func (t *Token) keeps() bool {
	return t.Value != "" && len(t.Value) <= maxKeptToken && !t.Passing
}

// Forget has a token be kept no longer, if it still is: the service has turned it down, or it lacks a right that the
// next one may have. Whoever holds it can go on using it.
func (t Token) Forget() {
	if t.keep == nil {
		return
	}
	t.keep.mu.Lock()
	defer t.keep.mu.Unlock()
	if found, ok := t.keep.held[t.id]; ok && found.sealed == nil && found.token.Value == t.Value {
		delete(t.keep.held, t.id)
		t.keep.gone[t.id], t.keep.dirty = true, true
	}
}

// Renew has tokens that were kept until now be asked for anew: somebody wants to know whether that works.
func (k *Keep) Renew() {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	for id := range k.held {
		k.gone[id] = true
	}
	clear(k.held)
}

// Succeed takes over what another one keeps, which is not used any more.
func (k *Keep) Succeed(old *Keep) {
	old.mu.Lock()
	defer old.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	old.load()
	k.read, k.salt, k.dirty = true, old.salt, old.dirty
	for id, found := range old.held {
		own := *found // the old one may be at work still
		own.token.keep = k
		k.held[id] = &own
	}
	clear(k.seals)
}

// sealFor is what a proof's tokens are sealed with; nil where it cannot be made.
func (k *Keep) sealFor(proof Secret) *seal {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	if s := k.seals[proof]; s != nil {
		return s
	}
	if len(k.seals) >= maxSeals { // proofs change now and then
		clear(k.seals)
	}
	s, err := newSeal(proof, k.salt)
	if err != nil {
		return nil // nothing is kept then
	}
	k.seals[proof] = s
	return s
}

// maxSeals bounds how many proofs are remembered.
const maxSeals = 1000

func newSeal(proof Secret, salt []byte) (*seal, error) {
	key, err := hkdf.Key(sha256.New, []byte(proof), salt, "zoomtag access tokens", 64)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &seal{aead: aead, name: key[32:]}, nil
}

// ident names what a token is for.
func (s *seal) ident(what []string) (id ident) {
	h := hmac.New(sha256.New, s.name)
	for _, part := range what {
		_, _ = h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))) // never fails, says package hash
		_, _ = h.Write([]byte(part))
	}
	copy(id[:], h.Sum(nil))
	return id
}

// close seals a token for the file.
func (s *seal) close(id ident, k *kept) []byte {
	plain, err := json.Marshal(&k.token)
	if err != nil {
		return nil // it is text only
	}
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails, says crypto/rand
	return s.aead.Seal(nonce, nonce, plain, label(id, k.token.Fresh))
}

// label is what stands beside a sealed token in the open: it cannot be put beside another one.
func label(id ident, fresh time.Time) []byte {
	return binary.BigEndian.AppendUint64(id[:], uint64(fresh.Unix()))
}
