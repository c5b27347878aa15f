package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxSize is the largest configuration that is read, in bytes: a hundred thousand calendars.
const maxSize = 16 << 20

// Load reads the configuration in a file, with its secrets. getenv is os.Getenv. What is wrong with it is an *Errors.
func Load(path string, getenv func(string) string) (*Config, error) {
	c, d, err := read(path, getenv)
	if err != nil {
		return nil, err
	}
	d.fetchSecrets(getenv)
	if !c.Invites.FeedToken.literal() {
		d.validateToken(c)
	}
	d.validateHookSecrets(c, false)
	d.validateStore(c, false)
	if !c.Page.Password.literal() {
		d.validatePassword(c)
	}
	d.validateAPI(c, false)
	if err := d.errs.orNil(); err != nil {
		return nil, err
	}
	return c, nil
}

// StateOf is where the state is by a configuration that has mistakes in it; "" where it does not say that.
func StateOf(path string, getenv func(string) string) string {
	c, d, err := read(path, getenv)
	if err != nil || d.wrong("state") {
		return ""
	}
	return c.State
}

// LoadWithoutSecrets is Load for commands that only talk to a running daemon: a person at a shell has neither the
// daemon's environment nor its systemd credentials. Secrets that live elsewhere stay empty.
func LoadWithoutSecrets(path string, getenv func(string) string) (*Config, error) {
	c, d, err := read(path, getenv)
	if err != nil {
		return nil, err
	}
	if err := d.errs.orNil(); err != nil {
		return nil, err
	}
	return c, nil
}

// read reads and checks the file; mistakes in it are in the decoder, err says that there is nothing to decode.
func read(path string, getenv func(string) string) (*Config, *decoder, error) {
	data, mode, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, single(path, "the folder of the file is not known: %v", err).mended("give the whole path")
	}
	d := newDecoder(path, filepath.Dir(absolute), getenv("HOME"))
	c := d.parse(data)
	if c == nil {
		return nil, nil, d.errs.orNil()
	}
	c.Path, c.Sum, c.mistake = absolute, sumOf(data, mode), d.mistake
	d.defaultState(c, getenv)
	d.checkState(c)
	d.guardLiterals(mode)
	return c, d, nil
}

func newDecoder(file, folder, home string) *decoder {
	return &decoder{file: file, folder: folder, home: home, places: map[string]place{},
		refused: map[string]bool{}, secrets: map[string]*Secret{}, texts: map[string]string{},
		kinds: map[reflect.Type]keys{}}
}

// readFile returns a configuration file and its permissions.
func readFile(path string) ([]byte, fs.FileMode, error) {
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, single(path, "there is no such file").
			mended("check the path, or make one with zoomtag init --config %s", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, 0, single(path, "the file may not be read by this user").
			mended("give this user the right to read it, or run zoomtag as its owner")
	case err != nil:
		return nil, 0, single(path, "the configuration cannot be read: %v", err)
	}
	defer func() { _ = file.Close() }() // read only: nothing can be lost
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		return nil, 0, single(path, "this is a folder").
			mended("give the file in it, for instance %s", filepath.Join(path, fileName))
	}
	var data []byte
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(file, maxSize+1))
	}
	if err != nil {
		return nil, 0, single(path, "the configuration cannot be read: %v", err)
	}
	return data, info.Mode(), nil
}

// parse decodes a configuration and checks it. It returns nil if there was nothing to decode; d has the mistakes.
func (d *decoder) parse(data []byte) *Config {
	switch {
	case len(data) > maxSize:
		d.report(place{}, fmt.Sprintf("the file is larger than %d KiB: it is not a configuration", maxSize>>10))
		return nil
	case !utf8.Valid(data):
		d.report(invalidUTF8(data), "the file is not UTF-8 text here").
			mend("save it as UTF-8")
		return nil
	}
	yamlDecoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := yamlDecoder.Decode(&doc); errors.Is(err, io.EOF) || err == nil && isEmpty(&doc) {
		d.report(place{}, "the configuration is empty").
			mend("write one with zoomtag config example > %s and fill it in, or delete it and run zoomtag init", d.file)
		return nil
	} else if err != nil {
		d.syntax(data, err)
		return nil
	}
	switch err := yamlDecoder.Decode(&second); {
	case err == nil:
		d.fail(&second, "a second document begins here").
			mend("a configuration is one document, without ---")
	case !errors.Is(err, io.EOF):
		d.syntax(data, err)
	}
	c := defaults()
	d.most = size(doc.Content[0]) + maxSteps
	d.value(doc.Content[0], "", reflect.ValueOf(c).Elem(), reflect.StructField{})
	if doc.Content[0].Kind != yaml.MappingNode || d.hopeless() {
		return nil
	}
	c.ListenWritten = d.written("listen")
	d.validate(c)
	return c
}

func isEmpty(doc *yaml.Node) bool {
	return len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null"
}

// invalidUTF8 is the place of the first byte that is no UTF-8.
func invalidUTF8(data []byte) place {
	at := place{1, 1}
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if at.column++; r == '\n' {
			at = place{at.line + 1, 1}
		}
		data = data[size:]
	}
	return at
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

// syntax reports what the YAML parser does not understand, in terms of what people do wrong.
func (d *decoder) syntax(data []byte, err error) {
	text, cure := err.Error(), ""
	at := place{line: 1} // the parser does not count on the first line
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			at.line = line
		}
		text = text[len(m[0]):]
	}
	if tab, ok := findTab(data); ok {
		d.report(tab, "the line is indented with a tab, which YAML forbids").
			mend("use spaces")
		return
	}
	switch {
	case strings.Contains(text, "unknown anchor"):
		// The parser's text would show what stands behind the star: it may be a secret. And it says no line.
		if _, name, ok := strings.Cut(strings.TrimSuffix(text, "' referenced"), "'"); ok {
			before, _, _ := bytes.Cut(data, []byte("*"+name))
			at.line = 1 + bytes.Count(before, []byte("\n"))
		}
		text, cure = "a value begins with *, which YAML takes for a reference", "put the value in quotes"
	case strings.Contains(text, "mapping values are not allowed"):
		text, cure = "there is one colon too many, or the line is indented too far", "put a value with \": \" in it in quotes"
	case strings.Contains(text, "could not find expected ':'"):
		text, cure = "a key lacks its colon, or the space behind it", "write \"key: value\""
	case strings.Contains(text, "did not find expected key"):
		text = "the indentation does not fit the lines above, or a quote or bracket is not closed"
	case strings.Contains(text, "cannot start any token"):
		text, cure = "a value begins with a character that YAML keeps for itself, such as @ or %", "put the value in quotes"
	case strings.Contains(text, "unexpected end of stream"):
		text, cure = "the file ends inside a quote", "close the quote"
	case strings.Contains(text, "did not find expected ','"),
		strings.Contains(text, "did not find expected node content"):
		text = "a bracket is not closed or not opened, or a comma is missing"
	case strings.Contains(text, "hexdecimal number"), strings.Contains(text, "unknown escape character"):
		text, cure = "a backslash in double quotes begins an escape", "write the text in single quotes"
	case strings.Contains(text, "did not find expected"):
		text = "something is left over or missing here: a bracket, a quote, a colon or a dash"
		cure = "compare the lines with zoomtag config example"
	default:
		text, cure = "this is not YAML ("+text+")", "compare the lines with zoomtag config example"
	}
	d.report(at, text).by(cure)
}

// findTab is the place of the first tab that indents a line.
func findTab(data []byte) (place, bool) {
	line := 0
	for text := range bytes.Lines(data) {
		line++
		indent := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
		rest := text[len(indent):]
		if tab := bytes.IndexByte(indent, '\t'); tab >= 0 && len(bytes.TrimSpace(rest)) > 0 && rest[0] != '#' {
			return place{line, tab + 1}, true
		}
	}
	return place{}, false
}
