//go:build mutants

package local

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Mistakes that somebody could make in what becomes of lists. The walk of lists must find every one of them.
//
//	go test -tags mutants ./sync/api/local -run Mutants -v
var mutants = []mutant{
	{"a list that shrinks is believed", "../../lists/next.go", "	case many:", "	case many && false:"},
	{"a list on which nobody is, is believed", "../../lists/next.go",
		"	case len(roll.Members) == 0 && lost > 0:", "	case len(roll.Members) == 0 && lost > 0 && false:"},
	{"no answer is one", "../../lists/next.go", "	if a.Err != nil {", "	if a.Err != nil && false {"},
	{"who is perhaps in a row that is odd, is missing", "../../lists/next.go",
		"	if len(roll.Faults) > 0 {\n		return nil\n", "	if len(roll.Faults) > 1000 {\n		return nil\n"},
	{"who is perhaps in a row that is odd, has left", "../../lists/next.go",
		"t.absent(m, len(roll.Faults) > 0)", "t.absent(m, false)"},
	{"who is known gets another name", "../../lists/next.go", "		now.Name = was.Name\n", "		now.Name = t.free(m)\n"},
	{"who has left with meetings is forgotten", "../../lists/next.go", "	if t.open(m.Name) {",
		"	if t.open(m.Name) && false {"},
	{"who comes back has left", "../../lists/next.go", "	t.taken[now.Name] = now.ID\n	t.members",
		"	now.LeftAt = was.LeftAt\n	t.taken[now.Name] = now.ID\n	t.members"},
	{"names of other lists are given again", "../../lists/next.go", "other != nil && !isOne(other, m)",
		"other != nil && false"},
	{"who has left is watched", "../../lists/expand.go", "	if m.Left() {\n		c.Away",
		"	if m.Left() && false {\n		c.Away"},
	{"who is watched is watched again", "../../lists/expand.go", `	if as := x.asWhat(f, m, c); as != "" {`,
		`	if as := x.asWhat(f, m, c); as != "" && false {`},
	{"an address of before is that of who has it now", "../../lists/expand.go",
		"(!m.Left() || as.id == m.ID)", "(!m.Left() || as.id != m.ID)"},
	{"addresses of before are not noted", "../../lists/expand.go", "if _, taken := x.watched[id]; !taken {",
		"if _, taken := x.watched[id]; !taken && false {"},
	{"the engine works in the calendar of who has left", "../../engine/removal.go",
		"	if why == nil || p.leaving() {", "	if why == nil || !p.leaving() {"},
}

// rare are those that take the walk thousands of seeds: tests of package lists find them.
var rare = []struct {
	mutant
	test string
}{
	{mutant{"a list that was read long ago knows best", "../../lists/expand.go", "!is || s.at.After(seen.at)",
		"!is || s.at.Before(seen.at)"}, "TestExpandStale"},
	{mutant{"who is perhaps in a row that is odd, was seen there", "../../lists/expand.go",
		"	if !m.SeenAt.IsZero() {", "	if !m.SeenAt.IsZero() && false {"}, "TestExpandGivenOn"},
	{mutant{"an address that is another one's by now is theirs", "../../lists/expand.go",
		"return is && owner.person != person && owner.at.After(at)", "return is && owner.person != person && false"},
		"TestExpandGivenOn"},
}

// mutant is a mistake: in a file, something stands in the place of what should.
type mutant struct{ name, file, from, to string }

// TestMutantsApply checks that what each mistake changes is there, once.
func TestMutantsApply(t *testing.T) {
	all := mutants
	for _, m := range rare {
		all = append(all, m.mutant)
	}
	for _, m := range all {
		source, err := os.ReadFile(m.file)
		must(t, err)
		if n := strings.Count(string(source), m.from); n != 1 {
			t.Errorf("%s: what it changes stands %d times in %s", m.name, n, m.file)
		}
	}
}

// overlay has a compiler see the mistake. It returns the file for -overlay, and the folder that it is in.
func (m *mutant) overlay(t *testing.T) (config, dir string) {
	t.Helper()
	path, err := filepath.Abs(m.file)
	must(t, err)
	source, err := os.ReadFile(path)
	must(t, err)
	dir = t.TempDir()
	mutated, config := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
	must(t, os.WriteFile(mutated, []byte(strings.Replace(string(source), m.from, m.to, 1)), 0o600))
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutated}})
	must(t, err)
	must(t, os.WriteFile(config, overlay, 0o600))
	return config, dir
}

// TestRareMutants has the test of each find it.
func TestRareMutants(t *testing.T) {
	for _, m := range rare {
		t.Run(m.name, func(t *testing.T) {
			config, _ := m.overlay(t)
			out, err := exec.Command("go", "test", "-overlay", config, filepath.Dir(m.file), "-run", "^"+m.test+"$").
				CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL: "+m.test) {
				t.Fatalf("it survived: %v\n%s", err, out)
			}
		})
	}
}

// TestMutants builds the walk with each mistake in turn, and has it find that.
func TestMutants(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			config, dir := m.overlay(t)
			binary := filepath.Join(dir, "walk.test")
			out, err := exec.Command("go", "test", "-c", "-overlay", config, "-o", binary, ".").CombinedOutput()
			if err != nil {
				t.Fatalf("it does not compile: %v\n%s", err, out)
			}
			out, err = exec.Command(binary, "-test.run", "^TestWalkLists$", "-lists.seeds", "400").CombinedOutput()
			if err == nil || !strings.Contains(string(out), "-lists.seed=") {
				t.Fatalf("it survived: %v\n%s", err, out)
			}
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "lists_walk_test.go") {
					t.Log("found: " + strings.TrimSpace(line))
					break
				}
			}
		})
	}
}
