package remote

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"zoomtag/docs"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"
)

// said are the types that cross the wire, by path: what is sent, and what is answered.
var said = map[string][2]reflect.Type{
	"/status":     {nil, reflect.TypeFor[api.StatusReport]()},
	"/conditions": {nil, reflect.TypeFor[api.ConditionsReport]()},
	"/links":      {nil, reflect.TypeFor[api.LinksReport]()},
	"/events":     {nil, reflect.TypeFor[EventsReport]()},
	"/log":        {nil, reflect.TypeFor[api.LogReport]()},
	"/sync":       {reflect.TypeFor[Calendars](), reflect.TypeFor[api.SyncReport]()},
	"/plan":       {reflect.TypeFor[Calendars](), reflect.TypeFor[api.SyncReport]()},
	"/retry":      {reflect.TypeFor[Retry](), reflect.TypeFor[api.RetryReport]()},
	"/release":    {reflect.TypeFor[api.ReleaseRequest](), reflect.TypeFor[api.ReleaseReport]()},
	"/dismiss":    {reflect.TypeFor[api.DismissRequest](), reflect.TypeFor[api.ConditionsReport]()},
	"/link":       {reflect.TypeFor[api.LinkRequest](), reflect.TypeFor[api.LinkReport]()},
}

// called are types whose own names would say too little.
var called = map[reflect.Type]string{
	reflect.TypeFor[engine.Report]():      "Pass",
	reflect.TypeFor[engine.EventReport](): "PassEvent",
	reflect.TypeFor[api.Problem]():        "Error",
}

func nameOf(t reflect.Type) string {
	if name := called[t]; name != "" {
		return name
	}
	return t.Name()
}

// schemas are the schemas of types as JSON Schema has them, by name.
type schemas map[string]any

// of is the schema of a type; that of a struct is added under its name.
func (s schemas) of(t reflect.Type) any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[*time.Time]():
		return map[string]any{"type": []any{"string", "null"}, "format": "date-time"}
	case t == reflect.TypeFor[[]byte]():
		return map[string]any{"type": "string", "contentEncoding": "base64"}
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		s.object(t)
		return map[string]any{"$ref": "#/components/schemas/" + nameOf(t)}
	}
	panic("no schema of " + t.String())
}

func (s schemas) object(t reflect.Type) {
	if s[nameOf(t)] != nil {
		return
	}
	properties, required := map[string]any{}, []any{}
	s[nameOf(t)] = true // for types that hold themselves
	for i := range t.NumField() {
		key, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if key == "-" {
			continue
		}
		properties[key] = s.of(t.Field(i).Type)
		if options == "" {
			required = append(required, key)
		}
	}
	object := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		object["required"] = required
	}
	s[nameOf(t)] = object
}

// expected are the schemas of all that crosses the wire.
func expected() schemas {
	s := schemas{}
	s.object(reflect.TypeFor[api.Problem]())
	for _, types := range said {
		for _, t := range types {
			if t != nil {
				s.object(t)
			}
		}
	}
	return s
}

// bare is a part of a description without what is for people alone.
func bare(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if _, isText := value.(string); key == "description" && isText || key == "examples" {
				continue
			}
			out[key] = bare(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = bare(v[i])
		}
		return out
	}
	return v
}

type described struct {
	OpenAPI    string
	Paths      map[string]map[string]any
	Components struct{ Schemas map[string]any }
}

func description(t *testing.T) described {
	t.Helper()
	var d described
	if err := yaml.Unmarshal(docs.OpenAPI, &d); err != nil {
		t.Fatal(err)
	}
	if d.OpenAPI != "3.1.0" {
		t.Errorf("it is OpenAPI %q", d.OpenAPI)
	}
	return d
}

// TestDescribedPaths: the description has each path with each method, and no other, with what is sent and answered.
func TestDescribedPaths(t *testing.T) {
	d := description(t)
	if _, known := d.Paths["/openapi.yaml"]; !known {
		t.Error("it does not tell of itself")
	}
	delete(d.Paths, "/openapi.yaml")
	if got, want := slices.Sorted(maps.Keys(d.Paths)), slices.Sorted(maps.Keys(routes)); !slices.Equal(got, want) {
		t.Errorf("paths: %v, want %v", got, want)
	}
	for path, methods := range routes {
		for method := range methods {
			operation, known := d.Paths[path][strings.ToLower(method)].(map[string]any)
			if !known || len(d.Paths[path]) != len(methods) {
				t.Errorf("%s: %v", path, slices.Collect(maps.Keys(d.Paths[path])))
				continue
			}
			types := said[path]
			content := func(of any) any {
				m, _ := of.(map[string]any)
				return bare(m["content"])
			}
			want := func(t reflect.Type) any {
				return map[string]any{"application/json": map[string]any{"schema": schemas{}.of(t)}}
			}
			answers, _ := operation["responses"].(map[string]any)
			if !reflect.DeepEqual(content(answers["200"]), want(types[1])) {
				t.Errorf("%s answers %v", path, answers["200"])
			}
			if hasBody := method == http.MethodPost; hasBody != (operation["requestBody"] != nil) ||
				hasBody && !reflect.DeepEqual(content(operation["requestBody"]), want(types[0])) {
				t.Errorf("%s takes %v", path, operation["requestBody"])
			}
		}
	}
	for path, want := range map[string][]string{"/log": logKeys, "/events": eventKeys} {
		var keys []string
		for _, p := range d.Paths[path]["get"].(map[string]any)["parameters"].([]any) {
			keys = append(keys, p.(map[string]any)["name"].(string))
		}
		if !slices.Equal(keys, want) {
			t.Errorf("%s is asked for by %v, and the description says %v", path, want, keys)
		}
	}
}

// TestDescribedFields: the description has each field of each type, and no other.
func TestDescribedFields(t *testing.T) {
	got, want := description(t).Components.Schemas, expected()
	for name := range want {
		if g := bare(got[name]); !reflect.DeepEqual(g, want[name]) {
			t.Errorf("%s is\n%v, and the description says\n%v", name, want[name], g)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("nothing is a %s", name)
	}
}
