package googletest

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checkQuery lists the query parameters that the method does not have, or not with such values.
func (d *discovery) checkQuery(m *method, query url.Values) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		p := m.Parameters[name]
		if p == nil || p.Location != "query" {
			p = d.Parameters[name]
		}
		if p == nil {
			list = append(list, "an unknown parameter "+name)
			continue
		}
		if len(query[name]) > 1 && !p.Repeated {
			list = append(list, name+" is given more than once")
		}
		for _, v := range query[name] {
			if what := p.wrong(v); what != "" {
				list = append(list, name+"="+v+" "+what)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Parameters)) {
		if p := m.Parameters[name]; p.Required && p.Location == "query" && !query.Has(name) {
			list = append(list, "the parameter "+name+" is missing")
		}
	}
	return list
}

// wrong says what is wrong with the text of a value.
func (s *schema) wrong(v string) string {
	switch s.Type {
	case "boolean":
		if v != "true" && v != "false" {
			return "is no boolean"
		}
	case "integer":
		n, err := strconv.Atoi(v)
		low, noLow := strconv.Atoi(s.Minimum)
		high, noHigh := strconv.Atoi(s.Maximum)
		if err != nil || noLow == nil && n < low || noHigh == nil && n > high {
			return "is no integer that is allowed"
		}
	}
	return s.wrongText(v)
}

func (s *schema) wrongText(v string) string {
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		return "is not one of " + strings.Join(s.Enum, ", ")
	}
	layout := map[string]string{"date-time": time.RFC3339, "date": time.DateOnly}[s.Format]
	if layout == "" {
		return ""
	}
	if _, err := time.Parse(layout, v); err != nil && !s.local(v) {
		return "is no " + s.Format
	}
	return ""
}

// local says whether a time in a body lacks its offset, which a timeZone beside it makes up for.
func (s *schema) local(v string) bool {
	_, err := time.Parse("2006-01-02T15:04:05", v)
	return err == nil && s.Location == ""
}

// checkValue lists what a schema does not allow in a value. A null is allowed everywhere: it clears.
func (d *discovery) checkValue(path string, v any, s *schema) []string {
	s = d.resolve(s)
	if s == nil || v == nil || s.Type == "any" {
		return nil
	}
	where := strings.TrimPrefix(path, ".")
	switch v := v.(type) {
	case JSON:
		if s.Type == "object" {
			return d.checkObject(path, v, s)
		}
	case []any:
		if s.Type != "array" {
			break
		}
		var list []string
		for i, item := range v {
			list = append(list, d.checkValue(path+"["+strconv.Itoa(i)+"]", item, s.Items)...)
		}
		return list
	case string:
		if s.Type != "string" {
			break
		}
		if what := s.wrongText(v); what != "" {
			return []string{where + "=" + v + " " + what}
		}
		return nil
	case bool:
		if s.Type == "boolean" {
			return nil
		}
	case float64:
		if s.Type == "number" || s.Type == "integer" && v == float64(int64(v)) {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s is a %T, want %s", where, v, s.Type)}
}

func (d *discovery) checkObject(path string, v JSON, s *schema) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		inner := s.Properties[name]
		if inner == nil {
			inner = s.AdditionalProperties
		}
		if inner == nil {
			list = append(list, "an unknown field "+strings.TrimPrefix(path+"."+name, "."))
			continue
		}
		list = append(list, d.checkValue(path+"."+name, v[name], inner)...)
	}
	return list
}

// Discovery reads the discovery document of the API out of Google's client library, which the module requires.
func Discovery() ([]byte, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		return nil, fmt.Errorf("googletest: find google.golang.org/api: %w", err)
	}
	document, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "calendar", "v3", "calendar-api.json"))
	if err != nil {
		return nil, fmt.Errorf("googletest: discovery document: %w", err)
	}
	return document, nil
}
