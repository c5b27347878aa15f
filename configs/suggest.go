package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// unknownKey says what to write instead of a key that section does not have.
func unknownKey(key, section string, known []string) string {
	where := ""
	if section != "" {
		where = " in " + section
	}
	text := fmt.Sprintf("unknown key %s%s", quote(key), where)
	if near := nearest(key, known); near != "" {
		return fmt.Sprintf("%s; did you mean %q?", text, near)
	}
	if home := homes(key); len(home) > 0 {
		return fmt.Sprintf("%s; it belongs into %s", text, strings.Join(home, " or "))
	}
	return fmt.Sprintf("%s; known keys are %s", text, strings.Join(known, ", "))
}

// quote shows what somebody wrote, cut where it is long: it may be a pasted file.
func quote(s string) string {
	const longest = 40
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// Nearest is the known word that was probably meant, or "".
func Nearest(word string, known []string) string { return nearest(word, known) }

// nearest is the known word that was probably meant, or "".
func nearest(word string, known []string) string {
	best, limit := "", 0
	word = strings.ToLower(strings.ReplaceAll(word, "-", "_"))
	if len(word) > 64 {
		return ""
	}
	for _, k := range known {
		d := distance(word, strings.ReplaceAll(k, "-", "_"))
		// A third of the letters may be wrong; in a short word one.
		if allowed := max(1, len(k)/3); d <= allowed && (best == "" || d < limit) {
			best, limit = k, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to get from a to b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}

// homes are the sections that do have the key.
func homes(key string) []string {
	var found []string
	key = strings.ReplaceAll(strings.ToLower(key), "-", "_")
	walkSchema(reflect.TypeFor[Config](), "", func(section string, f reflect.StructField) {
		if f.Tag.Get("yaml") == key {
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
