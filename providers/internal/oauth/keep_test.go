package oauth_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
)

// keeping is a file of tokens, a clock, and somebody who gives tokens out.
type keeping struct {
	t     *testing.T
	path  string
	now   time.Time
	given int
	fault error
}

func newKeeping(t *testing.T) *keeping {
	t.Helper()
	return &keeping{t: t, path: filepath.Join(t.TempDir(), "state.tokens"),
		now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

// process is a Keep as a process that has just begun has it.
func (k *keeping) process() *oauth.Keep {
	return oauth.NewKeep(k.path, func() time.Time { return k.now })
}

func (k *keeping) give(context.Context) (oauth.Token, error) {
	if k.fault != nil {
		return oauth.Token{}, k.fault
	}
	k.given++
	return oauth.Token{Value: oauth.Secret("token-" + strconv.Itoa(k.given)), Scopes: []string{"events"},
		Fresh: k.now.Add(55 * time.Minute)}, nil
}

// get is the token for a person that a process gets with a proof.
func (k *keeping) get(process *oauth.Keep, proof, person string) oauth.Token {
	k.t.Helper()
	token, err := process.Get(k.t.Context(), oauth.Want{Proof: oauth.Secret(proof), For: []string{"google", person}},
		k.give)
	if err != nil {
		k.t.Fatal(err)
	}
	return token
}

func (k *keeping) want(token oauth.Token, value string) {
	k.t.Helper()
	if token.Value.Reveal() != value {
		k.t.Errorf("it is %s, not %s", token.Value.Reveal(), value)
	}
}

func (k *keeping) save(process *oauth.Keep) {
	k.t.Helper()
	if err := process.Save(); err != nil {
		k.t.Fatal(err)
	}
}

// TestKeep: a token is for one person and one proof, and stays good over restarts until it is no longer fresh.
func TestKeep(t *testing.T) {
	k := newKeeping(t)
	p := k.process()
	k.want(k.get(p, "key", "alice"), "token-1")
	k.want(k.get(p, "key", "alice"), "token-1")
	k.want(k.get(p, "key", "bob"), "token-2")
	k.save(p)
	p = k.process()
	again := k.get(p, "key", "alice")
	k.want(again, "token-1")
	if len(again.Scopes) != 1 || !again.Fresh.Equal(k.now.Add(55*time.Minute)) {
		t.Errorf("it comes back as %+v", again)
	}
	k.want(k.get(p, "another key", "alice"), "token-3")
	k.now = k.now.Add(56 * time.Minute)
	k.want(k.get(k.process(), "key", "alice"), "token-4")
	k.now = k.now.Add(-10 * 24 * time.Hour) // the clock was ahead
	k.want(k.get(k.process(), "key", "alice"), "token-5")
}

// TestKeepIsSealed: the file is for its owner alone, and holds neither tokens nor whose they are.
func TestKeepIsSealed(t *testing.T) {
	k := newKeeping(t)
	p := k.process()
	k.get(p, "key", "alice@example.com")
	k.save(p)
	info, err := os.Stat(k.path)
	if err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info, err)
	}
	raw, err := os.ReadFile(k.path)
	if err != nil || bytes.Contains(raw, []byte("token-")) || bytes.Contains(raw, []byte("alice")) ||
		bytes.Contains(raw, []byte("events")) {
		t.Errorf("the file says %q, %v", raw, err)
	}
	list, err := os.ReadDir(filepath.Dir(k.path))
	if err != nil || len(list) != 1 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}

// TestKeepForged: no byte of the file can be another one: what was changed is asked for anew, and so is what was cut.
func TestKeepForged(t *testing.T) {
	k := newKeeping(t)
	p := k.process()
	k.get(p, "key", "alice")
	k.save(p)
	raw, err := os.ReadFile(k.path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(raw []byte) {
		if err := os.WriteFile(k.path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		put(changed)
		k.given = 1
		k.want(k.get(k.process(), "key", "alice"), "token-2")
		put(raw[:i])
		k.given = 1
		k.want(k.get(k.process(), "key", "alice"), "token-2")
	}
	put(raw)
	k.want(k.get(k.process(), "key", "alice"), "token-1")
}

// TestKeepForgets: a token that was turned down is kept no longer, here and in the file, and another one of the same
// person is not forgotten with it.
func TestKeepForgets(t *testing.T) {
	k := newKeeping(t)
	p := k.process()
	k.get(p, "key", "alice")
	k.get(p, "key", "bob")
	k.save(p)
	p = k.process()
	old := k.get(p, "key", "alice")
	old.Forget()
	k.fault = errors.New("not now")
	if _, err := p.Get(t.Context(), oauth.Want{Proof: "key", For: []string{"google", "alice"}}, k.give); err == nil {
		t.Error("it is still there")
	}
	k.save(p)
	k.fault = nil
	p = k.process()
	k.want(k.get(p, "key", "bob"), "token-2")
	k.want(k.get(p, "key", "alice"), "token-3")
	old.Forget()
	k.want(k.get(p, "key", "alice"), "token-3")
	p.Renew()
	k.want(k.get(p, "key", "alice"), "token-4")
}

// TestKeepTwoProcesses: what one has put into the file stays there when the other one saves.
func TestKeepTwoProcesses(t *testing.T) {
	k := newKeeping(t)
	first := k.process()
	k.get(first, "key", "alice")
	k.save(first)
	one, two := k.process(), k.process()
	k.get(one, "key", "bob")
	k.get(two, "key", "carol")
	k.save(one)
	k.save(two)
	k.given = 100
	last := k.process()
	for person, value := range map[string]string{"alice": "token-1", "bob": "token-2", "carol": "token-3"} {
		k.want(k.get(last, "key", person), value)
	}
}

// TestKeepOneAsks: of those who want the same token at once, one asks.
func TestKeepOneAsks(t *testing.T) {
	k := newKeeping(t)
	p := k.process()
	var wg sync.WaitGroup
	var values sync.Map
	for range 50 {
		wg.Go(func() { values.Store(k.get(p, "key", "alice").Value, true) })
	}
	wg.Wait()
	n := 0
	values.Range(func(any, any) bool { n++; return true })
	if n != 1 || k.given != 1 {
		t.Errorf("%d tokens, %d were given out", n, k.given)
	}
}

// TestKeepIsNotNeeded: where the file cannot be, tokens are asked for; that it cannot be saved is said once. What
// lacks a right, or has no bounds, is not kept.
func TestKeepIsNotNeeded(t *testing.T) {
	k := newKeeping(t)
	k.path = filepath.Join(k.path, "nowhere", "tokens")
	p := k.process()
	k.want(k.get(p, "key", "alice"), "token-1")
	if err := p.Save(); err == nil {
		t.Error("it is said to be saved")
	}
	if err := p.Save(); err != nil {
		t.Errorf("it is said twice: %v", err)
	}
	k.want(k.get(nil, "key", "alice"), "token-2")
	for name, token := range map[string]oauth.Token{
		"passing": {Value: "a", Passing: true, Fresh: k.now.Add(time.Hour)},
		"long":    {Value: oauth.Secret(strings.Repeat("a", 1<<20)), Fresh: k.now.Add(time.Hour)},
	} {
		asked := 0
		for range 2 {
			if _, err := p.Get(t.Context(), oauth.Want{Proof: "key", For: []string{name}},
				func(context.Context) (oauth.Token, error) { asked++; return token, nil }); err != nil {
				t.Fatal(err)
			}
		}
		if asked != 2 {
			t.Errorf("%s: it was kept", name)
		}
	}
}

// TestKeepSucceeds: whoever takes over has what was kept, and what he forgets is forgotten.
func TestKeepSucceeds(t *testing.T) {
	k := newKeeping(t)
	old := k.process()
	k.get(old, "key", "alice")
	p := k.process()
	p.Succeed(old)
	token := k.get(p, "key", "alice")
	k.want(token, "token-1")
	k.save(p)
	k.want(k.get(k.process(), "key", "alice"), "token-1")
	token.Forget()
	k.want(k.get(p, "key", "alice"), "token-2")
}

// TestCacheForgets: what a service turns down, or calls not enough, is not kept for those who come later.
func TestCacheForgets(t *testing.T) {
	k := newKeeping(t)
	p := k.process()
	cache := func(p *oauth.Keep) *oauth.Cache {
		return oauth.NewCache(func() time.Time { return k.now }, func(ctx context.Context) (oauth.Token, error) {
			return p.Get(ctx, oauth.Want{Proof: "key", For: []string{"alice"}}, k.give)
		})
	}
	get := func(c *oauth.Cache, refused oauth.Secret, value string) {
		t.Helper()
		token, err := c.Get(t.Context(), refused)
		if err != nil {
			t.Fatal(err)
		}
		k.want(token, value)
	}
	one, two := cache(p), cache(p)
	get(one, "", "token-1")
	get(two, "", "token-1")
	get(one, "token-1", "token-2")
	get(two, "token-1", "token-2") // renewed by another one already
	two.Forbidden("token-2")
	get(two, "", "token-2") // nothing has changed for this process
	get(cache(p), "", "token-3")
}
