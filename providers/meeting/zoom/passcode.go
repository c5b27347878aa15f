package zoom

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

const (
	// passcodeLimit is the longest passcode that Zoom takes, in characters.
	passcodeLimit = 10
	// passcodeLength is how long a passcode of our own is, where the host's settings ask for no more.
	passcodeLength = 8
	// settingsLife is how long a host's settings are believed.
	settingsLife = time.Hour

	// Without 0 O 1 l I, which look alike when somebody types the passcode from a screen.
	digits   = "23456789"
	lower    = "abcdefghijkmnopqrstuvwxyz"
	upper    = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	specials = "@-_*"
)

// passcodeRule is a host's meeting_password_requirement.
type passcodeRule struct {
	Length      number `json:"length"`
	Letter      toggle `json:"have_letter"`
	Number      toggle `json:"have_number"`
	Special     toggle `json:"have_special_character"`
	UpperLower  toggle `json:"have_upper_and_lower_characters"`
	NumericOnly toggle `json:"only_allow_numeric"`
	// Consecutive is the length from which on a run such as 1234, abcd or 1111 is not allowed; 0 is no limit.
	Consecutive number `json:"consecutive_characters_length"`
}

// check says in a sentence what is wrong with a passcode, or "". Without a rule only Zoom's own limits count.
func (r *passcodeRule) check(p string) string {
	if n := len([]rune(p)); n > passcodeLimit {
		return fmt.Sprintf("the passcode has %d characters, Zoom takes up to %d", n, passcodeLimit)
	}
	if strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@-_*") != "" {
		return "the passcode holds a character that Zoom does not take (it takes letters, digits and @ - _ *)"
	}
	if r == nil {
		return ""
	}
	const ask = "the host's Zoom settings ask for a passcode "
	has := func(in func(rune) bool) bool { return strings.ContainsFunc(p, in) }
	switch {
	case len(p) < int(r.Length):
		return ask + "of at least " + words.Count(int(r.Length), "character")
	case r.NumericOnly.on() && has(func(c rune) bool { return !unicode.IsDigit(c) }):
		return ask + "of digits only"
	case r.Letter.on() && !has(unicode.IsLetter):
		return ask + "with a letter"
	case r.Number.on() && !has(unicode.IsDigit):
		return ask + "with a digit"
	case r.Special.on() && !has(func(c rune) bool { return strings.ContainsRune(specials, c) }):
		return ask + "with one of @ - _ *"
	case r.UpperLower.on() && !(has(unicode.IsUpper) && has(unicode.IsLower)):
		return ask + "with small and capital letters"
	case r.Consecutive > 1 && longestRun(p) >= int(r.Consecutive):
		return fmt.Sprintf(ask+"without %d characters in a row such as 1234 or 1111", r.Consecutive)
	}
	return ""
}

// longestRun is the length of the longest run of equal, rising or falling characters.
func longestRun(p string) int {
	longest := min(len(p), 1)
	for _, step := range []int{-1, 0, 1} {
		run := 1
		for i := 1; i < len(p); i++ {
			if int(p[i])-int(p[i-1]) == step {
				run++
			} else {
				run = 1
			}
			longest = max(longest, run)
		}
	}
	return longest
}

// generate makes a passcode that fits the rule, or the best that can be made for one that nothing fits.
func (r *passcodeRule) generate() string {
	if r == nil {
		r = &passcodeRule{}
	}
	alphabet := digits + lower + upper
	switch {
	case r.NumericOnly.on():
		alphabet = digits
	case r.Special.on():
		alphabet += specials
	}
	length := min(max(passcodeLength, int(r.Length)), passcodeLimit)
	var p string
	for range 1000 { // the hardest rules are met by about one try in four
		p = randomString(alphabet, length)
		if r.check(p) == "" {
			break
		}
	}
	return p
}

func randomString(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		k, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			k = new(big.Int) // crypto/rand ends the program before it returns an error
		}
		b[i] = alphabet[k.Int64()]
	}
	return string(b)
}

// settingsCache keeps the passcode rules of hosts for a while.
type settingsCache struct {
	mu    sync.Mutex // guards rules
	rules map[string]cachedRule
}

type cachedRule struct {
	rule  *passcodeRule
	until time.Time
}

// passcodeRule reads what the host's settings ask of a passcode; nil when they cannot be read, for lack of a scope or
// whatever else: then Zoom itself says whether it takes the passcode.
func (s *Service) passcodeRule(ctx context.Context, host string) *passcodeRule {
	c, now := &s.settings, s.now()
	c.mu.Lock()
	cached, ok := c.rules[host]
	c.mu.Unlock()
	if ok && now.Before(cached.until) {
		return cached.rule
	}
	var settings wireUserSettings
	err := s.do(ctx, call{what: "read the settings of " + host, method: http.MethodGet,
		path: []string{"users", host, "settings"},
		want: http.StatusOK, on: aUser}, &settings)
	if err != nil {
		s.log.DebugContext(ctx, "zoom host settings cannot be read; passcodes are not checked beforehand", "host", host,
			"reason", err)
		settings = wireUserSettings{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rules == nil {
		c.rules = map[string]cachedRule{}
	}
	c.rules[host] = cachedRule{rule: settings.Schedule.Requirement, until: now.Add(settingsLife)}
	return settings.Schedule.Requirement
}

// checkPasscode refuses a passcode of the owner's that the host's settings would refuse.
func (s *Service) checkPasscode(ctx context.Context, host string, p meeting.Passcode) error {
	if !own(p) {
		return nil
	}
	if wrong := s.passcodeRule(ctx, host).check(p.Reveal()); wrong != "" {
		return fmt.Errorf("%w: %s", meeting.ErrInvalid, wrong)
	}
	return nil
}

// own reports whether p is a passcode itself.
func own(p meeting.Passcode) bool {
	return p != "" && p != meeting.PasscodeAuto && p != meeting.PasscodeNone
}
