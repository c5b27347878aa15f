package plan

import (
	"encoding/base32"
	"encoding/binary"
	"hash/fnv"
	"strings"
)

// A mark is zt-ACCOUNT-EVENT-RANDOM, all of it lower-case base 32: which Zoom account the meeting belongs to, which
// event it was made for, and 80 random bits that make it one of a kind. So an event tells, without any memory of ours,
// whether the link in it is its own, was copied from another event, or belongs to somebody else's zoomtag.
const (
	markPrefix  = "zt"
	accountLen  = 6
	bindLen     = 8
	randLen     = 16
	markPattern = len(markPrefix) + 1 + accountLen + 1 + bindLen + 1 + randLen
)

var base32lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// AccountHash is the part of a mark that names a Zoom account. It depends on the account only, so that it is the same
// after a lost database.
func AccountHash(account string) string { return shortHash("zoomtag account\x00"+account, accountLen) }

// Bind is the part of a mark that names an event by its iCalendar UID.
func Bind(uid string) string { return shortHash("zoomtag event\x00"+uid, bindLen) }

// NewMark makes the mark of the event with this UID; random must not have been used before.
func NewMark(accountHash, uid string, random [10]byte) string {
	return strings.Join([]string{markPrefix, accountHash, Bind(uid), base32lower.EncodeToString(random[:])}, "-")
}

// Mark is a mark taken apart.
type Mark struct{ Account, Event string }

// ParseMark takes a mark apart; ok is false for anything that is not a mark.
func ParseMark(s string) (m Mark, ok bool) {
	if len(s) != markPattern {
		return Mark{}, false
	}
	parts := strings.Split(s, "-")
	if len(parts) != 4 || parts[0] != markPrefix {
		return Mark{}, false
	}
	account, event, random := parts[1], parts[2], parts[3]
	if len(account) != accountLen || len(event) != bindLen || len(random) != randLen {
		return Mark{}, false
	}
	for _, part := range parts[1:] {
		if strings.Trim(part, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			return Mark{}, false
		}
	}
	return Mark{Account: account, Event: event}, true
}

// shortHash names s in n characters (at most 12). It tells things apart, it hides nothing.
func shortHash(s string, n int) string {
	h := fnv.New64a()
	h.Write([]byte(s)) // never fails, says package hash
	// FNV leaves its high bits, which are kept, little changed by the last bytes of s: mix them as MurmurHash3 does.
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return base32lower.EncodeToString(binary.BigEndian.AppendUint64(nil, x))[:n]
}
