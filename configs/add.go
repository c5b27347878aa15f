package configs

import (
	"bytes"
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ErrNoPlace says that a calendar cannot be put into a configuration without changing other lines of it.
var ErrNoPlace = errors.New("calendars is not written as a list with one \"- \" for each")

// AddCalendar puts a calendar behind the last one of a configuration, and changes nothing else of it to the byte. item
// is the calendar as lines of YAML that begin with "- ", not indented.
func AddCalendar(data []byte, item string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	list := calendarsIn(&doc)
	if list == nil || list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 || len(list.Content) == 0 {
		return nil, ErrNoPlace
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	last := list.Content[len(list.Content)-1]
	column := len(leadingSpace(lines[list.Content[0].Line-1])) // of the dash
	at := endOf(lines, last.Line, column)
	end := "\n"
	if bytes.HasSuffix(lines[0], []byte("\r\n")) {
		end = "\r\n"
	}
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

// calendarsIn is the list of calendars of a document.
func calendarsIn(doc *yaml.Node) *yaml.Node {
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	keys := doc.Content[0].Content
	for i := 0; i+1 < len(keys); i += 2 {
		if keys[i].Value == "calendars" {
			return keys[i+1]
		}
	}
	return nil
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
