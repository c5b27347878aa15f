package zonetest

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // tells the names of zones from others where the machine has no zone database
)

var update = flag.Bool("update", false, "make zoneinfo.zip anew from the zones of the Go distribution")

// root is the module.
var root = filepath.Join("..", "..", "..")

// TestInForce: package time reads the very file, and so has rules that other zone databases may have no more.
func TestInForce(t *testing.T) {
	onDisk, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(onDisk, data) || os.Getenv("ZONEINFO") != file {
		t.Fatalf("%s is not what was built into the test (%v)", file, err)
	}
	// Morocco goes back an hour for Ramadan, which began on 18 February 2026; 2026 was the last year of that.
	morocco, err := time.LoadLocation("Africa/Casablanca")
	if err != nil {
		t.Fatal(err)
	}
	for date, want := range map[time.Time]int{
		time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC): 3600,
		time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC):  0,
		time.Date(2027, 2, 20, 12, 0, 0, 0, time.UTC): 0,
	} {
		if _, offset := date.In(morocco).Zone(); offset != want {
			t.Errorf("on %s Morocco is %d s east, not %d", date.Format(time.DateOnly), offset, want)
		}
	}
}

// TestZonesOfTheProject: each zone that any file of the project names is one of those that are pinned.
func TestZonesOfTheProject(t *testing.T) {
	var wanted []string
	for name := range named(t) {
		if _, err := time.LoadLocation(name); err == nil && name != "Local" { // not Europe/Nowhere
			wanted = append(wanted, name)
		}
	}
	slices.Sort(wanted)
	if *update {
		write(t, wanted)
	}
	pinned := read(t, "zoneinfo.zip")
	for _, name := range wanted {
		if pinned[name] == nil {
			t.Errorf("%s is not pinned: run go test ./providers/ical/zonetest -update, and look at what else changes", name)
		}
	}
	if len(pinned) != len(wanted)+1 || pinned[sentinel] == nil {
		t.Errorf("%d zones are pinned, %d are named", len(pinned)-1, len(wanted))
	}
}

// names are what could be the name of a zone: one with an area, or a word in quotes.
var names = regexp.MustCompile(`\b[A-Z][A-Za-z]+/[A-Z][A-Za-z0-9_+-]*(?:/[A-Z][A-Za-z_-]*)?|"[A-Z][A-Za-z0-9+-]{1,12}"`)

// named are the zones of all files: Go source, and what tests read.
func named(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	walk(t, func(path string, text []byte) {
		for _, name := range names.FindAll(text, -1) {
			found[strings.Trim(string(name), `"`)] = true
		}
	})
	return found
}

// walk visits the files of the module, apart from this package's.
func walk(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "zonetest" || d.Name() == "docs" || strings.HasPrefix(d.Name(), ".") && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".ics", ".yaml", ".json", ".golden", ".txt"}, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			visit(path, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) map[string][]byte {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	zones := map[string][]byte{}
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if zones[f.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
	}
	return zones
}

// write makes the file. Package time reads archives without compression only.
func write(t *testing.T, names []string) {
	t.Helper()
	distribution, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	database := read(t, filepath.Join(strings.TrimSpace(string(distribution)), "lib", "time", "zoneinfo.zip"))
	zones := map[string][]byte{sentinel: database["UTC"]}
	for _, name := range names {
		zones[name] = database[name]
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(zones)) {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = w.Write(zones[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("zoneinfo.zip", out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
