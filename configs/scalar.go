package configs

import (
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

func (d *decoder) secret(n *yaml.Node, path string, s *Secret) {
	text, ok := d.scalar(n, path)
	switch {
	case !ok:
	case text == "":
		d.fail(n, "%s is empty", display(path)).
			mend("write file:PATH, env:NAME, credential:NAME or the secret itself")
	default:
		*s = newSecret(text)
		d.secrets[path] = s
	}
}

func (d *decoder) boolean(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" {
		v.SetBool(strings.EqualFold(n.Value, "true"))
		return
	}
	d.fail(n, "%s must be true or false", display(path))
}

// number decodes a bound: a whole number from 1 on.
func (d *decoder) number(n *yaml.Node, path string, v reflect.Value) {
	text, ok := d.scalar(n, path)
	if !ok {
		return
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > maxLimit {
		d.fail(n, "%s: %s is no bound", display(path), quote(text)).
			mend("write a whole number from 1 to %d", maxLimit)
		return
	}
	v.SetInt(int64(number))
}

func (d *decoder) duration(n *yaml.Node, path string, v reflect.Value, f reflect.StructField) {
	if f.Tag.Get("is") == "join" && n.ShortTag() == "!!bool" {
		if v.SetInt(-1); strings.EqualFold(n.Value, "true") {
			d.fail(n, "%s: true does not say how early", display(path)).
				mend("write 0m (any time), 5m, 10m or 15m")
		}
		return
	}
	text, ok := d.scalar(n, path)
	if !ok {
		return
	}
	length, err := parseDuration(f.Tag.Get("is"), text)
	if err != nil {
		d.failWith(n, path, err)
		return
	}
	v.SetInt(int64(length))
}

// scalar returns the text of a plain value. Numbers count as written: an id of digits needs no quotes.
func (d *decoder) scalar(n *yaml.Node, path string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "%s must be one value, not %s", display(path), kindName(n))
		return "", false
	}
	switch n.ShortTag() {
	case "!!str", "!!int", "!!float", "!!timestamp":
	case "!!null":
		d.fail(n, "%s has no value", display(path)).
			mend("write one, or delete the line")
		return "", false
	case "!!bool":
		d.fail(n, "%s cannot be true or false", display(path)).
			mend("if it is the word that you mean, put it in quotes")
		return "", false
	default:
		d.fail(n, "%s has a YAML type tag, which is not understood", display(path)).
			mend("write the value without it")
		return "", false
	}
	if strings.ContainsFunc(n.Value, unicode.IsControl) {
		d.fail(n, "%s holds a line break or another control character", display(path)).
			mend("write it on one line")
		return "", false
	}
	return n.Value, true
}

// checked is the text as the configuration keeps it, after the checks that the field's tags name.
func (d *decoder) checked(n *yaml.Node, path, text string, f reflect.StructField) string {
	if words := f.Tag.Get("one"); words != "" {
		if err := oneOf(strings.Fields(words), text); err != nil {
			d.failWith(n, path, err)
		}
		return text
	}
	if f.Tag.Get("need") == "yes" && text == "" {
		d.fail(n, "%s is empty", display(path)).
			mend("write a value")
		return ""
	}
	kind := f.Tag.Get("is")
	if err := checkPlaceholder(kind, f.Tag.Get("yaml"), text); err != nil {
		d.failWith(n, path, err)
		return text
	}
	text, err := d.check(kind, text)
	if err != nil {
		d.failWith(n, path, err)
	}
	return text
}
