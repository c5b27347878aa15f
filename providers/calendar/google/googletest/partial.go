package googletest

import (
	"fmt"
	"net/http"
	"strings"
)

// fieldSet is a parsed fields parameter: nil takes everything, otherwise what is named.
type fieldSet map[string]fieldSet

// partial leaves of an answer only what the fields parameter names.
func (c *call) partial(a answer) answer {
	text := c.r.URL.Query().Get("fields")
	body, is := a.Body.(JSON)
	if text == "" || a.Status != http.StatusOK || !is {
		return a
	}
	p := fieldParser{rest: text}
	set, err := p.list()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("it goes on with %q", p.rest)
	}
	if err == nil && c.discovery != nil {
		err = c.discovery.checkFields(c.id, set)
	}
	if err != nil {
		c.complainf("fields=%s: %v", text, err)
		return fail(http.StatusBadRequest, "invalidParameter", "Invalid field selection "+text)
	}
	a.Body, _ = set.of(body).(JSON)
	return a
}

// of is the part of a value that the set names.
func (f fieldSet) of(v any) any {
	if f == nil {
		return v
	}
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = f.of(v[i])
		}
		return out
	case JSON:
		out := JSON{}
		for name, value := range v {
			if sub, named := f[name]; named {
				out[name] = sub.of(value)
			} else if sub, named := f["*"]; named {
				out[name] = sub.of(value)
			}
		}
		return out
	}
	return v
}

// fieldParser reads lists such as a,b/c,d(e,f/g).
type fieldParser struct{ rest string }

func (p *fieldParser) list() (fieldSet, error) {
	set := fieldSet{}
	for {
		if err := p.item(set); err != nil {
			return nil, err
		}
		if !p.take(',') {
			return set, nil
		}
	}
}

// item reads a path, with what stands in parentheses behind it, into set.
func (p *fieldParser) item(set fieldSet) error {
	n := strings.IndexAny(p.rest, ",/()")
	if n < 0 {
		n = len(p.rest)
	}
	name := p.rest[:n]
	p.rest = p.rest[n:]
	if name == "" {
		return fmt.Errorf("a name is missing before %q", p.rest)
	}
	old, named := set[name]
	if named && old == nil {
		old = fieldSet{"*": nil} // named as a whole already
	}
	sub := fieldSet{}
	for inner, v := range old {
		sub[inner] = v
	}
	switch {
	case p.take('/'):
		if err := p.item(sub); err != nil {
			return err
		}
	case p.take('('):
		inner, err := p.list()
		if err != nil {
			return err
		}
		if !p.take(')') {
			return fmt.Errorf("a parenthesis is missing before %q", p.rest)
		}
		for name, v := range inner {
			sub[name] = v
		}
	default:
		sub = nil
	}
	set[name] = sub
	return nil
}

func (p *fieldParser) take(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}
