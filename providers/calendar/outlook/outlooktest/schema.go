package outlooktest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed testdata/schema.json
var schemaText string

// Schema is a cut of the schema of Graph v1.0: the calls that concern events, their query options, and the fields of
// what they send and show.
func Schema() []byte { return []byte(schemaText) }

// schema is what the service's schema says of its calls. A call is named by its method and its path behind the mailbox,
// with {id} for ids; a kind of value by the name of a type, by string, boolean, integer, number, time, date or any, or
// by its values, a|b|c; [kind] is a list.
type schema struct {
	Calls map[string]struct {
		Query []string `json:"query"`
		Body  string   `json:"body"`
	} `json:"calls"`
	Types map[string]map[string]any `json:"types"`
}

func parseSchema(document []byte) (*schema, error) {
	sc := &schema{}
	if err := json.Unmarshal(document, sc); err != nil {
		return nil, fmt.Errorf("outlooktest: schema: %w", err)
	}
	if len(sc.Calls) == 0 || len(sc.Types) == 0 {
		return nil, fmt.Errorf("outlooktest: schema: no calls or no types in it")
	}
	return sc, nil
}

// checkSchema refuses options that the call does not have, and complains of all that the schema does not allow.
func (c *call) checkSchema() (answer, bool) {
	if c.schema == nil || c.to.kind == "$batch" || c.to.inDirectory() {
		return answer{}, false
	}
	known, there := c.schema.Calls[c.r.Method+" "+c.to.shape]
	if !there {
		c.complainf("the schema has no such call: %s %s", c.r.Method, c.to.shape)
		return answer{}, false // the call itself knows what to say
	}
	for _, what := range c.schema.checkFields("", c.body, known.Body) {
		c.complainf("%s", what)
	}
	for _, name := range slices.Sorted(maps.Keys(c.q)) {
		switch {
		case name == "$skiptoken" || name == "$deltatoken": // of a link
		case !slices.Contains(known.Query, name):
			c.complainf("an unknown option %s", name)
			return fail(http.StatusBadRequest, "BadRequest", "Query option '"+name+"' was not recognized."), true
		case len(c.q[name]) > 1:
			c.complainf("%s is given more than once", name)
		}
	}
	return answer{}, false
}

// checkFields lists what a type does not allow in an object.
func (sc *schema) checkFields(path string, v JSON, kind string) []string {
	if kind == "" && len(v) > 0 {
		return []string{"a body where there is none"}
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if strings.HasPrefix(name, "@odata.") {
			if text, _ := v[name].(string); name == "@odata.type" && text != "#microsoft.graph."+kind {
				list = append(list, path+name+" is "+text)
			}
			continue
		}
		field, there := sc.Types[kind][name]
		if !there {
			list = append(list, "an unknown field "+path+name)
			continue
		}
		list = append(list, sc.checkValue(path+name, v[name], field)...)
	}
	return list
}

// checkValue lists what a kind does not allow in a value. A null is allowed everywhere.
func (sc *schema) checkValue(path string, v, kind any) []string {
	if v == nil || kind == "any" {
		return nil
	}
	if items, is := kind.([]any); is {
		values, isList := v.([]any)
		if !isList || len(items) == 0 {
			return []string{path + " is no list"}
		}
		var list []string
		for i, value := range values {
			list = append(list, sc.checkValue(path+"["+strconv.Itoa(i)+"]", value, items[0])...)
		}
		return list
	}
	name, _ := kind.(string)
	if object, is := v.(JSON); is && sc.Types[name] != nil {
		return sc.checkFields(path+".", object, name)
	}
	if !isOf(v, name) {
		return []string{fmt.Sprintf("%s is %v, want %s", path, v, name)}
	}
	return nil
}

// isOf says whether a value is of a kind that has no fields.
func isOf(v any, kind string) bool {
	switch v := v.(type) {
	case string:
		switch kind {
		case "string":
			return true
		case "time":
			_, err := time.Parse(time.RFC3339, v)
			return err == nil
		case "date":
			_, err := time.Parse(time.DateOnly, v)
			return err == nil
		}
		return strings.Contains(kind, "|") && slices.Contains(strings.Split(kind, "|"), v)
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	}
	return false
}
