package googletest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// discovery is what the API's discovery document says of its calls.
type discovery struct {
	Parameters map[string]*schema   `json:"parameters"`
	Schemas    map[string]*schema   `json:"schemas"`
	Resources  map[string]*resource `json:"resources"`
	methods    []*method
}

type resource struct {
	Methods   map[string]*method   `json:"methods"`
	Resources map[string]*resource `json:"resources"`
}

type method struct {
	ID         string             `json:"id"`
	HTTPMethod string             `json:"httpMethod"`
	Path       string             `json:"path"`
	Parameters map[string]*schema `json:"parameters"`
	Request    *schema            `json:"request"`
	Response   *schema            `json:"response"`
	Scopes     []string           `json:"scopes"`
}

// schema describes a parameter or a JSON value.
type schema struct {
	Ref                  string             `json:"$ref"`
	Type                 string             `json:"type"`
	Format               string             `json:"format"`
	Enum                 []string           `json:"enum"`
	Location             string             `json:"location"`
	Required             bool               `json:"required"`
	Repeated             bool               `json:"repeated"`
	Minimum              string             `json:"minimum"`
	Maximum              string             `json:"maximum"`
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	Items                *schema            `json:"items"`
}

func parseDiscovery(document []byte) (*discovery, error) {
	d := &discovery{}
	if err := json.Unmarshal(document, d); err != nil {
		return nil, fmt.Errorf("googletest: discovery document: %w", err)
	}
	var collect func(resources map[string]*resource)
	collect = func(resources map[string]*resource) {
		for _, r := range resources {
			for _, m := range r.Methods {
				d.methods = append(d.methods, m)
			}
			collect(r.Resources)
		}
	}
	collect(d.Resources)
	if len(d.methods) == 0 || len(d.Schemas) == 0 {
		return nil, fmt.Errorf("googletest: discovery document: no methods or no schemas in it")
	}
	return d, nil
}

// method finds the call that a request makes; literal parts of a path go before its variables.
func (d *discovery) method(r *http.Request) *method {
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), base), "/")
	var best *method
	most := -1
	for _, m := range d.methods {
		if m.HTTPMethod != r.Method {
			continue
		}
		if n := literals(strings.Split(m.Path, "/"), parts); n > most {
			best, most = m, n
		}
	}
	return best
}

// literals counts the parts of a path that are as the template says; -1 where it does not fit.
func literals(template, parts []string) int {
	if len(template) != len(parts) {
		return -1
	}
	n := 0
	for i, t := range template {
		if strings.HasPrefix(t, "{") {
			if parts[i] == "" {
				return -1
			}
			continue
		}
		if t != parts[i] {
			return -1
		}
		n++
	}
	return n
}

// check lists what the document does not allow in a request.
func (d *discovery) check(r *http.Request, body JSON) []string {
	m := d.method(r)
	if m == nil {
		return []string{"the API has no such call"}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return []string{"a query that cannot be read: " + r.URL.RawQuery}
	}
	list := d.checkQuery(m, query)
	switch {
	case m.Request == nil && body != nil:
		list = append(list, "a body where there is none")
	case m.Request != nil && body != nil:
		list = append(list, d.checkValue("", body, m.Request)...)
	}
	return list
}

// checkFields says what a partial response names that is not there.
func (d *discovery) checkFields(id string, set fieldSet) error {
	for _, m := range d.methods {
		if m.ID == id && m.Response != nil {
			return d.namesOf(m.Response, set, "")
		}
	}
	return nil
}

func (d *discovery) namesOf(s *schema, set fieldSet, path string) error {
	s = d.resolve(s)
	if s != nil && s.Type == "array" {
		s = d.resolve(s.Items)
	}
	for name, sub := range set {
		if name == "*" {
			continue
		}
		var inner *schema
		if s != nil {
			inner = s.Properties[name]
			if inner == nil {
				inner = s.AdditionalProperties
			}
		}
		if inner == nil {
			return fmt.Errorf("there is no field %s", path+name)
		}
		if err := d.namesOf(inner, sub, path+name+"/"); err != nil {
			return err
		}
	}
	return nil
}

func (d *discovery) resolve(s *schema) *schema {
	if s != nil && s.Ref != "" {
		return d.Schemas[s.Ref]
	}
	return s
}
