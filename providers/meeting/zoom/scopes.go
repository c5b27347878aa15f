package zoom

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// needed are the scopes of the calls that this package makes, with the classic scope that also grants each.
var needed = []struct{ scope, classic string }{
	{"meeting:write:meeting", "meeting:write"},
	{"meeting:update:meeting", "meeting:write"},
	{"meeting:delete:meeting", "meeting:write"},
	{"meeting:read:meeting", "meeting:read"},
	{"meeting:read:list_meetings", "meeting:read"},
}

// CheckScopes gets a token and compares its scopes with the calls that this package makes. The error names the missing
// ones. Creating, changing and deleting are three scopes: an app that lacks one works until the first event is moved.
func (s *Service) CheckScopes(ctx context.Context) error {
	_, scopes, err := s.tokens.get(ctx, "")
	if err != nil {
		return err
	}
	missing := s.tokens.missing(scopes)
	if len(missing) == 0 {
		return nil
	}
	cause, cure := s.tokens.lacks(missing)
	return words.Mend(fmt.Errorf("zoom: check scopes: %w: %s", meeting.ErrDenied, cause), cure)
}

// missing are the scopes that are needed and were not granted, by the names of the kind of app. An answer without
// scopes says nothing about them.
func (t *tokens) missing(scopes []string) (missing []string) {
	if len(scopes) == 0 {
		return nil
	}
	has := func(scope string) bool {
		return slices.Contains(scopes, scope) || slices.Contains(scopes, scope+":admin") ||
			slices.Contains(scopes, scope+":master")
	}
	for _, n := range needed {
		switch {
		case has(n.scope) || has(n.classic):
		case t.person != nil:
			missing = append(missing, n.scope)
		default:
			missing = append(missing, n.scope+":admin")
		}
	}
	return missing
}

// lacks says that an app lacks scopes, and how it gets them. What a person has agreed to grows only by agreeing again.
func (t *tokens) lacks(missing []string) (cause, cure string) {
	cause = "the Zoom app lacks " + strings.Join(missing, ", ")
	cure = "add it to the app under Scopes at marketplace.zoom.us"
	if t.person != nil {
		return cause, cure + ", then run " + t.person.command
	}
	return cause, cure + " (a new token is then used within the hour)"
}
