package service

import (
	"context"
	"strings"
)

// linger has a person's services go on while the person is not signed in. It returns what stops where that cannot be had.
func (s *systemd) linger(ctx context.Context) (remark string, err error) {
	if s.Scope == Machine {
		return "", nil
	}
	if on, known := s.lingers(ctx); known && on {
		return "", nil
	}
	result, err := s.call(ctx, asks, "loginctl", "--no-ask-password", "enable-linger", s.User)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err == nil && result.Code == 0 {
		return "", nil
	}
	return "It stops when you sign out, and starts when you sign in, because only an administrator may change that here: have one type " +
		"sudo loginctl enable-linger " + s.User, nil
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
