package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// templatesLife is for how long a list of templates is believed: whoever is told that there is no such template makes
// one.
const templatesLife = time.Hour

// wireTemplate is a meeting template in Zoom's list.
type wireTemplate struct {
	ID   text   `json:"id"`
	Name text   `json:"name"`
	Type number `json:"type"`
}

// typeAdminTemplate is the only type of which the API makes meetings; the others are a user's own.
const typeAdminTemplate = 2

// templateFor is the id of the template with this name, "" for none. Its errors are those of a call that was not sent.
func (s *Service) templateFor(ctx context.Context, host, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	list, err := s.listTemplates(ctx, host)
	if err != nil {
		return "", unsent{err}
	}
	id, err := pickTemplate(list, name)
	if err != nil {
		return "", unsent{err}
	}
	return id, nil
}

func (s *Service) listTemplates(ctx context.Context, host string) ([]wireTemplate, error) {
	if list, ok := s.known.templates(host, s.now()); ok {
		return list, nil
	}
	_, scopes, err := s.tokens.get(ctx, "")
	if err != nil {
		return nil, err
	}
	if len(scopes) > 0 && !has(scopes, scopeTemplate) {
		return nil, s.lacksTemplates([]string{s.tokens.named(scopeTemplate)})
	}
	var answer struct {
		Templates []wireTemplate `json:"templates"`
	}
	err = s.do(ctx, call{what: "read the meeting templates of " + host, method: http.MethodGet,
		path: []string{"users", host, "meeting_templates"},
		want: http.StatusOK, on: aUser}, &answer)
	var p *problem
	if errors.As(err, &p) && p.code == codeScopes {
		return nil, s.lacksTemplates(scopesIn(p.said))
	}
	if err != nil {
		return nil, err
	}
	s.known.learnTemplates(host, answer.Templates, s.now())
	return answer.Templates, nil
}

// errTemplateScope says that the app may not read the list of templates.
var errTemplateScope = errors.New("a template is found by its name in Zoom's list")

func (s *Service) lacksTemplates(missing []string) error {
	cause, cure := s.tokens.lacks(missing)
	return words.Mend(fmt.Errorf("%w: %w, and %s", meeting.ErrDenied, errTemplateScope, cause),
		cure+"; or take template out")
}

// pickTemplate finds a template by its name: as it is written, or else the only one that differs in capital letters
// alone. The error says what stands against it.
func pickTemplate(list []wireTemplate, name string) (id string, err error) {
	var names []string
	var alike []wireTemplate
	own := false
	for _, t := range list {
		same := strings.EqualFold(strings.TrimSpace(string(t.Name)), strings.TrimSpace(name))
		switch {
		case t.Type != typeAdminTemplate:
			own = own || same
			continue
		case string(t.Name) == name:
			return string(t.ID), nil
		case same:
			alike = append(alike, t)
		}
		names = append(names, strconv.Quote(string(t.Name)))
	}
	quoted := strconv.Quote(name)
	switch {
	case len(alike) == 1:
		return string(alike[0].ID), nil
	case len(alike) > 1:
		return "", invalid("several meeting templates differ from "+quoted+" in capital letters alone",
			"write the name as Zoom shows it ("+strings.Join(names, ", ")+")")
	case own:
		return "", invalid("the meeting template "+quoted+" is the host's own, and Zoom makes meetings for programs "+
			"from an administrator's templates alone", "let an administrator make it, at zoom.us under Account "+
			"Management, Account Settings, or take template out")
	case len(names) == 0:
		return "", invalid("there is no meeting template "+quoted+", and no other that an administrator has made",
			"make it at zoom.us, or take template out")
	}
	return "", invalid("there is no meeting template "+quoted, "write one of those that there are: "+
		strings.Join(names, ", "))
}

// invalid is what Zoom would not accept, with its cause and cure.
func invalid(cause, cure string) error {
	return words.Mend(fmt.Errorf("%w: %s", meeting.ErrInvalid, cause), cure)
}
