package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"zoomtag/providers/words"
)

// unknownKey says that section does not have a key, and what to write instead.
func unknownKey(key, section string, known []string) (text, cure string) {
	where := ""
	if section != "" {
		where = " in " + section
	}
	text = fmt.Sprintf("unknown key %s%s", quote(key), where)
	if near := words.Nearest(key, known); near != "" {
		return text, fmt.Sprintf("did you mean %q?", near)
	}
	if home := homes(key); len(home) > 0 {
		return text, "it belongs into " + strings.Join(home, " or ")
	}
	return text, "known keys are " + strings.Join(known, ", ")
}

// quote shows what somebody wrote, cut where it is long: it may be a pasted file.
func quote(s string) string {
	const longest = 40
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// homes are the sections that do have the key.
func homes(key string) []string {
	var found []string
	key = strings.ReplaceAll(strings.ToLower(key), "-", "_")
	walkSchema(reflect.TypeFor[Config](), "", func(section string, f reflect.StructField) {
		if f.Tag.Get("yaml") == key && !strings.HasPrefix(section, "calendars_from.template") {
			name := section
			if name == "" {
				name = "the top level"
			}
			if !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	})
	return found
}

// walkSchema calls visit for each key that a configuration may have; section is the path of the keys above it.
func walkSchema(t reflect.Type, section string, visit func(section string, f reflect.StructField)) {
	for f := range structFields(t) {
		visit(section, f)
		inner := f.Type
		if inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[Secret]() {
			walkSchema(inner, join(section, f.Tag.Get("yaml")), visit)
		}
	}
}

// join makes a path of keys.
func join(section, key string) string {
	if section == "" {
		return key
	}
	return section + "." + key
}
