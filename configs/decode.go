package configs

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"

	"go.yaml.in/yaml/v3"
)

// maxSteps bounds how many more values are looked at than the file has: aliases can make a small file very large.
const maxSteps = 200_000

// size is how many values and keys a node has in it, aliases not followed.
func size(n *yaml.Node) int {
	total := 1
	for _, inner := range n.Content {
		total += size(inner)
	}
	return total
}

// decoder fills a Config from YAML nodes and collects what is wrong with them.
type decoder struct {
	file   string
	folder string // the file's, absolute: what relative paths in it are relative to
	home   string // what ~ stands for; "" where nobody knows
	errs   Errors
	steps  int
	most   int // how many steps there may be
	// places says where each key that is written has its value, or itself where the value is a section or a list.
	places map[string]place
	// refused are the paths at or below which a mistake was found.
	refused map[string]bool
	// zoomList says that the accounts are written as a list.
	zoomList bool
	// kinds are the keys of the kinds of sections that were met.
	kinds map[reflect.Type]keys
	// texts are the values so far, so that of equal ones, as thousands of calendars have them, one is kept.
	texts map[string]string
	// secrets are those that were found, by path.
	secrets map[string]*Secret
}

type place struct{ line, column int }

// fail reports a mistake at a node.
func (d *decoder) fail(n *yaml.Node, format string, args ...any) mendable {
	return d.report(place{n.Line, n.Column}, fmt.Sprintf(format, args...))
}

// failWith reports what a check has found in the value of a node.
func (d *decoder) failWith(n *yaml.Node, path string, found error) {
	d.fail(n, "%s: %s", display(path), words.Cause(found)).by(words.Cure(found))
}

// mistake is what is wrong at a path of keys, the first of several that is written.
func (d *decoder) mistake(text string, paths ...string) *Error {
	var at place
	if i := slices.IndexFunc(paths, d.written); i >= 0 {
		at = d.places[paths[i]]
	}
	return &Error{File: d.file, Line: at.line, Column: at.column, Text: text}
}

// failAt reports a mistake at a path of keys: where its value stands, or else the nearest section around it.
func (d *decoder) failAt(path, format string, args ...any) mendable {
	text := fmt.Sprintf(format, args...)
	for {
		at, ok := d.places[path]
		if ok || path == "" {
			return d.report(at, text)
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}

func (d *decoder) report(at place, text string) mendable {
	e := &Error{File: d.file, Line: at.line, Column: at.column, Text: text}
	d.errs.List = append(d.errs.List, e)
	return mendable{e}
}

// hopeless reports whether reading on would only cost time.
func (d *decoder) hopeless() bool { return d.steps >= d.most || len(d.errs.List) > 20*maxErrors }

// wrong reports whether a mistake was found in the value of a key, or below it.
func (d *decoder) wrong(path string) bool { return d.refused[path] }

// written reports whether the file has this key, with whatever value.
func (d *decoder) written(path string) bool {
	_, ok := d.places[path]
	return ok
}

// value decodes a node into v, the value of field f at path.
func (d *decoder) value(n *yaml.Node, path string, v reflect.Value, f reflect.StructField) {
	if d.steps++; d.steps == d.most {
		d.report(place{}, fmt.Sprintf("its references make more than %d values of the file: it is not a configuration",
			maxSteps))
	}
	if d.hopeless() {
		return
	}
	before := len(d.errs.List)
	defer func() {
		if len(d.errs.List) > before {
			d.refused[path] = true
		}
	}()
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	isNull := n.ShortTag() == "!!null"
	switch v.Interface().(type) {
	case Secret:
		d.secret(n, path, v.Addr().Interface().(*Secret))
		return
	case time.Duration:
		d.duration(n, path, v, f)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		d.value(n, path, fresh.Elem(), f)
		v.Set(fresh)
	case reflect.Struct:
		if isNull {
			n = &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}
		}
		d.section(n, path, v)
	case reflect.Slice:
		d.list(n, path, v, f)
	case reflect.Bool:
		d.boolean(n, path, v)
	case reflect.Int:
		d.number(n, path, v)
	default:
		if s, ok := d.scalar(n, path); ok {
			v.SetString(d.once(d.checked(n, path, s, f)))
		}
	}
}

// once is a text, which is kept once however often it is written.
func (d *decoder) once(text string) string {
	if known, ok := d.texts[text]; ok {
		return known
	}
	d.texts[text] = text
	return text
}

// keys are the fields of a section by their keys, and the keys in their order.
type keys struct {
	fields map[string]reflect.StructField
	known  []string
}

// fieldsOf are the fields of a kind of section, of which a file may have thousands.
func (d *decoder) fieldsOf(t reflect.Type) (fields map[string]reflect.StructField, known []string) {
	if k, ok := d.kinds[t]; ok {
		return k.fields, k.known
	}
	fields = map[string]reflect.StructField{}
	for f := range structFields(t) {
		fields[f.Tag.Get("yaml")] = f
		known = append(known, f.Tag.Get("yaml"))
	}
	d.kinds[t] = keys{fields, known}
	return fields, known
}

// section decodes a mapping into a struct.
func (d *decoder) section(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a section, keys and values indented below it, not %s", display(path), kindName(n))
		return
	}
	if s, ok := v.Addr().Interface().(interface{ setDefaults() }); ok {
		s.setDefaults()
	}
	fields, known := d.fieldsOf(v.Type())
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if d.hopeless() {
			return
		}
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			d.fail(key, "%s holds a key that is no plain word", display(path)).
				mend("write each key out (merge keys are not understood)")
			continue
		}
		if line, ok := lines[key.Value]; ok {
			d.fail(key, "%s is written twice, the first time in line %d", quote(key.Value), line).
				mend("keep one")
			continue
		}
		lines[key.Value] = key.Line
		f, ok := fields[key.Value]
		if !ok {
			d.steps++
			text, cure := unknownKey(key.Value, section(path), known)
			d.fail(key, "%s", text).by(cure)
			continue
		}
		inner := join(path, key.Value)
		d.places[inner] = place{value.Line, value.Column}
		if value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode {
			d.places[inner] = place{key.Line, key.Column}
		}
		d.value(value, inner, v.FieldByIndex(f.Index), f)
	}
	for _, key := range known {
		if fields[key].Tag.Get("need") == "yes" && lines[key] == 0 && !inTemplate(path) {
			d.fail(n, "%s lacks the key %q", display(path), key)
		}
	}
}

// list decodes a sequence into a slice. Owners may be one value as well.
func (d *decoder) list(n *yaml.Node, path string, v reflect.Value, f reflect.StructField) {
	items := n.Content
	switch {
	case v.Type() == reflect.TypeFor[Accounts]() && n.Kind != yaml.SequenceNode: // one section: the only account
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.value(n, path, v.Index(0), f)
		return
	case n.Kind == yaml.SequenceNode:
	case n.ShortTag() == "!!null" && v.Type().Elem().Kind() == reflect.Struct: // the key with nothing below it
	case n.Kind == yaml.ScalarNode && v.Type() == reflect.TypeFor[Owners]():
		items = []*yaml.Node{n}
	case v.Type().Elem().Kind() == reflect.Struct:
		d.fail(n, "%s must be a list: begin each item with \"- \"", display(path))
		return
	default:
		d.fail(n, "%s must be a list, as in [one, two]", display(path))
		return
	}
	d.zoomList = d.zoomList || v.Type() == reflect.TypeFor[Accounts]()
	// Made in one piece, because decoder.secrets points into it. Empty is not nil: it says "none".
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		if d.hopeless() {
			return
		}
		inner := path + "[" + strconv.Itoa(i) + "]"
		d.places[inner] = place{item.Line, item.Column}
		d.value(item, inner, v.Index(i), f)
		if e := v.Index(i); e.Kind() == reflect.String && e.String() == "" && item.Kind == yaml.ScalarNode &&
			item.Value == "" {
			d.fail(item, "%s holds an empty item", display(path)).
				mend("delete it")
		}
	}
}

// structFields yields the fields that have a key.
func structFields(t reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			f := t.Field(i)
			if key := f.Tag.Get("yaml"); key != "" && key != "-" && !yield(f) {
				return
			}
		}
	}
}

// section is the path without the number of its calendar or account, which the line number says better; "" for the top
// level.
func section(path string) string {
	if rest, ok := strings.CutPrefix(path, "zoom["); ok {
		_, rest, _ = strings.Cut(rest, "]")
		path = "zoom" + rest
	}
	if rest, ok := strings.CutPrefix(path, "calendars["); ok {
		_, rest, _ = strings.Cut(rest, "]")
		if rest == "" {
			return "a calendar"
		}
		if path = rest[1:]; path == "tag" { // it has some keys only
			return "a calendar's tag"
		}
	}
	for _, list := range []string{"notify", "calendars_from"} {
		if rest, ok := strings.CutPrefix(path, list+"["); ok {
			_, rest, _ = strings.Cut(rest, "]")
			return list + rest
		}
	}
	path, _, _ = strings.Cut(path, "[")
	return path
}

// display is section for the beginning of a sentence.
func display(path string) string {
	switch s := section(path); s {
	case "":
		return "the file"
	case "a calendar":
		return "the calendar"
	case "a calendar's tag":
		return "the calendar's tag"
	default:
		return s
	}
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a section"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}
