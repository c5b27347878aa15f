package configs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"zoomtag/providers/words"
)

// How much a list in a file may hold.
const (
	maxMembersSize = 32 << 20 // bytes
	maxMembers     = 200_000
)

// memberKeys are the columns of a CSV file, and the keys of a row in a YAML file.
var memberKeys = []string{"name", "provider", "subject", "calendar", "host"}

// A Row is a line of a list that is no member, and why.
type Row struct {
	Line int
	// Text says what is wrong, and Cure how to mend it, as a clause; "" where that needs no word.
	Text, Cure string
}

// Cause says which line, and what is wrong with it.
func (r Row) Cause() string { return fmt.Sprintf("line %d: %s", r.Line, r.Text) }

func (r Row) Error() string { return words.Join(r.Cause(), r.Cure) }

// ReadMembers reads a list from a file: CSV, with a first line that names the columns, or YAML, a list of sections with
// the same keys, or of addresses alone. Rows that cannot be understood are returned beside the others. An error says
// that nothing is known of anybody.
func ReadMembers(file string) ([]Member, []Row, error) {
	data, err := readMembers(file)
	if err != nil {
		return nil, nil, err
	}
	m := &memberReader{file: file, lines: map[string]stood{}}
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".csv":
		err = m.csv(data)
	case ".yaml", ".yml":
		err = m.yaml(data)
	default:
		err = words.Mend(fmt.Errorf("%s is no list", file), "give it a name that ends in .csv or .yaml")
	}
	return m.list, m.rows, err
}

func readMembers(file string) ([]byte, error) {
	f, err := os.Open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, words.Mend(fmt.Errorf("there is no file %s", file),
			"put the list there, or correct file in calendars_from")
	case errors.Is(err, fs.ErrPermission):
		return nil, words.Mend(fmt.Errorf("%s may not be read by this user", file),
			"give the file to the user who runs zoomtag")
	case err != nil:
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, words.Mend(fmt.Errorf("%s is a folder", file), "name the file with the list")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxMembersSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read: %w", file, err)
	case len(data) > maxMembersSize:
		return nil, fmt.Errorf("%s is larger than %d MiB: it is no list", file, maxMembersSize>>20)
	case !utf8.Valid(data):
		return nil, words.Mend(fmt.Errorf("%s is not UTF-8 text", file), "save it as UTF-8")
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

type memberReader struct {
	file  string
	list  []Member
	rows  []Row
	lines map[string]stood // of the names that there are
}

// stood is a member, and in which line.
type stood struct {
	line   int
	member Member
}

func (m *memberReader) bad(line int, why error) {
	m.rows = append(m.rows, Row{line, words.Cause(why), words.Cure(why)})
}

// add adds what a line says; keys are those of memberKeys.
func (m *memberReader) add(line int, said map[string]string) {
	one := Member{Name: said["name"], Provider: strings.ToLower(said["provider"]), Subject: said["subject"],
		Calendar: said["calendar"], Host: said["host"]}
	if strings.EqualFold(one.Host, Organizer) {
		one.Host = Organizer // spreadsheets begin words with a capital
	}
	if one.Name == "" {
		last := path.Base(strings.TrimSuffix(strings.ReplaceAll(one.Subject, `\`, "/"), "/"))
		if one.Name = NameOf(strings.ToLower(last)); one.Subject == "" {
			one.Name = NameOf(one.Calendar)
		}
	}
	switch first, twice := m.lines[one.Name]; {
	case one.Subject == "" && one.Calendar == "":
		m.bad(line, words.Mend(errors.New("it says no subject"), "write whose calendar it is"))
	case one.Name == "":
		m.bad(line, words.Mend(fmt.Errorf("it says no name, and none can be made of %s", quote(one.Subject)),
			"write one"))
	case twice && first.member == one: // in spreadsheets rows are copied, and that changes nothing
	case twice:
		m.bad(line, words.Mend(fmt.Errorf("%s stands in line %d already", quote(one.Name), first.line),
			"delete one of the two, or give each a name"))
	default:
		m.lines[one.Name] = stood{line, one}
		m.list = append(m.list, one)
	}
}

func (m *memberReader) csv(data []byte) error {
	data, comma := separated(data)
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.Comment = -1, true, '#'
	r.Comma = comma
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil // empty: that is for others to judge
	}
	if err != nil {
		return m.broken(err)
	}
	head = withoutEmpty(head)
	for i := range head {
		head[i] = strings.ToLower(head[i])
		if err := checkColumn(head[i], head[:i]); err != nil {
			return fmt.Errorf("%s: the first line names the columns, and %w", m.file, err)
		}
	}
	for {
		said, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return m.broken(err)
		}
		line, _ := r.FieldPos(0)
		said = withoutEmpty(said)
		if len(said) == 0 {
			continue // nobody is hidden in it
		}
		if len(said) > len(head) {
			m.bad(line, fmt.Errorf("it has %d columns, and the first line names %d", len(said), len(head)))
			continue
		}
		row := map[string]string{}
		for i := range said {
			row[head[i]] = said[i]
		}
		m.add(line, row)
		if len(m.list)+len(m.rows) > maxMembers {
			return fmt.Errorf("%s has more than %d lines: it is no list", m.file, maxMembers)
		}
	}
}

// separated is a CSV file with what separates its columns, by the line that names them. Spreadsheets write semicolons
// where the comma is in numbers, and some of them say so in a line of its own (sep=;), which is made an empty one.
// Line ends of old are made new ones.
func separated(data []byte) ([]byte, rune) {
	if !bytes.ContainsRune(data, '\n') {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	for rest := data; len(rest) > 0; {
		line, behind, _ := bytes.Cut(rest, []byte("\n"))
		text := strings.ToLower(strings.TrimRight(string(line), "\r"))
		said, told := strings.CutPrefix(text, "sep=")
		switch {
		case told && len(said) == 1 && strings.Contains(",;\t", said):
			at := len(data) - len(rest)
			return slices.Concat(data[:at], data[at+len(line):]), rune(said[0])
		case strings.TrimSpace(text) == "" || text[0] == '#':
			rest = behind
			continue
		}
		comma := ','
		for _, other := range ";\t" {
			if strings.Count(text, string(other)) > strings.Count(text, string(comma)) {
				comma = other
			}
		}
		return data, comma
	}
	return data, ','
}

// withoutEmpty is a row without the blanks around its values, and without the empty columns at its end: spreadsheets
// write as many of them as their widest row has.
func withoutEmpty(row []string) []string {
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	for len(row) > 0 && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	return row
}

// checkColumn refuses what is no column, or one that is there.
func checkColumn(name string, before []string) error {
	switch {
	case !slices.Contains(memberKeys, name):
		cure := "known are " + strings.Join(memberKeys, ", ")
		if near := words.Nearest(name, memberKeys); near != "" {
			cure = fmt.Sprintf("did you mean %q?", near)
		}
		return words.Mend(fmt.Errorf("%s is none", quote(name)), cure)
	case slices.Contains(before, name):
		return fmt.Errorf("%s is there twice", quote(name))
	}
	return nil
}

// broken says where a CSV file cannot be read any further: of what is behind that nobody knows anything.
func (m *memberReader) broken(err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return words.Mend(fmt.Errorf("%s, line %d: this is not CSV (%w)", m.file, at.Line, at.Err), "mind the quotes")
	}
	return fmt.Errorf("%s cannot be read: %w", m.file, err)
}

func (m *memberReader) yaml(data []byte) error {
	var doc, more yaml.Node
	reader := yaml.NewDecoder(bytes.NewReader(data))
	err := reader.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil // empty: that is for others to judge
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s is not YAML: %w", m.file, err)
	case !errors.Is(reader.Decode(&more), io.EOF): // whoever is behind the line would not be seen
		return words.Mend(fmt.Errorf("%s holds more than one document", m.file),
			"write one list, without a line of three hyphens in it")
	case isEmpty(&doc):
		return nil
	case doc.Content[0].Kind != yaml.SequenceNode:
		return words.Mend(fmt.Errorf("%s has to be a list", m.file), "begin each item with \"- \"")
	case len(doc.Content[0].Content) > maxMembers:
		return fmt.Errorf("%s has more than %d items: it is no list", m.file, maxMembers)
	}
	for _, item := range doc.Content[0].Content {
		said, err := rowOf(item)
		if err != nil {
			m.bad(item.Line, err)
			continue
		}
		m.add(item.Line, said)
	}
	return nil
}

// rowOf is what an item of a YAML list says. References are not followed: what a list says stands in it.
func rowOf(item *yaml.Node) (map[string]string, error) {
	if item.Kind == yaml.ScalarNode && item.ShortTag() == "!!str" {
		return map[string]string{"subject": strings.TrimSpace(item.Value)}, nil
	}
	if item.Kind != yaml.MappingNode {
		return nil, errors.New("it is neither an address nor a section")
	}
	row := map[string]string{}
	var keys []string
	for i := 0; i+1 < len(item.Content); i += 2 {
		key, value := item.Content[i], item.Content[i+1]
		if err := checkColumn(key.Value, keys); err != nil {
			return nil, err
		}
		keys = append(keys, key.Value)
		if value.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("%s must be one value", quote(key.Value))
		}
		if value.ShortTag() != "!!null" {
			row[key.Value] = strings.TrimSpace(value.Value)
		}
	}
	return row, nil
}
