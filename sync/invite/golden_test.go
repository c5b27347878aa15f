package invite

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden are the samples whose bytes are looked at by people.
var golden = []string{"single-europe-berlin", "single-utc", "weekly-europe-berlin", "weekly-africa-cairo",
	"weekly-africa-casablanca", "weekly-america-santiago",
	"overrides-europe-dublin", "until-a-day", "dates-alone", "days-overrides", "text-0", "text-7", "html", "request-6",
	"request-series", "cancel-series"}

func TestGolden(t *testing.T) {
	seen := 0
	for _, s := range samples(t) {
		if !slices.Contains(golden, s.name) {
			continue
		}
		seen++
		got := encode(t, s.opt, s.in)
		path := filepath.Join("testdata", s.name+".ics")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not as it was (look, then go test -update):\n%s", s.name, strings.ReplaceAll(got, "\r", ""))
		}
	}
	if seen != len(golden) {
		t.Errorf("%d of %d golden samples exist", seen, len(golden))
	}
}
