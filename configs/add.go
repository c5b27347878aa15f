package configs

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ErrNoPlace says that something cannot be put into a configuration without changing what stands in other lines of it.
var ErrNoPlace = errors.New("it is not written as a list with one \"- \" for each")

// AddCalendar puts a calendar behind the last one of a configuration, and changes nothing else of it to the byte. item
// is the calendar as lines of YAML that begin with "- ", not indented.
func AddCalendar(data []byte, item string) ([]byte, error) {
	list, err := standsAt(data, "calendars")
	if err != nil {
		return nil, err
	}
	return addTo(data, list, item)
}

// AddAccount puts a Zoom account behind the last one of a configuration. item is the account as lines of YAML that
// begin with "- ", not indented. An account without a name gets one, first, and its lines are indented as those of a
// list are; nothing else is changed.
func AddAccount(data []byte, item, first string) ([]byte, error) {
	node, err := standsAt(data, "zoom")
	if err != nil {
		return nil, err
	}
	if node != nil && node.Kind == yaml.MappingNode {
		if data, err = asList(data, node, first); err != nil {
			return nil, err
		}
		if node, err = standsAt(data, "zoom"); err != nil {
			return nil, err
		}
	}
	return addTo(data, node, item)
}

// asList is a configuration whose section of one account is a list of one.
func asList(data []byte, node *yaml.Node, name string) ([]byte, error) {
	if node.Style&yaml.FlowStyle != 0 || len(node.Content) == 0 {
		return nil, ErrNoPlace
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	first := node.Content[0].Line - 1
	indent := leadingSpace(lines[first])
	if len(indent) == 0 {
		return nil, ErrNoPlace
	}
	last := endOf(lines, first+1, 0)
	for i := first; i < last; i++ {
		if len(bytes.TrimSpace(lines[i])) > 0 {
			lines[i] = append([]byte("  "), lines[i]...)
		}
	}
	head := string(indent) + "- name: " + name + endOfLine(lines)
	return bytes.Join(slices.Insert(lines, first, []byte(head)), nil), nil
}

// endOfLine is how the lines of a file end.
func endOfLine(lines [][]byte) string {
	if bytes.HasSuffix(lines[0], []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// addTo puts an item behind the last one of a list.
func addTo(data []byte, list *yaml.Node, item string) ([]byte, error) {
	if list == nil || list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 || len(list.Content) == 0 {
		return nil, ErrNoPlace
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	last := list.Content[len(list.Content)-1]
	column := len(leadingSpace(lines[list.Content[0].Line-1])) // of the dash
	at, end := endOf(lines, last.Line, column), endOfLine(lines)
	var added strings.Builder
	if !bytes.HasSuffix(lines[at-1], []byte("\n")) {
		added.WriteString(end)
	}
	for line := range strings.Lines(item) {
		added.WriteString(strings.Repeat(" ", column) + strings.TrimRight(line, "\n") + end)
	}
	before, after := bytes.Join(lines[:at], nil), bytes.Join(lines[at:], nil)
	return bytes.Join([][]byte{before, []byte(added.String()), after}, nil), nil
}

// standsAt is what stands at a key of the document; nil where nothing does.
func standsAt(data []byte, key string) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil
	}
	keys := doc.Content[0].Content
	for i := 0; i+1 < len(keys); i += 2 {
		if keys[i].Value == key {
			return keys[i+1], nil
		}
	}
	return nil, nil
}

// endOf is the number of the last line of the item of a list that begins in a line and whose dash stands behind so many
// spaces: the last one that is indented further and says something. Comments behind it stay behind what is added.
func endOf(lines [][]byte, first, column int) int {
	end := first
	for i := first; i < len(lines); i++ {
		text := bytes.TrimSpace(lines[i])
		switch {
		case len(text) == 0, text[0] == '#':
		case len(leadingSpace(lines[i])) <= column:
			return end
		default:
			end = i + 1
		}
	}
	return end
}

// leadingSpace is what a line is indented with.
func leadingSpace(line []byte) []byte { return line[:len(line)-len(bytes.TrimLeft(line, " "))] }
