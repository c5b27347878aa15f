package configs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// FuzzMembers: whatever a list in a file holds, each member has a name of its own and says whose calendar it is, and
// what cannot be understood is told with its line.
func FuzzMembers(f *testing.F) {
	for _, text := range []string{"subject\nalice@example.com\n", "name;subject\nalice;\"a;b\"\n", "subject,host,no\n",
		"\ufeffSubject , HOST\na,b,c\n# nobody\n\na\na\n", "subject\n\"a", "subject,subject\n"} {
		f.Add([]byte(text), false)
	}
	for _, text := range []string{"- alice@example.com\n- { subject: a, host: b }\n", "- &a x\n- *a\n", "a: b\n",
		"- [a]\n- 7\n- { subject: [a] }\n- { subject: a, subject: b }\n", "- {subject: ~}\n", "- a\n- a\n", "[]",
		"- \"\"\n"} {
		f.Add([]byte(text), true)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, isYAML bool) {
		file := filepath.Join(dir, "people.csv")
		if isYAML {
			file = filepath.Join(dir, "people.yaml")
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		list, rows, err := ReadMembers(file)
		if err != nil && (strings.Contains(err.Error(), "\n\n") || strings.TrimSpace(err.Error()) == "") {
			t.Errorf("%q", err)
		}
		names := map[string]bool{}
		for _, m := range list {
			if m.Name == "" || names[m.Name] || m.Subject == "" && m.Calendar == "" {
				t.Errorf("%+v", m)
			}
			names[m.Name] = true
		}
		for _, row := range rows {
			if row.Line < 1 || row.Text == "" {
				t.Errorf("%+v", row)
			}
		}
		again, others, fault := ReadMembers(file)
		if !reflect.DeepEqual(again, list) || !reflect.DeepEqual(others, rows) || (err == nil) != (fault == nil) {
			t.Error("read again it says something else")
		}
		given := From{File: file, Template: Template{Google: &Google{}, ICS: &ICS{Path: dir}}}
		for _, m := range list {
			if c, err := given.Calendar(m); err == nil && c.Section() == nil {
				t.Errorf("%+v is no calendar", m)
			}
		}
	})
}
