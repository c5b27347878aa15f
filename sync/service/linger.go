package service

import (
	"context"
	"strings"

	"zoomtag/providers/words"
)

// linger has a person's services go on while the person is not signed in. It returns what stops where that cannot be
// had.
func (s *systemd) linger(ctx context.Context) (remark string, err error) {
	if s.Scope == Machine {
		return "", nil
	}
	if on, known := s.lingers(ctx); known && on {
		return "", nil
	}
	result, err := s.call(ctx, asks, "loginctl", "--no-ask-password", "enable-linger", s.User)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "It may stop when you sign out, because lingering cannot be switched on: " + words.Of(err), nil
	case result.Code == 0:
		return "", nil
	case refused(result.Err):
		return words.Join("It stops when you sign out, and starts when you sign in, because only an administrator may "+
			"change that here", "have one type sudo loginctl enable-linger "+s.User), nil
	}
	return words.Join("It stops when you sign out, because lingering cannot be switched on ("+result.complaint()+")",
		"have an administrator type loginctl enable-linger "+s.User), nil
}

// refused reports whether polkit does not let this person do it, or would ask for a password.
func refused(said string) bool {
	for _, text := range []string{"Access denied", "authentication required", "Permission denied", "Not authorized"} {
		if strings.Contains(said, text) {
			return true
		}
	}
	return false
}

// lingers reports whether a person's services go on; known is false where nothing here tells that.
func (s *systemd) lingers(ctx context.Context) (on, known bool) {
	result, err := s.call(ctx, asks, "loginctl", "show-user", s.User, "--property=Linger")
	if err != nil {
		return false, false
	}
	if result.Code != 0 { // of a person who is neither signed in nor lingers nothing is told
		return false, strings.Contains(result.Err, "not logged in or lingering")
	}
	return strings.TrimSpace(result.Out) == "Linger=yes", true
}
