package service

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// The first line of a file that was written here: behind it stands the checksum of all that follows.
const marker = "# Written by zoomtag service install; changes belong into a drop-in (systemctl edit zoomtag). "

// marked is a text with the line before it that says who has written it.
func marked(text string) string { return marker + sum(text) + "\n" + text }

func sum(text string) string {
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:8])
}

// origin says where a file comes from.
type origin string

const (
	nowhere  origin = ""        // there is none
	ours     origin = "install" // as it was written here
	changed  origin = "changed" // written here, and changed since by somebody
	another  origin = "other"   // somebody else's
	packaged origin = "package" // of a package
	masked   origin = "masked"  // closed by an administrator
)

// originOf tells from a text who has written it.
func originOf(text string) origin {
	first, rest, _ := strings.Cut(text, "\n")
	told, found := strings.CutPrefix(first, marker)
	switch {
	case !found:
		return another
	case told != sum(rest):
		return changed
	}
	return ours
}

// unitText is a unit that runs a program with a configuration. What a person reads on how to copy it is left out.
func unitText(unit, program, config string) string {
	var b strings.Builder
	head := true
	for line := range strings.Lines(unit) {
		if head = head && strings.HasPrefix(line, "#"); head {
			continue
		}
		if strings.HasPrefix(line, execStart) {
			line = execStart + quoteProgram(program) + " run --config " + quoteArgument(config) + "\n"
		}
		b.WriteString(line)
	}
	return marked(strings.TrimLeft(b.String(), "\n"))
}

const execStart = "ExecStart="

// quoteProgram writes a path as the first word of ExecStart: %, quotes and backslashes are systemd's own. Variables are
// not put in there.
func quoteProgram(path string) string {
	if !strings.ContainsAny(path, " '\"\\%$;") {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`).Replace(path) + `"`
}

// quoteArgument writes a word behind it, in which systemd also puts in variables.
func quoteArgument(s string) string { return strings.ReplaceAll(quoteProgram(s), "$", "$$") }

// runs are the program and the configuration of a unit; the configuration is empty where the program finds it by
// itself.
func runs(unit string) (program, config string) {
	for line := range strings.Lines(unit) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), execStart)
		if !ok {
			continue
		}
		parts := split(command)
		program, config = parts[0], ""
		for i, word := range parts {
			if word == "--config" && i+1 < len(parts) {
				config = strings.ReplaceAll(parts[i+1], "$$", "$")
			}
		}
	}
	return program, config
}

// split takes a command line of a unit apart, as far as quoteProgram and packages write it.
func split(command string) []string {
	var list []string
	var word strings.Builder
	quoted, escaped, begun := false, false, false
	for _, r := range command {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			quoted, begun = !quoted, true
		case r == ' ' && !quoted:
			if begun {
				list = append(list, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	list = append(list, word.String())
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], "%%", "%")
	}
	return list
}

// settings are the lines of a drop-in that set something.
func settings(text string) (list []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "=") && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}
