package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// maxPassword is how long a password may be that somebody enters, in bytes.
const maxPassword = 1024

// matches reports whether a password is the one that is wanted, in a time that does not depend on how much of it is
// right. want is the password itself, or its bcrypt or argon2id hash.
func matches(want, got string) bool {
	switch {
	case want == "" || len(got) > maxPassword:
		return false
	case strings.HasPrefix(want, "$argon2id$"):
		return matchesArgon(want, got)
	case strings.HasPrefix(want, "$2"):
		return bcrypt.CompareHashAndPassword([]byte(want), []byte(got)) == nil
	}
	a, b := sha256.Sum256([]byte(want)), sha256.Sum256([]byte(got))
	return hmac.Equal(a[:], b[:])
}

// The most that a hash may cost: what is above is a mistake, and would take the memory of the machine.
const (
	maxMemory = 256 << 10 // KiB
	maxTime   = 16
	maxLanes  = 16
)

// matchesArgon is matches for an encoded argon2id hash ($argon2id$v=19$m=65536,t=3,p=4$salt$hash).
func matchesArgon(want, got string) bool {
	var memory, rounds uint32
	var lanes uint8
	parts := strings.Split(want, "$")
	if len(parts) != 6 || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &rounds, &lanes); err != nil {
		return false
	}
	if rounds == 0 || lanes == 0 || memory > maxMemory {
		return false
	}
	if rounds > maxTime || lanes > maxLanes {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	sum, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(sum) < 16 {
		return false
	}
	return hmac.Equal(sum, argon2.IDKey([]byte(got), salt, rounds, memory, lanes, uint32(len(sum))))
}
